//! The orderings that only models use.

use core::sync::atomic::Ordering;

/// A clock that all threads agree on, without a store buffer: who reads it later sees what was
/// done before an earlier reading. It stands for the grace a drain waits, or a barrier on all
/// processors.
#[must_use]
pub(crate) const fn clock() -> Ordering {
    Ordering::AcqRel
}
