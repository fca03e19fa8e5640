//! What a figure has to be read with: the machine, its noise, the compiler, the commit.

use std::fs;
use std::process::Command;

/// What does not change during a run.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Name, family and model.
    pub cpu: String,
    /// As many threads run at once.
    pub cores: usize,
    /// Kernel and architecture.
    pub system: String,
    /// The compiler's version.
    pub rustc: String,
    /// What was checked out.
    pub commit: String,
}

impl Machine {
    /// This machine, now.
    #[must_use]
    pub fn here() -> Self {
        Self {
            cpu: cpu(),
            cores: cores(),
            system: answer("uname", &["-srm"]),
            rustc: answer("rustc", &["--version"]),
            commit: answer("git", &["describe", "--always", "--dirty"]),
        }
    }

    /// The processor's name as a part of a file's name.
    #[must_use]
    pub fn slug(&self) -> String {
        let kept: String = self
            .cpu
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' })
            .collect();
        let words = kept.split_whitespace().filter(|word| !matches!(*word, "r" | "tm" | "cpu"));
        words.collect::<Vec<_>>().join("-")
    }
}

/// Those that are there: a process that is bound to one could only use that.
fn cores() -> usize {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let counted = text.lines().filter(|line| line.starts_with("processor")).count();
    if counted > 0 { counted } else { std::thread::available_parallelism().map_or(1, usize::from) }
}

/// Name, family and model: some names say little.
fn cpu() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let value = |key: &str| {
        let line = text.lines().find(|line| line.split(':').next().map(str::trim) == Some(key));
        let value = line.and_then(|line| line.split(':').nth(1)).unwrap_or("unknown");
        value.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    format!("{} family {} model {}", value("model name"), value("cpu family"), value("model"))
}

fn answer(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.ok().filter(|text| !text.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// Busy time so far, in the system's ticks: of everybody, and of this process and its children.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    everybody: u64,
    own: u64,
    all: u64,
}

impl Load {
    /// The counters now; zeros where the system has none.
    #[must_use]
    pub fn now() -> Self {
        let total = fs::read_to_string("/proc/stat").unwrap_or_default();
        let times: Vec<u64> = numbers(total.lines().next().unwrap_or_default());
        let all = times.iter().take(8).sum();
        // Columns 3 and 4 are idle and waiting for a disk.
        let idle: u64 = times.iter().skip(3).take(2).sum();
        let own = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // The name in parentheses may hold anything; behind it, the times are fields 12 to 15.
        let own = own.rsplit(')').next().unwrap_or_default();
        let own =
            own.split_whitespace().skip(11).take(4).filter_map(|word| word.parse::<u64>().ok());
        Self { everybody: all - idle, own: own.sum(), all }
    }

    /// Percent of all cores that others used since `before`.
    #[expect(clippy::cast_precision_loss, reason = "a percentage")]
    #[must_use]
    pub fn foreign_percent(self, before: Self) -> f64 {
        let busy = self.everybody.saturating_sub(before.everybody) as f64;
        let own = self.own.saturating_sub(before.own) as f64;
        let all = self.all.saturating_sub(before.all).max(1) as f64;
        (busy - own).max(0.0) * 100.0 / all
    }
}

fn numbers(line: &str) -> Vec<u64> {
    line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}
