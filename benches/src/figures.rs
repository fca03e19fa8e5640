//! Rounds of measurements, one after the other and interleaved, and the median of each figure.
//!
//! Interleaved, because a machine changes while it is measured: what slows one round down meets
//! all measurements of that round alike.

use core::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use harness::civil::Civil;
use harness::figure::medians;
use harness::machine::{Load, Machine};
use harness::{DRAIN_CORE, Figure, sys};

use crate::jobs::{JOBS, Job};

/// How often, how much, and what is done with the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How often every measurement runs.
    pub rounds: u32,
    /// Bursts of one run of B1.
    pub bursts: u32,
    /// Records of one throughput run.
    pub records: u64,
    /// Seconds of a run at a fixed rate.
    pub seconds: u32,
    /// Whether the measurements that take long are made, too.
    pub long: bool,
    /// Names of the measurements; empty for all.
    pub only: Vec<String>,
    /// Whether the figures are written to `records/`.
    pub record: bool,
}

impl Plan {
    fn wants(&self, job: &Job) -> bool {
        match self.only.is_empty() {
            true => self.long || !job.is_long,
            false => self.only.iter().any(|only| only == job.name),
        }
    }
}

/// Measures, and prints a line a figure as soon as all rounds are over.
///
/// # Errors
/// A sentence that says which measurement failed, and why.
pub(crate) fn measure(plan: &Plan, mut say: impl FnMut(&str)) -> Result<(), String> {
    let scratch = Scratch::new()?;
    let before = Load::now();
    // Inherited by every process that is started from here, and by their threads.
    let is_pinned = sys::pin(DRAIN_CORE);
    let mut rounds = Vec::new();
    for round in 0..plan.rounds {
        for job in JOBS.iter().filter(|job| plan.wants(job)) {
            let file = scratch.0.join(format!("{}-{round}.log", job.name));
            rounds.push(in_a_process(job.name, plan, &file)?);
            // The next run wants the disk's cache to itself.
            drop(fs::remove_file(&file));
        }
    }
    let mut figures = medians(&rounds.concat());
    let foreign = Load::now().foreign_percent(before);
    figures.push(Figure::new("foreign_cpu", foreign, "percent", 0));
    say("name,value,unit,lost");
    figures.iter().for_each(|figure| say(&figure.line()));
    if !is_pinned {
        say("# threads could not be bound to cores: the figures say less");
    }
    if plan.record {
        let path = record(plan, &figures)?;
        say(&format!("# written to {path}"));
    }
    Ok(())
}

fn in_a_process(name: &str, plan: &Plan, file: &Path) -> Result<Vec<Figure>, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(own)
        .args(["--job", name])
        .args(["--bursts", &plan.bursts.to_string(), "--records", &plan.records.to_string()])
        .args(["--seconds", &plan.seconds.to_string()])
        .arg("--file")
        .arg(file)
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{name}: {}: {}", output.status, reason.trim()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(Figure::parse).collect())
}

fn record(plan: &Plan, figures: &[Figure]) -> Result<String, String> {
    let machine = Machine::here();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let date = Civil::of(now.as_secs()).date();
    let Machine { cpu, cores, system, rustc, commit } = &machine;
    let Plan { rounds, bursts, records, seconds, .. } = plan;
    let mut text = format!(
        "# machine: {cpu}, {cores} cores, {system}\n# rustc: {rustc}\n# commit: {commit}\n\
         # medians of {rounds} interleaved rounds; {bursts} bursts of 20 calls; {records} records; \
         {seconds} s at 1 M calls/s\nname,value,unit,lost\n"
    );
    for figure in figures {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{}", figure.line());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("records");
    let kind = if plan.long { "-long" } else { "" };
    let name = format!("{date}{kind}-{}.csv", machine.slug());
    let failed = |error: std::io::Error| format!("cannot write {name}: {error}");
    fs::create_dir_all(&folder).map_err(failed)?;
    fs::write(folder.join(&name), text).map_err(failed)?;
    Ok(format!("benches/records/{name}"))
}

/// A folder for the logs of the runs.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("hydra-bench-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is in the system's folder for such things.
        drop(fs::remove_dir_all(&self.0));
    }
}
