//! `cargo xtask count`: machine instructions of a log call and of its line, against budgets.
//!
//! Valgrind's count is the same in every run and on every machine, where times are not: what a
//! change does to the hot path shows here to the single instruction.

use std::fs;
use std::path::PathBuf;

use crate::term::{bad, good, say, skipped};
use crate::tool::{Tool, root};
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "count",
    summary: "instructions of a log call and of its line, against committed budgets",
    help: "\
cargo xtask count [--update]

Runs nine shapes of log call, and the way of some of them from the ring into a line of text, one of
JSON, and a binary log, a thousand times each under valgrind's callgrind. Compares the instructions
of one with benches/budgets.csv: more than 5 % above is a failure. So is a call into crash-proof
rings that takes over 3 % more than one into plain memory. Without valgrind nothing is counted, and
one line says so.

Options:
  --update    write what was counted into benches/budgets.csv

Examples:
  cargo xtask count
  cargo xtask count --update
",
    run,
};

const SHAPES: [&str; 17] = [
    "off",
    "static",
    "three",
    "string",
    "display",
    "crashproof_three",
    "crashproof_string",
    "log",
    "tracing",
    "text_static",
    "text_three",
    "text_string",
    "json_static",
    "json_three",
    "json_string",
    "binary_static",
    "binary_three",
];

/// As `benches/src/bin/count.rs` repeats a call.
const CALLS: f64 = 1000.0;
const GROWTH_ALLOWED: f64 = 1.05;
/// What outliving the process may cost a call.
const CRASH_PROOF_ALLOWED: f64 = 1.03;
const HEADER: &str = "shape,instructions";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &["--update"])?;
    if !Tool::new("valgrind").words("--version").works() {
        skipped("valgrind is not installed: no instructions are counted");
        return Ok(());
    }
    count(!arguments.is_empty()).map_err(Failure::Check)
}

fn count(update: bool) -> Result<(), String> {
    Tool::cargo("build --quiet --profile bench -p hydra-log-benches --bin count").run()?;
    let budgets = budgets()?;
    let mut counted = String::from(HEADER);
    let (mut counts, mut grown) = (Vec::new(), Vec::new());
    for shape in SHAPES {
        let instructions = instructions(shape)?;
        counts.push((shape, instructions));
        counted.push_str(&format!("\n{shape},{instructions:.1}"));
        let budget = budgets.iter().find(|(name, _)| name == shape).map(|(_, budget)| *budget);
        match budget {
            _ if update => say(&format!("{shape}: {instructions:.1} instructions")),
            Some(budget) if is_within(instructions, budget) => {
                good(&format!("{shape}: {instructions:.1} instructions, budget {budget:.1}"));
            }
            Some(budget) => {
                bad(&format!("{shape}: {instructions:.1} instructions, budget {budget:.1}"));
                grown.push(shape);
            }
            None => {
                bad(&format!("{shape}: {instructions:.1} instructions, and no budget"));
                grown.push(shape);
            }
        }
    }
    if update {
        let path = budgets_path();
        counted.push('\n');
        return fs::write(&path, counted).map_err(|error| format!("{}: {error}", path.display()));
    }
    let dearer = dearer(&counts);
    match (grown.is_empty(), dearer.is_empty()) {
        (true, true) => Ok(()),
        (false, _) => Err(format!("above the budget: {}", grown.join(", "))),
        (true, false) => Err(format!("over 3 % above plain memory: {}", dearer.join(", "))),
    }
}

/// The crash-proof shapes that take more than the same call into plain memory.
fn dearer<'s>(counts: &[(&'s str, f64)]) -> Vec<&'s str> {
    let plain = |shape: &str| {
        let name = shape.strip_prefix("crashproof_")?;
        counts.iter().find(|(other, _)| *other == name).map(|(_, count)| *count)
    };
    let is_dearer = |(shape, count): &&(&str, f64)| {
        plain(shape).is_some_and(|plain| *count > plain * CRASH_PROOF_ALLOWED)
    };
    counts.iter().filter(is_dearer).map(|(shape, _)| *shape).collect()
}

/// Whether a count has grown by no more than is allowed.
fn is_within(instructions: f64, budget: f64) -> bool {
    instructions <= budget * GROWTH_ALLOWED
}

/// Instructions of one call of this shape, or of its line.
fn instructions(shape: &str) -> Result<f64, String> {
    let valgrind = Tool::new("valgrind")
        .words("--tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=*shape_counted*")
        .argument(&program().to_string_lossy())
        .argument(shape);
    let text = valgrind.errors()?;
    let collected = text.lines().find_map(|line| line.split("Collected :").nth(1));
    let collected: Option<f64> = collected.and_then(|number| number.trim().parse().ok());
    match collected {
        Some(count) if count > 0.0 => Ok(count / CALLS),
        _ => Err(format!("{shape}: valgrind said nothing of instructions: {}", text.trim())),
    }
}

fn program() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    target.map_or_else(|| root().join("target"), PathBuf::from).join("release").join("count")
}

fn budgets_path() -> PathBuf {
    root().join("benches").join("budgets.csv")
}

fn budgets() -> Result<Vec<(String, f64)>, String> {
    let path = budgets_path();
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<(String, f64)>, String> {
    let lines = text.lines().filter(|line| !line.is_empty() && *line != HEADER);
    let budget = |line: &str| {
        let (name, count) = line.split_once(',')?;
        Some((name.to_owned(), count.parse().ok()?))
    };
    lines.map(|line| budget(line).ok_or_else(|| format!("not a budget: `{line}`"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_read_and_nonsense_is_named() {
        assert_eq!(parse("shape,instructions\noff,2.5\n"), Ok(vec![("off".to_owned(), 2.5)]));
        assert!(parse("off;2").unwrap_err().contains("`off;2`"));
    }

    #[test]
    fn five_per_cent_more_is_the_limit() {
        assert!(is_within(62.0, 62.0) && is_within(30.0, 62.0) && is_within(65.0, 62.0));
        assert!(!is_within(65.72, 62.0) && !is_within(65.11, 62.0));
    }

    #[test]
    fn outliving_the_process_costs_no_more_than_three_per_cent() {
        let counts = |crash_proof| [("three", 62.0), ("crashproof_three", crash_proof)];
        assert!(dearer(&counts(63.0)).is_empty() && dearer(&counts(60.0)).is_empty());
        assert_eq!(dearer(&counts(64.0)), ["crashproof_three"]);
    }

    #[test]
    fn every_shape_has_a_budget() {
        let budgets = budgets().unwrap();
        for shape in SHAPES {
            assert!(budgets.iter().any(|(name, _)| name == shape), "{shape}");
        }
    }
}
