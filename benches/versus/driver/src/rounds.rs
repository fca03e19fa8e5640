//! Rounds: every measurement of every logger once a round, each in a process of its own.
//!
//! Interleaved, because a machine changes while it is measured: what slows a round down meets all
//! loggers of that round alike.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use harness::figure::medians;
use harness::machine::Load;
use harness::{DRAIN_CORE, Figure, sys};

use crate::options::Options;
use crate::peers::Built;

/// A logger that hangs does not hold up the others.
const PATIENCE: Duration = Duration::from_secs(180);

/// The figures of one logger.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    pub(crate) peer: Built,
    pub(crate) figures: Vec<Figure>,
}

impl Results {
    /// The figure of this name, when it was measured.
    pub(crate) fn get(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }

    /// Records that are not in its files, over all runs.
    pub(crate) fn lost(&self) -> u64 {
        // A run has several figures, each with the loss of the run.
        let runs = ["b1", "static", "string", "two", "four", "b1p", "text"];
        runs.map(|run| {
            let figures = self.figures.iter().filter(|figure| figure.name.starts_with(run));
            figures.map(|figure| figure.lost).max().unwrap_or(0)
        })
        .iter()
        .sum()
    }
}

/// Measures all; what failed is noted in a line.
pub(crate) fn measure(
    options: &Options,
    peers: &[Built],
    notes: &mut Vec<String>,
) -> Result<Vec<Results>, String> {
    let scratch = Scratch::new()?;
    // Inherited by every process that is started from here, and by their threads.
    if !sys::pin(DRAIN_CORE) {
        notes.push("# threads could not be bound to cores: the figures say less".to_owned());
    }
    let mut all: Vec<Vec<Figure>> = vec![Vec::new(); peers.len()];
    for round in 0..options.rounds {
        for job in &options.jobs {
            eprintln!("versus: round {} of {}: {job}", round + 1, options.rounds);
            for (peer, figures) in peers.iter().zip(&mut all) {
                let file = scratch.0.join(format!("{}-{job}-{round}.log", peer.name));
                let before = Load::now();
                match in_a_process(peer, job, options, &file) {
                    Ok(measured) => figures.extend(measured),
                    Err(reason) => notes.push(format!("# {}: {job}: {reason}", peer.name)),
                }
                let foreign = Load::now().foreign_percent(before);
                figures.push(Figure::new("foreign_cpu", foreign, "percent", 0));
                // The next run wants the disk's cache to itself.
                drop(fs::remove_file(&file));
            }
        }
    }
    let results = peers.iter().zip(all);
    let results = results.map(|(peer, figures)| {
        let mut figures = medians(&figures);
        // The machine's figure comes last.
        figures.sort_by_key(|figure| figure.name == "foreign_cpu");
        Results { peer: peer.clone(), figures }
    });
    Ok(results.collect())
}

fn in_a_process(
    peer: &Built,
    job: &str,
    options: &Options,
    file: &Path,
) -> Result<Vec<Figure>, String> {
    let mut command = Command::new(&peer.program);
    command.args(["--job", job]).arg("--file").arg(file);
    for (option, value) in [
        ("--bursts", options.bursts),
        ("--records", options.records),
        ("--seconds", options.seconds),
    ] {
        command.args([option, &value.to_string()]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let begin = Instant::now();
    // Few lines: they fit into the pipe while nobody reads it.
    while child.try_wait().map_err(|error| error.to_string())?.is_none() {
        if begin.elapsed() > PATIENCE {
            drop(child.kill());
            drop(child.wait());
            return Err(format!("not over after {} s", PATIENCE.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {}", output.status, text.trim().replace('\n', " ")));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(Figure::parse).collect())
}

/// A folder for the logs of the runs.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("hydra-versus-{}", std::process::id()));
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
