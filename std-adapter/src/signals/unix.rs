//! The handlers. They do next to nothing: a thread that was started before flushes for them.
//!
//! A handler may come in the middle of anything, on a stack of a few KiB. So it writes a message
//! into a pipe; and where the process is being killed, it waits by the clock for the thread's word.

use core::time::Duration;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use hydra_log_core::ord;
use hydra_log_core::sync::{AtomicBool, rmw};

use crate::global;
use crate::sys::signal;
use crate::sys::signal::ending::{self, Crash, MESSAGE_BYTES, TERMINATION};

/// How long a crash waits for the thread.
const CRASH_BOUND: Duration = Duration::from_secs(1);
const NAP: Duration = Duration::from_millis(1);

/// Somebody asked the process to end.
static ENDING: AtomicBool = AtomicBool::new(false);
/// A thread crashed.
static CRASHED: AtomicBool = AtomicBool::new(false);
/// What was logged before the crash is written, or cannot be.
static IS_WRITTEN: AtomicBool = AtomicBool::new(false);

pub(crate) fn flush_on_termination() -> io::Result<()> {
    start_once()?;
    TERMINATION.into_iter().try_for_each(|signal| ending::install(signal, on_termination))
}

pub(crate) fn flush_on_crash() -> io::Result<()> {
    start_once()?;
    ending::install_for_crashes(on_crash)
}

/// In a forked child whose engine was made anew: signals flush that one, if they did before.
pub(crate) fn rearm() {
    if ending::is_told() == (false, true) {
        ENDING.store(false, ord::gate());
        // Without the thread a signal does at once what it did before.
        let _started = start();
    }
}

fn start_once() -> io::Result<()> {
    static STARTING: Mutex<()> = Mutex::new(());
    let _one = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    let (is_there, _) = ending::is_told();
    if is_there { Ok(()) } else { start() }
}

fn start() -> io::Result<()> {
    let (mut reader, pipe) = io::pipe()?;
    let run = move || {
        let mut message = [0; MESSAGE_BYTES];
        while reader.read_exact(&mut message).is_ok() {
            let (signal, address) = ending::told_of(&message);
            if TERMINATION.contains(&signal) { end(signal) } else { tell_of(signal, address) }
        }
    };
    let named = thread::Builder::new().name("hydra-signals".to_owned());
    signal::held_back(|| named.spawn(run))?;
    ending::tell_through(pipe);
    Ok(())
}

/// Flushes, then does what the signal did before: ends the process, as a rule.
fn end(signal: i32) {
    global::flush_at_exit();
    ending::restore(signal);
    ending::raise(signal);
    ending::admit(signal);
    // It was a handler, and it let the process live.
    ENDING.store(false, ord::gate());
    let _installed = ending::put(signal, on_termination);
}

/// Logs that the process is being killed, and flushes.
fn tell_of(signal: i32, address: u64) {
    crate::error!(target: "hydra", signal, address, "this process is being killed");
    global::flush_at_exit();
    IS_WRITTEN.store(true, ord::gate());
}

extern "C" fn on_termination(
    signal: libc::c_int,
    _details: *mut libc::siginfo_t,
    _context: *mut libc::c_void,
) {
    ending::keep_errno(|| {
        // Who asks twice has waited long enough.
        let is_first = !rmw::swap(&ENDING, true, ord::token_take());
        if !(is_first && ending::tell(signal, 0)) {
            ending::restore(signal);
            // It comes when this handler has returned.
            ending::raise(signal);
        }
    });
}

fn on_crash(crash: Crash) {
    let Crash { signal, address, was_sent } = crash;
    let deadline = Instant::now() + CRASH_BOUND;
    // The process ends with the first of several threads.
    let is_first = !rmw::swap(&CRASHED, true, ord::token_take());
    if !is_first || ending::tell(signal, address) {
        while !IS_WRITTEN.load(ord::gate()) && Instant::now() < deadline {
            // On Unix one call of the system's, which a handler may make.
            thread::sleep(NAP);
        }
    }
    ending::restore(signal);
    if was_sent {
        ending::raise(signal);
    }
}
