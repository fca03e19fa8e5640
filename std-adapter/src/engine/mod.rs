//! An engine: rings, drain, spool, sinks and the threads that move records along.
//!
//! ```text
//! thread --> own ring --+
//! thread --> own ring --+--> drain (token, merged by time) --> spool --> sink 0: render, write
//! signal --> shared ring+                                            \-> sink 1: render, write
//! ```

#[allow(dead_code, reason = "only bridges use it, and they are features")]
pub(crate) mod added;
mod breaker;
mod confirm;
mod direct;
mod drain_cell;
mod drainer;
pub(crate) mod encoding;
mod flush;
pub(crate) mod fork;
pub(crate) mod gates;
pub(crate) mod handed;
mod handle;
pub(crate) mod memory;
mod overflow;
mod pressure;
pub(crate) mod producer;
mod recorder;
mod report;
pub(crate) mod shared;
mod sink_gap;
pub(crate) mod sink_lane;
mod sites;
mod steps;
mod strategy;
mod thread_ring;
mod threads;
mod watch;
pub(crate) mod worker;

/// How many bytes stand in front of a ring's own in its memory.
pub(crate) const fn ring_header_bytes(is_shared: bool) -> usize {
    if is_shared {
        size_of::<hydra_log_core::ring::mpsc::Ring>().next_multiple_of(128)
    } else {
        thread_ring::HEADER
    }
}

pub use self::flush::Flushing;
#[cfg(feature = "tracing-subscriber")]
pub(crate) use self::handle::DROP_BOUND;
pub use self::handle::Engine;
pub(crate) use self::producer::ThreadRings;
pub(crate) use self::report::to_stderr;
pub use self::strategy::Strategy;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also when somebody panicked in between: what these locks guard is whole at any time.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
