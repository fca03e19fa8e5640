//! The clock that every log call is timed with, and what reading it costs.
//!
//! Two readings stand around a call. What they cost is measured in the same way, around nothing,
//! and shown beside the calls' times, which contain it.

use core::hint::black_box;
use std::time::Instant;

use super::Histogram;

/// Pairs of readings that are measured.
const PAIRS: u64 = 1_000_000;

/// Reads the counter.
#[inline(always)]
pub(super) fn ticks() -> u64 {
    hydra_log::clock::ticks()
}

/// A moment on both clocks, to learn a tick's length by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    wall: Instant,
    ticks: u64,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self { wall: Instant::now(), ticks: ticks() }
    }

    /// Seconds since then.
    pub(super) fn seconds(&self) -> f64 {
        self.wall.elapsed().as_secs_f64()
    }

    /// Nanoseconds a tick, from then to now.
    #[expect(clippy::cast_precision_loss, reason = "spans of seconds, shown in three digits")]
    pub(super) fn ns_per_tick(&self) -> f64 {
        let ticks = ticks().wrapping_sub(self.ticks).max(1);
        self.wall.elapsed().as_nanos() as f64 / ticks as f64
    }
}

/// How long things took, in ticks, and how long a tick is.
#[derive(Clone, Debug)]
pub(super) struct Times {
    pub(super) ticks: Histogram,
    pub(super) ns_per_tick: f64,
}

impl Times {
    /// Nanoseconds that `per_mille` of 1000 do not exceed.
    #[expect(clippy::cast_precision_loss, reason = "a time for people")]
    pub(super) fn ns(&self, per_mille: u64) -> f64 {
        self.ticks.quantile(per_mille) as f64 * self.ns_per_tick
    }
}

/// Times nothing, a million times.
pub(super) fn measure() -> Times {
    let mut calls = Calls::new();
    let begin = Moment::now();
    for _ in 0..PAIRS {
        calls.time(|| black_box(()));
    }
    Times { ticks: calls.ticks, ns_per_tick: begin.ns_per_tick() }
}

/// The time of every log call of one thread.
#[derive(Debug)]
pub(super) struct Calls {
    pub(super) ticks: Histogram,
}

impl Calls {
    pub(super) fn new() -> Self {
        Self { ticks: Histogram::new() }
    }

    /// Makes the call between two readings of the clock and returns both.
    #[inline(always)]
    pub(super) fn time(&mut self, call: impl FnOnce()) -> (u64, u64) {
        let begin = ticks();
        call();
        let end = ticks();
        self.ticks.add(end.wrapping_sub(begin));
        (begin, end)
    }
}
