//! Structs and slices come back as they were, and what lies about itself is refused.

use core::time::Duration;

use hydra_log_core::record::{DecodeError, ValueRef};
use hydra_log_core::site::SiteId;
use hydra_log_core::value::{Element, ElementKind, Kind, MAX_DEPTH, Tag, Value};

use crate::{parse, record};

/// A record of one tagged value, from that value's words.
fn record_of(value: &[u64]) -> Vec<u64> {
    let header = (Kind::Tagged as u64) << 40 | 0xABCDEF << 16 | (2 + value.len()) as u64;
    [header, 77].iter().chain(value).map(|word| word.to_le()).collect()
}

/// The first word of a tagged value.
fn tagged(tag: Tag, aux: u8, words: usize, count: u32) -> u64 {
    tag as u64 | u64::from(aux) << 8 | (words as u64) << 16 | u64::from(count) << 32
}

/// A struct of numbers, written as the format says.
fn structure(site: u32, fields: &[u64]) -> Vec<u64> {
    let kinds = |word: usize| {
        let own = fields.len().saturating_sub(16 * word).min(16);
        (0..own).fold(0, |kinds, at| kinds | (Kind::Unsigned as u64) << (4 * at))
    };
    let mut body: Vec<u64> = (0..=fields.len() / 16).map(kinds).collect();
    body.extend(fields);
    body.insert(0, tagged(Tag::Struct, 0, body.len(), site));
    body
}

#[test]
fn any_number_of_fields() {
    for count in 0..50 {
        let fields: Vec<u64> = (100..100 + count).collect();
        let words = record_of(&structure(9, &fields));
        let Some(Ok(ValueRef::Struct(found))) = parse(&words).get(0) else { panic!("a struct") };
        assert_eq!(found.site(), SiteId(9));
        assert!(found.values().eq(fields.iter().map(|field| Ok(ValueRef::U64(*field)))));
    }
}

#[test]
fn a_struct_without_all_its_kinds_is_one_error() {
    let values = |words: &[u64]| -> Vec<_> {
        let words = record_of(words);
        let Some(Ok(ValueRef::Struct(found))) = parse(&words).get(0) else { panic!("a struct") };
        found.values().map(Result::unwrap_err).collect()
    };
    let short = |wanted, available| vec![DecodeError::Short { wanted, available }];
    assert_eq!(values(&[tagged(Tag::Struct, 0, 0, 9)]), short(8, 0));
    assert_eq!(values(&[tagged(Tag::Struct, 0, 1, 9), 1 << 60]), short(16, 8));
    assert_eq!(values(&[tagged(Tag::Struct, 0, 2, 9), 1 << 60, 1 << 60]), short(24, 16));
}

#[test]
fn deep_structs_are_refused() {
    let deeper = |body: Vec<u64>| {
        let first = tagged(Tag::Struct, 0, body.len() + 1, 9);
        [first, Kind::Tagged as u64].into_iter().chain(body).collect()
    };
    let words = record_of(&(0..100).fold(structure(9, &[]), |body, _| deeper(body)));
    let mut value = parse(&words).get(0).unwrap();
    let mut levels = 0;
    while let Ok(ValueRef::Struct(found)) = value {
        let mut values = found.values();
        value = values.next().unwrap();
        assert!(values.next().is_none());
        levels += 1;
    }
    assert_eq!((levels, value), (usize::from(MAX_DEPTH) + 1, Err(DecodeError::Depth)));
}

fn slice_of<T: Element>(list: &[T], kind: ElementKind, expected: &[ValueRef<'_>])
where
    [T]: Value,
{
    let words = record(&(list, ()));
    let Some(Ok(ValueRef::Slice(found))) = parse(&words).get(0) else { panic!("{kind:?}") };
    assert_eq!((found.kind(), found.len(), found.is_empty()), (kind, list.len(), false));
    assert!(found.iter().eq(expected.iter().copied()), "{kind:?}");
}

#[test]
fn elements_of_every_kind() {
    use ElementKind as E;
    slice_of(&[1_u16, 2, u16::MAX], E::U16, &[1, 2, 0xFFFF].map(ValueRef::U64));
    slice_of(&[1_u32, u32::MAX], E::U32, &[1, 0xFFFF_FFFF].map(ValueRef::U64));
    slice_of(&[1_u64, u64::MAX], E::U64, &[1, u64::MAX].map(ValueRef::U64));
    slice_of(&[1_usize, 2], E::U64, &[1, 2].map(ValueRef::U64));
    slice_of(&[1_u128, u128::MAX], E::U128, &[1, u128::MAX].map(ValueRef::U128));
    slice_of(&[-1_i8, i8::MIN], E::I8, &[-1, i8::MIN].map(ValueRef::I8));
    slice_of(&[-1_i16, i16::MIN], E::I16, &[-1, i16::MIN].map(ValueRef::I16));
    slice_of(&[-1_i32, i32::MIN], E::I32, &[-1, i32::MIN].map(ValueRef::I32));
    slice_of(&[-1_i64, i64::MIN], E::I64, &[-1, i64::MIN].map(ValueRef::I64));
    slice_of(&[-1_isize, 2], E::I64, &[-1, 2].map(ValueRef::I64));
    slice_of(&[-1_i128, i128::MIN], E::I128, &[-1, i128::MIN].map(ValueRef::I128));
    slice_of(&[0.5_f32, -1.0], E::F32, &[0.5, -1.0].map(ValueRef::F32));
    slice_of(&[0.5_f64, -1.0], E::F64, &[0.5, -1.0].map(ValueRef::F64));
    slice_of(&[true, false, true], E::Bool, &[true, false, true].map(ValueRef::Bool));
    slice_of(&['a', '🦀', '\0'], E::Char, &['a', '🦀', '\0'].map(ValueRef::Char));
    let bytes = record_of(&[tagged(Tag::Slice, E::U8 as u8, 1, 3), 0x03_02_01]);
    let Some(Ok(ValueRef::Slice(found))) = parse(&bytes).get(0) else { panic!("bytes") };
    assert!(found.iter().eq([1, 2, 3].map(ValueRef::U64)));
    let empty = record_of(&[tagged(Tag::Slice, E::U16 as u8, 0, 0)]);
    let Some(Ok(ValueRef::Slice(found))) = parse(&empty).get(0) else { panic!("nothing") };
    assert!(found.is_empty());
    assert_eq!(found.len(), 0);
}

#[test]
fn what_is_no_element_is_an_error() {
    let slice = |kind: ElementKind, count, word| {
        let words = record_of(&[tagged(Tag::Slice, kind as u8, 1, count), word]);
        parse(&words).get(0).unwrap().map(drop)
    };
    assert_eq!(slice(ElementKind::Bool, 3, 0x01_00_01), Ok(()));
    assert_eq!(slice(ElementKind::Bool, 3, 0x02_00_01), Err(DecodeError::Range));
    assert_eq!(slice(ElementKind::Bool, 2, 0x02_00_01), Ok(()), "behind the last one");
    assert_eq!(slice(ElementKind::Char, 2, 0x61 | 0x10_FFFF << 32), Ok(()));
    assert_eq!(slice(ElementKind::Char, 2, 0x61 | 0xD800 << 32), Err(DecodeError::Range));
    let short = DecodeError::Short { wanted: 10, available: 8 };
    assert_eq!(slice(ElementKind::U16, 5, 0), Err(short));
}

#[test]
fn numbers_at_the_ends_of_their_ranges() {
    let number = |kind: Kind, values: &[u64]| {
        let header = (kind as u64) << 40 | 0xABCDEF << 16 | (2 + values.len()) as u64;
        let words: Vec<u64> = [header, 77].iter().chain(values).map(|word| word.to_le()).collect();
        parse(&words).get(0).unwrap().map(|value| format!("{value:?}"))
    };
    let shown = |value: ValueRef<'_>| Ok(format!("{value:?}"));
    let longest = Duration::new(u64::MAX, 999_999_999);
    assert_eq!(
        number(Kind::Duration, &[u64::MAX, 999_999_999]),
        shown(ValueRef::Duration(longest))
    );
    for nanos in [1_000_000_000, 1 << 32, u64::MAX] {
        assert_eq!(number(Kind::Duration, &[7, nanos]), Err(DecodeError::Range));
    }
    assert_eq!(number(Kind::Char, &[0x10_FFFF]), shown(ValueRef::Char(char::MAX)));
    for code in [0x11_0000, 1 << 32 | 0x61] {
        assert_eq!(number(Kind::Char, &[code]), Err(DecodeError::Range));
    }
    assert_eq!(number(Kind::U128, &[1, 2]), shown(ValueRef::U128(1 | 2 << 64)));
    assert_eq!(number(Kind::I128, &[1, u64::MAX]), shown(ValueRef::I128(1 - (1 << 64))));
    let small = |tag, number: i32| {
        let words = record_of(&[tagged(tag, 0, 0, number.cast_unsigned())]);
        parse(&words).get(0).unwrap().map(|value| format!("{value:?}"))
    };
    assert_eq!(small(Tag::I8, -128), shown(ValueRef::I8(-128)));
    assert_eq!(small(Tag::I8, -129), Err(DecodeError::Range));
    assert_eq!(small(Tag::I16, -32_768), shown(ValueRef::I16(-32_768)));
    assert_eq!(small(Tag::I16, 32_768), Err(DecodeError::Range));
}
