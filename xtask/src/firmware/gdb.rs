//! A debugger's part: stops a machine at an instruction, steps, moves the program counter.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::rtt::connect;

/// Register numbers of Cortex-M in QEMU's stub.
const PC: u8 = 15;
const XPSR: u8 = 25;
/// Where xPSR says that an if-then block is going on.
const IF_THEN: u32 = 0x0600_fc00;

/// A machine that stands still before its first instruction.
pub(super) struct Debugger {
    stream: TcpStream,
}

impl Debugger {
    /// Connects to a machine that was started with `Run::with_debugger`.
    pub(super) fn connect(port: u16) -> Result<Self, String> {
        let mut debugger = Self { stream: connect(port)? };
        debugger.ask("qSupported")?;
        // QEMU reads single registers only for those who asked what registers there are.
        debugger.ask("qXfer:features:read:target.xml:0,ffb")?;
        Ok(debugger)
    }

    /// Lets it run until it is about to execute the instruction at `address`.
    pub(super) fn run_to(&mut self, address: u32) -> Result<(), String> {
        let at = address & !1;
        self.expect(&format!("Z1,{at:x},2"), "OK")?;
        self.expect("c", "T")?;
        self.expect(&format!("z1,{at:x},2"), "OK")
    }

    /// Executes one instruction; returns where the next one is.
    pub(super) fn step(&mut self) -> Result<u32, String> {
        self.expect("s", "T")?;
        self.register(PC)
    }

    /// Goes on from `address`, whatever block the stopped instruction was in.
    pub(super) fn go_on_from(mut self, address: u32) -> Result<(), String> {
        let status = self.register(XPSR)?;
        self.set_register(XPSR, status & !IF_THEN)?;
        self.set_register(PC, address & !1)?;
        self.go_on()
    }

    /// Goes on without a debugger.
    pub(super) fn go_on(mut self) -> Result<(), String> {
        self.expect("D", "OK")
    }

    fn register(&mut self, number: u8) -> Result<u32, String> {
        let answer = self.ask(&format!("p{number:x}"))?;
        let value = answer.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        value.map(u32::swap_bytes).ok_or_else(|| format!("register {number}: `{answer}`"))
    }

    fn set_register(&mut self, number: u8, value: u32) -> Result<(), String> {
        self.expect(&format!("P{number:x}={:08x}", value.swap_bytes()), "OK")
    }

    fn expect(&mut self, command: &str, start: &str) -> Result<(), String> {
        let answer = self.ask(command)?;
        match answer.starts_with(start) {
            true => Ok(()),
            false => Err(format!("`{command}` to QEMU's debug port: `{answer}`")),
        }
    }

    fn ask(&mut self, command: &str) -> Result<String, String> {
        let failed = |error: std::io::Error| format!("`{command}` to QEMU's debug port: {error}");
        let sum = command.bytes().fold(0_u8, u8::wrapping_add);
        write!(self.stream, "${command}#{sum:02x}").map_err(failed)?;
        let mut byte = [0; 1];
        let mut answer = Vec::new();
        // Before the answer stands a plus for the command; behind it, two digits of its sum.
        loop {
            self.stream.read_exact(&mut byte).map_err(failed)?;
            match byte[0] {
                b'$' => answer.clear(),
                b'#' => break,
                other => answer.push(other),
            }
        }
        self.stream.read_exact(&mut [0; 2]).map_err(failed)?;
        self.stream.write_all(b"+").map_err(failed)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}
