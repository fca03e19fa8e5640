//! Every memory ordering of the workspace, as a named function with its proof.
use core::sync::atomic::Ordering;

/// A callsite's gate. Relaxed: the byte stands alone; a call that sees it late is a call made earlier.
#[inline(always)]
#[must_use]
pub const fn gate() -> Ordering {
    Ordering::Relaxed
}
