//! The engine under measurement: the production preset as it is, and one file.

use core::time::Duration;
use std::path::Path;

use hydra_log::format::{Json, Text};
use hydra_log::sink::File;
use hydra_log::{Builder, Guard, LevelFilter, Output};

use crate::lines::Content;

/// A full disk or a stuck one shows as an error, not as a slow run.
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts it, writing text.
pub(super) fn text(path: &Path) -> Result<Guard, String> {
    start(Output::new(open(path)?).format(Text::new()))
}

/// Starts it, writing JSON lines.
pub(super) fn json(path: &Path) -> Result<Guard, String> {
    start(Output::new(open(path)?).format(Json::new()))
}

/// Starts it, writing a binary log.
pub(super) fn binary(path: &Path) -> Result<Guard, String> {
    start(File::binary(path).map_err(|error| error.to_string())?)
}

fn open(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| error.to_string())
}

fn start(output: Output) -> Result<Guard, String> {
    Builder::new()
        .level(LevelFilter::Info)
        .sink(output)
        .try_init()
        .map_err(|error| error.to_string())
}

/// Ends it; returns what is in the file.
pub(super) fn finish(guard: Guard, path: &Path) -> Result<Content, String> {
    end(guard)?;
    Content::of(path).map_err(|error| error.to_string())
}

/// As [`finish`], of a binary log.
pub(super) fn finish_binary(guard: Guard, path: &Path) -> Result<Content, String> {
    end(guard)?;
    Content::of_binary(path)
}

fn end(guard: Guard) -> Result<(), String> {
    let report = guard.shutdown(PATIENCE);
    match report.pending {
        0 => Ok(()),
        pending => Err(format!("{pending} records were not written in time")),
    }
}
