//! The measurements. Each runs in a process of its own, so that none meets another's leftovers.

mod bursts;
mod clock;
mod cold;
mod crowd;
mod engine;
mod off;
mod rate;
mod rest;
mod throughput;
mod workers;

use harness::{Figure, Size};

/// A measurement.
pub(crate) struct Job {
    pub(crate) name: &'static str,
    run: fn(&Size) -> Result<Vec<Figure>, String>,
    /// Left out of a quick run.
    pub(crate) is_long: bool,
}

const fn quick(name: &'static str, run: fn(&Size) -> Result<Vec<Figure>, String>) -> Job {
    Job { name, run, is_long: false }
}

const fn long(name: &'static str, run: fn(&Size) -> Result<Vec<Figure>, String>) -> Job {
    Job { name, run, is_long: true }
}

/// All measurements, in the order of one round.
pub(crate) const JOBS: [Job; 24] = [
    quick("clock", clock::run),
    quick("b1", bursts::three),
    quick("ideal", bursts::ideal),
    quick("static", bursts::constant),
    quick("string", bursts::string),
    quick("off", off::run),
    quick("text", throughput::text),
    quick("baseline", throughput::baseline),
    quick("json", throughput::json),
    quick("redact", throughput::redact),
    quick("binary", throughput::binary),
    quick("binary_static", throughput::binary_static),
    quick("binary_random", throughput::binary_random),
    long("core", bursts::core),
    long("log", bursts::over_log),
    long("tracing", bursts::over_tracing),
    long("two", crowd::two),
    long("four", crowd::four),
    long("cold", cold::run),
    long("layers", off::layers),
    long("workers", workers::run),
    long("rest", rest::run),
    long("many", crowd::many),
    long("b1p", rate::run),
];

/// Runs the measurement of this name in this process.
pub(crate) fn run(name: &str, size: &Size) -> Result<Vec<Figure>, String> {
    let job = JOBS
        .iter()
        .find(|job| job.name == name)
        .ok_or_else(|| format!("no measurement is called `{name}`"))?;
    (job.run)(size)
}
