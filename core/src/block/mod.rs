//! Blocks: the container of binary logs and streams, each block readable without the others.
//!
//! ```text
//! magic FB 48 | kind and version | flags | length 24 | check 8 | CRC-32 | payload …
//! 0             2                  3       4           7         8        12
//! ```
//!
//! The head has twelve bytes. Its own check says whether the length can be believed, the CRC-32
//! (over the first eight bytes and the payload) whether the payload can. Damage costs the block
//! that it is in; behind it a reader searches for the next magic.
//!
//! This module knows heads and their sums. What payloads hold is in `docs/format.md`; words of
//! records are made small by [`word`], records as a whole as [`pack`] says.
//!
//! ```
//! use hydra_log_core::block::{self, Head, HEAD_BYTES, Kind};
//! let payload = b"any bytes";
//! let head = block::head(Kind::End, 0, payload).unwrap();
//!
//! let stream = [&head[..], payload].concat();
//! let read = Head::parse(stream.first_chunk().unwrap()).unwrap();
//! assert_eq!((read.kind(), read.len), (Some(Kind::End), 9));
//! assert!(read.fits(&stream[HEAD_BYTES..], block::crc));
//! ```

mod crc;
pub mod pack;
pub mod word;

use core::fmt;

pub use self::crc::crc;

/// How every block begins. Neither byte sequence occurs in UTF-8, nor in memory full of zeros.
pub const MAGIC: [u8; 2] = [0xFB, 0x48];
/// The version of heads and payloads that is written here.
pub const VERSION: u8 = 1;
/// The bytes of a head.
pub const HEAD_BYTES: usize = 12;
/// The most bytes that a payload has.
pub const MAX_PAYLOAD: usize = 1 << 20;
/// How the payload of a session block begins.
pub const SESSION_MAGIC: [u8; 8] = *b"HYDRALOG";
/// Longer payloads of session blocks are not written, so that looking for one is cheap.
pub const MAX_SESSION: usize = 512;
/// The byte behind a session's name where its process died and these records were recovered.
pub const SESSION_RECOVERED: u8 = 1;
/// In front of the records of a records block: time of the first one, and how many there are.
pub const RECORDS_HEAD: usize = 12;

/// In front of firmware records: the first bytes of their image's build id, or zeros.
pub const TAG_BYTES: usize = 4;

/// Flag: the payload is compressed (zstd); of a records block, all but its first
/// [`RECORDS_HEAD`] bytes.
pub const ZSTD: u8 = 1;

/// The part of a head that its check covers, the part of a block that the CRC covers first.
const LEAD_BYTES: usize = 8;

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A process began to write here: what was known of sites and threads is void.
    Session = 1,
    /// Descriptors of sites, in a dictionary.
    Dictionary = 2,
    /// Numbers and names of threads.
    Threads = 3,
    /// Records.
    Records = 4,
    /// The process ended in order.
    End = 5,
    /// Which image the firmware of this stream is, and how fast its clock ticks.
    Image = 6,
    /// Firmware records, behind the [`TAG_BYTES`] of their image.
    Firmware = 7,
    /// From a host to an image, behind its [`TAG_BYTES`]: which of its calls are on.
    Control = 8,
}

impl Kind {
    /// The kind with this number, if this version knows it.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Session,
            2 => Self::Dictionary,
            3 => Self::Threads,
            4 => Self::Records,
            5 => Self::End,
            6 => Self::Image,
            7 => Self::Firmware,
            8 => Self::Control,
            _ => return None,
        })
    }
}

/// A block's head as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The version: another one's payload is not understood, but can be stepped over.
    pub version: u8,
    /// The kind's number: see [`kind`](Self::kind).
    pub number: u8,
    /// What was done to the payload.
    pub flags: u8,
    /// The payload's bytes.
    pub len: usize,
    /// The CRC-32 of the lead and the payload.
    pub crc: u32,
    lead: [u8; LEAD_BYTES],
}

impl Head {
    /// Reads a head.
    ///
    /// # Errors
    ///
    /// When these bytes are none.
    pub fn parse(bytes: &[u8; HEAD_BYTES]) -> Result<Self, HeadError> {
        let [m0, m1, mixed, flags, l0, l1, l2, check, c0, c1, c2, c3] = *bytes;
        if [m0, m1] != MAGIC {
            return Err(HeadError::Magic);
        }
        if check != crc::check([m0, m1, mixed, flags, l0, l1, l2]) {
            return Err(HeadError::Check);
        }
        let len = u32::from_le_bytes([l0, l1, l2, 0]) as usize;
        if len > MAX_PAYLOAD {
            return Err(HeadError::Length(len));
        }
        Ok(Self {
            version: mixed >> 4,
            number: mixed & 0xF,
            flags,
            len,
            crc: u32::from_le_bytes([c0, c1, c2, c3]),
            lead: [m0, m1, mixed, flags, l0, l1, l2, check],
        })
    }

    /// The kind, if this version knows it.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_number(self.number)
    }

    /// Whether `payload` is what the head was written for. `sum` continues a CRC-32, as [`crc`].
    #[must_use]
    pub fn fits(&self, payload: &[u8], sum: impl Fn(u32, &[u8]) -> u32) -> bool {
        payload.len() == self.len && sum(sum(0, &self.lead), payload) == self.crc
    }

    /// As [`fits`](Self::fits), of a payload of the right length that does not lie in one piece:
    /// `payload` continues a [`crc`] over it.
    #[must_use]
    pub fn fits_by(&self, payload: impl FnOnce(u32) -> u32) -> bool {
        payload(crc(0, &self.lead)) == self.crc
    }
}

/// The head for a payload; `None` when that is longer than [`MAX_PAYLOAD`].
#[must_use]
pub fn head(kind: Kind, flags: u8, payload: &[u8]) -> Option<[u8; HEAD_BYTES]> {
    head_by(kind, flags, payload, crc)
}

/// As [`head`], with a CRC-32 that may be faster than [`crc`].
#[must_use]
pub fn head_by(
    kind: Kind,
    flags: u8,
    payload: &[u8],
    sum: impl Fn(u32, &[u8]) -> u32,
) -> Option<[u8; HEAD_BYTES]> {
    head_of(kind, flags, &[payload], sum)
}

/// As [`head_by`], for a payload whose parts do not lie one behind the other.
#[must_use]
pub fn head_of(
    kind: Kind,
    flags: u8,
    parts: &[&[u8]],
    sum: impl Fn(u32, &[u8]) -> u32,
) -> Option<[u8; HEAD_BYTES]> {
    let bytes = parts.iter().map(|part| part.len()).sum::<usize>();
    let len = u32::try_from(bytes).ok().filter(|_| bytes <= MAX_PAYLOAD)?;
    let [m0, m1] = MAGIC;
    let mixed = VERSION << 4 | kind as u8;
    let [l0, l1, l2, _] = len.to_le_bytes();
    let check = crc::check([m0, m1, mixed, flags, l0, l1, l2]);
    let lead = [m0, m1, mixed, flags, l0, l1, l2, check];
    let whole = parts.iter().fold(sum(0, &lead), |before, part| sum(before, part));
    let [c0, c1, c2, c3] = whole.to_le_bytes();
    Some([m0, m1, mixed, flags, l0, l1, l2, check, c0, c1, c2, c3])
}

/// Why bytes are not a head.
///
/// ```
/// use hydra_log_core::block::{Head, HeadError};
/// assert_eq!(Head::parse(&[0; 12]), Err(HeadError::Magic));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadError {
    /// They don't begin with [`MAGIC`].
    Magic,
    /// The check does not match: damage, or no head.
    Check,
    /// A payload longer than [`MAX_PAYLOAD`].
    Length(usize),
}

impl fmt::Display for HeadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic => f.write_str("no block begins here"),
            Self::Check => f.write_str("the head of a block is damaged"),
            Self::Length(len) => {
                write!(f, "a block of {len} bytes: {MAX_PAYLOAD} are the most")
            }
        }
    }
}

impl core::error::Error for HeadError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_changed_byte_shows() {
        let payload = b"payload of some bytes";
        let head = head(Kind::Records, 0, payload).unwrap();
        let read = Head::parse(&head).unwrap();
        assert_eq!((read.version, read.kind(), read.len), (1, Some(Kind::Records), 21));
        assert!(read.fits(payload, crc) && !read.fits(&payload[1..], crc));
        for at in 0..HEAD_BYTES {
            for flip in 1..=255 {
                let mut bytes = head;
                bytes[at] ^= flip;
                let read = Head::parse(&bytes);
                assert!(read.is_err() || at >= 8, "{at} {flip}");
                assert!(!read.is_ok_and(|read| read.fits(payload, crc)), "{at} {flip}");
            }
        }
    }

    #[test]
    fn lengths_have_a_bound() {
        let long = [0_u8; MAX_PAYLOAD + 1];
        assert_eq!(head(Kind::End, 0, &long), None);
        let mut bytes = head(Kind::End, 0, &long[1..]).unwrap();
        assert_eq!(Head::parse(&bytes).unwrap().len, MAX_PAYLOAD);
        bytes[4] = 1;
        let [m0, m1, mixed, flags, l0, l1, l2, ..] = bytes;
        bytes[7] = crc::check([m0, m1, mixed, flags, l0, l1, l2]);
        assert_eq!(Head::parse(&bytes), Err(HeadError::Length(MAX_PAYLOAD + 1)));
    }

    #[test]
    fn kinds_have_their_numbers() {
        for number in 0..=15 {
            assert!(Kind::from_number(number).is_none_or(|kind| kind as u8 == number));
        }
        assert_eq!(Kind::from_number(9), None);
    }
}
