//! What can be wrong with an override, and with asking another process.

use core::fmt;
use std::io;
use std::path::PathBuf;

use hydra_log_core::LevelFilter;

/// Why an override is not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OverrideError {
    /// A text that names nothing that an override can be for.
    Scope {
        /// Its beginning.
        text: String,
    },
    /// A text without a level behind it.
    NoLevel {
        /// Its beginning.
        text: String,
    },
    /// A word that is no level.
    Level {
        /// Its beginning.
        word: String,
        /// The level that it looks like.
        nearest: Option<LevelFilter>,
    },
    /// A word where `for` or `as` would be.
    Word {
        /// Its beginning.
        word: String,
    },
    /// A word that is no span of time.
    Duration {
        /// Its beginning.
        word: String,
    },
    /// A name that is empty, too long, or has a space in it.
    Name {
        /// Its beginning.
        name: String,
    },
    /// As many are in force as there can be.
    TooMany {
        /// How many that is.
        most: usize,
    },
    /// The system gave no thread to revert it by.
    NoThread {
        /// What the system said.
        reason: String,
    },
}

impl fmt::Display for OverrideError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope { text } => write!(
                f,
                "`{text}` names nothing: use a target, layer:NAME, callsite:FILE:LINE, \
                 callsite:#NUMBER or *"
            ),
            Self::NoLevel { text } => write!(f, "`{text}` has no level: use `my_app::net=debug`"),
            Self::Level { word, nearest: Some(nearest) } => {
                write!(f, "`{word}` is no level, did you mean `{nearest}`?")
            }
            Self::Level { word, nearest: None } => {
                write!(f, "`{word}` is no level, use off, error, warn, info, debug or trace")
            }
            Self::Word { word } => {
                write!(f, "`{word}` says nothing here: use `for 60s` or `as NAME`")
            }
            Self::Duration { word } => {
                write!(f, "`{word}` is no span of time: use 500ms, 60s, 5m, 2h or 1d")
            }
            Self::Name { name } => {
                write!(f, "`{name}` is no name: use 1 to 64 letters without spaces")
            }
            Self::TooMany { most } => {
                write!(f, "{most} overrides are in force: remove one, or reset")
            }
            Self::NoThread { reason } => write!(f, "no thread to revert it by: {reason}"),
        }
    }
}

impl core::error::Error for OverrideError {}

/// Why a process did not do what it was asked for.
#[derive(Debug)]
#[non_exhaustive]
pub enum AskError {
    /// No such process listens there.
    Nobody {
        /// The process.
        process: u32,
        /// Where it would.
        directory: PathBuf,
        /// Processes that do.
        others: Vec<u32>,
    },
    /// It said no.
    Refused {
        /// Its reason.
        reason: String,
    },
    /// The system refused, or the directory is not private, or the answer did not come.
    System {
        /// What the system said.
        source: io::Error,
    },
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody { process, directory, others } => {
                write!(f, "process {process} does not listen in {}", directory.display())?;
                if others.is_empty() {
                    return f.write_str(": it has to be built with `Builder::control`");
                }
                f.write_str(", but these do:")?;
                others.iter().take(20).try_for_each(|other| write!(f, " {other}"))
            }
            Self::Refused { reason } => f.write_str(reason),
            Self::System { source } => write!(f, "{source}"),
        }
    }
}

impl core::error::Error for AskError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::System { source } => Some(source),
            _ => None,
        }
    }
}
