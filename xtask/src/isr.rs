//! `cargo xtask isr`: interrupts before every shared access, and the bugs they have to catch.

use crate::{Command, Outcome, loom, only};

pub(crate) const COMMAND: Command = Command {
    name: "isr",
    summary: "interrupt the rings before every shared access; catch planted bugs that way",
    help: "\
cargo xtask isr

Builds the core with `--cfg hydra_isr` and runs up to three nested interrupts before every shared
access of the rings. Prints a line a script: how many schedules, and the steps of the longest
interrupt. Then plants the bugs that interrupts have to catch, and prints a line a bug: which
script caught it, and how. A bug that nobody catches is a failure.

`loom` and `mutants` run the same after their models; this leaves the models out.

Example:
  cargo xtask isr
",
    run,
};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &[])?;
    loom::interrupts("--nocapture")?;
    loom::interrupts("--ignored --nocapture")
}
