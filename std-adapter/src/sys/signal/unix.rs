//! The hangup handler, which counts and hands on to whoever was there before; and signal masks.
//!
//! The handler does nothing that is not safe in a signal handler: one atomic addition, one atomic
//! load of what was stored before it was installed, and the earlier handler's call.
#![expect(unsafe_code, reason = "signal handlers and masks")]

use core::mem::MaybeUninit;
use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};

use hydra_log_core::ord;

use super::HANGUPS;

/// What was installed before. Set before the handler is, so that the handler finds it.
static PREVIOUS: OnceLock<Previous> = OnceLock::new();

/// What a hangup did before.
#[derive(Clone, Copy)]
enum Previous {
    /// Nothing, or it ended the process: whoever watches hangups wants neither.
    Default,
    Plain(extern "C" fn(libc::c_int)),
    Detailed(extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void)),
}

/// Begins to count hangups. From then on a hangup does not end the process.
///
/// # Errors
///
/// What the system says when it refuses the handler.
pub(crate) fn watch_hangups() -> io::Result<()> {
    static INSTALLED: Mutex<bool> = Mutex::new(false);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*installed {
        let before = current()?;
        PREVIOUS.get_or_init(|| Previous::of(&before));
        install()?;
        *installed = true;
    }
    Ok(())
}

/// Runs `f` while this thread takes no signal, and so starts threads that never take one: the
/// program's handlers run on the program's own threads. What a thread does to itself (a fault, an
/// abort) is still its own, and so is the profiler's clock.
pub(crate) fn held_back<R>(f: impl FnOnce() -> R) -> R {
    const OWN: [libc::c_int; 7] = [
        libc::SIGSEGV,
        libc::SIGBUS,
        libc::SIGFPE,
        libc::SIGILL,
        libc::SIGTRAP,
        libc::SIGABRT,
        libc::SIGPROF,
    ];
    let mut all = MaybeUninit::<libc::sigset_t>::zeroed();
    let mut before = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: bounds: `all` outlives the call.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    for signal in OWN {
        // SAFETY: bounds: `all` outlives the call, and was filled above.
        unsafe { libc::sigdelset(all.as_mut_ptr(), signal) };
    }
    let how = libc::SIG_BLOCK;
    // SAFETY: bounds: both sets outlive the call; race: the mask is this thread's alone.
    let held = unsafe { libc::pthread_sigmask(how, all.as_ptr(), before.as_mut_ptr()) } == 0;
    let result = f();
    if held {
        let (how, none) = (libc::SIG_SETMASK, core::ptr::null_mut());
        // SAFETY: bounds: the system has filled `before` in; race: as above.
        unsafe { libc::pthread_sigmask(how, before.as_ptr(), none) };
    }
    result
}

impl Previous {
    fn of(action: &libc::sigaction) -> Self {
        let handler = action.sa_sigaction;
        if handler == libc::SIG_DFL || handler == libc::SIG_IGN {
            return Self::Default;
        }
        if action.sa_flags & libc::SA_SIGINFO == 0 {
            // SAFETY: bounds: the system keeps a handler of this type where the flag is clear;
            // race: functions don't change.
            Self::Plain(unsafe {
                core::mem::transmute::<usize, extern "C" fn(libc::c_int)>(handler)
            })
        } else {
            // SAFETY: bounds: the system keeps a handler of this type where the flag is set; race:
            // functions don't change.
            Self::Detailed(unsafe {
                core::mem::transmute::<
                    usize,
                    extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void),
                >(handler)
            })
        }
    }
}

fn current() -> io::Result<libc::sigaction> {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: bounds: `action` outlives the call, and null asks without a change; race: none.
    let result = unsafe { libc::sigaction(libc::SIGHUP, core::ptr::null(), action.as_mut_ptr()) };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: bounds: zero is a value of all its fields, and the system has filled it in.
    Ok(unsafe { action.assume_init() })
}

fn install() -> io::Result<()> {
    let mut action = current()?;
    let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_hangup;
    action.sa_sigaction = handler as libc::sighandler_t;
    // Calls that were interrupted go on; a thread's alternate stack is used if it has one.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_ONSTACK;
    // SAFETY: bounds: the set belongs to `action`; race: none.
    unsafe { libc::sigemptyset(&raw mut action.sa_mask) };
    // SAFETY: bounds: `action` outlives the call; race: the handler is safe in a signal handler,
    // and what it reads is set.
    let result = unsafe { libc::sigaction(libc::SIGHUP, &raw const action, core::ptr::null_mut()) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

extern "C" fn on_hangup(
    signal: libc::c_int,
    details: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    HANGUPS.fetch_add(1, ord::count());
    match PREVIOUS.get() {
        Some(Previous::Plain(handler)) => handler(signal),
        Some(Previous::Detailed(handler)) => handler(signal, details, context),
        Some(Previous::Default) | None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::hangups;
    use super::*;
    use hydra_log_core::sync::AtomicUsize;

    static EARLIER: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn earlier(_signal: libc::c_int) {
        EARLIER.fetch_add(1, ord::count());
    }

    #[test]
    fn counts_and_hands_on() {
        let handler: extern "C" fn(libc::c_int) = earlier;
        // SAFETY: race: the handler adds one, which is safe in a signal handler.
        unsafe { libc::signal(libc::SIGHUP, handler as libc::sighandler_t) };
        watch_hangups().unwrap();
        watch_hangups().unwrap();
        let before = hangups();
        // SAFETY: race: the signal has a handler now, so it does not end the process.
        unsafe { libc::raise(libc::SIGHUP) };
        assert!(hangups() > before);
        assert_eq!(EARLIER.load(ord::count()), 1);
    }

    #[test]
    fn threads_started_meanwhile_take_no_signal() {
        let takes = |signal| {
            let mut mask = MaybeUninit::<libc::sigset_t>::zeroed();
            let ask = core::ptr::null();
            // SAFETY: bounds: `mask` outlives the call, and null asks without a change.
            unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, ask, mask.as_mut_ptr()) };
            // SAFETY: bounds: the system has filled the set in.
            unsafe { libc::sigismember(mask.as_ptr(), signal) == 0 }
        };
        let both = move || [takes(libc::SIGALRM), takes(libc::SIGSEGV)];
        let thread = held_back(|| std::thread::spawn(both));
        assert_eq!(thread.join().unwrap(), [false, true]);
        assert_eq!(both(), [true, true]);
    }
}
