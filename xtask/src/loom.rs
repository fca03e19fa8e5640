//! `cargo xtask loom`: the models and the interrupts, each in a target directory of its own.

use crate::term::say;
use crate::tool::{Tool, root};
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "loom",
    summary: "explore the interleavings and interruptions of the concurrent code",
    help: "\
cargo xtask loom [--quick]

Builds the core with `--cfg hydra_loom` and runs the models of `loom-tests`. Prints one line a
model: its name, the bound on preemptions, how many schedules were explored and how long that
took, and the outcomes that were seen, with how many schedules ended so. Then the same, with the
small bound, for targets without compare-and-swap. Then builds it with `--cfg hydra_isr` and
interrupts the rings before every shared access.

Options:
  --quick    fewer preemptions a schedule: minutes become seconds; only the models

Examples:
  cargo xtask loom --quick
  cargo xtask loom
",
    run,
};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &["--quick"])?;
    say("| model | preemptions | schedules | time | outcomes |");
    say("|---|---|---|---|---|");
    if !arguments.is_empty() {
        return models(&CAS, "--nocapture", true);
    }
    models(&CAS, "--nocapture", false)?;
    say("| without compare-and-swap: | | | | |");
    models(&SECTION, "--nocapture", true)?;
    interrupts("--nocapture")
}

/// What read-modify-writes are: a directory for what is built so, and its flags.
pub(crate) struct Words(&'static str, &'static str);

/// Instructions of the processor.
pub(crate) const CAS: Words = Words("loom", "hydra_loom");

/// A few instructions in a critical section.
pub(crate) const SECTION: Words = Words("section", "hydra_loom --cfg hydra_section");

/// Runs the tests of the models with these arguments and shows the lines of their tables.
pub(crate) fn models(words: &Words, arguments: &str, is_quick: bool) -> Outcome {
    let models = tests(words.0, words.1, "").words(arguments);
    show(if is_quick { models.env("HYDRA_LOOM_QUICK", "1") } else { models })
}

/// Runs the tests that interrupt the rings with these arguments.
pub(crate) fn interrupts(arguments: &str) -> Outcome {
    show(tests("isr", "hydra_isr", "--test interrupts").words(arguments))
}

fn tests(directory: &str, flag: &str, which: &str) -> Tool {
    // A directory of its own: otherwise every switch of the flag rebuilds everything.
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root().join("target"), Into::into).join(directory);
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    Tool::cargo("test -p hydra-log-loom-tests --profile loom --no-fail-fast")
        .words(which)
        .words("--")
        .env("RUSTFLAGS", format!("{flags} --cfg {flag}").trim())
        .env("CARGO_TARGET_DIR", &target.to_string_lossy())
}

fn show(tests: Tool) -> Outcome {
    tests.lines(|line| of_interest(line).into_iter().for_each(say)).map_err(Failure::Check)
}

/// The part of a line that is a row of a table, or a line that says how the tests ended.
fn of_interest(line: &str) -> Option<&str> {
    // The harness may have begun a line of its own before a model prints.
    let row = match line.split_once("... ") {
        Some((test, row)) if test.starts_with("test ") => row,
        _ => line,
    };
    let is_row = row.starts_with('|');
    let is_end = line.starts_with("test result:") || line.contains("bugs caught");
    let is_failure = line.contains("FAILED") || line.contains("panicked");
    match (is_row, is_end || is_failure) {
        (true, _) => Some(row),
        (false, true) => Some(line),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_ends_and_failures_are_shown() {
        for (line, shown) in [
            ("| spsc | 3 | 120 |", Some("| spsc | 3 | 120 |")),
            ("test spsc ... | spsc | 3 |", Some("| spsc | 3 |")),
            ("test spsc ... ok", None),
            ("test spsc ... FAILED", Some("test spsc ... FAILED")),
            ("test result: ok. 9 passed", Some("test result: ok. 9 passed")),
            ("running 9 tests", None),
            ("", None),
        ] {
            assert_eq!(of_interest(line), shown, "{line}");
        }
    }
}
