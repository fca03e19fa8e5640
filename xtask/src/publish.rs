//! `cargo xtask publish`: every public crate packs and builds from its package, in a dry run.

use std::time::UNIX_EPOCH;
use std::{fs, process};

use crate::tool::{Tool, root};
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
    // Cargo keeps what it unpacked of a version by the place it was packed at: packed at the same
    // place again, the crates would be built against each other's former texts.
    let seconds = UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs());
    let place = root().join(format!("target/publish-{seconds}-{}", process::id()));
    let dry_run = Tool::cargo("publish --workspace --dry-run")
        .env("CARGO_TARGET_DIR", &place.to_string_lossy())
        .run();
    let removed = fs::remove_dir_all(&place);
    dry_run.map_err(Failure::Check)?;
    removed.map_err(|error| Failure::Check(format!("cannot remove {}: {error}", place.display())))
}
