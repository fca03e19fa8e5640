//! `cargo xtask mutants`: every planted bug has to be caught by a model.

use crate::{Command, Outcome, loom, only};

pub(crate) const COMMAND: Command = Command {
    name: "mutants",
    summary: "plant one bug after the other in the concurrent code: a model catches each",
    help: "\
cargo xtask mutants

Weakens one ordering, swaps one pair of steps or drops one check at a time, and runs the models
until one fails; then the same for targets without compare-and-swap, and with interrupts. Prints a
line a bug: which model caught it, and how. A bug that nobody catches is a failure: then a model is
missing.

Example:
  cargo xtask mutants
",
    run,
};

const PLANTED: &str = "--ignored --nocapture --test-threads=1";

fn run(arguments: &[String]) -> Outcome {
    only(arguments, &[])?;
    loom::models(&loom::CAS, PLANTED, false)?;
    loom::models(&loom::SECTION, PLANTED, false)?;
    loom::interrupts(PLANTED)
}
