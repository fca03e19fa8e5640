//! The memory orderings of the thread that flushes.

use std::sync::atomic::Ordering;

/// The thread is asked to end; pairs with itself: what was logged before is seen after.
pub(crate) const fn stop() -> Ordering {
    Ordering::SeqCst
}
