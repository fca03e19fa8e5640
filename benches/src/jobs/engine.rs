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
    let report = guard.shutdown(PATIENCE);
    if report.pending > 0 {
        return Err(format!("{} records were not written in time", report.pending));
    }
    Content::of(path).map_err(|error| error.to_string())
}
