//! What defmt with defmt-rtt does: an unchanged application decoded, and what a late host sees.

use core::time::Duration;
use std::fs;
use std::path::Path;
use std::thread::sleep;

use super::compare::{self, Expected};
use super::elf::Elf;
use super::gdb::Debugger;
use super::machine::{self, Machine, Run, target_directory};
use super::rtt::{Probe, free_port};
use super::storm;
use crate::tool::{Tool, root};

/// defmt's name for its control block, which is everybody's.
const BLOCK: &str = "_SEGGER_RTT";
/// The flag by which a debug probe says that it is there.
const HOST_IS_THERE: u32 = 2;

/// The defmt application, by its own logger and by Hydra.
pub(super) const APPLICATIONS: [&str; 2] = ["firmware-defmt-app", "firmware-defmt-hydra"];

/// Runs a defmt application with a host from its first record on; compares what is decoded.
pub(super) fn application(machine: &Machine, name: &str, mode: Expected) -> Result<String, String> {
    let program = machine::program(machine.target, name);
    let elf = Elf::read(&program)?;
    let (probe, debugger) = (free_port()?, free_port()?);
    let run = Run::new(machine, &program).options("-serial null");
    let running = run.with_probe(probe).with_debugger(debugger).start()?;
    let (mut probe, mut debugger) = (Probe::connect(probe)?, Debugger::connect(debugger)?);
    debugger.run_to(elf.address("main")?)?;
    let block = elf.address(BLOCK)?;
    probe.set_flags(block, HOST_IS_THERE)?;
    debugger.go_on()?;
    let stream = probe.drain_all(running, block)?;
    let path = target_directory().join(format!("{name}.stream"));
    fs::write(&path, stream).map_err(|error| format!("{}: {error}", path.display()))?;
    let decoded = decode(&program, &path)?;
    compare::with(&folder("defmt-app").join("src").join("main.out"), &decoded, mode)
}

/// Runs a program that logs by defmt's calls on Hydra, whose frames go to the serial port.
fn frames(machine: &Machine, name: &str, options: &str) -> Result<String, String> {
    let program = machine::program(machine.target, name);
    let stream = target_directory().join(format!("{name}-{}.stream", machine.target));
    let run = Run::new(machine, &program).options(options).serial_to(&stream);
    run.within(Duration::from_secs(120)).finish()?;
    let decoded = decode(&program, &stream)?;
    // Without the level, which stands in the first column.
    let lines = decoded.lines().map(|line| line.split_once(' ').map_or(line, |(_, rest)| rest));
    Ok(lines.map(|line| format!("{}\n", line.trim_start())).collect())
}

/// Interrupts over a main loop, by defmt's calls: adds up what came.
pub(super) fn storm(machine: &Machine) -> Result<String, String> {
    storm::add_up(&frames(machine, "storm_defmt", "-icount shift=0,sleep=off")?)
}

/// Threads that preempt each other in the middle of calls.
pub(super) fn threads(machine: &Machine) -> Result<String, String> {
    storm::add_up(&frames(machine, "threads_defmt", "-icount shift=0,sleep=off")?)
}

/// Two cores that make calls at once; their time is the host's.
pub(super) fn cores(machine: &Machine) -> Result<String, String> {
    storm::add_up(&frames(machine, "dual_defmt", "")?)
}

/// Both kinds of call in turn: whether their frames are.
pub(super) fn mixed(machine: &Machine) -> Result<String, String> {
    let decoded = frames(machine, "mixed", "")?;
    let lines: Vec<&str> = decoded.lines().collect();
    let is_turn = |(number, pair): (usize, &[&str])| {
        let number_bytes = format!(", {number:02x}, 00, 00, 00]");
        matches!(pair, [defmt, hydra] if *defmt == format!("by defmt {number}")
            && hydra.starts_with("hydra record [") && hydra.ends_with(&number_bytes))
    };
    match lines.len() == 10 && lines.chunks(2).enumerate().all(is_turn) {
        true => Ok(format!("{} frames in turn", lines.len())),
        false => Err(format!("not in turn: {decoded:?}")),
    }
}

/// How many of 400 records a host finds that looks when they are written.
pub(super) fn late_host(machine: &Machine) -> Result<usize, String> {
    let program = machine::program(machine.target, "anchor_late");
    let block = Elf::read(&program)?.address(BLOCK)?;
    let port = free_port()?;
    let running = Run::new(machine, &program).options("-serial null").with_probe(port).start()?;
    let mut probe = Probe::connect(port)?;
    probe.wait_for(block)?;
    sleep(Duration::from_millis(300));
    let stream = probe.drain(block)?;
    drop(running);
    // A zero ends a frame; what stands before the first one is the rest of another.
    Ok(stream.iter().filter(|byte| **byte == 0).count().saturating_sub(1))
}

fn decode(program: &Path, stream: &Path) -> Result<String, String> {
    Tool::cargo("run --quiet --locked --")
        .argument(&program.to_string_lossy())
        .argument(&stream.to_string_lossy())
        .env("CARGO_TARGET_DIR", &target_directory().to_string_lossy())
        .within(&folder("defmt-decode"))
        .output()
}

fn folder(name: &str) -> std::path::PathBuf {
    root().join("examples").join("firmware").join(name)
}
