//! The command line of the driver.

use harness::JOBS;

use crate::peers::PEERS;

pub(crate) const HELP: &str = "\
Hydra and its peers side by side, measured by the same loops.

cargo xtask bench --versus [options]

Prints `peer,name,value,unit,lost` lines, medians of interleaved rounds, then a table. A peer that
cannot be built or does not run costs one line. One that loses lines is marked and not ranked.

Options:
  --rounds N     rounds   [3]
  --bursts N     bursts of 20 calls   [2500]
  --records N    records of a throughput run   [2000000]
  --seconds N    seconds of a run at 1 M calls a second   [5]
  --only A,B     some of the peers
  --jobs A,B     some of b1, static, string, two, four, b1p, off, text
  --smoke        one small round: shows that it runs, the numbers mean nothing
  --record       also write benches/records/<date>-versus-<cpu>.csv and versus.svg
  --help         this text

Exit codes: 0 measured, 1 nothing could be measured, 2 bad argument.";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) rounds: u32,
    pub(crate) bursts: u32,
    pub(crate) records: u32,
    pub(crate) seconds: u32,
    pub(crate) only: Vec<String>,
    pub(crate) jobs: Vec<String>,
    pub(crate) record: bool,
}

/// None: the help is asked for.
pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options {
        rounds: 3,
        bursts: 2500,
        records: 2_000_000,
        seconds: 5,
        only: PEERS.iter().map(|peer| peer.program.to_owned()).collect(),
        jobs: JOBS.map(str::to_owned).into(),
        record: false,
    };
    let mut words = words;
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--record" => options.record = true,
            "--smoke" => {
                options = Options { rounds: 1, bursts: 20, records: 20_000, seconds: 1, ..options };
            }
            "--rounds" => options.rounds = number(&word, &value()?)?,
            "--bursts" => options.bursts = number(&word, &value()?)?,
            "--records" => options.records = number(&word, &value()?)?,
            "--seconds" => options.seconds = number(&word, &value()?)?,
            "--only" => options.only = names(&word, &value()?, &options.only)?,
            "--jobs" => options.jobs = names(&word, &value()?, &options.jobs)?,
            _ => return Err(format!("unknown argument `{word}`")),
        }
    }
    Ok(Some(options))
}

fn number(option: &str, text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(number @ 1..=1_000_000_000) => Ok(number),
        _ => Err(format!("`{option} {text}`: use a whole number from 1 to 1000000000")),
    }
}

fn names(option: &str, text: &str, known: &[String]) -> Result<Vec<String>, String> {
    let names: Vec<String> = text.split(',').map(str::to_owned).collect();
    match names.iter().find(|name| !known.contains(name)) {
        None => Ok(names),
        Some(name) => Err(format!("`{option} {name}`: use some of {}", known.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Option<Options>, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn some_peers_and_some_jobs() {
        let options = of("--smoke --only naive,tracing --jobs b1").unwrap().unwrap();
        assert_eq!((options.rounds, options.only.len(), options.jobs.len()), (1, 2, 1));
    }

    #[test]
    fn bad_words_are_named() {
        for (line, named) in [
            ("--rounds 0", "`--rounds 0`"),
            ("--only log5", "`--only log5`"),
            ("--jobs b7", "`--jobs b7`"),
            ("--fast", "`--fast`"),
            ("--record --bursts", "`--bursts`"),
        ] {
            let reason = of(line).unwrap_err();
            assert!(reason.contains(named), "{line}: {reason}");
        }
    }
}
