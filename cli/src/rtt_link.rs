//! Ways to a microcontroller's memory: QEMU's test socket, any debugger's port, a dump.

use core::fmt;
use core::time::Duration;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Instant;

use crate::Failure;

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a machine is waited for that is about to listen.
const START: Duration = Duration::from_secs(10);
/// What a debugger's answer never exceeds.
const MOST_ANSWER: usize = 4 << 20;
/// Why a core stands: the one question that is answered by a stop.
const WHY: &str = "?";
/// Memory is read in pieces of this size, which every stub can answer.
const PIECE: usize = 512;

/// Where RTT comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A channel's bytes, as somebody serves them: a file, `tcp:HOST:PORT`, `serial:DEVICE`.
    Bytes(String),
    /// The memory that the channel is in.
    Memory(Access),
}

/// A way to a memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Qemu(String),
    Debugger(String),
    Dump(PathBuf, u64),
}

pub(crate) const KNOWN: &str = "gdb:HOST:PORT (a debugger's port), qemu:HOST:PORT (QEMU's test \
                                socket), dump:FILE@ADDRESS (a memory's bytes), tcp:HOST:PORT, \
                                serial:DEVICE@BAUD or file:PATH (the channel's bytes)";

impl Source {
    pub(crate) fn parse(word: &str) -> Result<Self, Failure> {
        let refused = || Failure::Usage(format!("source `{word}`: use {KNOWN}"));
        let (kind, rest) = word.split_once(':').ok_or_else(refused)?;
        Ok(match kind {
            "qemu" => Self::Memory(Access::Qemu(rest.to_owned())),
            "gdb" => Self::Memory(Access::Debugger(rest.to_owned())),
            "dump" => {
                let (file, at) = rest.rsplit_once('@').ok_or_else(refused)?;
                Self::Memory(Access::Dump(file.into(), address(at).ok_or_else(refused)?))
            }
            "tcp" | "serial" => Self::Bytes(word.to_owned()),
            "file" => Self::Bytes(rest.to_owned()),
            _ => return Err(refused()),
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(name) => f.write_str(name),
            Self::Memory(Access::Qemu(at)) => write!(f, "qemu:{at}"),
            Self::Memory(Access::Debugger(at)) => write!(f, "gdb:{at}"),
            Self::Memory(Access::Dump(file, _)) => write!(f, "{}", file.display()),
        }
    }
}

/// A number with or without `0x`.
pub(crate) fn address(word: &str) -> Option<u64> {
    word.strip_prefix("0x")
        .map_or_else(|| word.parse().ok(), |hex| u64::from_str_radix(hex, 16).ok())
}

impl Access {
    pub(crate) fn is_dump(&self) -> bool {
        matches!(self, Self::Dump(..))
    }

    /// Whether the core stands still while its memory is read.
    pub(crate) fn halts(&self) -> bool {
        matches!(self, Self::Debugger(_))
    }

    pub(crate) fn connect(self) -> io::Result<Box<dyn Link>> {
        Ok(match self {
            Self::Qemu(at) => {
                let to = connect(&at)?;
                Box::new(Qemu { from: BufReader::new(to.try_clone()?), to })
            }
            Self::Debugger(at) => {
                let to = connect(&at)?;
                let from = BufReader::new(to.try_clone()?);
                let mut debugger = Debugger { to, from, is_halted: true };
                // Whoever connects stops the core; this asks why it stands.
                debugger.ask(WHY)?;
                Box::new(debugger)
            }
            Self::Dump(file, start) => Box::new(Dump { bytes: std::fs::read(file)?, start }),
        })
    }
}

/// A memory.
pub(crate) trait Link {
    /// Reads so many bytes.
    fn read(&mut self, at: u64, count: usize) -> io::Result<Vec<u8>>;
    /// Writes bytes.
    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()>;
    /// Lets the core run that reading may have stopped.
    fn go_on(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// QEMU reads and writes while the program runs, as a debug probe does.
struct Qemu {
    to: TcpStream,
    from: BufReader<TcpStream>,
}

impl Qemu {
    fn ask(&mut self, command: &str) -> io::Result<String> {
        writeln!(self.to, "{command}")?;
        let mut answer = String::new();
        if (&mut self.from).take(MOST_ANSWER as u64).read_line(&mut answer)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        match answer.trim().strip_prefix("OK") {
            Some(rest) => Ok(rest.trim().to_owned()),
            None => Err(nonsense(command, answer.trim())),
        }
    }
}

impl Link for Qemu {
    fn read(&mut self, at: u64, count: usize) -> io::Result<Vec<u8>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let command = format!("read {at:#x} {count:#x}");
        let answer = self.ask(&command)?;
        let bytes = hex(answer.strip_prefix("0x").unwrap_or(&answer));
        bytes.filter(|bytes| bytes.len() == count).ok_or_else(|| nonsense(&command, &answer))
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.ask(&format!("write {at:#x} {:#x} 0x{}", bytes.len(), digits(bytes))).map(drop)
    }
}

/// A stub that speaks gdb's protocol: QEMU's, OpenOCD's, a probe's. The core stands while it is
/// asked.
struct Debugger {
    to: TcpStream,
    from: BufReader<TcpStream>,
    is_halted: bool,
}

impl Debugger {
    fn ask(&mut self, command: &str) -> io::Result<Vec<u8>> {
        self.send(command)?;
        let mut answer = self.answer()?;
        // Whoever is stopped by a connection may say so once more than it was asked.
        while command != WHY && matches!(answer.first(), Some(b'T' | b'S')) {
            answer = self.answer()?;
        }
        Ok(answer)
    }

    fn send(&mut self, command: &str) -> io::Result<()> {
        let sum = command.bytes().fold(0_u8, u8::wrapping_add);
        write!(self.to, "${command}#{sum:02x}")
    }

    /// The next packet's bytes. In front of it may stand a plus for the command.
    fn answer(&mut self) -> io::Result<Vec<u8>> {
        let mut front = Vec::new();
        (&mut self.from).take(MOST_ANSWER as u64).read_until(b'$', &mut front)?;
        let mut answer = Vec::new();
        (&mut self.from).take(MOST_ANSWER as u64).read_until(b'#', &mut answer)?;
        if answer.pop() != Some(b'#') {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.from.read_exact(&mut [0; 2])?;
        self.to.write_all(b"+")?;
        Ok(answer)
    }

    fn halt(&mut self) -> io::Result<()> {
        if !self.is_halted {
            self.to.write_all(b"\x03")?;
            self.answer()?;
            self.is_halted = true;
        }
        Ok(())
    }
}

impl Link for Debugger {
    fn read(&mut self, at: u64, count: usize) -> io::Result<Vec<u8>> {
        self.halt()?;
        let mut bytes = Vec::new();
        while bytes.len() < count {
            let piece = (count - bytes.len()).min(PIECE);
            let command = format!("m{:x},{piece:x}", at + bytes.len() as u64);
            let answer = String::from_utf8_lossy(&self.ask(&command)?).into_owned();
            let read = hex(&answer).filter(|read| !read.is_empty() && read.len() <= piece);
            bytes.extend(read.ok_or_else(|| nonsense(&command, &answer))?);
        }
        Ok(bytes)
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.halt()?;
        for (piece, at) in bytes.chunks(PIECE).zip((at..).step_by(PIECE)) {
            let command = format!("M{at:x},{:x}:{}", piece.len(), digits(piece));
            match self.ask(&command)?.as_slice() {
                b"OK" => {}
                answer => return Err(nonsense(&command, &String::from_utf8_lossy(answer))),
            }
        }
        Ok(())
    }

    fn go_on(&mut self) -> io::Result<()> {
        if self.is_halted {
            self.send("c")?;
            self.is_halted = false;
        }
        Ok(())
    }
}

/// The bytes of a memory from an address on.
struct Dump {
    bytes: Vec<u8>,
    start: u64,
}

impl Link for Dump {
    fn read(&mut self, at: u64, count: usize) -> io::Result<Vec<u8>> {
        let from = at.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        let range = from.and_then(|from| Some(from..from.checked_add(count)?));
        let bytes = range.and_then(|range| self.bytes.get(range));
        let outside = || {
            let told = format!("the dump does not have the {count} bytes at {at:#x}");
            io::Error::new(ErrorKind::InvalidData, told)
        };
        bytes.map(<[u8]>::to_vec).ok_or_else(outside)
    }

    fn write(&mut self, _at: u64, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// Connects to a machine, which may be about to start.
fn connect(at: &str) -> io::Result<TcpStream> {
    let until = Instant::now() + START;
    loop {
        match TcpStream::connect(at) {
            Ok(stream) => {
                stream.set_read_timeout(Some(ANSWER))?;
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) if error.kind() != ErrorKind::ConnectionRefused => return Err(error),
            Err(error) if Instant::now() > until => return Err(error),
            Err(_) => sleep(Duration::from_millis(2)),
        }
    }
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| core::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair.filter(|pair| pair.len() == 2)?, 16).ok()).collect()
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn nonsense(command: &str, answer: &str) -> io::Error {
    let answer: String = answer.chars().take(80).collect();
    io::Error::new(ErrorKind::InvalidData, format!("`{command}` was answered by `{answer}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_and_others_named() {
        let gdb = Source::Memory(Access::Debugger("localhost:3333".into()));
        assert_eq!(Source::parse("gdb:localhost:3333").unwrap(), gdb);
        let dump = Source::Memory(Access::Dump("a@b".into(), 0x2000_0000));
        assert_eq!(Source::parse("dump:a@b@0x20000000").unwrap(), dump);
        for word in ["", "x", "usb:1", "dump:file", "dump:file@x"] {
            assert!(Source::parse(word).unwrap_err().reason().contains("gdb:HOST:PORT"), "{word}");
        }
    }

    #[test]
    fn a_dump_ends_where_it_ends() {
        let mut dump = Dump { bytes: vec![1, 2, 3, 4], start: 16 };
        assert_eq!(dump.read(17, 3).unwrap(), [2, 3, 4]);
        for (at, count) in [(15, 1), (17, 4), (u64::MAX, 1), (20, usize::MAX)] {
            assert!(dump.read(at, count).is_err(), "{at}");
        }
    }

    #[test]
    fn digits_come_in_pairs() {
        assert_eq!(hex("01ff"), Some(vec![1, 255]));
        assert!(hex("01f").is_none() && hex("zz").is_none());
    }
}
