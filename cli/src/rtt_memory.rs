//! RTT's control block in a microcontroller's memory: channels up, which are read, and down.
//!
//! The control block is the firmware's memory, and is believed as much as any file.

use core::time::Duration;
use std::io::{self, Read};
use std::sync::mpsc::Receiver;
use std::thread::sleep;
use std::time::Instant;

use crate::rtt_link::{Access, Link};

/// How the control block begins.
const ID: &[u8; 10] = b"SEGGER RTT";
/// Of the control block: 16 bytes of name, how many channels up and down.
const CHANNELS_UP: u64 = 16;
const FIRST_CHANNEL: u64 = 24;
/// Of a channel: name, buffer, size, write offset, read offset, flags.
const CHANNEL_BYTES: u32 = 24;
const WRITE: u64 = 12;
const READ: u64 = 16;
const FLAGS: u64 = 20;
/// A buffer larger than this, or a channel of a higher number, is a block that was read wrongly.
const LARGEST: u32 = 1 << 20;
pub(crate) const MOST_CHANNELS: u32 = 64;
/// The flag by which a probe says that it is there: defmt's firmware waits for room then.
const HOST_IS_THERE: u32 = 2;
/// How often a channel is looked at; where that stops the core, less often.
const LOOK: Duration = Duration::from_millis(1);
const LOOK_HALTING: Duration = Duration::from_millis(20);
/// How long the firmware may leave what it was told.
const LISTENS: Duration = Duration::from_secs(10);

/// A channel's words, believed as far as they can be true.
struct Words {
    buffer: u64,
    size: u32,
    write: u32,
    read: u32,
}

impl Words {
    fn read(link: &mut dyn Link, at: u64) -> io::Result<Self> {
        let head = link.read(at, length(CHANNEL_BYTES))?;
        let number = |at: usize| word(head.get(at..at + 4).unwrap_or_default());
        let (buffer, size) = (u64::from(number(4)?), number(8)?);
        let (write, read) = (number(12)?, number(16)?);
        if size > LARGEST || write >= size || read >= size {
            let told = format!("a channel of {size} bytes with offsets {write} and {read}");
            return Err(wrong(told));
        }
        Ok(Self { buffer, size, write, read })
    }
}

/// Waits until the program has set its control block up; how many channels up and down it has.
fn find(link: &mut dyn Link, block: u64, look: Option<Duration>) -> io::Result<(u32, u32)> {
    while link.read(block, ID.len())? != ID[..] {
        let Some(look) = look else {
            return Err(wrong(format!("no RTT control block at {block:#x}")));
        };
        link.go_on()?;
        sleep(look);
    }
    let counts = link.read(block + CHANNELS_UP, 8)?;
    let number = |at: usize| word(counts.get(at..).unwrap_or_default());
    Ok((number(0)?.min(MOST_CHANNELS), number(4)?.min(MOST_CHANNELS)))
}

/// The first channel down.
pub(crate) struct Down {
    /// Where its six words are.
    at: u64,
}

impl Down {
    /// Waits until the program has one.
    pub(crate) fn find(link: &mut dyn Link, block: u64) -> io::Result<Self> {
        let until = Instant::now() + LISTENS;
        loop {
            let (up, down) = find(link, block, Some(LOOK_HALTING))?;
            link.go_on()?;
            if down > 0 {
                return Ok(Self { at: block + FIRST_CHANNEL + u64::from(up * CHANNEL_BYTES) });
            }
            if Instant::now() > until {
                let told = "the program has no channel down: `rtt!(512, down = 64)`";
                return Err(wrong(told.to_owned()));
            }
            sleep(LOOK_HALTING);
        }
    }

    /// Writes as much as there is room for; how much that is.
    fn write(&self, link: &mut dyn Link, bytes: &[u8]) -> io::Result<usize> {
        let Words { buffer, size, write, read } = Words::read(link, self.at)?;
        let free = length((read + size - write - 1) % size);
        let bytes = bytes.get(..free).unwrap_or(bytes);
        let to_end = bytes.len().min(length(size - write));
        let (back, front) = bytes.split_at_checked(to_end).unwrap_or_default();
        link.write(buffer + u64::from(write), back)?;
        link.write(buffer, front)?;
        let count = u32::try_from(bytes.len()).unwrap_or(0);
        // The bytes first: the program takes what is in front of this word.
        link.write(self.at + WRITE, &((write + count) % size).to_le_bytes())?;
        Ok(bytes.len())
    }

    /// Writes all, and waits until the program has read it.
    pub(crate) fn write_all(&self, link: &mut dyn Link, mut bytes: &[u8]) -> io::Result<()> {
        let until = Instant::now() + LISTENS;
        loop {
            let count = self.write(link, bytes)?;
            bytes = bytes.get(count..).unwrap_or_default();
            let words = Words::read(link, self.at)?;
            link.go_on()?;
            if bytes.is_empty() && words.read == words.write {
                return Ok(());
            }
            if Instant::now() > until {
                return Err(wrong("the program does not read its channel down".to_owned()));
            }
            sleep(LOOK_HALTING);
        }
    }
}

/// A channel up, as bytes: reading waits for some, and the other side's end is the end.
pub(crate) struct Channel {
    link: Box<dyn Link>,
    /// Where the channel's six words are.
    at: u64,
    look: Duration,
    /// Taken out of the memory, and not yet given.
    bytes: Vec<u8>,
    given: usize,
    is_dump: bool,
    is_over: bool,
    /// What is said meanwhile, and what of it is not yet written.
    said: Option<(Down, Receiver<Vec<u8>>)>,
    unsaid: Vec<u8>,
}

impl Channel {
    /// Opens a channel of the control block at an address. With `says`, what comes from there goes
    /// down the first channel down.
    pub(crate) fn open(
        access: Access,
        block: u64,
        channel: u32,
        waits: bool,
        says: Option<Receiver<Vec<u8>>>,
    ) -> io::Result<Self> {
        let is_dump = access.is_dump();
        let look = if access.halts() { LOOK_HALTING } else { LOOK };
        let mut link = access.connect()?;
        let (count, _) = find(link.as_mut(), block, (!is_dump).then_some(look))?;
        let at = block + FIRST_CHANNEL + u64::from(channel * CHANNEL_BYTES);
        if channel >= count {
            return Err(wrong(format!("channel {channel} of {count}")));
        }
        if waits {
            link.write(at + FLAGS, &HOST_IS_THERE.to_le_bytes())?;
        }
        link.go_on()?;
        let said = says.map(|says| Ok::<_, io::Error>((Down::find(link.as_mut(), block)?, says)));
        let (said, unsaid) = (said.transpose()?, Vec::new());
        let (bytes, given, is_over) = (Vec::new(), 0, false);
        Ok(Self { link, at, look, bytes, given, is_dump, is_over, said, unsaid })
    }

    /// Takes what stands in the channel, and frees its room.
    fn look(&mut self) -> io::Result<()> {
        let link = self.link.as_mut();
        if let Some((down, says)) = &self.said {
            self.unsaid.extend(says.try_iter().flatten());
            if !self.unsaid.is_empty() {
                let count = down.write(link, &self.unsaid)?;
                self.unsaid.drain(..count);
            }
        }
        let Words { buffer, size, write, read } = Words::read(link, self.at)?;
        let end = if write < read { size } else { write };
        self.bytes = link.read(buffer + u64::from(read), length(end - read))?;
        if write < read {
            let front = link.read(buffer, length(write))?;
            self.bytes.extend(front);
        }
        self.given = 0;
        if write != read && !self.is_dump {
            link.write(self.at + READ, &write.to_le_bytes())?;
        }
        link.go_on()
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
