//! Rounds of measurements, one after the other and interleaved, and the median of each figure.
//!
//! Interleaved, because a machine changes while it is measured: what slows one round down meets
//! all measurements of that round alike.

use core::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::civil::Civil;
use crate::jobs::{DRAIN_CORE, Figure, JOBS, Size};
use crate::machine::{Load, Machine};
use crate::sys;

/// How often, how much, and what is done with the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How often every measurement runs.
    pub rounds: u32,
    /// Bursts of one run of B1.
    pub bursts: u32,
    /// Records of one throughput run.
    pub records: u64,
    /// Names of the measurements; empty for all.
    pub only: Vec<String>,
    /// Whether the figures are written to `records/`.
    pub record: bool,
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
        for (name, _) in JOBS {
            if plan.only.is_empty() || plan.only.iter().any(|only| only == name) {
                let file = scratch.0.join(format!("{name}-{round}.log"));
                rounds.push(in_a_process(name, plan, &file)?);
                // The next run wants the disk's cache to itself.
                drop(fs::remove_file(&file));
            }
        }
    }
    let mut figures = medians(&rounds.concat());
    let foreign = Load::now().foreign_percent(before);
    let name = "foreign_cpu".to_owned();
    figures.push(Figure { name, value: foreign, unit: "percent".to_owned(), lost: 0 });
    say("name,value,unit,lost");
    figures.iter().for_each(|figure| say(&line(figure)));
    if !is_pinned {
        say("# threads could not be bound to cores: the figures say less");
    }
    if plan.record {
        let path = record(plan, &figures)?;
        say(&format!("# written to {path}"));
    }
    Ok(())
}

/// `name,value,unit,lost`.
pub(crate) fn line(figure: &Figure) -> String {
    let Figure { name, value, unit, lost } = figure;
    format!("{name},{value:.2},{unit},{lost}")
}

/// Reads what [`line`] wrote.
fn parse(line: &str) -> Option<Figure> {
    let mut fields = line.split(',');
    let name = fields.next()?.to_owned();
    let value = fields.next()?.parse().ok()?;
    let unit = fields.next()?.to_owned();
    let lost = fields.next()?.parse().ok()?;
    Some(Figure { name, value, unit, lost })
}

fn in_a_process(name: &str, plan: &Plan, file: &Path) -> Result<Vec<Figure>, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let size = Size { bursts: plan.bursts, records: plan.records, file: file.to_owned() };
    let output = Command::new(own)
        .args(["--job", name])
        .args(["--bursts", &size.bursts.to_string(), "--records", &size.records.to_string()])
        .arg("--file")
        .arg(&size.file)
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{name}: {}: {}", output.status, reason.trim()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(parse).collect())
}

/// One figure for each name, in the order of their first sight.
fn medians(all: &[Figure]) -> Vec<Figure> {
    let mut sums: Vec<Figure> = Vec::new();
    for figure in all {
        if sums.iter().any(|known| known.name == figure.name) {
            continue;
        }
        let same = all.iter().filter(|other| other.name == figure.name);
        let mut values: Vec<f64> = same.clone().map(|other| other.value).collect();
        values.sort_by(f64::total_cmp);
        let value = values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
        // A loss in any round is a loss.
        let lost = same.map(|other| other.lost).sum();
        sums.push(Figure { value, lost, ..figure.clone() });
    }
    sums
}

fn record(plan: &Plan, figures: &[Figure]) -> Result<String, String> {
    let machine = Machine::here();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let date = Civil::of(now.as_secs()).date();
    let Machine { cpu, cores, system, rustc, commit } = &machine;
    let Plan { rounds, bursts, records, .. } = plan;
    let mut text = format!(
        "# machine: {cpu}, {cores} cores, {system}\n# rustc: {rustc}\n# commit: {commit}\n\
         # medians of {rounds} interleaved rounds; {bursts} bursts of 20 calls; {records} records\n\
         name,value,unit,lost\n"
    );
    for figure in figures {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{}", line(figure));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("records");
    let name = format!("{date}-{}.csv", machine.slug());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(name: &str, value: f64, lost: u64) -> Figure {
        Figure { name: name.to_owned(), value, unit: "ns".to_owned(), lost }
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let figure = figure("b1_p50_ns", 12.25, 3);
        assert_eq!(line(&figure), "b1_p50_ns,12.25,ns,3");
        assert_eq!(parse(&line(&figure)), Some(figure));
        assert_eq!(parse("thread panicked"), None);
    }

    #[test]
    fn medians_of_each_name_and_every_loss() {
        let all =
            [figure("a", 3.0, 0), figure("b", 1.0, 0), figure("a", 9.0, 2), figure("a", 5.0, 1)];
        assert_eq!(medians(&all), [figure("a", 5.0, 3), figure("b", 1.0, 0)]);
    }
}
