//! Runs something when the process ends through `exit` or a return from `main`.
#![cfg_attr(unix, expect(unsafe_code, reason = "registers with the C library"))]

/// Registers `run`; says whether the system took it. Where it has no such thing, it does not.
#[cfg(unix)]
pub(crate) fn at_exit(run: extern "C" fn()) -> bool {
    // SAFETY: bounds: `run` is a function for the rest of the process; race: the C library locks
    // its list.
    unsafe { libc::atexit(run) == 0 }
}

/// Registers `run`; says whether the system took it. Where it has no such thing, it does not.
#[cfg(not(unix))]
pub(crate) fn at_exit(_run: extern "C" fn()) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    extern "C" fn nothing() {}

    #[test]
    fn is_taken() {
        assert!(at_exit(nothing));
    }
}
