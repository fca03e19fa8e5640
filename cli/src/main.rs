//! The `hydra` command: what the engine does, from a shell.
#![forbid(unsafe_code)]

mod arguments;
mod cat;
mod config;
mod control;
mod ctl;
mod decode;
mod firmware;
mod level_word;
mod line_text;
mod lines;
mod log_input;
mod pipe;
mod printer;
mod recover;
mod rtt;
mod rtt_link;
mod rtt_memory;
mod serial;
mod stats;
mod top;
#[cfg(feature = "audit")]
mod verify;
mod view;
mod when;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use arguments::Parsed;

/// Why a command did not do all of its work; each way has its exit code.
#[derive(Debug, PartialEq, Eq)]
enum Failure {
    /// Not everything is in the output.
    Incomplete(String),
    /// The command line cannot be understood.
    Usage(String),
    /// The output cannot be opened, or the engine does not start.
    Output(String),
    /// The input cannot be read.
    Input(String),
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::Incomplete(_) => 1,
            Self::Usage(_) => 2,
            Self::Output(_) => 3,
            Self::Input(_) => 4,
        }
    }

    fn reason(&self) -> &str {
        match self {
            Self::Incomplete(reason)
            | Self::Usage(reason)
            | Self::Output(reason)
            | Self::Input(reason) => reason,
        }
    }
}

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&format!("hydra: {}", failure.reason()));
            if matches!(failure, Failure::Usage(_)) {
                complain("hydra: try `hydra --help`");
            }
            ExitCode::from(failure.code())
        }
    }
}

fn run(words: &[OsString]) -> Result<(), Failure> {
    match arguments::parse(words)? {
        Parsed::Text(text) => {
            // A reader that went away has read enough.
            drop(writeln!(std::io::stdout(), "{text}"));
            Ok(())
        }
        Parsed::Pipe(options) => pipe::run(&options),
        Parsed::Recover(options) => recover::run(&options),
        Parsed::Decode(view) => decode::run(*view),
        Parsed::Cat(view) => cat::run(*view),
        Parsed::Rtt(options) => rtt::run(*options),
        Parsed::Control(options) => control::run(options),
        Parsed::Ctl(options) => ctl::run(&options),
        Parsed::Config(options) => config::run(&options),
        Parsed::Stats(options) => stats::run(&options),
        Parsed::Top(options) => top::run(&options),
        #[cfg(feature = "audit")]
        Parsed::Verify(options) => verify::run(&options),
    }
}

/// Says a line on the standard error; when that is closed there is nowhere left to say it.
fn complain(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}
