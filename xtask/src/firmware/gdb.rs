//! A debugger's part: stops a machine at an instruction.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::rtt::connect;

/// A machine that stands still before its first instruction.
pub(super) struct Debugger {
    stream: TcpStream,
}

impl Debugger {
    /// Connects to a machine that was started with `Run::with_debugger`.
    pub(super) fn connect(port: u16) -> Result<Self, String> {
        let mut debugger = Self { stream: connect(port)? };
        debugger.ask("qSupported")?;
        Ok(debugger)
    }

    /// Lets it run until it is about to execute the instruction at `address`.
    pub(super) fn run_to(&mut self, address: u32) -> Result<(), String> {
        let at = address & !1;
        self.expect(&format!("Z1,{at:x},2"), "OK")?;
        self.expect("c", "T")?;
        self.expect(&format!("z1,{at:x},2"), "OK")
    }

    /// Goes on without a debugger.
    pub(super) fn go_on(mut self) -> Result<(), String> {
        self.expect("D", "OK")
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
