//! The command line: every bad value is an error that names it and says what is allowed.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use hydra_log::Preset;

use super::number::Number;

pub(super) const HELP: &str = "\
A key-value server and its clients in one process: what does logging cost a request?

cargo run --release --example server -- [options]

Runs the same load three times: with logging off, with Hydra, with tracing and tracing-appender.
Prints a table, then the end of Hydra's log.

Options:
  --records N    records to log in each run, two a request   [2000000; 2 to 1000000000]
  --threads N    connections, and worker threads that serve them   [2; 1 to 64]
  --preset P     development, production or bare_metal   [production]
  --out FILE     the log; what was in the file is replaced   [server.log]
  --help         this text

Examples:
  cargo run --release --example server
  cargo run --release --example server -- --records 200000 --threads 4
  cargo run --release --example server -- --preset bare_metal --out bare.log

Exit codes: 0 every record is in the log, 1 a record was lost or a run failed, 2 a bad argument.";

const RECORDS: (u64, u64) = (2, 1_000_000_000);
const THREADS: (u64, u64) = (1, 64);

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arguments {
    pub(super) records: u64,
    pub(super) threads: u32,
    pub(super) preset: Preset,
    pub(super) out: PathBuf,
}

impl Arguments {
    /// Two records a request.
    pub(super) fn requests(&self) -> u64 {
        self.records.div_ceil(2)
    }
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Run(Arguments),
    Help,
}

/// Reads the words after the program's name.
pub(super) fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Parsed, String> {
    let mut arguments = Arguments {
        records: 2_000_000,
        threads: 2,
        preset: Preset::Production,
        out: PathBuf::from("server.log"),
    };
    while let Some(word) = words.next() {
        let text = word.to_string_lossy().into_owned();
        let (option, inline) = match text.split_once('=') {
            Some((option, value)) => (option, Some(OsString::from(value))),
            None => (text.as_str(), None),
        };
        if matches!(option, "--help" | "-h") {
            return Ok(Parsed::Help);
        }
        if !matches!(option, "--records" | "--threads" | "--preset" | "--out") {
            let known = "--records, --threads, --preset, --out, --help";
            return Err(format!("unknown argument `{text}`: use {known}"));
        }
        let value = inline.or_else(|| words.next());
        let value = value.ok_or_else(|| format!("`{option}` needs a value"))?;
        match option {
            "--records" => arguments.records = number(option, &value, RECORDS)?,
            "--threads" => {
                let threads = number(option, &value, THREADS)?;
                arguments.threads = u32::try_from(threads).unwrap_or(u32::MAX);
            }
            "--preset" => {
                let name = value.to_string_lossy();
                arguments.preset = name.parse().map_err(|error| format!("--preset: {error}"))?;
            }
            _ => arguments.out = path(&value)?,
        }
    }
    Ok(Parsed::Run(arguments))
}

fn number(option: &str, value: &OsStr, (least, most): (u64, u64)) -> Result<u64, String> {
    let text = value.to_string_lossy();
    let allowed = || {
        let (least, most) = (Number(least), Number(most));
        format!("`{option} {text}`: use a whole number from {least} to {most}")
    };
    let number: u64 = text.replace('_', "").parse().map_err(|_| allowed())?;
    if (least..=most).contains(&number) { Ok(number) } else { Err(allowed()) }
}

fn path(value: &OsStr) -> Result<PathBuf, String> {
    if value.is_empty() {
        return Err("`--out` is empty: use the path of a file".to_owned());
    }
    Ok(PathBuf::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Parsed, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn values_change_what_runs() {
        let line = "--records 10 --threads=4 --preset bare_metal --out a.log";
        let Ok(Parsed::Run(arguments)) = of(line) else { panic!() };
        assert_eq!((arguments.requests(), arguments.threads), (5, 4));
        assert_eq!((arguments.preset, arguments.out), (Preset::BareMetal, PathBuf::from("a.log")));
        assert_eq!(of("--help --records x"), Ok(Parsed::Help));
    }

    #[test]
    fn a_million_requests_without_arguments() {
        let Ok(Parsed::Run(arguments)) = of("") else { panic!() };
        assert_eq!(arguments.requests(), 1_000_000);
    }

    #[test]
    fn bad_values_are_named_with_what_is_allowed() {
        for (line, named, allowed) in [
            ("--records 1", "`--records 1`", "2 to 1,000,000,000"),
            ("--records ten", "`--records ten`", "2 to 1,000,000,000"),
            ("--records -5", "`--records -5`", "whole number"),
            ("--records 99999999999999999999", "99999999999999999999", "2 to"),
            ("--threads 0", "`--threads 0`", "1 to 64"),
            ("--threads 65", "`--threads 65`", "1 to 64"),
            ("--preset fast", "`fast`", "development"),
            ("--out=", "`--out`", "path of a file"),
            ("--records", "`--records`", "needs a value"),
            ("--verbose", "`--verbose`", "--records"),
            ("extra", "`extra`", "--records"),
        ] {
            let reason = of(line).unwrap_err();
            assert!(reason.contains(named) && reason.contains(allowed), "{line}: {reason}");
        }
    }
}
