//! Presets: named sets of settings, each one row of a table.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use hydra_log_core::LevelFilter;

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

/// A named set of settings; the builder's own calls override single ones.
///
/// | setting | `Development` | `Production` | `BareMetal` |
/// |---|---|---|---|
/// | level without a filter | debug | info | info |
/// | a thread's first ring | 64 KiB | 64 KiB | 64 KiB |
/// | grows up to, a thread | 1 MiB | 1 MiB | never |
/// | all rings together | 64 MiB | 256 MiB | 256 MiB |
/// | spool | 1 MiB | 1 MiB | 256 KiB |
/// | ring full | wait up to 1 s | wait up to 100 ms | direct write, up to 100 ms for the drain |
/// | drain worker | one a sink | one a sink | none: `drain_once()` or a full ring |
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
    pub(crate) workers: usize,
    /// How long a sink may make no progress while others wait, before it is skipped.
    pub(crate) stall: Duration,
}

impl Preset {
    /// All presets, in the order of the table.
    pub const ALL: [Self; 3] = [Self::Development, Self::Production, Self::BareMetal];

    /// The name, as in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
            Self::BareMetal => "bare_metal",
        }
    }

    pub(crate) const fn settings(self) -> Settings {
        let production = Settings {
            level: LevelFilter::Info,
            ring_bytes: 64 << 10,
            max_ring_bytes: 1 << 20,
            budget_bytes: 256 << 20,
            spool_bytes: 1 << 20,
            chains: Chains::new(waiting(Duration::from_millis(100))),
            confirm: Duration::from_secs(30),
            recorder_bytes: 256 << 10,
            workers: 1,
            stall: Duration::from_millis(100),
        };
        match self {
            Self::Production => production,
            Self::Development => Settings {
                level: LevelFilter::Debug,
                budget_bytes: 64 << 20,
                chains: Chains::new(waiting(Duration::from_secs(1))),
                ..production
            },
            Self::BareMetal => Settings {
                max_ring_bytes: production.ring_bytes,
                spool_bytes: 256 << 10,
                chains: Chains::new(Chain::new([
                    Step::DirectWrite(Duration::from_millis(100)),
                    Step::DropNewest,
                ])),
                workers: 0,
                ..production
            },
        }
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
        write!(f, "unknown preset `{}`: use development, production or bare_metal", self.word)
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
