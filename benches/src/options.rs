//! The command line of the figures, and of the processes that measure one thing.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use harness::{Figure, Size};

use crate::figures::{self, Plan};
use crate::jobs::{self, JOBS};

const HELP: &str = "\
The figures of this machine: `name,value,unit,lost`, medians of interleaved rounds.

cargo xtask bench --quick
cargo run --profile bench -p hydra-log-benches --bin quick -- [options]

Options:
  --rounds N     rounds   [5]
  --bursts N     bursts of 20 calls a round   [2500]
  --records N    records of a throughput run   [4000000]
  --seconds N    seconds of a run at a fixed rate   [60]
  --long         also what takes long: core, log, tracing, two, four, cold, layers, workers, rest,
                 many, b1p
  --only A,B     some measurements: those, or some of clock, b1, ideal, static, string, off, text,
                 baseline, json, redact, binary, binary_static, binary_random
  --smoke        one small round: shows that it runs, the numbers mean nothing
  --record       also write benches/records/<date>-<cpu>.csv
  --help         this text

Exit codes: 0 measured, 1 a measurement failed, 2 bad argument.";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Parsed {
    Help,
    Measure(Plan),
    Job(String, Size),
}

/// Runs with these arguments.
#[must_use]
pub fn main(words: impl Iterator<Item = String>) -> ExitCode {
    let outcome = match parse(words) {
        Ok(Parsed::Help) => {
            say(HELP);
            Ok(())
        }
        Ok(Parsed::Measure(plan)) => figures::measure(&plan, say),
        Ok(Parsed::Job(name, size)) => {
            let figures = jobs::run(&name, &size);
            figures.map(|figures| figures.iter().for_each(|figure| say(&Figure::line(figure))))
        }
        Err(reason) => {
            complain(&format!("{reason}; try `--help`"));
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            complain(&reason);
            ExitCode::from(1)
        }
    }
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Parsed, String> {
    let mut plan = Plan {
        rounds: 5,
        bursts: 2500,
        records: 4_000_000,
        seconds: 60,
        long: false,
        only: Vec::new(),
        record: false,
    };
    let (mut job, mut file) = (None, PathBuf::new());
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
        match word.as_str() {
            "--help" | "-h" => return Ok(Parsed::Help),
            "--record" => plan.record = true,
            "--long" => plan.long = true,
            "--smoke" => {
                plan = Plan { rounds: 1, bursts: 50, records: 40_000, seconds: 1, ..plan };
            }
            "--rounds" => plan.rounds = number(&word, &value()?)?,
            "--bursts" => plan.bursts = number(&word, &value()?)?,
            "--records" => plan.records = u64::from(number(&word, &value()?)?),
            "--seconds" => plan.seconds = number(&word, &value()?)?,
            "--only" => plan.only = names(&value()?)?,
            "--job" => job = Some(value()?),
            "--file" => file = PathBuf::from(value()?),
            _ => return Err(format!("unknown argument `{word}`")),
        }
    }
    Ok(match job {
        Some(name) => {
            let Plan { bursts, records, seconds, .. } = plan;
            Parsed::Job(name, Size { bursts, records, seconds, file })
        }
        None => Parsed::Measure(plan),
    })
}

fn number(option: &str, text: &str) -> Result<u32, String> {
    const MOST: u32 = 1_000_000_000;
    match text.parse() {
        Ok(number @ 1..=MOST) => Ok(number),
        _ => Err(format!("`{option} {text}`: use a whole number from 1 to {MOST}")),
    }
}

fn names(text: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = text.split(',').map(str::to_owned).collect();
    let known: Vec<&str> = JOBS.iter().map(|job| job.name).collect();
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(names),
        Some(name) => Err(format!("`--only {name}`: use some of {}", known.join(", "))),
    }
}

fn say(line: &str) {
    // A reader that went away has read enough.
    drop(writeln!(std::io::stdout(), "{line}"));
}

fn complain(line: &str) {
    drop(writeln!(std::io::stderr(), "quick: {line}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Parsed, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_plan_and_a_job() {
        let Ok(Parsed::Measure(plan)) = of("--smoke --only b1,ideal --record") else { panic!() };
        assert_eq!((plan.rounds, plan.record, plan.only.len()), (1, true, 2));
        let Ok(Parsed::Job(name, size)) = of("--job b1 --bursts 7 --file a.log") else { panic!() };
        assert_eq!((name.as_str(), size.bursts), ("b1", 7));
    }

    #[test]
    fn bad_words_are_named() {
        for (line, named) in [
            ("--rounds 0", "`--rounds 0`"),
            ("--only b1,b2", "`--only b2`"),
            ("--fast", "`--fast`"),
            ("--records", "`--records`"),
        ] {
            let reason = of(line).unwrap_err();
            assert!(reason.contains(named), "{line}: {reason}");
        }
    }
}
