//! Records as bytes: what is encoded is decoded, anything else is refused without harm.
#![allow(
    missing_docs,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test"
)]

mod arguments;
mod compound;
mod cut;
mod header;
mod refused;

use hydra_log_core::record::{Flags, RecordRef, encode_words, wanted};
use hydra_log_core::site::SiteId;
use hydra_log_core::value::Args;
use proptest::prelude::*;

pub(crate) fn config() -> ProptestConfig {
    ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 256 },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A record in room for `room` bytes, with words behind it that must stay as they are.
pub(crate) fn record_in(room: usize, args: &impl Args) -> Vec<u64> {
    const UNTOUCHED: u64 = 0xA5A5_A5A5_A5A5_A5A5;
    let mut words = vec![UNTOUCHED; room / 8 + 4];
    let inside = words.get_mut(..room / 8).unwrap();
    let used = encode_words(inside, SiteId(0x00AB_CDEF), 77, args, Flags::NONE);
    assert!(used <= room && used.is_multiple_of(8));
    assert!(words[used.div_ceil(8).max(room / 8)..].iter().all(|word| *word == UNTOUCHED));
    words.truncate(used / 8);
    words
}

pub(crate) fn record(args: &impl Args) -> Vec<u64> {
    record_in(wanted(args), args)
}

pub(crate) fn parse(words: &[u64]) -> RecordRef<'_> {
    let record = RecordRef::parse(bytemuck::cast_slice(words)).unwrap();
    assert_eq!(record.bytes().len(), size_of_val(words));
    assert_eq!((record.site(), record.stamp()), (SiteId(0x00AB_CDEF), 77));
    record
}
