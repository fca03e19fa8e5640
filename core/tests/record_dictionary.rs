//! The dictionary: what is written is read, anything else is refused.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use hydra_log_core::Level;
use hydra_log_core::record::dictionary::{self, DictionaryError, Entry, Fields, Reader};
use hydra_log_core::site::{Site, SiteId, SiteKind, gap_site, sites};
use proptest::prelude::*;

hydra_log_core::__site! {
    gate GATE, site TYPE: Trace Level::Trace, {
        target: "shop",
        layer: "orders",
        module: "shop::orders",
        file: "orders.rs",
        template: "Order",
        fields: &[("id", "{0}"), ("", "")],
        line: 70_000,
        arguments: 300,
        kind: SiteKind::Type,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 256 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_are_no_dictionary(bytes: Vec<u8>, at: usize, byte: u8) {
        let _outcome = Reader::new(&bytes).map(Iterator::count);
        let mut bytes = dictionary_of(sites());
        let at = at % bytes.len();
        let _outcome = Reader::new(&bytes[..at]).map(Iterator::count);
        bytes[at] = byte;
        let _outcome = Reader::new(&bytes).map(Iterator::count);
    }
}

fn dictionary_of(sites: impl IntoIterator<Item = &'static Site>) -> Vec<u8> {
    let mut bytes = Vec::new();
    dictionary::write(sites, |part| {
        bytes.extend_from_slice(part);
        Ok::<_, ()>(())
    })
    .unwrap();
    bytes
}

#[test]
fn a_dictionary_tells_what_the_sites_say() {
    let mut bytes = dictionary_of(sites());
    let end = bytes.len();
    bytes.extend([1, 2, 3]);
    let mut reader = Reader::new(&bytes).unwrap();
    let mut known = sites().iter();
    for read in reader.by_ref() {
        let (read, site) = (read.unwrap(), known.next().unwrap());
        let own = Entry::of(site);
        assert_eq!(format!("{read:?}"), format!("{own:?}"));
        assert_eq!(read.hash(), own.hash());
        assert!(read.fields.iter().eq(site.fields.iter().copied()));
    }
    assert!(known.next().is_none());
    assert_eq!(reader.position(), end);
}

#[test]
fn what_is_no_dictionary_is_an_error() {
    let bytes = dictionary_of([gap_site()]);
    let changed = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        Reader::new(&bytes).and_then(|mut reader| reader.next().unwrap().map(|entry| entry.id))
    };
    assert_eq!(changed(0, b'h'), Err(DictionaryError::Magic));
    assert_eq!(changed(8, 9), Err(DictionaryError::Version(9)));
    assert_eq!(changed(34, 9), Err(DictionaryError::Level(9)));
    assert_eq!(changed(35, 9), Err(DictionaryError::Kind(9)));
    assert_eq!(changed(44, b'H'), Err(DictionaryError::Hash(gap_site().id())));
    assert_eq!(changed(44, 0xFF), Err(DictionaryError::Utf8 { at: 44 }));
    assert_eq!(Reader::new(&bytes[..11]).unwrap_err(), DictionaryError::Short { at: 11 });
    let cut = Reader::new(&bytes[..40]).unwrap().next().unwrap();
    assert_eq!(cut.unwrap_err(), DictionaryError::Short { at: 40 });
    // A text that is longer than its entry, an entry that is longer than the dictionary.
    let (end, len) = (bytes.len() - 4, bytes.len());
    assert_eq!(changed(43, 1), Err(DictionaryError::Short { at: end }));
    assert_eq!(changed(15, 1), Err(DictionaryError::Short { at: len }));
    // One field more, one less, and so many that counting them would take for ever.
    assert_eq!(changed(36, 7), Err(DictionaryError::Short { at: end }));
    assert_eq!(changed(36, 5), Err(DictionaryError::Hash(gap_site().id())));
    assert_eq!(changed(39, 0xFF), Err(DictionaryError::Short { at: end }));
}

#[test]
fn after_an_error_no_entry_follows() {
    let mut bytes = dictionary_of([gap_site(), &TYPE]);
    bytes[34] = 9;
    let read: Vec<_> = Reader::new(&bytes).unwrap().map(|entry| entry.map(drop)).collect();
    assert_eq!(read, [Err(DictionaryError::Level(9))]);
}

#[test]
fn what_a_later_version_adds_to_an_entry_is_stepped_over() {
    let mut bytes = dictionary_of([&TYPE]);
    let mut end = bytes.split_off(bytes.len() - 4);
    bytes.extend([1, 2, 3]);
    bytes[12] += 3;
    bytes.append(&mut end);
    let mut reader = Reader::new(&bytes).unwrap();
    let entry = reader.next().unwrap().unwrap();
    assert_eq!((entry.kind, entry.arguments, entry.line), (SiteKind::Type, 300, 70_000));
    let texts = [entry.target, entry.layer, entry.module, entry.file, entry.template];
    assert_eq!(texts, ["shop", "orders", "shop::orders", "orders.rs", "Order"]);
    assert!(entry.fields.iter().eq([("id", "{0}"), ("", "")]));
    assert!(reader.next().is_none());
    assert_eq!(reader.position(), bytes.len());
}

#[test]
fn fields_are_equal_that_name_the_same_in_the_same_order() {
    let fields = |fields: &'static [(&'static str, &'static str)]| Fields::new(fields);
    let two = fields(&[("a", "{0}"), ("b", "{1}")]);
    assert_eq!(two, fields(&[("a", "{0}"), ("b", "{1}")]));
    assert_ne!(two, fields(&[("b", "{1}"), ("a", "{0}")]));
    assert_ne!(two, fields(&[("a", "{0}"), ("b", "{2}")]));
    assert_ne!(two, fields(&[("a", "{0}")]));
}

#[test]
fn fields_show_what_is_left() {
    let mut fields = Entry::of(&TYPE).fields.iter();
    assert_eq!(format!("{fields:?}"), r#"{"id": "{0}", "": ""}"#);
    fields.next();
    assert_eq!(format!("{fields:?}"), r#"{"": ""}"#);
}

#[test]
fn errors_say_what_is_wrong() {
    for (error, text) in [
        (DictionaryError::Magic, "not a dictionary"),
        (DictionaryError::Version(9), "unknown version 9"),
        (DictionaryError::Short { at: 11 }, "ends at byte 11"),
        (DictionaryError::Utf8 { at: 44 }, "byte 44 is not utf-8"),
        (DictionaryError::Level(9), "unknown level 9"),
        (DictionaryError::Kind(8), "unknown site kind 8"),
        (DictionaryError::Hash(SiteId(7)), "site 7 is damaged"),
    ] {
        assert!(error.to_string().contains(text), "{error}");
    }
}
