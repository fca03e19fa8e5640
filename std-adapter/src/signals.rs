//! Signals that end the process: what was logged is written first. Both are asked for by name.
//!
//! | call | signals | what happens |
//! |---|---|---|
//! | [`flush_on_termination`] | SIGTERM, SIGINT | a thread of the engine flushes, for 5 s at the most; then what the signal did before |
//! | [`flush_on_crash`] | SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE | the thread logs it, and flushes, for 1 s at the most; then what the signal did before, core dump included |
//!
//! What was there before counts: a handler is called, a default ends the process by that signal, so
//! that whoever started it sees the same as without. A signal that is ignored stays ignored. Who
//! asks a second time to end is heard at once.
//!
//! Crash-proof rings ([`crash`](crate::crash)) lose nothing in either case, and need neither.

#[cfg_attr(unix, path = "signals/unix.rs")]
#[cfg_attr(not(unix), path = "signals/none.rs")]
mod imp;

pub(crate) use imp::rearm;

use std::io;

/// Has SIGTERM and SIGINT flush the process's engine, for 5 s at the most, and then do what they
/// did before.
///
/// ```no_run
/// let _guard = hydra_log::init();
/// hydra_log::signals::flush_on_termination()?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// What the system says of the handlers, or of the thread that flushes; `Unsupported` outside Unix.
pub fn flush_on_termination() -> io::Result<()> {
    imp::flush_on_termination()
}

/// Has SIGSEGV, SIGBUS, SIGABRT, SIGILL and SIGFPE logged, and the process's engine flushed, for
/// 1 s at the most; then they do what they did before.
///
/// The handler does only what a signal handler may: it tells a thread of the engine, and waits by
/// the clock. Where the crash holds that one up (it came in the middle of an allocation, say), the
/// process ends after that second.
///
/// ```no_run
/// let _guard = hydra_log::init();
/// hydra_log::signals::flush_on_crash()?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// What the system says of the handlers; `Unsupported` outside Unix.
pub fn flush_on_crash() -> io::Result<()> {
    imp::flush_on_crash()
}
