//! Signals that end the process: handlers that are put in front of what was there, and taken away.
#![expect(unsafe_code, reason = "signal handlers and masks")]

use core::mem::MaybeUninit;
use core::ptr::null_mut;
use std::io::{self, PipeWriter};
use std::os::fd::AsFd;
use std::sync::OnceLock;

use hydra_log_core::ord;
use hydra_log_core::sync::StaticPtr;

use crate::sys::{fd, fork};

/// What asks a process to end.
pub(crate) const TERMINATION: [i32; 2] = [libc::SIGTERM, libc::SIGINT];
/// What ends a process that did something impossible.
const CRASH: [i32; 5] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGABRT, libc::SIGILL, libc::SIGFPE];

/// A handler: the signal, and what the system knows of it.
pub(crate) type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);

/// By signal, what was there before.
static PREVIOUS: [OnceLock<libc::sigaction>; 32] = [const { OnceLock::new() }; 32];

/// Puts a handler in front of what a signal does. A signal that is ignored stays so.
///
/// # Errors
///
/// What the system says.
pub(crate) fn install(signal: i32, handler: Handler) -> io::Result<()> {
    let before = exchange(signal, None)?;
    let place = usize::try_from(signal).ok().and_then(|signal| PREVIOUS.get(signal));
    let Some(place) = place.filter(|_| before.sa_sigaction != libc::SIG_IGN) else {
        return Ok(());
    };
    // Set before the handler is, so that the handler finds it.
    if before.sa_sigaction != handler as usize {
        place.get_or_init(|| before);
        put(signal, handler)?;
    }
    Ok(())
}

/// Puts the handler back that was taken away for a moment.
///
/// # Errors
///
/// What the system says.
pub(crate) fn put(signal: i32, handler: Handler) -> io::Result<()> {
    let mut action = exchange(signal, None)?;
    action.sa_sigaction = handler as usize;
    // Calls that were interrupted go on; a thread's alternate stack is used if it has one, as after
    // an overflow of the other one.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_ONSTACK;
    // SAFETY: bounds: the set belongs to `action`.
    unsafe { libc::sigemptyset(&raw mut action.sa_mask) };
    exchange(signal, Some(&action)).map(drop)
}

/// Has a signal do what it did before `install`. Safe in a signal handler.
pub(crate) fn restore(signal: i32) {
    let place = usize::try_from(signal).ok().and_then(|signal| PREVIOUS.get(signal));
    if let Some(before) = place.and_then(OnceLock::get) {
        // It was taken once, so it can be put back.
        let _restored = exchange(signal, Some(before));
    }
}

/// What a signal does; and puts another action in its place.
fn exchange(signal: i32, new: Option<&libc::sigaction>) -> io::Result<libc::sigaction> {
    let mut before = MaybeUninit::<libc::sigaction>::zeroed();
    let new = new.map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: bounds: null asks without a change, and both outlive the call; race: handlers are
    // safe in a signal handler, and what they read is set.
    if unsafe { libc::sigaction(signal, new, before.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: bounds: zero is a value of all its fields, and the system has filled it in.
    Ok(unsafe { before.assume_init() })
}

/// Sends the calling thread a signal, which comes when the thread no longer holds it back.
pub(crate) fn raise(signal: i32) {
    // SAFETY: takes numbers.
    unsafe { libc::raise(signal) };
}

/// Takes a signal on this thread, which held it back.
pub(crate) fn admit(signal: i32) {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: bounds: `set` outlives the call.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: bounds: as above, and it was emptied.
    unsafe { libc::sigaddset(set.as_mut_ptr(), signal) };
    // SAFETY: bounds: as above; race: the mask is this thread's alone.
    unsafe { libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), null_mut()) };
}

/// A signal that kills, as its handler sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crash {
    pub(crate) signal: i32,
    /// The address that a failed instruction was about.
    pub(crate) address: usize,
    /// Whether a process sent it, rather than an instruction that failed: that one fails again.
    pub(crate) was_sent: bool,
}

static ON_CRASH: OnceLock<fn(Crash)> = OnceLock::new();

/// Has `run` called in the handlers of all signals that kill, in front of what they did before.
///
/// # Errors
///
/// What the system says.
pub(crate) fn install_for_crashes(run: fn(Crash)) -> io::Result<()> {
    ON_CRASH.get_or_init(|| run);
    CRASH.into_iter().try_for_each(|signal| install(signal, crashed))
}

extern "C" fn crashed(
    signal: libc::c_int,
    details: *mut libc::siginfo_t,
    _context: *mut libc::c_void,
) {
    // SAFETY: bounds: the system gives details to every handler that asked for them, or null; race:
    // the handler's own.
    let details = unsafe { details.as_ref() };
    let was_sent = details.is_none_or(|details| details.si_code <= 0) || signal == libc::SIGABRT;
    // SAFETY: bounds: the field is there for every signal, whatever it holds.
    let address = details.map_or(0, |details| unsafe { details.si_addr() }.addr());
    if let Some(run) = ON_CRASH.get() {
        keep_errno(|| run(Crash { signal, address, was_sent }));
    }
}

/// A signal and an address: a pipe takes that as a whole or not at all.
pub(crate) const MESSAGE_BYTES: usize = 12;

/// Where a handler tells a thread of its signal. Never freed: a handler may be reading it.
struct Told {
    pipe: PipeWriter,
    forks: u32,
}

static TOLD: StaticPtr<Told> = StaticPtr::new(null_mut());

/// From now on, handlers tell whoever reads this pipe.
pub(crate) fn tell_through(pipe: PipeWriter) {
    let told = Box::leak(Box::new(Told { pipe, forks: fork::count() }));
    TOLD.store(told, ord::registry_join());
}

fn told() -> Option<&'static Told> {
    // SAFETY: bounds: null or leaked by `tell_through`; race: only read.
    unsafe { TOLD.load(ord::registry_walk()).as_ref() }
}

/// Whether there is somebody to tell; in a forked child, also whether there was in its parent.
pub(crate) fn is_told() -> (bool, bool) {
    let told = told();
    (told.is_some_and(|told| told.forks == fork::count()), told.is_some())
}

/// Tells of a signal, and of the address that it is about; `false` if there is nobody. Safe in a
/// signal handler.
pub(crate) fn tell(signal: i32, address: usize) -> bool {
    let mut message = [0; MESSAGE_BYTES];
    let words = signal.to_le_bytes().into_iter().chain((address as u64).to_le_bytes());
    message.iter_mut().zip(words).for_each(|(to, from)| *to = from);
    told()
        .filter(|told| told.forks == fork::count())
        .is_some_and(|told| fd::write(told.pipe.as_fd(), &message).is_ok())
}

/// What was told.
pub(crate) fn told_of(message: &[u8; MESSAGE_BYTES]) -> (i32, u64) {
    let signal = message.first_chunk().map_or(0, |word| i32::from_le_bytes(*word));
    let address = message.last_chunk().map_or(0, |word| u64::from_le_bytes(*word));
    (signal, address)
}

/// Runs a handler's body without a trace in the interrupted thread's error number.
pub(crate) fn keep_errno<R>(f: impl FnOnce() -> R) -> R {
    let before = io::Error::last_os_error().raw_os_error().unwrap_or(0);
    let result = f();
    set_errno(before);
    result
}

#[cfg(any(target_os = "linux", target_os = "emscripten"))]
fn set_errno(code: i32) {
    // SAFETY: bounds: this thread's own number.
    let place = unsafe { libc::__errno_location() };
    // SAFETY: bounds: as above; race: this thread's own.
    unsafe { place.write(code) };
}

#[cfg(target_vendor = "apple")]
fn set_errno(code: i32) {
    // SAFETY: bounds: this thread's own number.
    let place = unsafe { libc::__error() };
    // SAFETY: bounds: as above; race: this thread's own.
    unsafe { place.write(code) };
}

#[cfg(not(any(target_os = "linux", target_os = "emscripten", target_vendor = "apple")))]
fn set_errno(_code: i32) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn tells_of_a_signal_and_its_address() {
        assert!(!tell(11, 7), "there is nobody");
        let (mut reader, pipe) = io::pipe().unwrap();
        tell_through(pipe);
        assert!(tell(11, 0xDEAD_BEEF));
        let mut message = [0; MESSAGE_BYTES];
        reader.read_exact(&mut message).unwrap();
        assert_eq!(told_of(&message), (11, 0xDEAD_BEEF));
        assert_eq!(is_told(), (true, true));
    }

    #[test]
    fn keeps_the_error_number() {
        set_errno(libc::ENOENT);
        keep_errno(|| set_errno(libc::EIO));
        assert_eq!(io::Error::last_os_error().raw_os_error(), Some(libc::ENOENT));
    }
}
