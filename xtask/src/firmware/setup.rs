//! What has to be there before anything runs: targets, QEMU. Installed where that can be done.

use crate::term::{say, skipped};
use crate::tool::Tool;

/// Targets that can be built for, and whether programs can run.
pub(super) struct Setup {
    pub(super) targets: Vec<&'static str>,
    pub(super) has_qemu: bool,
}

/// Every target that a firmware crate is built for.
pub(super) const TARGETS: [&str; 7] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv8m.main-none-eabihf",
    "riscv32imac-unknown-none-elf",
    "riscv32imc-unknown-none-elf",
];

const EMULATORS: [&str; 2] = ["qemu-system-arm", "qemu-system-riscv32"];
const PACKAGES: &str = "qemu-system-arm qemu-system-misc";

impl Setup {
    /// Looks, installs what is missing, says in one line each what can't be had.
    pub(super) fn make() -> Self {
        let mut targets = TARGETS.to_vec();
        targets.retain(|target| match add_target(target) {
            Ok(()) => true,
            Err(reason) => {
                skipped(&format!("{target}: cannot be installed: {reason}"));
                false
            }
        });
        let has_qemu = match install_emulators() {
            Ok(()) => true,
            Err(reason) => {
                skipped(&format!("QEMU cannot be installed, so nothing is run: {reason}"));
                false
            }
        };
        Self { targets, has_qemu }
    }

    /// Whether programs for this target can be built.
    pub(super) fn has(&self, target: &str) -> bool {
        self.targets.contains(&target)
    }
}

fn add_target(target: &str) -> Result<(), String> {
    let libraries = Tool::new("rustc").words("--print target-libdir --target").argument(target);
    // Without rustup, the toolchain may have brought the target itself.
    let libraries = libraries.output()?;
    if std::path::Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    Tool::new("rustup").words("target add").argument(target).output().map(drop)
}

fn install_emulators() -> Result<(), String> {
    let is_there = |program: &&str| Tool::new(program).words("--version").works();
    if EMULATORS.iter().all(&is_there) {
        return Ok(());
    }
    say(&format!("installing {PACKAGES}"));
    let install = "apt-get install -y -qq --no-install-recommends";
    apt(&format!("{install} {PACKAGES}")).or_else(|_| {
        apt("apt-get update -qq")?;
        apt(&format!("{install} {PACKAGES}"))
    })?;
    match EMULATORS.iter().find(|program| !is_there(program)) {
        None => Ok(()),
        Some(program) => Err(format!("{program} does not run")),
    }
}

/// As root where that is who runs this, by `sudo` otherwise.
fn apt(line: &str) -> Result<(), String> {
    let is_root = Tool::new("id").words("-u").output().is_ok_and(|id| id.trim() == "0");
    let tool = Tool::new("timeout").words("300");
    let tool = if is_root { tool } else { tool.words("sudo -n") };
    tool.words("env DEBIAN_FRONTEND=noninteractive").words(line).output().map(drop)
}
