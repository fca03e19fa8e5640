//! What a host says to the program: which calls are on.

use crate::filter::{switch_all, switch_between};
use crate::image;

use hydra_log_core::block::{self, HEAD_BYTES, Head, Kind, TAG_BYTES};
use hydra_log_core::{Level, LevelFilter};

/// The most bytes of a block that is understood: its head, the tag, and six commands.
const BLOCK_MAX: usize = HEAD_BYTES + TAG_BYTES + 6 * COMMAND_BYTES;

const COMMAND_BYTES: usize = 8;

/// Reads blocks of commands from a host, byte by byte as they come, and does what they say.
///
/// A block that is damaged, of another image, or longer than six commands is left out, and the next
/// one is found. `docs/format.md` has the bytes.
///
/// ```
/// use hydra_log_embedded::Control;
/// hydra_log_embedded::ring!(256);
///
/// let mut control = Control::new();
/// assert_eq!(control.take(b"noise on the line"), 0);
/// ```
#[derive(Debug)]
pub struct Control {
    bytes: [u8; BLOCK_MAX],
    len: usize,
}

impl Default for Control {
    fn default() -> Self {
        Self::new()
    }
}

impl Control {
    /// A reader that has read nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: [0; BLOCK_MAX], len: 0 }
    }

    /// Takes bytes that came from the host; how many commands were carried out.
    pub fn take(&mut self, bytes: &[u8]) -> usize {
        let mut done = 0;
        for byte in bytes {
            // There is room: what is full was read, as whole blocks are no longer.
            if let Some(place) = self.bytes.get_mut(self.len) {
                *place = *byte;
                self.len += 1;
            }
            done += self.read();
        }
        done
    }

    /// Takes what a reader has at once, up to its end or an error.
    ///
    /// # Errors
    /// Those of the reader.
    #[cfg(feature = "embedded-io")]
    pub fn take_from<R: embedded_io::Read + embedded_io::ReadReady>(
        &mut self,
        reader: &mut R,
    ) -> Result<usize, R::Error> {
        let (mut bytes, mut done) = ([0; 16], 0);
        while reader.read_ready()? {
            let count = reader.read(&mut bytes)?;
            if count == 0 {
                break;
            }
            done += self.take(bytes.get(..count).unwrap_or_default());
        }
        Ok(done)
    }

    /// Carries out the block that is complete, and drops bytes that begin none.
    fn read(&mut self) -> usize {
        loop {
            let whole = match self.wanted() {
                Some(wanted) if self.len < wanted => return 0,
                Some(wanted) => wanted,
                None => {
                    self.drop_front(1);
                    continue;
                }
            };
            let block = self.bytes.get(..whole).unwrap_or_default();
            let done = carry_out(block);
            self.drop_front(if done.is_some() { whole } else { 1 });
            if let Some(done) = done {
                return done;
            }
        }
    }

    /// How many bytes the block in front has, as far as one can tell; none: it is no block.
    fn wanted(&self) -> Option<usize> {
        let bytes = self.bytes.get(..self.len)?;
        let Some(head) = bytes.first_chunk() else {
            let is_start = bytes.iter().zip(block::MAGIC).all(|(byte, magic)| *byte == magic);
            return is_start.then_some(HEAD_BYTES);
        };
        let head = Head::parse(head).ok()?;
        Some(HEAD_BYTES + head.len).filter(|whole| *whole <= BLOCK_MAX)
    }

    fn drop_front(&mut self, count: usize) {
        self.bytes.copy_within(count.min(self.len)..self.len, 0);
        self.len = self.len.saturating_sub(count);
    }
}

/// Carries out a block's commands; none where it is damaged, or not for this image.
fn carry_out(block: &[u8]) -> Option<usize> {
    let (head, payload) = block.split_first_chunk()?;
    let head = Head::parse(head).ok()?;
    if !head.fits(payload, block::crc) {
        return None;
    }
    let (tag, commands) = payload.split_first_chunk()?;
    if head.kind() != Some(Kind::Control) || head.version != block::VERSION || *tag != image::tag()
    {
        return Some(0);
    }
    let commands = commands.chunks_exact(COMMAND_BYTES);
    Some(commands.filter(|command| obey(command).is_some()).count())
}

/// Carries out a command, if it is one.
fn obey(command: &[u8]) -> Option<()> {
    let [operation, value, _, _, first_low, first_high, last_low, last_high] =
        *command.first_chunk()?;
    match (operation, value) {
        (1, 0 | 1) => {
            let first = u16::from_le_bytes([first_low, first_high]);
            let last = u16::from_le_bytes([last_low, last_high]);
            switch_between(first, last, value == 1);
        }
        (2, 0..=5) => {
            switch_all(Level::from_number(value).map_or(LevelFilter::Off, LevelFilter::from));
        }
        _ => return None,
    }
    Some(())
}
