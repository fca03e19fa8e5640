//! Forks: how many lie between this process and the first one, and what is done around each.
#![cfg_attr(unix, expect(unsafe_code, reason = "registers with the C library"))]

use hydra_log_core::ord;
use hydra_log_core::sync::AtomicU32;

static FORKS: AtomicU32 = AtomicU32::new(0);

/// How many forks lie between this process and the first one.
pub(crate) fn count() -> u32 {
    FORKS.load(ord::own())
}

/// In a child that was just forked: there is one fork more.
pub(crate) fn counted() {
    FORKS.store(count().wrapping_add(1), ord::own());
}

/// Has `before` run before each fork, then `parent` in the parent and `child` in the child, all on
/// the thread that forks; says whether the system took them.
#[cfg(unix)]
pub(crate) fn watch(
    before: extern "C" fn(),
    parent: extern "C" fn(),
    child: extern "C" fn(),
) -> bool {
    // SAFETY: race: the C library locks its list; bounds: functions, for the rest of the process.
    unsafe { libc::pthread_atfork(Some(before), Some(parent), Some(child)) == 0 }
}

/// Nothing forks here.
#[cfg(not(unix))]
pub(crate) fn watch(
    _before: extern "C" fn(),
    _parent: extern "C" fn(),
    _child: extern "C" fn(),
) -> bool {
    false
}
