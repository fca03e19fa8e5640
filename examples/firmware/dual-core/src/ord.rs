//! The orderings of the flag by which the second core says that it is done.

use core::sync::atomic::Ordering;

/// Pairs with [`see_done`]: whoever sees the flag sees the records before it.
pub fn done() -> Ordering {
    Ordering::Release
}

/// Pairs with [`done`].
pub fn see_done() -> Ordering {
    Ordering::Acquire
}
