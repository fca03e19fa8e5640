//! Levels, and the static maximum that Cargo features set.

use core::fmt;
use core::str::FromStr;

/// How severe a record is. Names and order are the `log` crate's: `Error < Warn < … < Trace`.
///
/// ```
/// use hydra_log_core::Level;
/// assert!(Level::Error < Level::Trace);
/// assert_eq!("WARN".parse::<Level>(), Ok(Level::Warn));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// A failure that somebody should look at.
    Error = 1,
    /// Something that may become one.
    Warn = 2,
    /// What the program does.
    Info = 3,
    /// What helps to find a bug.
    Debug = 4,
    /// Everything.
    Trace = 5,
}

impl Level {
    /// All levels, most severe first.
    pub const ALL: [Self; 5] = [Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    /// The name in capitals, as it stands in a log line.
    ///
    /// ```
    /// assert_eq!(hydra_log_core::Level::Info.as_str(), "INFO");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }

    /// The level with number `n` (1 is `Error`, 5 is `Trace`), or `None`.
    ///
    /// ```
    /// use hydra_log_core::Level;
    /// assert_eq!(Level::from_number(5), Some(Level::Trace));
    /// assert_eq!(Level::from_number(0), None);
    /// ```
    #[must_use]
    pub const fn from_number(n: u8) -> Option<Self> {
        match n {
            1 => Some(Self::Error),
            2 => Some(Self::Warn),
            3 => Some(Self::Info),
            4 => Some(Self::Debug),
            5 => Some(Self::Trace),
            _ => None,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which levels pass: all up to and including one, or none.
///
/// ```
/// use hydra_log_core::{Level, LevelFilter};
/// assert!(LevelFilter::Info.allows(Level::Warn));
/// assert!(!LevelFilter::Off.allows(Level::Error));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum LevelFilter {
    /// Nothing passes.
    #[default]
    Off = 0,
    /// Only errors.
    Error = 1,
    /// Warnings and errors.
    Warn = 2,
    /// Everything down to `Info`.
    Info = 3,
    /// Everything down to `Debug`.
    Debug = 4,
    /// Everything.
    Trace = 5,
}

impl LevelFilter {
    /// Whether a record of this level passes.
    #[must_use]
    pub const fn allows(self, level: Level) -> bool {
        level as u8 <= self as u8
    }

    /// The name in lower case, as it stands in a filter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warn => Self::Warn,
            Level::Info => Self::Info,
            Level::Debug => Self::Debug,
            Level::Trace => Self::Trace,
        }
    }
}

impl fmt::Display for LevelFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that names no level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseLevelError;

impl fmt::Display for ParseLevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown level: use off, error, warn, info, debug or trace")
    }
}

impl core::error::Error for ParseLevelError {}

impl FromStr for LevelFilter {
    type Err = ParseLevelError;

    fn from_str(word: &str) -> Result<Self, ParseLevelError> {
        const FILTERS: [LevelFilter; 6] = [
            LevelFilter::Off,
            LevelFilter::Error,
            LevelFilter::Warn,
            LevelFilter::Info,
            LevelFilter::Debug,
            LevelFilter::Trace,
        ];
        FILTERS
            .into_iter()
            .find(|filter| filter.as_str().eq_ignore_ascii_case(word))
            .ok_or(ParseLevelError)
    }
}

impl FromStr for Level {
    type Err = ParseLevelError;

    fn from_str(word: &str) -> Result<Self, ParseLevelError> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str().eq_ignore_ascii_case(word))
            .ok_or(ParseLevelError)
    }
}

/// The most verbose level that is compiled in: calls beyond it leave no instruction.
///
/// Set by the Cargo features `max_level_*` and, without debug assertions, `release_max_level_*`;
/// where several are on, the most restrictive one of the family wins, as in `log`.
pub const STATIC_MAX_LEVEL: LevelFilter = match cfg!(debug_assertions) {
    false if cfg!(feature = "release_max_level_off") => LevelFilter::Off,
    false if cfg!(feature = "release_max_level_error") => LevelFilter::Error,
    false if cfg!(feature = "release_max_level_warn") => LevelFilter::Warn,
    false if cfg!(feature = "release_max_level_info") => LevelFilter::Info,
    false if cfg!(feature = "release_max_level_debug") => LevelFilter::Debug,
    false if cfg!(feature = "release_max_level_trace") => LevelFilter::Trace,
    _ if cfg!(feature = "max_level_off") => LevelFilter::Off,
    _ if cfg!(feature = "max_level_error") => LevelFilter::Error,
    _ if cfg!(feature = "max_level_warn") => LevelFilter::Warn,
    _ if cfg!(feature = "max_level_info") => LevelFilter::Info,
    _ if cfg!(feature = "max_level_debug") => LevelFilter::Debug,
    _ => LevelFilter::Trace,
};
