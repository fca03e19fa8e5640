//! `cargo xtask publish`: every public crate packs and builds from its package, in a dry run.

use crate::tool::Tool;
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "publish",
    summary: "pack and verify every public crate, without uploading",
    help: "\
cargo xtask publish

Runs `cargo publish --workspace --dry-run`. The work tree has to be committed, as for the real
thing: what is packed is what a commit holds.

Example:
  cargo xtask publish
",
    run,
};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &[])?;
    Tool::cargo("publish --workspace --dry-run").run().map_err(Failure::Check)
}
