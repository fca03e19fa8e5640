//! Hydra's own programs: what they logged, decoded, against the texts beside their sources.

use core::time::Duration;
use std::path::{Path, PathBuf};

use super::compare::{self, Expected};
use super::machine::{self, Machine, Run, target_directory};
use super::rtt::free_port;
use super::{late, storm};
use crate::tool::{Tool, root};

/// A program under `examples/firmware`, and how it runs.
pub(super) struct Program {
    pub(super) name: &'static str,
    /// The source, with the expected text beside it.
    source: &'static str,
    /// Time follows instructions, so that interrupts come at the same ones in every run.
    is_timed: bool,
    judge: Judge,
}

/// What is expected of a program's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judge {
    /// The text beside the source.
    Text,
    /// Counts that add up.
    Storm,
    /// The same, and nothing was lost.
    Whole,
    /// The newest of 400, and the number of the others.
    Newest,
    /// Lines that the program wrote itself, against the text beside the source.
    Lines,
}

const fn program(name: &'static str, source: &'static str) -> Program {
    Program { name, source, is_timed: false, judge: Judge::Text }
}

const fn timed(name: &'static str, source: &'static str) -> Program {
    Program { is_timed: true, ..program(name, source) }
}

pub(super) const KINDS: Program = program("kinds", "tests/src/bin/kinds.rs");
pub(super) const LATE_OLDEST: Program = program("late_oldest", "tests/src/bin/late_oldest.rs");
pub(super) const LATE: Program =
    Program { judge: Judge::Newest, ..program("late", "tests/src/bin/late.rs") };
/// A host reads while it runs.
pub(super) const LIVE: Program = program("live", "tests/src/bin/live.rs");
pub(super) const STORM: Program =
    Program { judge: Judge::Storm, ..timed("storm", "tests/src/bin/storm.rs") };
pub(super) const STORM_DIRECT: Program =
    Program { judge: Judge::Storm, ..timed("storm_direct", "tests/src/bin/storm_direct.rs") };
pub(super) const STORM_NESTED: Program =
    Program { judge: Judge::Storm, ..timed("storm_nested", "tests/src/bin/storm_nested.rs") };
pub(super) const STORM_NMI: Program =
    Program { judge: Judge::Storm, ..timed("storm_nmi", "tests/src/bin/storm_nmi.rs") };
pub(super) const DIRECT: Program =
    Program { judge: Judge::Whole, ..program("direct", "tests/src/bin/direct.rs") };
pub(super) const CORTEX_M0: Program = program("firmware-cortex-m0", "cortex-m0/src/main.rs");
pub(super) const CORTEX_M4: Program = timed("firmware-cortex-m4", "cortex-m4/src/main.rs");
pub(super) const EMBASSY: Program = timed("firmware-embassy", "embassy/src/main.rs");
pub(super) const RISCV: Program = program("firmware-riscv", "riscv/src/main.rs");
/// The program has its own texts.
pub(super) const TEXT: Program =
    Program { judge: Judge::Lines, ..program("firmware-text", "text/src/main.rs") };
/// Both cores run at once only where time is the host's.
pub(super) const DUAL_CORE: Program =
    Program { judge: Judge::Storm, ..program("firmware-dual-core", "dual-core/src/main.rs") };

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
        let decoded = match self.judge {
            Judge::Lines => read(&stream)?,
            _ => decode(&elf, &stream)?,
        };
        match self.judge {
            Judge::Text | Judge::Lines => {
                compare::with(&folder(self.source).with_extension("out"), &decoded, mode)
            }
            Judge::Storm => storm::add_up(&decoded),
            Judge::Whole => {
                storm::add_up(&decoded).and_then(|told| match told.ends_with(" 0 lost") {
                    true => Ok(told),
                    false => Err(told),
                })
            }
            Judge::Newest => late::newest(&decoded),
        }
    }

    /// Runs it while a host reads its RTT channel, and compares what that host shows.
    pub(super) fn check_live(&self, machine: &Machine, mode: Expected) -> Result<String, String> {
        let elf = machine::program(machine.target, self.name);
        let port = free_port()?;
        let running = Run::new(machine, &elf).options("-serial null").with_probe(port).start()?;
        let host = hydra("rtt --elf").argument(&elf.to_string_lossy());
        let decoded = host.argument(&format!("qemu:127.0.0.1:{port}")).output()?;
        running.finish()?;
        compare::with(&folder(self.source).with_extension("out"), &without_times(&decoded), mode)
    }
}

/// Builds the decoder, on whose build nothing else waits.
pub(super) fn build_decoder() -> Result<(), String> {
    Tool::cargo("build --quiet --locked --package hydra-log-cli").run()
}

/// The command that reads streams.
pub(super) fn decoder() -> PathBuf {
    target_directory().with_file_name("debug").join("hydra")
}

fn hydra(line: &str) -> Tool {
    Tool::new(&decoder().to_string_lossy()).words(line)
}

/// The text beside the source of one of the test programs.
pub(super) fn expected(name: &str) -> PathBuf {
    folder("tests/src/bin").join(name).with_extension("out")
}

/// Times differ from run to run.
pub(super) fn without_times(lines: &str) -> String {
    let lines = lines.lines().map(|line| line.split_once(' ').map_or(line, |(_, rest)| rest));
    lines.map(|line| format!("{}\n", line.trim_start())).collect()
}

/// The lines of a stream.
pub(super) fn decode(elf: &Path, stream: &Path) -> Result<String, String> {
    let decoded = hydra("decode --elf")
        .argument(&elf.to_string_lossy())
        .argument(&stream.to_string_lossy())
        .output()?;
    Ok(without_times(&decoded))
}

/// What a program wrote, with lines as they are in files.
fn read(stream: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(stream);
    let text = text.map_err(|error| format!("{}: {error}", stream.display()))?;
    Ok(text.replace("\r\n", "\n"))
}

fn folder(name: &str) -> PathBuf {
    root().join("examples").join("firmware").join(name)
}
