//! `cargo xtask loom`: the concurrency models, in a target directory of their own.

use crate::term::say;
use crate::tool::{Tool, root};
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "loom",
    summary: "explore the interleavings of the rings, the registry, the token and the flush",
    help: "\
cargo xtask loom [--quick]

Builds the workspace's core with `--cfg hydra_loom` and runs the models of `loom-tests`. Prints
one line a model: its question, how many schedules were explored, and the outcomes that were seen.

Options:
  --quick    at most two preemptions a schedule: minutes become seconds

Examples:
  cargo xtask loom --quick
  cargo xtask loom
",
    run,
};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &["--quick"])?;
    // A directory of its own: otherwise every switch of the flag rebuilds everything.
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    let target = target.join("loom");
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    let mut models = Tool::cargo("test -p hydra-log-loom-tests --profile loom")
        .words("--no-fail-fast -- --nocapture --test-threads=1")
        .env("RUSTFLAGS", format!("{flags} --cfg hydra_loom").trim())
        .env("CARGO_TARGET_DIR", &target.to_string_lossy());
    if !arguments.is_empty() {
        models = models.env("LOOM_MAX_PREEMPTIONS", "2").env("HYDRA_LOOM_QUICK", "1");
    }
    models
        .lines(|line| {
            if is_of_interest(line) {
                say(line)
            }
        })
        .map_err(Failure::Check)
}

/// A table line of a model, or a line that says what failed.
fn is_of_interest(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('|')
        || line.starts_with("test result:")
        || line.contains("FAILED")
        || line.contains("panicked")
}
