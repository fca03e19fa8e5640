//! What does not fit is cut between two characters, and marked.

use hydra_log_core::record::{Flags, HEADER_BYTES, Layout, MAX_BYTES, ValueRef, wanted};
use hydra_log_core::render::{self, NoTypes, Verbatim};
use hydra_log_core::site::SiteId;
use hydra_log_core::template::{Piece, pieces};
use hydra_log_core::value::{Kind, Rendered, TEXT_BUDGET, Value, Writer};
use proptest::prelude::*;

use crate::{config, parse, record, record_in};

/// Longer than a record.
const LONG: usize = if cfg!(miri) { 70_000 } else { 300_000 };

proptest! {
    #![proptest_config(config())]

    #[test]
    fn texts_are_cut_between_characters(
        text in "[a-zé日🦀]{0,40}",
        other: String,
        room in 0_usize..40,
    ) {
        let room = room * 8;
        let words = record_in(room, &(text.as_str(), (7_u8, (other.as_str(), ()))));
        if room < HEADER_BYTES {
            prop_assert!(words.is_empty());
            return Ok(());
        }
        let record = parse(&words);
        let whole = wanted(&(text.as_str(), (7_u8, (other.as_str(), ())))) <= room;
        prop_assert_eq!(record.flags().contains(Flags::CUT), !whole);
        let values: Vec<_> = record.values().map(Result::unwrap).collect();
        let [ValueRef::Str(first), ValueRef::U64(7), ValueRef::Str(last)] = values[..] else {
            prop_assert!(values.is_empty() && room < HEADER_BYTES + 24);
            return Ok(());
        };
        prop_assert!(text.starts_with(first) && other.starts_with(last));
        prop_assert_eq!(whole, first.len() == text.len() && last.len() == other.len());
    }

    #[test]
    fn rendered_texts_are_cut_between_characters(
        text in "[a-zé日🦀]{0,60}",
        room in 7_usize..40,
    ) {
        let words = record_in(room * 8, &(Rendered(format_args!("{text}{text}")), (7_u8, ())));
        let record = parse(&words);
        let values: Vec<_> = record.values().map(Result::unwrap).collect();
        let [ValueRef::Text(stored), ValueRef::U64(7)] = values[..] else { panic!("{values:?}") };
        let whole = text.repeat(2);
        prop_assert!(whole.starts_with(stored));
        prop_assert_eq!(record.flags().contains(Flags::CUT), stored.len() < whole.len());
        // Not more than one character and padding is lost.
        prop_assert!(stored.len() == whole.len() || stored.len() + 4 > room * 8 - 32 - 8);
    }
}

#[test]
fn long_values_share_the_room() {
    let (long, short) = ("x".repeat(LONG), "y".repeat(100));
    let list = vec![7_u32; LONG / 2];
    let words = record(&(long.as_str(), (short.as_str(), (list.as_slice(), (1_u8, ())))));
    assert!(words.len() * 8 <= MAX_BYTES && words.len() * 8 > MAX_BYTES - 16);
    let record = parse(&words);
    assert!(record.flags().contains(Flags::CUT));
    let values: Vec<_> = record.values().map(Result::unwrap).collect();
    let [ValueRef::Str(first), ValueRef::Str(second), ValueRef::Slice(third), ValueRef::U64(1)] =
        values[..]
    else {
        panic!("four values")
    };
    assert_eq!(second, short);
    assert!(first.len().abs_diff(third.len() * 4) < 8, "both are cut to the same length");
}

#[test]
fn rendered_texts_share_the_room() {
    let long = "x".repeat(LONG);
    let args = (Rendered(format_args!("{long}")), (Rendered(format_args!("{}", "short")), ()));
    let words = record(&args);
    let record = parse(&words);
    assert!(record.flags().contains(Flags::CUT));
    let values: Vec<_> = record.values().map(Result::unwrap).collect();
    let [ValueRef::Text(first), ValueRef::Text(second)] = values[..] else { panic!("two texts") };
    assert_eq!(second, "short");
    assert_eq!(first.len(), TEXT_BUDGET - 512, "what is kept for the other one is left");
}

#[test]
fn rendered_texts_have_room_beside_long_values() {
    let long = "x".repeat(LONG);
    let words = record(&(long.as_str(), (Rendered(format_args!("{}", "text")), ())));
    assert_eq!(parse(&words).get(1), Some(Ok(ValueRef::Text("text"))));
}

#[test]
fn a_text_after_a_cut_one_is_not_appended() {
    let words = record_in(32, &(Rendered(format_args!("{}{}{}", "1234567", "é", "z")), ()));
    assert_eq!(parse(&words).get(0), Some(Ok(ValueRef::Text("1234567"))));
}

#[test]
fn too_many_values_leave_the_header() {
    let words = record_in(32, &(1_u64, (2_u64, (3_u64, ()))));
    let record = parse(&words);
    assert_eq!((words.len(), record.flags()), (2, Flags::CUT));
    assert_eq!(record.values().next(), None);
}

#[test]
fn a_failing_or_panicking_display_keeps_what_it_wrote() {
    struct Fails(bool);
    impl core::fmt::Display for Fails {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str("start")?;
            assert!(!self.0, "panics");
            Err(core::fmt::Error)
        }
    }
    let words = record(&(Rendered(format_args!("{}", Fails(false))), (5_u8, ())));
    let values: Vec<_> = parse(&words).values().map(Result::unwrap).collect();
    assert_eq!(values, [ValueRef::Text("start"), ValueRef::U64(5)]);
    let panicked = std::panic::catch_unwind(|| {
        record(&(Rendered(format_args!("{}", Fails(true))), ()));
    });
    assert!(panicked.is_err());
}

/// A list that goes on for as long as somebody says.
struct Chain(u32);

impl Value for Chain {
    const KIND: Kind = Kind::Tagged;

    fn size<L: Layout>(&self, cap: usize) -> usize {
        let next = self.0.checked_sub(1).map(Chain);
        Writer::<L>::structure_size(&(next, ()), cap)
    }

    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        let next = self.0.checked_sub(1).map(Chain);
        writer.structure(SiteId(9), &(next, ()), cap);
    }
}

#[test]
fn deep_values_are_elided() {
    let words = record(&(Chain(500), (1_u8, ())));
    let record = parse(&words);
    assert!(record.flags().contains(Flags::CUT));
    assert_eq!(record.get(1), Some(Ok(ValueRef::U64(1))));
    let pieces: Vec<Piece<'_>> = pieces("{0:?}").map(Result::unwrap).collect();
    let mut text = String::new();
    render::message(&mut Verbatim(&mut text), pieces, &record, &NoTypes).unwrap();
    assert!(text.starts_with("?(Some(?(Some(") && text.contains('…'), "{text}");
    assert!(!text.contains(render::DAMAGED));
}
