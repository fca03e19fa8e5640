//! No such sockets here.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::control::AskError;
use crate::engine::shared::Shared;

/// What a process listens by: nothing, here.
#[derive(Default)]
pub(crate) struct Listening;

impl Listening {
    pub(crate) fn end(&self) {}
}

/// Nothing to be held by a fork.
pub(crate) struct Ears;

pub(crate) fn hold(_deadline: Instant) -> Option<Ears> {
    None
}

pub(crate) fn leave_to_parent(_ears: &mut Ears) {}

pub(crate) fn start(_shared: &'static Shared, _directory: &Path) -> io::Result<()> {
    Err(unsupported())
}

/// Where processes of this user listen unless they were told otherwise.
#[must_use]
pub fn default_directory() -> PathBuf {
    std::env::temp_dir().join("hydra")
}

/// Asks a process for something.
///
/// # Errors
/// There are no such sockets here.
pub fn ask(_directory: &Path, _process: u32, _request: &str) -> Result<Vec<String>, AskError> {
    Err(AskError::System { source: unsupported() })
}

fn unsupported() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "there are no control sockets here")
}
