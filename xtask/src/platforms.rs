//! `cargo xtask platforms`: the crates are checked for every kind of machine they promise.

use crate::term::{bad, good, skipped};
use crate::tool::Tool;
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "platforms",
    summary: "cargo check for macOS, Windows, aarch64 Linux and two microcontrollers",
    help: "\
cargo xtask platforms

Adds each target with rustup and runs `cargo check` for it: the server crates for
x86_64-apple-darwin, x86_64-pc-windows-gnu and aarch64-unknown-linux-gnu; the core alone for
thumbv6m-none-eabi (no compare-and-swap) and thumbv7em-none-eabihf. A target that cannot be
installed gets one line that says why, and is no failure.

Example:
  cargo xtask platforms
",
    run,
};

const SERVERS: [&str; 3] =
    ["x86_64-apple-darwin", "x86_64-pc-windows-gnu", "aarch64-unknown-linux-gnu"];
const FIRMWARES: [&str; 2] = ["thumbv6m-none-eabi", "thumbv7em-none-eabihf"];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &[])?;
    let servers = SERVERS.iter().map(|target| (target, "-p hydra-log -p hydra-log-cli"));
    let firmwares = FIRMWARES.iter().map(|target| (target, "-p hydra-log-core"));
    let mut failed = Vec::new();
    for (target, packages) in servers.chain(firmwares) {
        if let Err(reason) = install(target) {
            skipped(&format!("{target}: cannot be installed: {reason}"));
            continue;
        }
        let check = Tool::cargo("check --quiet").words(packages).words("--target").words(target);
        match check.run() {
            Ok(()) => good(target),
            Err(reason) => {
                bad(&format!("{target}: {reason}"));
                failed.push(*target);
            }
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::Check(format!("cargo check failed for {}", failed.join(", "))))
    }
}

fn install(target: &str) -> Result<(), String> {
    let installed = Tool::new("rustup").words("target list --installed").output()?;
    if installed.lines().any(|line| line.trim() == target) {
        return Ok(());
    }
    Tool::new("rustup").words("target add").argument(target).output().map(drop)
}
