//! A panic or a fault after each instruction of one call: what was logged before comes out.

use core::time::Duration;
use std::thread::sleep;

use super::elf::Elf;
use super::gdb::Debugger;
use super::hydra::decode;
use super::machine::{self, Machine, Run, target_directory};
use super::rtt::{Probe, free_port};

/// The machine word of `mov r10, r10` and `mov r11, r11`.
const BEGIN: u16 = 0x46d2;
const END: u16 = 0x46db;
/// A call has far fewer instructions.
const MOST: u32 = 2000;

/// Where a debugger goes out of the call, and what is logged there at last.
pub(super) struct WayOut {
    pub(super) symbol: &'static str,
    pub(super) last_words: [&'static str; 2],
}

pub(super) const PANIC: WayOut = WayOut {
    symbol: "sweep_panic",
    last_words: ["panicked at src/bin/sweep.rs:", ": left the call"],
};
pub(super) const FAULT: WayOut =
    WayOut { symbol: "sweep_fault", last_words: ["fault at 0x", ", return to 0x"] };

/// Where NMIs are asked for, and the bit that does.
const ICSR: u32 = 0xe000_ed04;
const PEND_NMI: u32 = 1 << 31;

/// Has an NMI come after each instruction of a call, which goes on: nothing is lost. How many
/// instructions those are.
pub(super) fn interrupt(machine: &Machine) -> Result<u32, String> {
    const WHOLE: [&str; 6] = ["after", "before 0", "before 1", "before 2", "call 7", "nmi 1"];
    let program = machine::program(machine.target, "nmi");
    let elf = Elf::read(&program)?;
    let (begin, end) = (elf.only_half(BEGIN)?, elf.only_half(END)?);
    let stream = target_directory().join(format!("nmi-{}.stream", machine.target));
    for steps in 1..MOST {
        let (port, probe) = (free_port()?, free_port()?);
        let run = Run::new(machine, &program).serial_to(&stream).with_debugger(port);
        let running = run.with_probe(probe).start()?;
        let (mut probe, mut debugger) = (Probe::connect(probe)?, Debugger::connect(port)?);
        debugger.run_to(begin)?;
        let mut at = begin;
        for _ in 0..steps {
            at = debugger.step()?;
        }
        if at == end {
            return Ok(steps - 1);
        }
        probe.set_word(ICSR, PEND_NMI)?;
        debugger.go_on()?;
        running.finish()?;
        let decoded = decode(&program, &stream)?;
        let messages = decoded.lines().filter_map(|line| line.split_once(": "));
        let mut messages: Vec<&str> = messages.map(|(_, message)| message).collect();
        messages.sort_unstable();
        if messages != WHOLE {
            return Err(format!("interrupted before {at:#x}: only {messages:?}"));
        }
    }
    Err(format!("the call has more than {MOST} instructions"))
}

/// Leaves the call after each of its instructions: how many those are, and where something is lost.
pub(super) fn check(machine: &Machine, way: &WayOut) -> Result<(u32, Vec<String>), String> {
    let program = machine::program(machine.target, "sweep");
    let elf = Elf::read(&program)?;
    let (begin, end) = (elf.only_half(BEGIN)?, elf.only_half(END)?);
    let out = elf.address(way.symbol)?;
    let mut failed = Vec::new();
    for steps in 1..MOST {
        let stream = target_directory().join(format!("sweep-{}.stream", machine.target));
        let port = free_port()?;
        let run = Run::new(machine, &program).serial_to(&stream).with_debugger(port);
        let mut running = run.start()?;
        let mut debugger = Debugger::connect(port)?;
        debugger.run_to(begin)?;
        let mut at = begin;
        for _ in 0..steps {
            at = debugger.step()?;
        }
        if at == end {
            return Ok((steps - 1, failed));
        }
        debugger.go_on_from(out)?;
        while running.ended()?.is_none() {
            sleep(Duration::from_millis(2));
        }
        drop(running);
        let told = decode(&program, &stream).and_then(|decoded| judge(&decoded, way.last_words));
        if let Err(reason) = told {
            failed.push(format!("left before {at:#x}: {reason}"));
        }
    }
    Err(format!("the call has more than {MOST} instructions"))
}

/// Whether all earlier records and the last words are there.
fn judge(decoded: &str, [start, part]: [&str; 2]) -> Result<(), String> {
    let messages = decoded.lines().filter_map(|line| line.split_once(": "));
    let messages: Vec<&str> = messages.map(|(_, message)| message).collect();
    match messages.as_slice() {
        ["before 0", "before 1", "before 2", rest @ .., last]
            if last.starts_with(start) && last.contains(part) =>
        {
            match rest {
                [] | ["call 7"] => Ok(()),
                other => Err(format!("{other:?} in between")),
            }
        }
        other => Err(format!("only {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_may_be_missing() {
        let lines = "info  a: before 0\ninfo  a: before 1\ninfo  a: before 2\n\
                     error fault: fault at 0x00000100, return to 0x00000200\n";
        let words = FAULT.last_words;
        assert_eq!(judge(lines, words), Ok(()));
        let with_call = lines.replace("error", "info  a: call 7\nerror");
        assert_eq!(judge(&with_call, words), Ok(()));
        assert!(judge(&with_call.replace("call 7", "call 8"), words).is_err());
        assert!(judge(lines, PANIC.last_words).is_err());
        assert!(judge(&lines.replace("before 1", "before"), words).is_err());
    }
}
