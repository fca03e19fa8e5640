//! One sink: a cursor on the spool, a format, and somewhere to write.
//!
//! Any number of threads may serve a lane. Each takes the next batch out of the spool (a short
//! copy), renders it on its own, and writes when its turn comes: output is in the spool's order
//! whatever order the rendering ends in. Nothing of the spool is held while a sink writes, so a sink
//! that hangs delays nobody else.

use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic::catch_unwind;
use std::sync::{Condvar, Mutex};
use std::time::Instant;

use hydra_log_core::spool;
use hydra_log_core::sync::AtomicU64;
use hydra_log_core::{LevelFilter, ord};

use crate::engine::batch::Batch;
use crate::engine::lock;
use crate::engine::shared::Shared;
use crate::error::Error;
use crate::format::Format;
use crate::sink::Sink;
use crate::stats::SinkStats;

/// How many bytes of records one batch takes at the most.
const BATCH_BYTES: usize = 64 << 10;

/// Tries after a failed write, before the rest of the batch is given up.
const RETRIES: u32 = 3;

#[derive(Default)]
struct Counters {
    written: AtomicU64,
    skipped: AtomicU64,
    lost: AtomicU64,
    in_hand: AtomicU64,
    bytes: AtomicU64,
    gaps: AtomicU64,
    errors: AtomicU64,
}

pub(crate) struct SinkLane {
    name: String,
    level: LevelFilter,
    format: Box<dyn Format>,
    reader: usize,
    claim: Mutex<Claim>,
    turn: Mutex<u64>,
    turned: Condvar,
    sink: Mutex<Box<dyn Sink>>,
    counters: Counters,
    /// Where in the spool everything before has been written or given up.
    done: AtomicU64,
}

struct Claim {
    next_ticket: u64,
    /// Losses that the output was not told of yet.
    untold: u64,
}

/// What a serving thread keeps from batch to batch.
pub(crate) struct Scratch {
    batch: Box<[u8]>,
    out: crate::format::Buffer,
    ends: Vec<u32>,
}
