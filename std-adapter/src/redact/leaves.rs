//! The values of a record that cannot be taken apart any further, as texts.
//!
//! A record is walked twice in the same order: here, to see what is in it, and again to write it
//! anew where something was found. So a leaf's number names it in both walks.

use hydra_log_core::record::{HEADER_BYTES, RecordRef};
use hydra_log_core::render::Types;
use hydra_log_core::site::SiteId;
use hydra_log_core::value::{Kind, MAX_DEPTH, Tag};

use super::detector::Detector;
use super::named::Name;
use super::scan::Wanted;

/// Numbers below have too few digits to be anything by themselves.
const TAME_NUMBER: u64 = 1_000_000;
/// Shorter texts likewise.
const TAME_TEXT: usize = 5;

/// The values in a row: a record's, or a struct's.
pub(super) struct Walk<'a> {
    kinds: u64,
    left: u8,
    /// The words of further kinds.
    heads: &'a [u8],
    body: &'a [u8],
    /// A value was none: nobody knows where the next one is.
    pub(super) damaged: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn of_record(record: &RecordRef<'a>) -> Self {
        let bytes = record.bytes();
        let kinds = word_at(bytes, 0) >> 40;
        let rest = bytes.get(HEADER_BYTES..).unwrap_or_default();
        let (heads, body) = rest.split_at(heads_len(kinds << 40, rest));
        Self { kinds, left: 6, heads, body, damaged: false }
    }

    fn of_struct(bytes: &'a [u8]) -> Self {
        let first = bytes.get(..8).map_or(0, |_| 8);
        let more = heads_len(word_at(bytes, 0), bytes.get(first..).unwrap_or_default());
        let (heads, body) = bytes.split_at(first + more);
        Self { kinds: 0, left: 0, heads, body, damaged: false }
    }
}

/// How long the words of kinds are that follow one.
fn heads_len(first: u64, rest: &[u8]) -> usize {
    let (mut kinds, mut len) = (first, 0);
    while kinds >> 60 != 0 && len + 8 <= rest.len() {
        kinds = word_at(rest, len);
        len += 8;
    }
    len
}

impl<'a> Iterator for Walk<'a> {
    type Item = (u8, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        if self.left == 0 {
            let (head, rest) = self.heads.split_at_checked(8)?;
            self.heads = rest;
            self.kinds = word_at(head, 0);
            self.left = 16;
        }
        let kind = (self.kinds & 15) as u8;
        if kind == 0 || self.damaged {
            return None;
        }
        self.kinds >>= 4;
        self.left -= 1;
        let found = bytes_of(kind, self.body).and_then(|len| self.body.split_at_checked(len));
        let Some((value, rest)) = found else {
            self.damaged = true;
            return None;
        };
        self.body = rest;
        Some((kind, value))
    }
}

/// How many bytes the value of this kind has that a text begins with.
fn bytes_of(kind: u8, rest: &[u8]) -> Option<usize> {
    let first = word_at(rest.get(..8)?, 0);
    Some(match Kind::from_number(kind)? {
        Kind::Str | Kind::Text | Kind::Bytes => {
            let len = usize::try_from(first).ok().filter(|len| *len <= rest.len())?;
            8 + len.next_multiple_of(8)
        }
        Kind::U128 | Kind::I128 | Kind::Duration => 16,
        Kind::Tagged => 8 + 8 * ((first >> 16) & 0xFFFF) as usize,
        _ => 8,
    })
}

/// A value that has others in it.
pub(super) enum Nest<'a> {
    /// `Some`: the inner kind, and the inner value.
    Some(u8, &'a [u8]),
    /// A struct: its type, and its values.
    Struct(SiteId, Walk<'a>),
}

/// What is in a value, if anything is.
#[expect(clippy::cast_possible_truncation, reason = "takes the word apart")]
pub(super) fn nest(kind: u8, value: &[u8], depth: u8) -> Option<Nest<'_>> {
    if kind != Kind::Tagged as u8 || depth >= MAX_DEPTH {
        return None;
    }
    let first = word_at(value, 0);
    let body = value.get(8..)?;
    match Tag::from_number(first as u8)? {
        Tag::Some => {
            let inner = (first >> 8) as u8;
            let len = bytes_of(inner, body)?;
            Some(Nest::Some(inner, body.get(..len)?))
        }
        Tag::Struct => Some(Nest::Struct(SiteId((first >> 32) as u32), Walk::of_struct(body))),
        _ => None,
    }
}

/// The bytes of a text.
pub(super) fn text_of(value: &[u8]) -> &[u8] {
    let len = usize::try_from(word_at(value, 0)).unwrap_or(0);
    value.get(8..).and_then(|bytes| bytes.get(..len)).unwrap_or_default()
}

/// One value, as a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a name says that it is secret.
    pub(super) secret: bool,
}

/// The leaves of a record.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    pub(super) text: Vec<u8>,
    pub(super) all: Vec<Leaf>,
    /// The number of each argument's first leaf, and one behind the last.
    pub(super) firsts: Vec<usize>,
    /// Whether no leaf is anything by itself.
    pub(super) are_tame: bool,
}

impl Leaves {
    /// Takes a record's values; `is_secret` tells of each argument whether its name is.
    pub(super) fn fill(
        &mut self,
        record: &RecordRef<'_>,
        is_secret: impl Fn(usize) -> bool,
        (types, what): (&dyn Types, &impl Wanted),
    ) {
        self.text.clear();
        self.all.clear();
        self.firsts.clear();
        self.are_tame = true;
        for (index, (kind, value)) in Walk::of_record(record).enumerate() {
            self.firsts.push(self.all.len());
            self.value(kind, value, (is_secret(index), 0), (types, what));
        }
        self.firsts.push(self.all.len());
    }

    fn value(
        &mut self,
        kind: u8,
        value: &[u8],
        (secret, depth): (bool, u8),
        (types, what): (&dyn Types, &impl Wanted),
    ) {
        match nest(kind, value, depth) {
            Some(Nest::Some(inner, value)) => {
                self.value(inner, value, (secret, depth + 1), (types, what));
            }
            Some(Nest::Struct(site, walk)) => {
                let info = types.type_site(site);
                let mut names = info.map(|info| info.fields.iter());
                let looks = what.wants(Detector::Named);
                for (kind, value) in walk {
                    let name = names.as_mut().and_then(Iterator::next);
                    let is_secret = name
                        .is_some_and(|(name, _)| what.name(name.as_bytes()) != Name::Harmless)
                        && looks;
                    self.value(kind, value, (secret || is_secret, depth + 1), (types, what));
                }
            }
            None => {
                let start = self.text.len();
                self.are_tame &= self.push(kind, value) && !secret;
                self.all.push(Leaf { start, end: self.text.len(), secret });
            }
        }
    }

    /// Appends a value's text, if it has one that may be a secret; whether it is tame.
    #[inline]
    fn push(&mut self, kind: u8, value: &[u8]) -> bool {
        let first = word_at(value, 0);
        let mut digits = itoa::Buffer::new();
        let number = match Kind::from_number(kind) {
            Some(Kind::Str | Kind::Text | Kind::Bytes) => {
                let text = text_of(value);
                self.text.extend_from_slice(text);
                return text.len() < TAME_TEXT;
            }
            Some(Kind::Unsigned) => digits.format(first),
            Some(Kind::I32 | Kind::I64) => digits.format(first.cast_signed()),
            Some(Kind::U128) => {
                let wide = u128::from(first) | u128::from(word_at(value, 8)) << 64;
                self.text.extend_from_slice(digits.format(wide).as_bytes());
                return false;
            }
            Some(Kind::I128) => {
                let wide = u128::from(first) | u128::from(word_at(value, 8)) << 64;
                self.text.extend_from_slice(digits.format(wide.cast_signed()).as_bytes());
                return false;
            }
            Some(Kind::Char) => {
                let letter = u32::try_from(first).ok().and_then(char::from_u32);
                let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
                self.text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                return true;
            }
            _ => return true,
        };
        self.text.extend_from_slice(number.as_bytes());
        first < TAME_NUMBER
    }
}

/// The word at a place; 0 beyond the end.
#[inline]
pub(super) fn word_at(bytes: &[u8], at: usize) -> u64 {
    let word = bytes.get(at..).and_then(|bytes| bytes.first_chunk());
    word.map_or(0, |word| u64::from_le_bytes(*word))
}
