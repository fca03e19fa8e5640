//! Firmware records: their bytes, and that each becomes exactly what a server would have written.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]
#![expect(unsafe_code, reason = "encodes into a buffer of four-byte words")]

use core::time::Duration;

use hydra_log_core::record::firmware::{Header, WIDE_WORDS, widen};
use hydra_log_core::record::{
    DecodeError, Flags, Layout, Narrow, RecordRef, ValueRef, encode_as, encode_words, wanted_as,
};
use hydra_log_core::site::SiteId;
use hydra_log_core::value::{Args, Kind, MAX_DEPTH, Rendered, Tag, Value, Writer};
use proptest::prelude::*;

fn narrow<A: Args>(args: &A) -> Vec<u8> {
    narrow_in(wanted_as::<Narrow, _>(args), args)
}

fn narrow_in<A: Args>(bytes: usize, args: &A) -> Vec<u8> {
    let mut words = vec![0_u32; bytes / 4];
    let (out, room) = (words.as_mut_ptr().cast(), bytes / 4 * 4);
    // SAFETY: bounds: the vector has that many bytes; race: it is borrowed by nobody else.
    let used = unsafe {
        encode_as::<Narrow, A>(out, room, SiteId(0x1234_5678), u64::MAX - 1, args, Flags::NONE)
    };
    bytemuck::cast_slice(&words)[..used].to_vec()
}

fn wide<A: Args>(args: &A) -> Vec<u8> {
    let mut words = [0; 2048];
    let used = encode_words(&mut words, SiteId(5), 7, args, Flags::NONE);
    bytemuck::cast_slice(&words)[..used].to_vec()
}

fn widened(narrow: &[u8]) -> Vec<u8> {
    let mut words = [u64::MAX; WIDE_WORDS];
    let used = widen(narrow, SiteId(5), 7, &mut words).unwrap();
    bytemuck::cast_slice(&words)[..used].to_vec()
}

#[track_caller]
fn same<A: Args>(args: &A) {
    assert_eq!(widened(&narrow(args)), wide(args));
}

struct Point {
    x: i32,
    y: u64,
}

impl Value for Point {
    const KIND: Kind = Kind::Tagged;

    fn size<L: Layout>(&self, cap: usize) -> usize {
        Writer::<L>::structure_size(&(self.x, (self.y, ())), cap)
    }

    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        writer.structure(SiteId(9), &(self.x, (self.y, ())), cap);
    }
}

#[test]
fn the_bytes_are_those_of_the_document() {
    let bytes = narrow(&());
    assert_eq!(bytes, [0x78, 0x56, 2, 0, 0xFE, 0xFF, 0xFF, 0xFF]);
    let bytes = narrow(&(7_u32, (-2_i32, ("abc", ()))));
    let words: Vec<u32> =
        bytes.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
    assert_eq!(words[0], 0x5678 | 7 << 16);
    assert_eq!(words[2..], [0x821, 7, u32::MAX - 1, 3, u32::from_le_bytes(*b"abc\0")]);
    let bytes = narrow(&(1_u64 << 40, ()));
    assert_eq!(bytes[8..], [15, 0, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn a_header_tells_where_its_record_ends() {
    let bytes = narrow(&(1_u32, (2_u32, ())));
    assert_eq!(bytes.len(), 20);
    let longer = [bytes.as_slice(), &[9; 3]].concat();
    assert_eq!(Header::parse(&longer).map(|header| header.bytes), Ok(20));
    assert_eq!(widened(&longer), widened(&bytes));
    let cut = DecodeError::Short { wanted: 20, available: 19 };
    assert_eq!(Header::parse(&bytes[..19]), Err(cut));
    let none = DecodeError::Short { wanted: Narrow::HEADER_BYTES, available: 7 };
    assert_eq!(Header::parse(&bytes[..7]), Err(none));
    let mut short = bytes;
    short[2] = 1;
    assert_eq!(Header::parse(&short), Err(DecodeError::Length(4)));
}

/// A record of one value that holds another, and so on; `kinds` stand in front of what is held.
fn nested(tag: Tag, levels: usize, kinds: &[u32]) -> Vec<u8> {
    let (number, tagged) = (Kind::Unsigned as u32, Kind::Tagged as u32);
    let mut body = vec![77];
    for level in 0..levels {
        let held = if level == 0 { number } else { tagged };
        let list: Vec<u32> = kinds.iter().map(|_| held).collect();
        let words = u32::try_from(list.len() + body.len()).unwrap();
        let aux = if tag == Tag::Some { held } else { 0 };
        let head = [tag as u32 | aux << 8 | words << 16, 1];
        body = [&head[..], &list, &body].concat();
    }
    let len = u32::try_from(body.len() + 3).unwrap();
    let words = [&[len << 16, 0, tagged][..], &body].concat();
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn values_are_nested_so_deep_and_no_deeper() {
    let depth = usize::from(MAX_DEPTH);
    for (tag, kinds) in [(Tag::Some, &[][..]), (Tag::Struct, &[0][..])] {
        for (levels, expected) in [(1, true), (depth + 1, true), (depth + 2, false)] {
            let outcome = widen(&nested(tag, levels, kinds), SiteId(5), 7, &mut [0; WIDE_WORDS]);
            let fits = if expected { Ok(()) } else { Err(DecodeError::Depth) };
            assert_eq!(outcome.map(drop), fits, "{tag:?} {levels}");
        }
    }
}

#[test]
fn what_lacks_is_told() {
    let bytes = narrow(&(1_u32, (2_u32, ())));
    let widened = |bytes: &[u8], room| widen(bytes, SiteId(5), 7, &mut vec![0; room]);
    let short = |wanted, available| Err(DecodeError::Short { wanted, available });
    assert_eq!(widened(&bytes, 3), short(32, 24));
    assert_eq!(widened(&bytes, 4), Ok(32));
    let mut cut = bytes[..16].to_vec();
    cut[2] = 4;
    assert_eq!(widened(&cut, 9), short(20, 16));
    let text = [0, 0, 4, 0, 0, 0, 0, 0, Kind::Str as u8, 0, 0, 0, 9, 0, 0, 0];
    assert_eq!(widened(&text, 9), short(16 + 9, 16));
}

#[test]
fn every_type_becomes_what_a_server_writes() {
    same(&());
    same(&(1_u8, (2_u16, (3_u32, (u64::MAX, (5_usize, (-1_i8, (-2_i16, ()))))))));
    same(&(-3_i32, (-4_i64, (-5_isize, (0.5_f32, (-0.5_f64, (true, ('é', ()))))))));
    same(&(u128::MAX - 1, (i128::MIN, (Duration::new(u64::MAX, 999_999_999), ((), ())))));
    same(&("", ("a", ("abcd", ("abcde", ("abcdefgh", ([1_u8, 2, 3], ())))))));
    same(&([1_u16, 2, 3], ([-1_i64], ([0.5_f32], ([true, false], (['a', 'b'], ()))))));
    same(&(None::<u8>, (Some(5_u64), (Some(None::<u64>), (Some(Some("text")), ())))));
    same(&(Point { x: -1, y: u64::MAX }, (Some(Point { x: 1, y: 2 }), ())));
    same(&([1_usize, 2], ([u128::MAX], ())));
}

#[test]
fn kinds_fill_whole_words() {
    macro_rules! of {
        ($($value:literal)*) => { of!(@ () $($value)*) };
        (@ $list:expr, $value:literal $($rest:literal)*) => { of!(@ ($value, $list) $($rest)*) };
        (@ $list:tt $value:literal $($rest:literal)*) => {{
            same(&$list);
            of!(@ ($value, $list) $($rest)*)
        }};
        (@ $list:tt) => { same(&$list) };
    }
    of!(1_u64 2_u8 3_u64 4_i32 5_u8 6_u8 7_u64 8_u8 9_u8 10_u8 11_u8 12_u64 13_u8 14_u8 15_u8
        16_u64 17_u8 18_u8 19_u8 20_u64 21_u8 22_u8 23_u8 24_u8 25_u8);
}

#[test]
fn what_does_not_fit_is_cut() {
    let long = "x".repeat(3000);
    let bytes = narrow(&(long.as_str(), (7_u8, ())));
    assert_eq!(bytes.len(), Narrow::MAX_BYTES);
    let header = Header::parse(&bytes).unwrap();
    assert!(header.flags.contains(Flags::CUT));
    let wide = widened(&bytes);
    let record = RecordRef::parse(&wide).unwrap();
    assert_eq!(record.get(1), Some(Ok(ValueRef::U64(7))));
    let bytes = narrow_in(8, &(1_u32, ()));
    assert_eq!((bytes.len(), Header::parse(&bytes).unwrap().flags), (8, Flags::CUT));
}

#[test]
fn a_note_becomes_a_gap_record() {
    let mut note = narrow(&(1_u32, (2_u32, (3_u32, (0_u32, (0_u32, ()))))));
    (note[0], note[1], note[3]) = (0, 0, Flags::CONTROL.bits());
    let lost = hydra_log_core::gap::read(&widened(&note));
    assert_eq!(lost, Some([1, 2, 3, 0, 0]));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 512 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_values_become_what_a_server_writes(
        number in any::<u64>(), small in any::<u32>(), signed in any::<i32>(),
        text in ".{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..40),
        wide in proptest::collection::vec(any::<u16>(), 0..20), maybe in any::<Option<i64>>(),
    ) {
        let rendered = format_args!("{text:?} {small:>9}").to_string();
        let args = (number, (small, (text.as_str(), (maybe, (bytes.as_slice(), (signed,
            (wide.as_slice(), (Rendered(format_args!("{rendered}")), ()))))))));
        // What a text of the caller's may take differs; a short one fits in both.
        prop_assume!(rendered.len() <= 200);
        prop_assert_eq!(widened(&narrow(&args)), self::wide(&args));
    }

    #[test]
    fn any_bytes_are_refused_or_understood(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..600), len in 0_u8..160,
        kinds in any::<u32>(),
    ) {
        if let Some(place) = bytes.get_mut(2..4) {
            place.copy_from_slice(&[len, 0]);
        }
        if let Some(place) = bytes.get_mut(8..12) {
            place.copy_from_slice(&kinds.to_le_bytes());
        }
        let mut words = [0; WIDE_WORDS];
        if let Ok(used) = widen(&bytes, SiteId(1), 0, &mut words) {
            let record = RecordRef::parse(&bytemuck::cast_slice(&words)[..used]).unwrap();
            prop_assert_eq!(record.bytes().len(), used);
            let _values = record.values().count();
        }
    }
}
