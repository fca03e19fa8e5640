//! Hydra's own programs: what they logged, decoded, against the texts beside their sources.

use core::time::Duration;
use std::path::{Path, PathBuf};

use super::compare::{self, Expected};
use super::machine::{self, Machine, Run, target_directory};
use super::storm;
use crate::tool::{Tool, root};

/// A program under `examples/firmware`, and how it runs.
pub(super) struct Program {
    pub(super) name: &'static str,
    /// The source, with the expected text beside it.
    source: &'static str,
    /// Time follows instructions, so that interrupts come at the same ones in every run.
    is_timed: bool,
    is_storm: bool,
}

const fn program(name: &'static str, source: &'static str) -> Program {
    Program { name, source, is_timed: false, is_storm: false }
}

const fn timed(name: &'static str, source: &'static str) -> Program {
    Program { is_timed: true, ..program(name, source) }
}

pub(super) const KINDS: Program = program("kinds", "tests/src/bin/kinds.rs");
pub(super) const LATE_OLDEST: Program = program("late_oldest", "tests/src/bin/late_oldest.rs");
pub(super) const STORM: Program =
    Program { is_storm: true, ..timed("storm", "tests/src/bin/storm.rs") };
pub(super) const CORTEX_M0: Program = program("firmware-cortex-m0", "cortex-m0/src/main.rs");
pub(super) const CORTEX_M4: Program = timed("firmware-cortex-m4", "cortex-m4/src/main.rs");
pub(super) const EMBASSY: Program = program("firmware-embassy", "embassy/src/main.rs");
pub(super) const RISCV: Program = program("firmware-riscv", "riscv/src/main.rs");
/// Both cores run at once only where time is the host's.
pub(super) const DUAL_CORE: Program =
    Program { is_storm: true, ..program("firmware-dual-core", "dual-core/src/main.rs") };

impl Program {
    /// Runs it, decodes its stream, and compares or adds up.
    pub(super) fn check(&self, machine: &Machine, mode: Expected) -> Result<String, String> {
        let elf = machine::program(machine.target, self.name);
        let stream = target_directory().join(format!("{}-{}.stream", self.name, machine.target));
        let mut run = Run::new(machine, &elf).serial_to(&stream).within(Duration::from_secs(120));
        if self.is_timed {
            // An instruction takes a nanosecond; waiting takes none of the host's time.
            run = run.options("-icount shift=0,sleep=off");
        }
        run.finish()?;
        let decoded = decode(&elf, &stream)?;
        if self.is_storm {
            return storm::add_up(&decoded);
        }
        compare::with(&folder(self.source).with_extension("out"), &decoded, mode)
    }
}

/// Builds the decoder, on whose build nothing else waits.
pub(super) fn build_decoder() -> Result<(), String> {
    Tool::cargo("build --quiet --locked")
        .env("CARGO_TARGET_DIR", &target_directory().to_string_lossy())
        .without("RUSTFLAGS")
        .within(&folder("decode"))
        .run()
}

/// The lines of a stream.
pub(super) fn decode(elf: &Path, stream: &Path) -> Result<String, String> {
    let decoder = target_directory().join("debug").join("firmware-decode");
    Tool::new(&decoder.to_string_lossy())
        .argument(&elf.to_string_lossy())
        .argument(&stream.to_string_lossy())
        .output()
}

fn folder(name: &str) -> PathBuf {
    root().join("examples").join("firmware").join(name)
}
