//! `cargo xtask docs`: the pages build without a warning, so no link in them is broken.

use crate::tool::Tool;
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "docs",
    summary: "build the documentation with warnings as errors",
    help: "\
cargo xtask docs

Runs `cargo doc --workspace --no-deps` with RUSTDOCFLAGS=-Dwarnings.

Example:
  cargo xtask docs
",
    run,
};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &[])?;
    let docs = Tool::cargo("doc --workspace --no-deps --quiet").env("RUSTDOCFLAGS", "-Dwarnings");
    docs.run().map_err(Failure::Check)
}
