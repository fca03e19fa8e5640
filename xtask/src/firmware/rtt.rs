//! A debug probe's part of RTT: reads a ring in a running machine's memory, and frees its room.
//!
//! QEMU's test socket reads and writes memory while the program runs, as a probe does: nothing is
//! halted, so host and firmware race for real.

use core::time::Duration;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::Instant;

use super::machine::Running;

/// Of the control block: 16 bytes of name, how many channels up and down.
const FIRST_CHANNEL: u32 = 24;
/// Of a channel: name, buffer, size, write offset, read offset, flags.
const BUFFER: u32 = 4;
const SIZE: u32 = 8;
const WRITE: u32 = 12;
const READ: u32 = 16;
const FLAGS: u32 = 20;

/// A ring larger than this is a control block that was read wrongly.
const LARGEST: u32 = 1 << 20;

/// The memory of a running machine.
pub(super) struct Probe {
    to: TcpStream,
    from: BufReader<TcpStream>,
}

impl Probe {
    /// Connects to a machine that was started with `Run::with_probe`.
    pub(super) fn connect(port: u16) -> Result<Self, String> {
        let to = connect(port)?;
        let from = to.try_clone().map_err(|error| format!("the test socket: {error}"))?;
        Ok(Self { to, from: BufReader::new(from) })
    }

    fn ask(&mut self, command: &str) -> Result<String, String> {
        let failed = |error: std::io::Error| format!("`{command}` to QEMU: {error}");
        writeln!(self.to, "{command}").map_err(failed)?;
        let mut answer = String::new();
        self.from.read_line(&mut answer).map_err(failed)?;
        match answer.trim().strip_prefix("OK") {
            Some(rest) => Ok(rest.trim().to_owned()),
            None => Err(format!("`{command}` to QEMU: {}", answer.trim())),
        }
    }

    pub(super) fn read(&mut self, address: u32, count: u32) -> Result<Vec<u8>, String> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let answer = self.ask(&format!("read {address:#x} {count:#x}"))?;
        let digits = answer.strip_prefix("0x").unwrap_or(&answer);
        let byte = |at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..count as usize).map(|index| byte(index * 2)).collect();
        bytes.ok_or_else(|| format!("not {count} bytes: `{answer}`"))
    }

    pub(super) fn word(&mut self, address: u32) -> Result<u32, String> {
        let bytes = self.read(address, 4)?;
        let bytes = bytes.try_into().map_err(|_| "not four bytes".to_owned())?;
        Ok(u32::from_le_bytes(bytes))
    }

    pub(super) fn set_word(&mut self, address: u32, word: u32) -> Result<(), String> {
        let bytes = word.swap_bytes();
        self.ask(&format!("write {address:#x} 0x4 {bytes:#010x}")).map(drop)
    }

    /// Goes away, and comes again.
    pub(super) fn reconnect(&mut self, port: u16) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("the test socket: {error}");
        // QEMU listens again once it has seen that this one is gone.
        self.to.shutdown(std::net::Shutdown::Both).map_err(failed)?;
        *self = Self::connect(port)?;
        Ok(())
    }

    /// Writes what the host says that it has read, whatever that is; what stood there.
    pub(super) fn swap_read(&mut self, block: u32, word: u32) -> Result<u32, String> {
        let at = block + FIRST_CHANNEL + READ;
        let read = self.word(at)?;
        self.set_word(at, word)?;
        Ok(read)
    }

    /// Waits until the program set its control block up.
    pub(super) fn wait_for(&mut self, block: u32) -> Result<(), String> {
        let until = Instant::now() + Duration::from_secs(10);
        while self.read(block, 10)? != b"SEGGER RTT" {
            if Instant::now() > until {
                return Err(format!("no control block at {block:#x} after 10 s"));
            }
            sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Tells the firmware that a host is there, which makes some loggers wait when they are full.
    pub(super) fn set_flags(&mut self, block: u32, flags: u32) -> Result<(), String> {
        self.set_word(block + FIRST_CHANNEL + FLAGS, flags)
    }

    /// Takes what stands in the first channel up, and frees its room.
    pub(super) fn drain(&mut self, block: u32) -> Result<Vec<u8>, String> {
        let channel = block + FIRST_CHANNEL;
        let (size, write) = (self.word(channel + SIZE)?, self.word(channel + WRITE)?);
        let (buffer, read) = (self.word(channel + BUFFER)?, self.word(channel + READ)?);
        if size > LARGEST || write >= size || read >= size {
            return Err(format!("a channel of {size} bytes with offsets {write} and {read}"));
        }
        let end = if write < read { size } else { write };
        let mut bytes = self.read(buffer + read, end - read)?;
        if write < read {
            bytes.extend(self.read(buffer, write)?);
        }
        if write != read {
            self.set_word(channel + READ, write)?;
        }
        Ok(bytes)
    }

    /// Drains until the program ends the machine, with success.
    pub(super) fn drain_all(
        &mut self,
        mut machine: Running,
        block: u32,
    ) -> Result<Vec<u8>, String> {
        self.wait_for(block)?;
        let mut stream = Vec::new();
        while machine.ended()?.is_none() {
            match self.drain(block) {
                Ok(bytes) => stream.extend(bytes),
                // The machine ended between the question and the answer.
                Err(reason) => {
                    sleep(Duration::from_millis(50));
                    if machine.ended()?.is_none() {
                        return Err(reason);
                    }
                }
            }
            sleep(Duration::from_millis(1));
        }
        machine.finish()?;
        Ok(stream)
    }
}

/// A port that nobody listens on.
pub(super) fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}

/// Connects to QEMU, which listens a moment after it starts.
pub(super) fn connect(port: u16) -> Result<TcpStream, String> {
    let failed = |error: std::io::Error| format!("connecting to QEMU: {error}");
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => {
                stream.set_read_timeout(Some(Duration::from_secs(10))).map_err(failed)?;
                stream.set_nodelay(true).map_err(failed)?;
                return Ok(stream);
            }
            Err(error) if Instant::now() > until => return Err(failed(error)),
            Err(_) => sleep(Duration::from_millis(2)),
        }
    }
}
