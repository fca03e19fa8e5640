//! `cargo xtask docs`: the pages build without a warning, so no link in them is broken.

use crate::tool::Tool;
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "docs",
    summary: "build the documentation with warnings as errors",
    help: "\
cargo xtask docs

Runs `cargo doc --workspace --all-features --no-deps` with RUSTDOCFLAGS=-Dwarnings, without
`loom-tests`, which is empty but for its models' build flag.

Example:
  cargo xtask docs
",
    run,
};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &[])?;
    let docs = Tool::cargo(
        "doc --workspace --all-features --exclude hydra-log-loom-tests --no-deps --quiet",
    );
    docs.env("RUSTDOCFLAGS", "-Dwarnings").run().map_err(Failure::Check)
}
