//! The orderings of the words that these tests share with sinks and handlers.

use core::sync::atomic::Ordering;

/// A switch that a test flips under a running sink, and what the sink counts. Sequentially
/// consistent: what a test claims must not hang on its own words.
pub const fn switch() -> Ordering {
    Ordering::SeqCst
}

/// A count that a signal handler keeps. Relaxed: it is read when no handler runs any more.
#[cfg(unix)]
pub const fn handled() -> Ordering {
    Ordering::Relaxed
}
