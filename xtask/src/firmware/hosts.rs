//! Hosts that come late, go away, or write nonsense into the read offset: nothing hangs, and what
//! arrives and what the stream says was lost add up to what was logged.

use core::time::Duration;
use std::fs;
use std::thread::sleep;
use std::time::Instant;

use super::elf::Elf;
use super::hydra::decode;
use super::machine::{self, Machine, Run, target_directory};
use super::rtt::{Probe, free_port};
use super::storm;

/// So many records are logged while a host is away, or has written nonsense.
const MEANWHILE: u32 = 2000;
/// How long they may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a host has of a running machine.
struct Host {
    probe: Probe,
    port: u16,
    block: u32,
    produced: u32,
    stream: Vec<u8>,
}

impl Host {
    fn drain(&mut self, times: u32) -> Result<(), String> {
        for _ in 0..times {
            let bytes = self.probe.drain(self.block)?;
            self.stream.extend(bytes);
            sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Waits until the program logged so many records more.
    fn wait(&mut self) -> Result<(), String> {
        let (until, start) = (Instant::now() + PATIENCE, self.probe.word(self.produced)?);
        while self.probe.word(self.produced)?.wrapping_sub(start) < MEANWHILE {
            if Instant::now() > until {
                return Err("the program stands still".to_owned());
            }
            sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

/// Looks for the first time when everything was logged.
pub(super) fn comes_at_the_end(machine: &Machine) -> Result<String, String> {
    with_host(machine, Host::wait)
}

/// Reads for a while, goes away, comes again, twice.
pub(super) fn unplugs(machine: &Machine) -> Result<String, String> {
    with_host(machine, |host| {
        for _ in 0..2 {
            host.drain(20)?;
            host.wait()?;
            host.probe.reconnect(host.port)?;
        }
        host.drain(20)
    })
}

/// Writes offsets that are none, and each time puts back what it had read.
pub(super) fn writes_nonsense(machine: &Machine) -> Result<String, String> {
    const NONSENSE: [u32; 6] = [256, 257, 0x7fff_ffff, 0x8000_0000, 0x2000_0000, u32::MAX];
    with_host(machine, |host| {
        for word in NONSENSE {
            host.drain(5)?;
            let read = host.probe.swap_read(host.block, word)?;
            host.wait()?;
            host.probe.swap_read(host.block, read)?;
        }
        host.drain(5)
    })
}

/// Runs the program with such a host, which reads to the end at last.
fn with_host(
    machine: &Machine,
    act: impl FnOnce(&mut Host) -> Result<(), String>,
) -> Result<String, String> {
    let program = machine::program(machine.target, "host");
    let elf = Elf::read(&program)?;
    let (block, port) = (elf.address("_SEGGER_RTT")?, free_port()?);
    let running = Run::new(machine, &program).options("-serial null").with_probe(port).start()?;
    let mut probe = Probe::connect(port)?;
    probe.wait_for(block)?;
    let produced = elf.address("PRODUCED")?;
    let mut host = Host { probe, port, block, produced, stream: Vec::new() };
    act(&mut host)?;
    host.probe.set_word(elf.address("IS_ENOUGH")?, 1)?;
    let rest = host.probe.drain_all(running, block)?;
    host.stream.extend(rest);
    let path = target_directory().join(format!("host-{}.stream", machine.target));
    fs::write(&path, &host.stream).map_err(|error| format!("{}: {error}", path.display()))?;
    storm::add_up(&decode(&program, &path)?)
}
