//! One source, built for microcontrollers and for this machine: the same records after decoding.

use std::path::Path;

use super::compare;
use super::machine::{Machine, program, target_directory};
use crate::tool::{Tool, root};

/// The server's records, which those of microcontrollers are compared with.
pub(super) fn server() -> Result<String, String> {
    let log = target_directory().join("server.hlog");
    // What a run before left would be read too.
    drop(std::fs::remove_file(&log));
    Tool::cargo("run --quiet --locked --")
        .argument(&log.to_string_lossy())
        .env("CARGO_TARGET_DIR", &target_directory().to_string_lossy())
        .within(&root().join("examples").join("firmware").join("server"))
        .output()?;
    records(None, &log)
}

/// Whether the stream that `kinds` left on a machine has the same records.
pub(super) fn check(machine: &Machine, server: &str) -> Result<String, String> {
    let stream = target_directory().join(format!("kinds-{}.stream", machine.target));
    let records = records(Some(&program(machine.target, "kinds")), &stream)?;
    let count = compare::texts(server, &records)?;
    Ok(format!("{count} records as on a server"))
}

fn records(elf: Option<&Path>, file: &Path) -> Result<String, String> {
    let mut tool = Tool::cargo("run --quiet --locked -p hydra-log-decode --example records --");
    if let Some(elf) = elf {
        tool = tool.words("--elf").argument(&elf.to_string_lossy());
    }
    tool.argument(&file.to_string_lossy()).output()
}
