//! The dictionary: what is written is read, anything else is refused.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use hydra_log_core::record::dictionary::{self, DictionaryError, Entry, Reader};
use hydra_log_core::site::{Site, gap_site, sites};
use proptest::prelude::*;

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
}
