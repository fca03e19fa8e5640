//! Firmware records become records of a server: the same values, in words of eight bytes.
//!
//! Nothing is trusted: what runs out of bytes, or nests too deeply, is an error.

use std::fmt;

/// The kinds that are met by name here; the others are words that only grow.
const UNSIGNED: u8 = 1;
const I32: u8 = 2;
const TAGGED: u8 = 15;
/// As deep as values may be nested in a record.
const DEPTH: u8 = 33;

/// Why bytes are no firmware record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    Short,
    Length(usize),
    Kind(u8),
    Depth,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => write!(f, "the record is cut short"),
            Self::Length(words) => write!(f, "a record of {words} words"),
            Self::Kind(kind) => write!(f, "no value is of kind {kind}"),
            Self::Depth => write!(f, "values nested too deeply"),
        }
    }
}

/// The record at the start of `bytes`, which move behind it.
pub fn next(bytes: &mut &[u8]) -> Result<Vec<u8>, Damage> {
    let head = u32::from_le_bytes(*bytes.first_chunk().ok_or(Damage::Short)?);
    let words = (head >> 16 & 0xff) as usize;
    if words < 2 {
        return Err(Damage::Length(words));
    }
    let record = bytes.get(..words * 4).ok_or(Damage::Short)?;
    // Room is taken in units of eight bytes; the last record may end without them.
    let unit = (words * 4).next_multiple_of(8);
    *bytes = bytes.get(unit..).unwrap_or_default();
    let mut input = Input(record);
    let (_, stamp) = (input.word()?, input.word()?);
    let kinds = if input.0.is_empty() { Vec::new() } else { input.kinds()? };
    let (kinds, values) = values(&mut input, &kinds, 0)?;
    Ok(assemble(head, stamp, &kinds, &values))
}

/// A record of a server, by its parts.
fn assemble(head: u32, stamp: u32, kinds: &[u8], values: &[u8]) -> Vec<u8> {
    let (first, rest) = kinds.split_at(kinds.len().min(6));
    let more = if first.len() < 6 { Vec::new() } else { kind_words(rest) };
    let words = 2 + (more.len() + values.len()) / 8;
    let site = u64::from(head & 0xffff);
    let flags = u64::from(head >> 24 & 0b111);
    let kinds = first.iter().rev().fold(0_u64, |word, kind| word << 4 | u64::from(*kind));
    let head = words as u64 | flags << 13 | site << 16 | kinds << 40;
    let mut record = head.to_le_bytes().to_vec();
    record.extend(u64::from(stamp).to_le_bytes());
    record.extend(more);
    record.extend(values);
    record
}

/// Words of sixteen kinds, the last of which is always zero.
fn kind_words(kinds: &[u8]) -> Vec<u8> {
    let mut words = Vec::new();
    for word in 0..=kinds.len() / 16 {
        let kinds = kinds.iter().skip(word * 16).take(16);
        let word =
            kinds.enumerate().fold(0_u64, |word, (at, kind)| word | u64::from(*kind) << (at * 4));
        words.extend(word.to_le_bytes());
    }
    words
}

/// Values of these kinds, with the kinds that they have on a server.
fn values(input: &mut Input<'_>, kinds: &[u8], depth: u8) -> Result<(Vec<u8>, Vec<u8>), Damage> {
    let mut out = Vec::new();
    let kinds = kinds.iter().map(|kind| value(input, *kind, &mut out, depth));
    Ok((kinds.collect::<Result<_, _>>()?, out))
}

/// One value; returns the kind that it has on a server.
fn value(input: &mut Input<'_>, kind: u8, out: &mut Vec<u8>, depth: u8) -> Result<u8, Damage> {
    match kind {
        I32 => {
            let number = input.word()?.cast_signed();
            out.extend(i64::from(number).to_le_bytes());
        }
        // Unsigned, f32, bool, char, pointer.
        UNSIGNED | 5 | 6 | 7 | 13 => out.extend(u64::from(input.word()?).to_le_bytes()),
        // i64, f64.
        3 | 4 => out.extend(input.take(8)?),
        // str, text, bytes.
        8..=10 => {
            let length = input.word()? as usize;
            let padded = input.take(length.next_multiple_of(4))?;
            out.extend((length as u64).to_le_bytes());
            padded_to_words(padded.get(..length).unwrap_or_default(), out);
        }
        // u128, i128.
        11 | 12 => out.extend(input.take(16)?),
        // Seconds, nanoseconds.
        14 => {
            out.extend(input.take(8)?);
            out.extend(u64::from(input.word()?).to_le_bytes());
        }
        TAGGED => return tagged(input, out, depth),
        other => return Err(Damage::Kind(other)),
    }
    Ok(kind)
}

fn tagged(input: &mut Input<'_>, out: &mut Vec<u8>, depth: u8) -> Result<u8, Damage> {
    if depth >= DEPTH {
        return Err(Damage::Depth);
    }
    let (head, count) = (input.word()?, input.word()?);
    let [tag, mut aux, _, _] = head.to_le_bytes();
    let mut body = Input(input.take((head >> 16) as usize * 4)?);
    let mut wide = Vec::new();
    match tag {
        // Some: the inner value.
        3 => aux = value(&mut body, aux, &mut wide, depth + 1)?,
        // Slice: as many bytes as the elements have, then padding.
        4 => {
            let bytes = (count as usize).saturating_mul(element_bytes(aux));
            padded_to_words(body.take(bytes)?, &mut wide);
        }
        // Struct: kinds, fields.
        5 => {
            let kinds = body.kinds()?;
            let (kinds, fields) = values(&mut body, &kinds, depth + 1)?;
            wide = kind_words(&kinds);
            wide.extend(fields);
        }
        // 64 bits of an unsigned number: on a server a number like any other.
        9 => {
            out.extend((u64::from(count) | u64::from(body.word()?) << 32).to_le_bytes());
            return Ok(UNSIGNED);
        }
        _ => padded_to_words(body.0, &mut wide),
    }
    let words = (wide.len() / 8) as u64;
    let head = u64::from(tag) | u64::from(aux) << 8 | words << 16 | u64::from(count) << 32;
    out.extend(head.to_le_bytes());
    out.extend(wide);
    Ok(TAGGED)
}

fn padded_to_words(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend(bytes);
    out.resize(out.len().next_multiple_of(8), 0);
}

/// The size of a slice's elements: by the numbers in `docs/format.md`.
fn element_bytes(kind: u8) -> usize {
    match kind {
        2 | 7 => 2,
        3 | 8 | 11 | 14 => 4,
        4 | 9 | 12 => 8,
        5 | 10 => 16,
        _ => 1,
    }
}

/// Bytes that are read from the front.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Damage::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn word(&mut self) -> Result<u32, Damage> {
        let (word, rest) = self.0.split_first_chunk().ok_or(Damage::Short)?;
        self.0 = rest;
        Ok(u32::from_le_bytes(*word))
    }

    /// Kinds, eight a word, while the last of a word is in use.
    fn kinds(&mut self) -> Result<Vec<u8>, Damage> {
        let mut kinds = Vec::new();
        loop {
            let word = self.word()?;
            for at in 0..8 {
                match (word >> (at * 4)) as u8 & 0xf {
                    0 => return Ok(kinds),
                    kind => kinds.push(kind),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hydra_log_core::record::{RecordRef, ValueRef};

    #[test]
    fn values_grow_to_words_of_eight_bytes() {
        // Site 7, five words, stamp 9: an i32, a flag.
        let words = [0x0005_0007_u32, 9, 0x62, (-2_i32).cast_unsigned(), 1];
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let mut rest = bytes.as_slice();
        let wide = next(&mut rest).unwrap();
        let record = RecordRef::parse(&wide).unwrap();
        assert_eq!((record.site().0, record.stamp(), rest.len()), (7, 9, 0));
        assert_eq!(record.get(0), Some(Ok(ValueRef::I32(-2))));
        assert_eq!(record.get(1), Some(Ok(ValueRef::Bool(true))));
        assert_eq!(record.get(2), None);
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let mut state = 1_u64;
        for _ in 0..100_000 {
            let mut bytes = [0_u8; 40];
            for byte in &mut bytes {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *byte = (state >> 56) as u8;
            }
            bytes[2] = bytes[2] % 11;
            drop(next(&mut bytes.as_slice()));
        }
    }
}
