//! From the rings to the spool: what the holder of the drain token does.

use hydra_log_core::drain::{self, Lane, Limits, Output, Pass, Stop};
use hydra_log_core::record::{Flags, HEADER_BYTES};
use hydra_log_core::ring::spsc;
use hydra_log_core::site;
use hydra_log_core::spool::UNCOUNTED;

use crate::clock::WallClock;
use crate::engine::shared::Shared;
use crate::engine::thread_ring::ThreadRing;
use crate::sys::ticks::{self, ticks};

/// How long a producer's mark may take to become visible on another processor.
const GRACE_NS: u64 = 10_000;

/// How long a call in flight holds back younger records, before it is left to come late.
const PATIENCE_NS: u64 = 10_000_000;

/// How many records one pass moves before its caller looks around.
const PASS_RECORDS: usize = 4096;

/// The lanes, and what the drain remembers between passes.
pub(crate) struct Drainer {
    /// Lanes of rings in use stand in front.
    lanes: Vec<Lane<'static>>,
    active: usize,
    newest: u64,
    clock: WallClock,
    epoch: usize,
    grace: u64,
    patience: u64,
    pub(crate) late: u64,
}
