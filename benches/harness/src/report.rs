//! The command line of a process that measures one logger.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::{Figure, Peer, Size, peer};

/// Runs one measurement of a logger as the command line asks, and prints its figures:
/// `--about`, or `--job NAME --bursts N --records N --seconds N --file PATH`.
#[must_use]
pub fn main<P: Peer>() -> ExitCode {
    match answer::<P>(std::env::args().skip(1)) {
        Ok(lines) => {
            // A reader that went away has read enough.
            lines.iter().for_each(|line| drop(writeln!(std::io::stdout(), "{line}")));
            ExitCode::SUCCESS
        }
        Err(reason) => {
            drop(writeln!(std::io::stderr(), "{reason}"));
            ExitCode::from(1)
        }
    }
}

fn answer<P: Peer>(mut words: impl Iterator<Item = String>) -> Result<Vec<String>, String> {
    let mut size = Size { bursts: 50, records: 40_000, seconds: 1, file: PathBuf::new() };
    let mut job = String::new();
    while let Some(word) = words.next() {
        if word == "--about" {
            let about = P::ABOUT;
            return Ok([about.package, about.setup, about.when_full].map(str::to_owned).into());
        }
        let value = words.next().ok_or_else(|| format!("`{word}` needs a value"))?;
        let number = || value.parse::<u32>().map_err(|_| format!("`{word} {value}`: a number"));
        match word.as_str() {
            "--job" => job = value,
            "--file" => size.file = PathBuf::from(value),
            "--bursts" => size.bursts = number()?,
            "--records" => size.records = u64::from(number()?),
            "--seconds" => size.seconds = number()?,
            _ => return Err(format!("unknown argument `{word}`")),
        }
    }
    Ok(peer::run::<P>(&job, &size)?.iter().map(Figure::line).collect())
}
