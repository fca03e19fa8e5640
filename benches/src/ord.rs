//! The memory orderings of the ideal ring.

use core::sync::atomic::Ordering;

/// The producer publishes a record: pairs with [`tail_read`], so that its bytes are seen.
pub(crate) const fn tail_publish() -> Ordering {
    Ordering::Release
}

/// The reader learns of records: pairs with [`tail_publish`].
pub(crate) const fn tail_read() -> Ordering {
    Ordering::Acquire
}

/// The reader gives bytes back: pairs with [`head_read`], so that they are not written too early.
pub(crate) const fn head_release() -> Ordering {
    Ordering::Release
}

/// The producer learns of free bytes: pairs with [`head_release`].
pub(crate) const fn head_read() -> Ordering {
    Ordering::Acquire
}

/// The reader is asked to end: no other data depends on it.
pub(crate) const fn stop() -> Ordering {
    Ordering::Relaxed
}
