//! The measurements. Each runs in a process of its own, so that none meets another's leftovers.
//!
//! The process starts bound to core 1; an engine that it starts has its drain there, and then the
//! thread that logs binds itself to core 0.

mod bursts;
mod clock;
mod engine;
mod off;
mod throughput;

use std::path::PathBuf;

use crate::sys;

/// The core of the thread that logs.
const PRODUCER_CORE: usize = 0;
/// The core of everybody else.
pub(crate) const DRAIN_CORE: usize = 1;

/// One measured value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: String,
    /// Records that were logged and are not in the output.
    pub(crate) lost: u64,
}

impl Figure {
    fn new(name: impl Into<String>, value: f64, unit: &str, lost: u64) -> Self {
        Self { name: name.into(), value, unit: unit.to_owned(), lost }
    }
}

/// How much is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// Bursts of 20 calls.
    pub(crate) bursts: u32,
    /// Records of a throughput run.
    pub(crate) records: u64,
    /// A file that a job may write and that nobody else uses.
    pub(crate) file: PathBuf,
}

type Job = fn(&Size) -> Result<Vec<Figure>, String>;

/// All measurements, in the order of one round.
pub(crate) const JOBS: [(&str, Job); 12] = [
    ("clock", clock::run),
    ("b1", bursts::three),
    ("ideal", bursts::ideal),
    ("static", bursts::constant),
    ("string", bursts::string),
    ("off", off::run),
    ("text", throughput::text),
    ("baseline", throughput::baseline),
    ("json", throughput::json),
    ("binary", throughput::binary),
    ("binary_static", throughput::binary_static),
    ("binary_random", throughput::binary_random),
];

/// Runs the measurement of this name in this process.
pub(crate) fn run(name: &str, size: &Size) -> Result<Vec<Figure>, String> {
    let (_, job) = JOBS
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or_else(|| format!("no measurement is called `{name}`"))?;
    job(size)
}

/// Moves this thread to the producer's core. On a machine that has only one, it stays.
fn become_producer() {
    let _moved = sys::pin(PRODUCER_CORE);
}
