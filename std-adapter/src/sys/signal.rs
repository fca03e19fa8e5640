//! Signals: counts hangups (SIGHUP), for sinks that reopen their file when an administrator asks,
//! and keeps handlers off the engine's own threads.

#[cfg_attr(unix, path = "signal/unix.rs")]
#[cfg_attr(not(unix), path = "signal/none.rs")]
mod imp;

#[cfg(unix)]
pub(crate) mod ending;

pub(crate) use imp::{held_back, watch_hangups};

use hydra_log_core::ord;
use hydra_log_core::sync::AtomicUsize;

static HANGUPS: AtomicUsize = AtomicUsize::new(0);

/// How many hangups there were since somebody began to watch.
pub(crate) fn hangups() -> usize {
    HANGUPS.load(ord::count())
}
