//! Presets: named sets of settings, each one row of a table.

mod own;

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use hydra_log_core::LevelFilter;

pub use self::own::{PresetInfo, PresetName, presets, register_preset};

use crate::delivery::{Chain, Chains, Step};

/// What happens to a record whose ring is full, after the ring was grown as far as allowed: the
/// usual [`Chain`](crate::Chain)s by name.
///
/// Every outcome is counted and visible in [`Stats`](crate::Stats); a lost record leaves a gap
/// record in the output that says how many were lost, where. The last sixteenth of a ring is kept
/// for warnings and errors. A thread that waited in vain does not wait again before it found room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The record is dropped at once.
    Drop,
    /// The caller wakes the drain, waits up to this long for room, draining itself where nobody
    /// else does, and then drops the record.
    Wait(Duration),
    /// The caller drains all rings in order and writes to the sinks itself; when somebody else
    /// holds the drain for longer than this, the record is dropped.
    DirectWrite(Duration),
}

/// On what the order of records of different threads rests.
///
/// A call says that it is under way before it reads the clock, and the drain holds younger records
/// back until it is done. But what one processor has stored, another one sees a moment later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Order {
    /// That moment is given 10 µs, a hundred times what processors take. A record that comes later
    /// all the same is marked late. A flush asks for proof.
    #[default]
    Grace,
    /// Every pass of the drain has the system put a barrier on all processors that run this
    /// program (`membarrier`, Linux): no guess is left. It interrupts those processors for a moment
    /// each time. Elsewhere it is as `Grace`.
    Proven,
}

/// A named set of settings; the builder's own calls override single ones.
///
/// | preset | level | a thread's ring, at first and at most | all rings | spool | ring full | without sinks |
/// |---|---|---|---|---|---|---|
/// | `Development` | debug | 64 KiB, 1 MiB | 64 MiB | 1 MiB | wait up to 1 s | text or JSON |
/// | `Production` | info | 64 KiB, 1 MiB | 256 MiB | 1 MiB | wait up to 100 ms | text or JSON |
/// | `Testing` | trace | 16 KiB, 1 MiB | 16 MiB | 1 MiB | wait up to 10 s | text |
/// | `Microservice` | info | 32 KiB, 512 KiB | 32 MiB | 1 MiB | wait up to 50 ms | JSON |
/// | `WebApp` | info | 64 KiB, 1 MiB | 128 MiB | 2 MiB | wait up to 20 ms | text or JSON |
/// | `ApiService` | info | 128 KiB, 2 MiB | 256 MiB | 4 MiB | wait up to 5 ms | JSON |
/// | `BackgroundWorker` | info | 32 KiB, 1 MiB | 64 MiB | 1 MiB | wait up to 1 s | JSON |
/// | `HighPerformance` | info | 256 KiB, 8 MiB | 1 GiB | 16 MiB | drop | JSON |
/// | `Minimal` | warn | 16 KiB, 64 KiB | 1 MiB | 256 KiB | wait up to 10 ms | text |
/// | `BareMetal` | info | 64 KiB, 64 KiB | 256 MiB | 256 KiB | direct write, up to 100 ms | text or JSON |
///
/// All have one worker a sink but `BareMetal`, which has none: `drain_once()` or a full ring
/// writes.
/// `Production`, asked for by name, outlives the process: see
/// [`Builder::preset`](crate::Builder::preset).
/// "Text or JSON" is text to a terminal, in colour where it has them, and JSON to anything else.
///
/// ```
/// use hydra_log::Preset;
/// assert_eq!("bare_metal".parse(), Ok(Preset::BareMetal));
/// assert!("fast".parse::<Preset>().unwrap_err().to_string().contains("development"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Preset {
    /// For a person at a terminal.
    Development,
    /// For a server.
    #[default]
    Production,
    /// For tests: everything, and nothing is dropped soon.
    Testing,
    /// For a small server among many, whose lines a collector reads.
    Microservice,
    /// For a server with pages.
    WebApp,
    /// For a server whose answers must not wait.
    ApiService,
    /// For jobs that may wait rather than lose a line.
    BackgroundWorker,
    /// For millions of records a second: a full ring drops.
    HighPerformance,
    /// For little memory: warnings and errors.
    Minimal,
    /// No worker thread: a full ring is written out by the call that finds it full.
    BareMetal,
}

/// The settings that a preset stands for.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) level: LevelFilter,
    pub(crate) ring_bytes: usize,
    pub(crate) max_ring_bytes: usize,
    pub(crate) budget_bytes: usize,
    pub(crate) spool_bytes: usize,
    pub(crate) chains: Chains,
    /// How long a guaranteed record is waited for.
    pub(crate) confirm: Duration,
    /// The bytes that the flight recorder keeps.
    pub(crate) recorder_bytes: usize,
    pub(crate) order: Order,
    pub(crate) workers: usize,
    /// How long a sink may make no progress while others wait, before it is skipped.
    pub(crate) stall: Duration,
    pub(crate) shown: Shown,
}

impl Preset {
    /// All presets, in the order of the table.
    pub const ALL: [Self; 10] = [
        Self::Development,
        Self::Production,
        Self::Testing,
        Self::Microservice,
        Self::WebApp,
        Self::ApiService,
        Self::BackgroundWorker,
        Self::HighPerformance,
        Self::Minimal,
        Self::BareMetal,
    ];

    /// The name, as in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
            Self::Testing => "testing",
            Self::Microservice => "microservice",
            Self::WebApp => "web_app",
            Self::ApiService => "api_service",
            Self::BackgroundWorker => "background_worker",
            Self::HighPerformance => "high_performance",
            Self::Minimal => "minimal",
            Self::BareMetal => "bare_metal",
        }
    }

    /// What it is for.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Development => "for a person at a terminal",
            Self::Production => "for a server",
            Self::Testing => "for tests: everything, and nothing is dropped soon",
            Self::Microservice => "for a small server among many, whose lines a collector reads",
            Self::WebApp => "for a server with pages",
            Self::ApiService => "for a server whose answers must not wait",
            Self::BackgroundWorker => "for jobs that may wait rather than lose a line",
            Self::HighPerformance => "for millions of records a second: a full ring drops",
            Self::Minimal => "for little memory: warnings and errors",
            Self::BareMetal => "no worker thread: a full ring is written out by its call",
        }
    }

    pub(crate) const fn settings(self) -> Settings {
        use LevelFilter::{Debug, Info, Trace, Warn};
        match self {
            Self::Development => settings(Debug, [64, 1024, 64 << 10, 1024], 1000, Shown::Auto),
            Self::Production => settings(Info, [64, 1024, 256 << 10, 1024], 100, Shown::Auto),
            Self::Testing => settings(Trace, [16, 1024, 16 << 10, 1024], 10_000, Shown::Text),
            Self::Microservice => settings(Info, [32, 512, 32 << 10, 1024], 50, Shown::Json),
            Self::WebApp => settings(Info, [64, 1024, 128 << 10, 2048], 20, Shown::Auto),
            Self::ApiService => settings(Info, [128, 2048, 256 << 10, 4096], 5, Shown::Json),
            Self::BackgroundWorker => settings(Info, [32, 1024, 64 << 10, 1024], 1000, Shown::Json),
            Self::HighPerformance => Settings {
                chains: Chains::new(Chain::new([Step::Spill, Step::DropNewest])),
                ..settings(Info, [256, 8192, 1 << 20, 16 << 10], 0, Shown::Json)
            },
            Self::Minimal => settings(Warn, [16, 64, 1024, 256], 10, Shown::Text),
            Self::BareMetal => Settings {
                chains: Chains::new(Chain::new([
                    Step::DirectWrite(Duration::from_millis(100)),
                    Step::DropNewest,
                ])),
                workers: 0,
                ..settings(Info, [64, 64, 256 << 10, 256], 100, Shown::Auto)
            },
        }
    }
}

/// How records look where nobody named a sink: on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Text to a terminal, JSON to anything else.
    Auto,
    Text,
    Json,
}

impl Shown {
    /// Whether that is text, to a terminal or to anything else.
    pub(crate) const fn is_text(self, is_terminal: bool) -> bool {
        match self {
            Self::Auto => is_terminal,
            Self::Text => true,
            Self::Json => false,
        }
    }
}

/// Rings at first and at most, all rings, and the spool, in KiB; how long a full ring waits, in
/// milliseconds.
const fn settings(
    level: LevelFilter,
    [ring, max_ring, budget, spool]: [usize; 4],
    wait_ms: u64,
    shown: Shown,
) -> Settings {
    Settings {
        level,
        ring_bytes: ring << 10,
        max_ring_bytes: max_ring << 10,
        budget_bytes: budget << 10,
        spool_bytes: spool << 10,
        chains: Chains::new(waiting(Duration::from_millis(wait_ms))),
        confirm: Duration::from_secs(30),
        recorder_bytes: 256 << 10,
        order: Order::Grace,
        workers: 1,
        stall: Duration::from_millis(100),
        shown,
    }
}

/// Memory first, which costs the call least; then the drain's work, for so long.
const fn waiting(bound: Duration) -> Chain {
    Chain::new([Step::Spill, Step::Assist(bound), Step::DropNewest])
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that names no preset.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParsePresetError {
    /// The word.
    pub word: String,
}

impl fmt::Display for ParsePresetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown preset `{}`: {}", self.word, known(&self.word))
    }
}

/// What there is instead of a word that names no preset.
pub(crate) fn known(word: &str) -> String {
    let presets = presets();
    let names = presets.iter().map(|preset| preset.name.as_str());
    match crate::filter::nearest(word, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("use one of {}", names.collect::<Vec<_>>().join(", ")),
    }
}

impl core::error::Error for ParsePresetError {}

impl FromStr for Preset {
    type Err = ParsePresetError;

    fn from_str(word: &str) -> Result<Self, ParsePresetError> {
        let wanted = word.replace('-', "_");
        Self::ALL
            .into_iter()
            .find(|preset| preset.as_str().eq_ignore_ascii_case(&wanted))
            .ok_or_else(|| ParsePresetError { word: word.to_owned() })
    }
}
