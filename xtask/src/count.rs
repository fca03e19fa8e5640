//! `cargo xtask count`: machine instructions of a log call, against committed budgets.

use crate::{Command, Failure, Outcome};

pub(crate) const COMMAND: Command = Command {
    name: "count",
    summary: "instructions of a log call under valgrind, against committed budgets",
    help: "\
cargo xtask count

Example:
  cargo xtask count
",
    run,
};

pub(crate) fn run(_arguments: &[String]) -> Outcome {
    Err(Failure::Check("no shapes yet".to_owned()))
}
