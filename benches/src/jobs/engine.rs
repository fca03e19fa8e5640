//! The engine under measurement: the production preset as it is, and one file.

use core::time::Duration;
use std::path::Path;

use harness::lines::Content;
use hydra_log::format::{Json, Text};
use hydra_log::redact::Redaction;
use hydra_log::sink::File;
use hydra_log::{Builder, Guard, LevelFilter, Output};

use crate::binary;

/// A full disk or a stuck one shows as an error, not as a slow run.
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts it, writing text.
pub(super) fn text(path: &Path) -> Result<Guard, String> {
    start(builder().sink(Output::new(open(path)?).format(Text::new())))
}

/// Starts it, writing text that is looked through for secrets.
pub(super) fn redacted(path: &Path) -> Result<Guard, String> {
    let output = Output::new(open(path)?).format(Text::new());
    start(builder().sink(output.redact(Redaction::new())))
}

/// Starts it, writing JSON lines.
pub(super) fn json(path: &Path) -> Result<Guard, String> {
    start(builder().sink(Output::new(open(path)?).format(Json::new())))
}

/// Starts it, writing a binary log.
pub(super) fn binary(path: &Path) -> Result<Guard, String> {
    start(builder().sink(File::binary(path).map_err(|error| error.to_string())?))
}

/// The settings of every measurement.
pub(super) fn builder() -> Builder {
    Builder::new().level(LevelFilter::Info)
}

pub(super) fn start(builder: Builder) -> Result<Guard, String> {
    builder.try_init().map_err(|error| error.to_string())
}

pub(super) fn open(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| error.to_string())
}

/// Ends it; returns what is in the file.
pub(super) fn finish(guard: Guard, path: &Path) -> Result<Content, String> {
    end(guard)?;
    Content::of(path).map_err(|error| error.to_string())
}

/// As [`finish`], of a binary log.
pub(super) fn finish_binary(guard: Guard, path: &Path) -> Result<Content, String> {
    end(guard)?;
    binary::content(path)
}

fn end(guard: Guard) -> Result<(), String> {
    let report = guard.shutdown(PATIENCE);
    match report.pending {
        0 => Ok(()),
        pending => Err(format!("{pending} records were not written in time")),
    }
}
