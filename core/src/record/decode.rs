//! Reading a record: its header, and its values in order.
//!
//! B1  every access to the bytes is a checked one: no input reads beyond them.
//! B2  each step of [`Values`] moves on by a word at least, so walking a record ends.

use super::error::DecodeError;
use super::header::{Flags, HEADER_BYTES, KINDS_AT, STAMP_AT, flags_of, len_bytes, site_of};
use super::values::{Raw, ValueRef};
use crate::site::SiteId;
use crate::value::{Kind, Names};

/// A checked view of one record.
///
/// ```
/// use hydra_log_core::record::{Flags, RecordRef, ValueRef, encode_words};
/// use hydra_log_core::site::SiteId;
/// let mut words = [0; 8];
/// let used = encode_words(&mut words, SiteId(3), 99, &(true, ()), Flags::NONE);
/// // Bytes behind the record don't matter; its length says where it ends.
/// let record = RecordRef::parse(bytemuck::cast_slice(&words)).unwrap();
/// assert_eq!(record.bytes().len(), used);
/// assert_eq!(record.get(0), Some(Ok(ValueRef::Bool(true))));
/// assert_eq!(record.get(1), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RecordRef<'a> {
    bytes: &'a [u8],
    word0: u64,
    values_at: usize,
}

impl<'a> RecordRef<'a> {
    /// The record at the start of `bytes`.
    ///
    /// # Errors
    ///
    /// When there is no whole header, when the length is shorter than a header or longer than
    /// `bytes`, or when the words of kinds run beyond it. Values are checked when they are read.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let short = |wanted| DecodeError::Short { wanted, available: bytes.len() };
        if bytes.len() < HEADER_BYTES {
            return Err(short(HEADER_BYTES));
        }
        let word0 = word_at(bytes, 0).unwrap_or_default();
        let len = len_bytes(word0);
        if len < HEADER_BYTES {
            return Err(DecodeError::Length(len));
        }
        let bytes = bytes.get(..len).ok_or(short(len))?;
        let mut values_at = HEADER_BYTES;
        let mut kinds = word0;
        while has_more_kinds(kinds) {
            let wanted = values_at + 8;
            kinds = word_at(bytes, values_at)
                .ok_or(DecodeError::Short { wanted, available: bytes.len() })?;
            values_at = wanted;
        }
        Ok(Self { bytes, word0, values_at })
    }

    /// The site that the record comes from.
    #[inline]
    #[must_use]
    pub fn site(&self) -> SiteId {
        site_of(self.word0)
    }

    /// The record's flags.
    #[inline]
    #[must_use]
    pub fn flags(&self) -> Flags {
        flags_of(self.word0)
    }

    /// The time stamp: ticks in a ring, nanoseconds since the Unix epoch behind the drain.
    #[inline]
    #[must_use]
    pub fn stamp(&self) -> u64 {
        word_at(self.bytes, STAMP_AT).unwrap_or_default()
    }

    /// The record's bytes, and no more.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The values in order.
    #[inline]
    #[must_use]
    pub fn values(&self) -> Values<'a> {
        Values {
            bytes: self.bytes,
            kinds: self.word0 >> KINDS_AT,
            kinds_left: 6,
            kinds_at: HEADER_BYTES,
            at: self.values_at,
            depth: 0,
        }
    }

    /// The names of the values that stand behind the call's own `arguments`, if there are any.
    ///
    /// ```
    /// use hydra_log_core::record::{Flags, RecordRef, encode_words};
    /// use hydra_log_core::site::SiteId;
    /// use hydra_log_core::value::Names;
    /// let mut words = [0; 16];
    /// let args = (7_u64, (Names::new(b"\x04user"), ("ada", ())));
    /// encode_words(&mut words, SiteId(3), 99, &args, Flags::NONE);
    /// let record = RecordRef::parse(bytemuck::cast_slice(&words)).unwrap();
    /// assert!(record.names_behind(1).unwrap().iter().eq(["user"]));
    /// assert_eq!(record.names_behind(0), None);
    /// ```
    #[inline]
    #[must_use]
    pub fn names_behind(&self, arguments: usize) -> Option<Names<'a>> {
        // Most records have none, and say so in their first word.
        if arguments < 6 && (self.word0 >> KINDS_AT >> (4 * arguments)) & 0xF == 0 {
            return None;
        }
        match self.get(arguments)?.ok()? {
            ValueRef::Names(names) => Some(names),
            _ => None,
        }
    }

    /// Value number `index`: a walk over those before it.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Result<ValueRef<'a>, DecodeError>> {
        self.values().nth(index)
    }
}

/// The values of a record or struct in order.
///
/// After a value that can't be decoded the next one follows, as long as it is known where.
///
/// ```
/// use hydra_log_core::record::{Flags, RecordRef, ValueRef, encode_words};
/// use hydra_log_core::site::SiteId;
/// let mut words = [0; 8];
/// encode_words(&mut words, SiteId(3), 99, &("a", ('b', ())), Flags::NONE);
/// let record = RecordRef::parse(bytemuck::cast_slice(&words)).unwrap();
/// let mut values = record.values();
/// assert_eq!(values.nth(1), Some(Ok(ValueRef::Char('b'))));
/// assert_eq!(values.next(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Values<'a> {
    bytes: &'a [u8],
    /// Kinds still to come, of the word last loaded.
    kinds: u64,
    kinds_left: u8,
    /// Where the next word of kinds is.
    kinds_at: usize,
    at: usize,
    depth: u8,
}

impl<'a> Values<'a> {
    /// The values of a struct: its words of kinds, then the values.
    pub(super) fn of_struct(bytes: &'a [u8], depth: u8) -> Result<Self, DecodeError> {
        let mut at = 0;
        loop {
            let wanted = at + 8;
            let kinds =
                word_at(bytes, at).ok_or(DecodeError::Short { wanted, available: bytes.len() })?;
            at = wanted;
            if !has_more_kinds(kinds) {
                return Ok(Self { bytes, kinds: 0, kinds_left: 0, kinds_at: 0, at, depth });
            }
        }
    }

    /// The next value, found but not decoded.
    #[inline(always)]
    pub(crate) fn next_raw(&mut self) -> Option<Result<Raw<'a>, DecodeError>> {
        if self.kinds_left == 0 {
            self.kinds = word_at(self.bytes, self.kinds_at).unwrap_or_default();
            self.kinds_at += 8;
            self.kinds_left = 16;
        }
        let kind = (self.kinds & 0xF) as u8;
        if kind == 0 {
            return None;
        }
        self.kinds >>= 4;
        self.kinds_left -= 1;
        let found = Raw::first_of(kind, self.bytes.get(self.at..).unwrap_or_default(), self.depth);
        match &found {
            Ok(raw) => self.at += raw.bytes.len(),
            // It is unknown where the values behind this one are.
            Err(_) => (self.kinds, self.kinds_left) = (0, 1),
        }
        Some(found)
    }

    /// The next value, where it is one of the numbers of one word; nothing is passed otherwise.
    /// Behind the last kind that is loaded there are zeros, which are no number's kind.
    #[inline(always)]
    pub(crate) fn next_number(&mut self) -> Option<(Kind, u64)> {
        let kind = Kind::from_number((self.kinds & 0xF) as u8).filter(|kind| kind.is_number())?;
        let word = word_at(self.bytes, self.at)?;
        self.kinds >>= 4;
        self.kinds_left -= 1;
        self.at += 8;
        Some((kind, word))
    }

    /// Value number `n` from here, found but not decoded; those before it are stepped over.
    #[inline]
    pub(crate) fn nth_raw(&mut self, n: usize) -> Option<Result<Raw<'a>, DecodeError>> {
        for _ in 0..n {
            self.next_raw()?.ok()?;
        }
        self.next_raw()
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Result<ValueRef<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.next_raw().map(|found| found?.decode())
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        self.nth_raw(n).map(|found| found?.decode())
    }
}

impl core::iter::FusedIterator for Values<'_> {}

/// A word whose last kind is in use is followed by another one.
#[inline(always)]
const fn has_more_kinds(word: u64) -> bool {
    word >> 60 != 0
}

/// The little-endian word at byte `at`.
#[inline(always)]
pub(super) fn word_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|word| u64::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::record::header::header_word;
    use crate::record::{Flags, encode_words};
    use crate::site::SiteId;
    use crate::value::Tag;
    use std::vec::Vec;

    #[test]
    fn numbers_are_taken_one_by_one_and_nothing_else_is() {
        let rest = (9_u64, (10_u64, ()));
        let args = (1_u64, (-2_i32, (0.5_f64, ("text", (7_u8, (-8_i64, rest))))));
        let mut words = [0; 32];
        let used = encode_words(&mut words, SiteId(5), 7, &args, Flags::NONE);
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).take(used).collect();
        let mut values = RecordRef::parse(&bytes).unwrap().values();
        assert_eq!(values.next_number(), Some((Kind::Unsigned, 1)));
        assert_eq!(values.next_number(), Some((Kind::I32, (-2_i64).cast_unsigned())));
        assert_eq!(values.next_number(), Some((Kind::F64, 0.5_f64.to_bits())));
        assert_eq!((values.next_number(), values.next_number()), (None, None));
        assert_eq!(values.next(), Some(Ok(ValueRef::Str("text"))));
        assert_eq!(values.next_number(), Some((Kind::Unsigned, 7)));
        assert_eq!(values.next_number(), Some((Kind::I64, (-8_i64).cast_unsigned())));
        // The header's kinds are used up; the next ones are in a word of their own.
        assert_eq!(values.next_number(), None);
        assert_eq!(values.next(), Some(Ok(ValueRef::U64(9))));
        assert_eq!(values.next_number(), Some((Kind::Unsigned, 10)));
        assert_eq!((values.next_number(), values.next()), (None, None));
    }

    #[test]
    fn a_number_of_two_halves_is_put_together() {
        let tag = Tag::U64 as u64 | 1 << 16 | 0x8000_0001 << 32;
        let head = header_word(32, Flags::NONE, SiteId(5), Kind::Tagged as u64);
        let words = [head, 7, tag, 0xF000_0002];
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let value = RecordRef::parse(&bytes).unwrap().get(0);
        assert_eq!(value, Some(Ok(ValueRef::U64(0xF000_0002_8000_0001))));
    }
}
