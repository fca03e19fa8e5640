//! A sink's worker: drain, render, write, and otherwise wait without being noticed.
//!
//! Whichever worker finds the drain free moves records from the rings to the spool; then it serves
//! its own sink. So a sink that hangs takes its own worker out, never the drain.
//!
//! Waiting. A worker that spins on the rings costs the producers cache lines, so after a pass that
//! found little it sleeps: a fifth of a millisecond while there is traffic, doubling to 20 ms at
//! rest. A producer that used up half a ring wakes it early.

use core::time::Duration;
use std::thread::{self, Thread};
use std::time::Instant;

use crate::engine::shared::Shared;
use crate::engine::sink_lane::Scratch;

/// The pause between passes while there is traffic.
const PAUSE: Duration = Duration::from_micros(200);

/// The longest pause, at rest.
const REST: Duration = Duration::from_millis(20);

/// Quiet passes before the pause grows.
const QUIET_PASSES: u32 = 8;

/// A pass that moved fewer records than this found little: going on at once would only take the
/// producers' cache lines from them.
const FEW: usize = 256;

/// How often a sink may look after itself (reopen a moved file).
const UPKEEP: Duration = Duration::from_millis(500);

/// Starts a worker for one lane.
pub(crate) fn spawn(shared: &'static Shared, lane: usize, number: usize) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new()
        .name(format!("hydra-{lane}.{number}"))
        .stack_size(512 << 10)
        .spawn(move || Worker::new(shared, lane).run())
}
