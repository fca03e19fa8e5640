//! Reading firmware records: from words of four bytes to those of a server.
//!
//! A firmware record becomes the record that a server would have written for the same call, so that
//! there is one reader and one renderer. Nothing in the bytes is trusted: every access is checked,
//! each step consumes a word at least, and nesting is bounded.

use super::error::DecodeError;
use super::header::{Flags, header_word};
use super::layout::{Layout, Narrow};
use crate::level::Level;
use crate::site::{SiteId, gap_site};
use crate::value::{Kind, MAX_DEPTH, Tag};

/// More words than any firmware record takes on a server: it has 255 words at the most, and none of
/// them becomes more than two.
pub const WIDE_WORDS: usize = 512;

/// What a firmware record's header says.
///
/// ```
/// use hydra_log_core::record::{Flags, firmware::Header};
/// let header = Header::parse(&[7, 0, 2, 1, 99, 0, 0, 0]).unwrap();
/// assert_eq!((header.site, header.bytes, header.stamp), (7, 8, 99));
/// assert_eq!(header.flags, Flags::CUT);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The number of the site in its image.
    pub site: u16,
    /// The bytes of the whole record: a multiple of 4.
    pub bytes: usize,
    /// The flags.
    pub flags: Flags,
    /// The low 32 bits of the clock.
    pub stamp: u32,
}

impl Header {
    /// The header at the start of `bytes`, which may go on behind the record.
    ///
    /// # Errors
    /// When the record is shorter than a header, or longer than `bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        let available = bytes.len();
        let short = |wanted| DecodeError::Short { wanted, available };
        let [site, len] = [word(bytes, 0), word(bytes, 0).map(|word| word >> 16)];
        let (Some(first), Some(len)) = (site, len) else {
            return Err(short(Narrow::HEADER_BYTES));
        };
        let stamp = word(bytes, 4).ok_or(short(Narrow::HEADER_BYTES))?;
        let [site_low, site_high, _, flags] = first.to_le_bytes();
        let len = (len & 0xFF) as usize * 4;
        if len < Narrow::HEADER_BYTES {
            return Err(DecodeError::Length(len));
        }
        if len > available {
            return Err(short(len));
        }
        let site = u16::from_le_bytes([site_low, site_high]);
        Ok(Self { site, bytes: len, flags: Flags::from_bits(flags), stamp })
    }

    /// Whether the record is a note of losses.
    #[must_use]
    pub fn is_note(&self) -> bool {
        self.flags.contains(Flags::CONTROL) && self.site == 0
    }

    /// How many records are lost with this one, whose bytes are `record`: one of its level, or
    /// those that it tells of; by level, `Error` first.
    pub fn losses(&self, record: &[u8], level_of: impl Fn(SiteId) -> Level) -> [u32; 5] {
        let mut lost = [0; 5];
        if self.is_note() {
            for (at, lost) in (12..).step_by(4).zip(&mut lost) {
                *lost = word(record, at).unwrap_or_default();
            }
        } else if self.flags.contains(Flags::CONTROL) {
            // Another logger's, which keeps its levels to itself.
            lost = [0, 0, 1, 0, 0];
        } else if let Some(lost) = lost.get_mut(level_of(SiteId(self.site.into())) as usize - 1) {
            *lost = 1;
        }
        lost
    }
}

/// Writes what a server would have written, at `site` and with `stamp`, into `out`, and returns its
/// bytes. A note of losses becomes a gap record.
///
/// ```
/// use hydra_log_core::record::{RecordRef, ValueRef, firmware};
/// use hydra_log_core::site::SiteId;
/// let bytes = [7, 0, 4, 0, 99, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0];
/// let mut words = [0; firmware::WIDE_WORDS];
/// let used = firmware::widen(&bytes, SiteId(3), 99, &mut words).unwrap();
/// let record = RecordRef::parse(&bytemuck::cast_slice(&words)[..used]).unwrap();
/// assert_eq!((record.site(), record.get(0)), (SiteId(3), Some(Ok(ValueRef::U64(5)))));
/// ```
///
/// # Errors
/// When a value's bytes are missing, its kind or nesting is impossible, or `out` is too short; then
/// what is in `out` means nothing.
pub fn widen(
    bytes: &[u8],
    site: SiteId,
    stamp: u64,
    out: &mut [u64],
) -> Result<usize, DecodeError> {
    let header = Header::parse(bytes)?;
    let record = bytes.get(..header.bytes).unwrap_or_default();
    if header.is_note() {
        return widen_note(record, stamp, out);
    }
    let mut from = Source { bytes: record, at: Narrow::HEADER_BYTES };
    let has_kinds = record.len() > Narrow::HEADER_BYTES;
    let list = if has_kinds { from.kinds()? } else { List { at: 0, count: 0 } };
    let extra = if list.count < 6 { 0 } else { (list.count - 6) / 16 + 1 };
    let mut to = Target { words: out, at: 2 };
    for _ in 0..extra {
        to.push(0)?;
    }
    let mut kinds = 0;
    for index in 0..list.count {
        let kind = from.value(list.kind(record, index), &mut to, 0)?;
        match index.checked_sub(6) {
            None => kinds |= (kind as u64) << (4 * index),
            Some(behind) => to.or_kind(2, behind, kind)?,
        }
    }
    let bytes = to.at * 8;
    to.put(0, header_word(bytes, header.flags, site, kinds))?;
    to.put(1, stamp)?;
    Ok(bytes)
}

/// A note: five counts become a gap record's seven numbers.
fn widen_note(record: &[u8], stamp: u64, out: &mut [u64]) -> Result<usize, DecodeError> {
    let short = DecodeError::Short { wanted: 32, available: record.len() };
    let mut lost = [0; 5];
    for (index, lost) in lost.iter_mut().enumerate() {
        *lost = word(record, 12 + 4 * index).ok_or(short)?.into();
    }
    let gap = crate::gap::write(u32::MAX, stamp, lost);
    let bytes = size_of_val(&gap);
    let place =
        out.get_mut(..gap.len()).ok_or(DecodeError::Short { wanted: bytes, available: 0 })?;
    place.copy_from_slice(&gap);
    Ok(bytes)
}

/// The site of the record that [`widen`] makes of a note.
#[must_use]
pub fn note_site() -> SiteId {
    gap_site().id()
}

/// The little-endian word at byte `at`.
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word))
}

/// A list of kinds: where it starts, and how many there are.
#[derive(Clone, Copy)]
struct List {
    at: usize,
    count: usize,
}

impl List {
    fn kind(self, bytes: &[u8], index: usize) -> u8 {
        let word = word(bytes, self.at + index / 8 * 4).unwrap_or_default();
        (word >> (index % 8 * 4) & 0xF) as u8
    }
}

/// What is written.
struct Target<'o> {
    words: &'o mut [u64],
    at: usize,
}

impl Target<'_> {
    fn put(&mut self, at: usize, value: u64) -> Result<(), DecodeError> {
        let available = size_of_val(self.words);
        let short = DecodeError::Short { wanted: at.saturating_mul(8) + 8, available };
        *self.words.get_mut(at).ok_or(short)? = value.to_le();
        Ok(())
    }

    fn push(&mut self, value: u64) -> Result<(), DecodeError> {
        self.put(self.at, value)?;
        self.at += 1;
        Ok(())
    }

    /// Adds a kind to a list whose words, still zero, start at `at`.
    fn or_kind(&mut self, at: usize, index: usize, kind: Kind) -> Result<(), DecodeError> {
        let (at, shift) = (at + index / 16, index % 16 * 4);
        let before = self.words.get(at).map_or(0, |word| u64::from_le(*word));
        self.put(at, before | (kind as u64) << shift)
    }

    /// Bytes, padded with zeros to whole words.
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            self.push(u64::from_le_bytes(word))?;
        }
        Ok(())
    }

    fn tag(&mut self, at: usize, tag: u8, aux: u8, count: u32) -> Result<(), DecodeError> {
        let words = (self.at - at - 1) as u64;
        self.put(at, u64::from(tag) | u64::from(aux) << 8 | words << 16 | u64::from(count) << 32)
    }
}

/// What is read.
#[derive(Clone, Copy)]
struct Source<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Source<'a> {
    fn word(&mut self) -> Result<u32, DecodeError> {
        let short = DecodeError::Short { wanted: self.at + 4, available: self.bytes.len() };
        let found = word(self.bytes, self.at).ok_or(short)?;
        self.at += 4;
        Ok(found)
    }

    fn long(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from(self.word()?) | u64::from(self.word()?) << 32)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let wanted = self.at.saturating_add(len);
        let short = DecodeError::Short { wanted, available: self.bytes.len() };
        let taken = self.bytes.get(self.at..wanted).ok_or(short)?;
        self.at = wanted.next_multiple_of(4);
        Ok(taken)
    }

    /// The words of kinds here, up to one whose last kind is not in use.
    fn kinds(&mut self) -> Result<List, DecodeError> {
        let at = self.at;
        let mut count = 0;
        loop {
            let kinds = self.word()?;
            let used = (0..8).take_while(|index| kinds >> (4 * index) & 0xF != 0).count();
            count += used;
            if used < 8 {
                return Ok(List { at, count });
            }
        }
    }

    /// Moves a value over, and returns its kind on a server.
    fn value(&mut self, kind: u8, to: &mut Target<'_>, depth: u8) -> Result<Kind, DecodeError> {
        let kind = Kind::from_number(kind).ok_or(DecodeError::Kind(kind))?;
        match kind {
            Kind::Unsigned | Kind::F32 | Kind::Bool | Kind::Char | Kind::Pointer => {
                to.push(self.word()?.into())?;
            }
            Kind::I32 => to.push(i64::from(self.word()?.cast_signed()).cast_unsigned())?,
            Kind::I64 | Kind::F64 => to.push(self.long()?)?,
            Kind::U128 | Kind::I128 => {
                to.push(self.long()?)?;
                to.push(self.long()?)?;
            }
            Kind::Duration => {
                to.push(self.long()?)?;
                to.push(self.word()?.into())?;
            }
            Kind::Str | Kind::Text | Kind::Bytes => {
                let len = self.word()?;
                to.push(len.into())?;
                to.bytes(self.take(len as usize)?)?;
            }
            Kind::Tagged => return self.tagged(to, depth),
        }
        Ok(kind)
    }

    fn tagged(&mut self, to: &mut Target<'_>, depth: u8) -> Result<Kind, DecodeError> {
        if depth > MAX_DEPTH {
            return Err(DecodeError::Depth);
        }
        let [tag, aux, low, high] = self.word()?.to_le_bytes();
        let count = self.word()?;
        let words = usize::from(u16::from_le_bytes([low, high]));
        let mut body = Source { bytes: self.take(words * 4)?, at: 0 };
        let at = to.at;
        to.push(0)?;
        match Tag::from_number(tag) {
            Some(Tag::U64) => {
                to.put(at, u64::from(count) | u64::from(body.word()?) << 32)?;
                return Ok(Kind::Unsigned);
            }
            Some(Tag::Some) => {
                let kind = body.value(aux, to, depth + 1)?;
                to.tag(at, tag, kind as u8, count)?;
            }
            Some(Tag::Struct) => {
                let list = body.kinds()?;
                let kinds_at = to.at;
                for _ in 0..=list.count / 16 {
                    to.push(0)?;
                }
                for index in 0..list.count {
                    let kind = body.value(list.kind(body.bytes, index), to, depth + 1)?;
                    to.or_kind(kinds_at, index, kind)?;
                }
                to.tag(at, tag, aux, count)?;
            }
            // The elements of a slice, and whatever a later version says.
            _ => {
                to.bytes(body.bytes)?;
                to.tag(at, tag, aux, count)?;
            }
        }
        Ok(Kind::Tagged)
    }
}
