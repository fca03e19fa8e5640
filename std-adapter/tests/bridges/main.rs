//! Programs that log through other loggers, recorded by Hydra.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::std_instead_of_core,
    reason = "tests"
)]

mod appender;
mod by_log;
mod by_slog;
mod common;
#[cfg(target_os = "linux")]
mod crash;
mod same_json;
mod spans;
mod switches;
