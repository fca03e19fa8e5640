//! What can go wrong: at the start, typed; later, through the `on_error` hook.

use core::fmt;
use std::io;
use std::path::PathBuf;

use crate::control::ReloadError;
use crate::crash::RecoverError;

/// Why an engine could not be started.
#[derive(Debug)]
#[non_exhaustive]
pub enum InitError {
    /// A global engine is installed already.
    AlreadyInstalled,
    /// A ring or spool size that cannot be used.
    Capacity {
        /// Which setting.
        setting: &'static str,
        /// What was asked for, in bytes.
        bytes: usize,
        /// The least that works, in bytes.
        least: usize,
        /// The most that works, in bytes.
        most: usize,
    },
    /// More sinks or workers than an engine has places for.
    TooMany {
        /// Which setting.
        setting: &'static str,
        /// What was asked for.
        count: usize,
        /// The most that works.
        most: usize,
    },
    /// A filter that cannot be read, in a place where that is an error.
    Filter {
        /// What the parser said.
        message: String,
    },
    /// A limit for nothing that there could be.
    Limit {
        /// What is wrong.
        message: String,
    },
    /// A preset of that name does not exist.
    Preset {
        /// The name.
        name: String,
    },
    /// There is a preset of that name already.
    PresetTaken {
        /// The name.
        name: String,
    },
    /// Two layers have the same name, or one has none.
    Layer {
        /// The name.
        name: String,
    },
    /// The system gave no memory for a ring or the spool.
    Memory {
        /// How much was asked for.
        bytes: usize,
        /// What the system said.
        source: io::Error,
    },
    /// The system gave no thread for a worker.
    Thread {
        /// What the system said.
        source: io::Error,
    },
    /// A configuration with something wrong in it.
    #[cfg(feature = "config")]
    Config(crate::config::ConfigError),
}

#[cfg(feature = "config")]
impl From<crate::config::ConfigError> for InitError {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::Config(error)
    }
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyInstalled => f.write_str(
                "a logger is installed already: call init once, or use Builder::build for a \
                 second engine",
            ),
            Self::Capacity { setting, bytes, least, most } => {
                write!(f, "{setting} of {bytes} bytes: use {least} to {most}")
            }
            Self::TooMany { setting, count, most } => {
                write!(f, "{count} {setting}: use {most} at the most")
            }
            Self::Filter { message } => write!(f, "filter: {message}"),
            Self::Limit { message } => write!(f, "limit: {message}"),
            Self::Preset { name } => {
                write!(f, "unknown preset `{name}`: {}", crate::preset::known(name))
            }
            Self::PresetTaken { name } => {
                write!(f, "there is a preset `{name}` already: choose another name")
            }
            Self::Layer { name } if name.is_empty() => {
                f.write_str("a layer without a name: calls name theirs by `layer: \"API\"`")
            }
            Self::Layer { name } => write!(f, "two layers are named `{name}`: make them one"),
            Self::Memory { bytes, source } => write!(f, "no memory for {bytes} bytes: {source}"),
            Self::Thread { source } => write!(f, "cannot start a worker thread: {source}"),
            #[cfg(feature = "config")]
            Self::Config(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for InitError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Memory { source, .. } | Self::Thread { source } => Some(source),
            #[cfg(feature = "config")]
            Self::Config(error) => Some(error),
            _ => None,
        }
    }
}

/// A failure of the engine itself while it runs; given to the `on_error` hook, and counted.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A sink could not write.
    Write {
        /// The sink's name.
        sink: String,
        /// Records of this batch that were given up.
        lost: u64,
        /// What the system said.
        source: io::Error,
    },
    /// A sink or a formatter panicked.
    Panicked {
        /// The sink's name.
        sink: String,
        /// Records of this batch that were given up.
        lost: u64,
    },
    /// A sink made no progress while others waited for it, and was skipped.
    Stalled {
        /// The sink's name.
        sink: String,
        /// Records that it will not see.
        lost: u64,
    },
    /// No memory for a thread's ring; its records go to the shared ring.
    Memory {
        /// How much was asked for.
        bytes: usize,
        /// What the system said.
        source: io::Error,
    },
    /// Memory that was to outlive a crash does not: records in it are lost, or written twice, if
    /// the process is killed.
    NotCrashProof {
        /// What the system said.
        source: io::Error,
    },
    /// What a process that died had left could not be written out.
    Recovery {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: RecoverError,
    },
    /// This process was forked, and the engine cannot be made anew: what it logs goes nowhere.
    Forked {
        /// Why.
        source: InitError,
    },
    /// What was to be read again could not be; it is as it was.
    Reload {
        /// What, and why.
        source: ReloadError,
    },
    /// The engine cannot be changed from outside: no socket, or no word of hangups.
    Control {
        /// What the system said.
        source: io::Error,
    },
    /// Log files that made way could not be compressed, or not be removed.
    Files {
        /// What the system said.
        source: io::Error,
    },
    /// A record in a ring or the spool is not one: the engine's own bug, or memory overwritten.
    Corrupt {
        /// Bytes that were passed over.
        bytes: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write { sink, lost, source } => {
                write!(f, "sink {sink} failed to write, {lost} records lost: {source}")
            }
            Self::Panicked { sink, lost } => {
                write!(f, "sink {sink} panicked, {lost} records lost")
            }
            Self::Stalled { sink, lost } => {
                write!(f, "sink {sink} is stuck, {lost} records skipped")
            }
            Self::Memory { bytes, source } => {
                write!(f, "no memory for a ring of {bytes} bytes, using the shared one: {source}")
            }
            Self::NotCrashProof { source } => write!(f, "not crash-proof: {source}"),
            Self::Recovery { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Forked { source } => write!(f, "no engine in a forked child: {source}"),
            Self::Reload { source } => write!(f, "{source}"),
            Self::Control { source } => write!(f, "no control from outside: {source}"),
            Self::Files { source } => write!(f, "looking after old log files: {source}"),
            Self::Corrupt { bytes } => write!(f, "{bytes} bytes in a ring are no record"),
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Write { source, .. }
            | Self::Memory { source, .. }
            | Self::Control { source }
            | Self::NotCrashProof { source } => Some(source),
            Self::Reload { source } => Some(source),
            Self::Recovery { source, .. } => Some(source),
            Self::Forked { source } => Some(source),
            _ => None,
        }
    }
}

/// A flush that did not finish in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlushError {
    /// Records that were not written yet.
    pub pending: u64,
}

impl fmt::Display for FlushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "flush timed out with {} records still to write", self.pending)
    }
}

impl core::error::Error for FlushError {}
