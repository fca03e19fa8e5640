//! `cargo xtask loom`: the concurrency models, in a target directory of their own.

use crate::term::say;
use crate::tool::{Tool, root};
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "loom",
    summary: "explore the interleavings of the rings, the registry, the token and the flush",
    help: "\
cargo xtask loom [--quick]

Builds the core with `--cfg hydra_loom` and runs the models of `loom-tests`. Prints one line a
model: its name, the bound on preemptions, how many schedules were explored and how long that
took, and the outcomes that were seen, with how many schedules ended so.

Options:
  --quick    fewer preemptions a schedule: minutes become seconds

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
    models("--nocapture", !arguments.is_empty())
}

/// Runs the tests of the models with these arguments and shows the lines of their tables.
pub(crate) fn models(arguments: &str, is_quick: bool) -> Outcome {
    // A directory of its own: otherwise every switch of the flag rebuilds everything.
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root().join("target"), Into::into).join("loom");
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    let mut models = Tool::cargo("test -p hydra-log-loom-tests --profile loom --no-fail-fast --")
        .words(arguments)
        .env("RUSTFLAGS", format!("{flags} --cfg hydra_loom").trim())
        .env("CARGO_TARGET_DIR", &target.to_string_lossy());
    if is_quick {
        models = models.env("HYDRA_LOOM_QUICK", "1");
    }
    let show = |line: &str| of_interest(line).into_iter().for_each(say);
    models.lines(show).map_err(Failure::Check)
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
