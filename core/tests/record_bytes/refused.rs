//! Bytes that are no record, and values that lie.

use hydra_log_core::record::{DecodeError, Flags, Layout, RecordRef, ValueRef};
use hydra_log_core::render::{self, NoTypes, Verbatim};
use hydra_log_core::template::{Piece, pieces};
use hydra_log_core::value::{Kind, MAX_DEPTH, Value, Writer};
use proptest::prelude::*;

use crate::{config, parse, record, record_in};

/// Everything in a record, walked and shown; ends for any bytes.
fn walk(bytes: &[u8]) -> Result<usize, DecodeError> {
    let record = RecordRef::parse(bytes)?;
    let count = record.values().count();
    let mut text = String::new();
    for spec in ["{0:?} {1:#?} {2:x?} {1}", "{0:1$.2$} {3:e} {5:>9} {7:p} {40}"] {
        let pieces: Vec<Piece<'_>> = pieces(spec).map(Result::unwrap).collect();
        render::message(&mut Verbatim(&mut text), pieces, &record, &NoTypes).unwrap();
    }
    for index in 0..count.min(100) {
        let _value = record.get(index).unwrap();
    }
    Ok(count)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_end(mut words: Vec<u64>, cut in 0_usize..8) {
        let _outcome = walk(bytemuck::cast_slice(&words));
        // With a length that fits, so that the values are looked at too.
        if let Some(first) = words.first().copied() {
            words[0] = (first & !0x1FFF) | words.len() as u64;
            let bytes = bytemuck::cast_slice::<u64, u8>(&words);
            let _outcome = walk(&bytes[..bytes.len() - cut]);
        }
    }

    #[test]
    fn damaged_records_end(text: String, list: Vec<u16>, at: usize, byte: u8) {
        let text = text.as_str();
        let args = (Some(text), (list.as_slice(), (Some(Some(7_u8)), ('a', (text, ())))));
        let words = record(&args);
        let mut bytes = bytemuck::cast_slice::<u64, u8>(&words).to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _outcome = walk(&bytes);
        let _outcome = walk(&bytes[..at]);
    }

    #[test]
    fn any_template_ends(template: String, symbols in "[{}0-9:$.*<^>+#?xXobeEp -]{0,24}") {
        for text in [&template, &symbols] {
            let count = pieces(text).count();
            prop_assert!(count <= text.len());
            // A template is understood to its end or refused once.
            prop_assert!(pieces(text).filter(Result::is_err).count() <= 1);
        }
    }
}

#[test]
fn deep_bytes_are_refused() {
    // Options inside options, deeper than anything that is written.
    let depth = 2000;
    let mut words = vec![15 << 40 | 0xABCDEF << 16 | (depth + 2), 77];
    words.extend((0..depth).map(|at| (3 | 15 << 8) | (depth - 1 - at) << 16));
    let words: Vec<u64> = words.into_iter().map(u64::to_le).collect();
    let mut value = parse(&words).get(0).unwrap();
    let mut levels = 0;
    while let Ok(ValueRef::Some(inner)) = value {
        value = inner.get();
        levels += 1;
    }
    assert_eq!((levels, value), (usize::from(MAX_DEPTH) + 1, Err(DecodeError::Depth)));
}

/// A value that promises less than it writes.
struct Liar;

impl Value for Liar {
    const KIND: Kind = Kind::Str;

    fn size<L: Layout>(&self, _cap: usize) -> usize {
        0
    }

    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, _cap: usize) {
        writer.bytes(&[b'x'; 1000]);
        for word in 0..1000 {
            writer.word(word);
        }
    }
}

#[test]
fn a_value_that_lies_about_its_size_is_cut_off() {
    let words = record_in(64, &(Liar, (5_u64, ())));
    assert!(parse(&words).flags().contains(Flags::CUT));
    let _outcome = walk(bytemuck::cast_slice(&words));
}

#[test]
fn what_is_no_value_is_an_error() {
    let cases = [
        (Kind::Bool as u64, 2, DecodeError::Range),
        (Kind::Char as u64, 0xD800, DecodeError::Range),
        (Kind::Str as u64, 9, DecodeError::Short { wanted: usize::MAX, available: 8 }),
        (Kind::Str as u64, u64::MAX, DecodeError::Short { wanted: usize::MAX, available: 8 }),
        (Kind::U128 as u64, 0, DecodeError::Short { wanted: 16, available: 8 }),
        (Kind::Tagged as u64, 0, DecodeError::Tag(0)),
        (Kind::Tagged as u64, 99, DecodeError::Tag(99)),
        (Kind::Tagged as u64, 6 | 200 << 32, DecodeError::Range),
        (Kind::Tagged as u64, 4 | 99 << 8, DecodeError::Kind(99)),
        (
            Kind::Tagged as u64,
            4 | 3 << 8 | 5 << 32,
            DecodeError::Short { wanted: 20, available: 0 },
        ),
    ];
    for (kind, word, error) in cases {
        let words = [kind << 40 | 0xABCDEF << 16 | 3, 77, word].map(u64::to_le);
        assert_eq!(parse(&words).get(0), Some(Err(error)), "{kind} {word:#x}");
    }
    let invalid = [8 << 40 | 0xABCDEF << 16 | 4, 77, 1, 0xFF].map(u64::to_le);
    assert_eq!(parse(&invalid).get(0), Some(Err(DecodeError::Utf8)));
    assert_eq!(
        RecordRef::parse(&[1; 16]).unwrap_err(),
        DecodeError::Short { wanted: 0x101 * 8, available: 16 }
    );
    assert_eq!(RecordRef::parse(&[0; 16]).unwrap_err(), DecodeError::Length(0));
}

#[test]
fn the_value_behind_one_that_is_damaged_is_read() {
    let words = [(8 | 1 << 4) << 40 | 0xABCDEF << 16 | 5, 77, 1, 0xFF, 42].map(u64::to_le);
    let values: Vec<_> = parse(&words).values().collect();
    assert_eq!(values, [Err(DecodeError::Utf8), Ok(ValueRef::U64(42))]);
}
