//! The server example: arguments, three runs under the same load, a table, the end of the log.
//!
//! ```text
//!  client threads ── requests, pipelined ──> worker threads ── two records a request ──> log
//!        │  <──────── answers, checked ────────  │
//!        └ time of each request                  └ time of each log call
//! ```

mod arguments;
mod client;
mod clock;
mod hydra;
mod log_file;
mod number;
mod phase;
mod progress;
mod request_log;
mod service;
mod store;
mod table;
mod tracing_peer;
mod wire;

pub(crate) use crate::histogram::Histogram;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use arguments::{Arguments, Parsed};
use log_file::LogFile;
use phase::{NoLogger, Phase};
use request_log::{HydraCalls, TracingCalls};

/// Exit code when the runs ended and something is wrong: records lost, a wrong answer, no network.
const FAILED: u8 = 1;
/// Exit code when an argument cannot be used.
const USAGE: u8 = 2;

/// Runs the example with these arguments.
#[must_use]
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = match arguments::parse(arguments) {
        Ok(Parsed::Run(arguments)) => arguments,
        Ok(Parsed::Help) => {
            print(arguments::HELP);
            return ExitCode::SUCCESS;
        }
        Err(reason) => {
            complain(&format!("{reason}\ntry `--help`"));
            return ExitCode::from(USAGE);
        }
    };
    let log = match LogFile::create(&arguments.out) {
        Ok(log) => log,
        Err(reason) => {
            complain(&reason);
            return ExitCode::from(USAGE);
        }
    };
    match run(&arguments, &log) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            complain(&reason);
            ExitCode::from(FAILED)
        }
    }
}

/// The three runs. The first makes the same calls as the second, before an engine exists: every
/// call finds its gate off.
fn run(arguments: &Arguments, log: &LogFile) -> Result<(), String> {
    let off = Phase::run("off", arguments, HydraCalls, None::<(NoLogger, _)>)?;
    let engine = Some((hydra::start(arguments, log)?, log));
    let hydra = Phase::run("hydra", arguments, HydraCalls, engine)?;
    let peer_log = LogFile::create(&log.sibling("tracing"))?;
    let peer = Some((tracing_peer::start(&peer_log)?, &peer_log));
    let tracing = Phase::run("tracing", arguments, TracingCalls, peer)?;
    peer_log.remove();
    print(&table::render(arguments, &hydra.clock, &[&off, &hydra, &tracing]));
    let (path, lines) = (log.path().display(), log.last_lines(5)?);
    print(&format!("\nThe last five lines of {path}:\n{lines}"));
    hydra.verdict()
}

fn print(text: &str) {
    // A reader that went away (`| head`) is no failure of the run.
    drop(writeln!(std::io::stdout(), "{text}"));
}

fn complain(text: &str) {
    drop(writeln!(std::io::stderr(), "server: {text}"));
}
