//! `hydra rtt`: what a microcontroller puts into its RTT channel, while it runs or from its memory.
//!
//! The control block is the firmware's memory, and is believed as much as any file.

use core::time::Duration;
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;
use std::thread::sleep;

use hydra_log_decode::FirmwareReader;

use crate::Failure;
use crate::firmware::{self, Shown};
use crate::log_input::{self, Out};
use crate::rtt_link::{Access, Link, Source};
use crate::view::{self, View};

/// How the control block begins.
const ID: &[u8; 10] = b"SEGGER RTT";
/// Of the control block: 16 bytes of name, how many channels up and down.
const FIRST_CHANNEL: u64 = 24;
/// Of a channel: name, buffer, size, write offset, read offset, flags.
const CHANNEL_BYTES: u32 = 24;
const READ: u64 = 16;
const FLAGS: u64 = 20;
/// A buffer larger than this, or a channel of a higher number, is a block that was read wrongly.
const LARGEST: u32 = 1 << 20;
const MOST_CHANNELS: u32 = 64;
/// The flag by which a probe says that it is there: defmt's firmware waits for room then.
const HOST_IS_THERE: u32 = 2;
/// How often a channel is looked at; where that stops the core, less often.
const LOOK: Duration = Duration::from_millis(1);
const LOOK_HALTING: Duration = Duration::from_millis(20);

/// What `hydra rtt` was asked for.
#[derive(Clone, Debug)]
pub(crate) struct RttOptions {
    pub(crate) view: View,
    pub(crate) source: Source,
    pub(crate) channel: u32,
    /// Where the control block is, if the program does not say it.
    pub(crate) at: Option<u64>,
    /// The channel's bytes as they are.
    pub(crate) is_raw: bool,
    /// The firmware is to wait for room.
    pub(crate) waits: bool,
}

/// Reads the words behind the command; `None` when help is asked for.
pub(crate) fn parse(words: &[OsString]) -> Result<Option<RttOptions>, Failure> {
    let (mut channel, mut at, mut is_raw, mut waits) = (0, None, false, false);
    let mut rest = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        let mut value = || words.next().map(|word| word.to_string_lossy().into_owned());
        match text.as_ref() {
            "--raw" => is_raw = true,
            "--wait" => waits = true,
            "--channel" => {
                let word = value().unwrap_or_default();
                let number = word.parse().ok().filter(|number| *number < MOST_CHANNELS);
                let refused = || Failure::Usage(format!("`--channel {word}`: use a number from 0"));
                channel = number.ok_or_else(refused)?;
            }
            "--at" => {
                let word = value().unwrap_or_default();
                let refused =
                    || Failure::Usage(format!("`--at {word}`: use an address, 0x20000400"));
                at = Some(crate::rtt_link::address(&word).ok_or_else(refused)?);
            }
            _ => rest.push(word.clone()),
        }
    }
    let Some(view) = view::parse("rtt", &rest)? else { return Ok(None) };
    let [source] = view.files.as_slice() else {
        return Err(Failure::Usage("one source: `hydra rtt --elf FW gdb:localhost:3333`".into()));
    };
    let source = Source::parse(&source.to_string_lossy())?;
    if view.elf.is_empty() && !(is_raw && at.is_some()) {
        let reason = "no program: `--elf FILE` (with `--raw`, `--at ADDRESS` will do)";
        return Err(Failure::Usage(reason.to_owned()));
    }
    Ok(Some(RttOptions { view, source, channel, at, is_raw, waits }))
}

/// Shows what comes, until the other side ends.
pub(crate) fn run(options: RttOptions) -> Result<(), Failure> {
    let RttOptions { view, source, channel, at, is_raw, waits } = options;
    let name = source.to_string();
    let input: Box<dyn Read> = match source {
        Source::Bytes(address) => Box::new(log_input::open(Path::new(&address))?.quietly()),
        Source::Memory(link) => {
            let block = match at {
                Some(block) => block,
                None => control_block(&view)?,
            };
            let failed = |error: io::Error| Failure::Input(format!("{name}: {error}"));
            Box::new(Channel::open(link, block, channel, waits).map_err(failed)?)
        }
    };
    if is_raw {
        return copy(input, &name);
    }
    let images = firmware::images(&view)?;
    let mut shown = Shown::new(view)?;
    shown.stream(FirmwareReader::new(input, images), &name, true)?;
    shown.troubles.outcome()
}

fn control_block(view: &View) -> Result<u64, Failure> {
    let path = view.elf.first().map(|path| path.display().to_string()).unwrap_or_default();
    let failed = |reason: String| Failure::Input(format!("{path}: {reason}"));
    let file = std::fs::read(&path).map_err(|error| failed(error.to_string()))?;
    let block = hydra_log_decode::symbol(&file, "_SEGGER_RTT");
    block.ok_or_else(|| failed("no symbol `_SEGGER_RTT`: name the address, `--at 0x…`".to_owned()))
}

fn copy(mut input: Box<dyn Read>, name: &str) -> Result<(), Failure> {
    let mut out = Out::new();
    let mut bytes = [0; 4096];
    loop {
        let count = input.read(&mut bytes);
        let count = count.map_err(|error| Failure::Input(format!("{name}: {error}")))?;
        let bytes = bytes.get(..count).unwrap_or_default();
        if bytes.is_empty() || !out.write(bytes)? {
            return Ok(());
        }
    }
}

/// A channel up, as bytes: reading waits for some, and the other side's end is the end.
struct Channel {
    link: Box<dyn Link>,
    /// Where the channel's six words are.
    at: u64,
    look: Duration,
    /// Taken out of the memory, and not yet given.
    bytes: Vec<u8>,
    given: usize,
    is_dump: bool,
    is_over: bool,
}

impl Channel {
    fn open(access: Access, block: u64, channel: u32, waits: bool) -> io::Result<Self> {
        let is_dump = access.is_dump();
        let look = if access.halts() { LOOK_HALTING } else { LOOK };
        let mut link = access.connect()?;
        while link.read(block, ID.len())? != ID[..] {
            if is_dump {
                return Err(wrong(format!("no RTT control block at {block:#x}")));
            }
            link.go_on()?;
            sleep(look);
        }
        let at = block + FIRST_CHANNEL + u64::from(channel * CHANNEL_BYTES);
        let count = word(&link.read(block + 16, 4)?)?;
        if channel >= count.min(MOST_CHANNELS) {
            return Err(wrong(format!("channel {channel} of {count}")));
        }
        if waits {
            link.write(at + FLAGS, HOST_IS_THERE)?;
        }
        link.go_on()?;
        let (bytes, given, is_over) = (Vec::new(), 0, false);
        Ok(Self { link, at, look, bytes, given, is_dump, is_over })
    }

    /// Takes what stands in the channel, and frees its room.
    fn look(&mut self) -> io::Result<()> {
        let head = self.link.read(self.at, length(CHANNEL_BYTES))?;
        let number = |at: usize| word(head.get(at..at + 4).unwrap_or_default());
        let (buffer, size) = (u64::from(number(4)?), number(8)?);
        let (write, read) = (number(12)?, number(16)?);
        if size > LARGEST || write >= size || read >= size {
            let told = format!("a channel of {size} bytes with offsets {write} and {read}");
            return Err(wrong(told));
        }
        let end = if write < read { size } else { write };
        self.bytes = self.link.read(buffer + u64::from(read), length(end - read))?;
        if write < read {
            let front = self.link.read(buffer, length(write))?;
            self.bytes.extend(front);
        }
        self.given = 0;
        if write != read && !self.is_dump {
            self.link.write(self.at + READ, write)?;
        }
        self.link.go_on()
    }
}

impl Read for Channel {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.bytes.len() {
            if self.is_over {
                return Ok(0);
            }
            match self.look() {
                Ok(()) => {}
                // Whoever plays the machine ended with its program.
                Err(error) if error.kind() != io::ErrorKind::InvalidData => self.is_over = true,
                Err(error) => return Err(error),
            }
            self.is_over |= self.is_dump;
            if self.bytes.is_empty() && !self.is_over {
                sleep(self.look);
            }
        }
        let rest = self.bytes.get(self.given..).unwrap_or_default();
        let count = rest.len().min(into.len());
        for (into, byte) in into.iter_mut().zip(rest) {
            *into = *byte;
        }
        self.given += count;
        Ok(count)
    }
}

/// A length in memory; one that does not fit is longer than any memory.
fn length(bytes: u32) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

fn word(bytes: &[u8]) -> io::Result<u32> {
    let word = bytes.first_chunk().map(|word| u32::from_le_bytes(*word));
    word.ok_or_else(|| wrong("fewer bytes than were asked for".to_owned()))
}

fn wrong(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
