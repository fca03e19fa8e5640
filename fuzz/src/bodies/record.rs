//! Any bytes as a record: walked to its end, and shown by any template in bounded text.
//!
//! The input is a template, a zero byte, and the record.

use core::mem::discriminant;

use hydra_log_core::record::dictionary::Fields;
use hydra_log_core::record::{DecodeError, Flags, HEADER_BYTES, RecordRef, ValueRef, encode_words};
use hydra_log_core::render::{self, Limited, TypeInfo, Types, Verbatim};
use hydra_log_core::site::SiteId;
use hydra_log_core::template::{Piece, pieces};

use crate::input::text_and_bytes;
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "record",
    body,
    // The template in pieces of 24 bytes, in a vector that doubles.
    bytes_per_byte: 128,
    // The text, in a string that doubles.
    bytes_at_least: 4 * TEXT_BYTES,
    seeds,
};

/// Instead of `MESSAGE_BYTES`, so that a limit is reached often and soon.
const TEXT_BYTES: usize = 1 << 14;

fn body(data: &[u8]) {
    let (template, bytes) = text_and_bytes(data);
    let record = match RecordRef::parse(bytes) {
        Ok(record) => record,
        Err(error) => return refused(bytes, error),
    };
    let len = record.bytes().len();
    assert!(len >= HEADER_BYTES && len.is_multiple_of(8), "a record of {len} bytes");
    assert!(bytes.starts_with(record.bytes()));
    let shorter = RecordRef::parse(&record.bytes()[..len - 1]);
    assert!(matches!(shorter, Err(DecodeError::Short { .. })), "{shorter:?}");

    let mut walked = Walked { values: 0, errors: 0, most: len / 8 };
    for (index, value) in record.values().enumerate() {
        if index < 40 {
            let again = record.get(index).expect("the walk found it");
            assert_eq!(again.as_ref().map(discriminant), value.as_ref().map(discriminant));
        }
        walked.value(value, 0);
    }
    assert!(record.get(len / 8).is_none(), "more values than words");
    show(template, &record);
}

fn refused(bytes: &[u8], error: DecodeError) {
    assert!(!error.to_string().is_empty());
    match error {
        DecodeError::Short { wanted, available } => {
            assert!(wanted > available && available <= bytes.len(), "{error}");
        }
        DecodeError::Length(len) => assert!(len < HEADER_BYTES, "{error}"),
        other => panic!("a record as a whole is not refused for {other}"),
    }
}

/// How many values there were, with those inside others; no more than words. Only an error may
/// have no word: one at the end of the record, and of each value that holds others.
struct Walked {
    values: usize,
    errors: usize,
    most: usize,
}

impl Walked {
    fn value(&mut self, value: Result<ValueRef<'_>, DecodeError>, depth: usize) {
        let count = if value.is_ok() { &mut self.values } else { &mut self.errors };
        *count += 1;
        assert!(self.values <= self.most, "more values than words");
        assert!(self.errors + self.values <= 2 * self.most, "a walk without end");
        assert!(depth <= 40, "values inside values without end");
        match value {
            Err(error) => assert!(!error.to_string().is_empty()),
            Ok(ValueRef::Some(inner)) => self.value(inner.get(), depth + 1),
            Ok(ValueRef::Struct(parts)) => {
                for part in parts.values() {
                    self.value(part, depth + 1);
                }
            }
            Ok(ValueRef::Slice(slice)) => {
                assert_eq!(slice.iter().len(), slice.len());
                assert!(slice.len() <= 8 * self.most);
                assert_eq!(slice.iter().count(), slice.len());
            }
            Ok(ValueRef::Str(text) | ValueRef::Text(text)) => {
                assert!(text.len() <= 8 * self.most);
            }
            Ok(_) => {}
        }
    }
}

fn show(template: &str, record: &RecordRef<'_>) {
    let Ok(pieces) = pieces(template).collect::<Result<Vec<Piece<'_>>, _>>() else { return };
    let text = shown(&pieces, record);
    assert!(text.len() <= TEXT_BYTES, "a text of {} bytes", text.len());
    let mut half = String::new();
    let mut out = Verbatim(&mut half);
    let mut limited = Limited::new(&mut out, text.len() / 2);
    let outcome = render::message(&mut limited, pieces.iter().copied(), record, &Named);
    assert_eq!(outcome.is_err(), limited.is_cut());
    assert!(text.starts_with(&half), "a cut text is the beginning of the whole one");
}

fn shown(pieces: &[Piece<'_>], record: &RecordRef<'_>) -> String {
    let mut text = String::new();
    let mut out = Verbatim(&mut text);
    let mut limited = Limited::new(&mut out, TEXT_BYTES);
    let outcome = render::message(&mut limited, pieces.iter().copied(), record, &Named);
    assert_eq!(outcome.is_err(), limited.is_cut(), "only the limit ends a text");
    text
}

/// Structs with names, structs like tuples, and unknown ones.
struct Named;

impl Types for Named {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        match id.0 % 3 {
            0 => None,
            1 => Some(TypeInfo { name: "Point", fields: Fields::new(&[("x", ""), ("y", "")]) }),
            _ => Some(TypeInfo { name: "Pair", fields: Fields::new(&[("0", ""), ("1", "")]) }),
        }
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let mut add = |template: &str, words: &[u64]| {
        seeds.push([template.as_bytes(), &[0], bytemuck::cast_slice(words)].concat());
    };
    let mut words = [0; 64];
    let mut record = |args: &dyn Fn(&mut [u64]) -> usize| {
        let used = args(&mut words);
        words[..used / 8].to_vec()
    };
    let site = SiteId(7);
    let plain = record(&|words| {
        encode_words(words, site, 1000, &(7_u64, (-2_i32, (0.5_f64, ()))), Flags::NONE)
    });
    add("{0:>#8x} {1:+} {2:.3e}", &plain);
    let texts = record(&|words| {
        encode_words(words, site, 1, &("héllo", ('é', (true, (-1_i8, ())))), Flags::CUT)
    });
    add("{0:^3$.2} {1:?} {2:*<9} {3}", &texts);
    let nested = record(&|words| {
        let list: &[u16] = &[1, 2, 3];
        encode_words(words, site, 1, &(Some(Some(5_u8)), (list, ((), (0_u128, ())))), Flags::NONE)
    });
    add("{0:#?} {1:02x?} {2:?} {3:b}", &nested);
    // A struct of two numbers.
    let structure = [6 | 7 << 16 | 15 << 40, 1, 5 | 3 << 16 | 9 << 32, 0x22, 1, 2];
    add("{0:#?} {{{0:5?}}}", &structure.map(u64::to_le));
    let time = core::time::Duration::new(3, 5);
    let bytes: &[u8] = &[0xAA, 0xBB];
    let others = record(&|words| {
        let args = (time, (1.5_f32, (bytes, (None::<u8>, (1_i64, (2_u8, (3_u8, ())))))));
        encode_words(words, site, 1, &args, Flags::CONTROL)
    });
    add("{0:>12.1?} {1:e} {2:x?} {3:?} {6:o} {9}", &others);
    seeds
}
