//! Packing and unpacking gives the same bytes, for any records.

use hydra_log::binary::{Packed, Packer};
use hydra_log_core::block::pack::MAX_SHAPES;
use hydra_log_core::block::{HEAD_BYTES, Head, MAX_PAYLOAD, crc};
use hydra_log_core::record::{Flags, MAX_BYTES, header_word};
use hydra_log_core::site::SiteId;
use hydra_log_decode::Unpacker;
use proptest::prelude::*;

use crate::support::record;

type Logged = (u32, Vec<u8>);

fn unpacked(unpacker: &mut Unpacker, block: &[u8]) -> Vec<Logged> {
    let head = Head::parse(block.first_chunk().unwrap()).unwrap();
    assert!(head.fits(&block[HEAD_BYTES..], crc));
    let mut records = unpacker.start(&block[HEAD_BYTES..]).unwrap();
    let mut all = Vec::new();
    while let Some(found) = records.next() {
        let found = found.unwrap();
        all.push((found.thread, found.bytes.to_vec()));
    }
    all
}

/// Packs all, in as many blocks as it takes, and compares.
fn check(packer: &mut Packer, unpacker: &mut Unpacker, logged: &[Logged]) -> usize {
    let (mut got, mut bytes) = (Vec::new(), 0);
    for (thread, record) in logged {
        let mut packed = packer.push(*thread, record);
        if packed == Packed::Full {
            let block = packer.finish();
            bytes += block.len();
            assert!(block.len() <= HEAD_BYTES + MAX_PAYLOAD);
            got.extend(unpacked(unpacker, block));
            packer.clear();
            packed = packer.push(*thread, record);
        }
        assert_eq!(packed, Packed::Stored);
    }
    got.extend(unpacked(unpacker, packer.finish()));
    bytes += packer.finish().len();
    packer.clear();
    assert_eq!(got.len(), logged.len());
    assert!(got == logged, "the same records");
    bytes
}

fn of_words(site: u32, flags: Flags, kinds: u64, stamp: u64, body: &[u64]) -> Vec<u8> {
    let word0 = header_word(16 + 8 * body.len(), flags, SiteId(site), kinds);
    [&[word0, stamp], body].concat().iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn any_record() -> impl Strategy<Value = Logged> {
    let word = prop_oneof![any::<u64>(), 0..100_u64, any::<f64>().prop_map(f64::to_bits)];
    let stamp = prop_oneof![any::<u64>(), 0..100_000_u64];
    let thread = prop_oneof![0..4_u32, any::<u32>()];
    let site = prop_oneof![0..3_u32, 0..1_u32 << 24];
    (thread, site, 0..1_u64 << 24, stamp, prop::collection::vec(word, 0..40)).prop_map(
        |(thread, site, kinds, stamp, body)| {
            let kinds = if site < 2 { 0x421 } else { kinds };
            (thread, of_words(site, Flags::NONE, kinds, stamp, &body))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_records_come_back(logged in prop::collection::vec(any_record(), 0..120)) {
        let (mut packer, mut unpacker) = (Packer::new(), Unpacker::new());
        check(&mut packer, &mut unpacker, &logged);
        // The next block remembers nothing of the one before.
        check(&mut packer, &mut unpacker, &logged[..logged.len() / 2]);
    }

    #[test]
    fn any_payload_ends(payload in prop::collection::vec(any::<u8>(), 0..600), count in 0..9_u32) {
        let mut payload = payload;
        if let Some(place) = payload.get_mut(8..12) {
            place.copy_from_slice(&count.to_le_bytes());
        }
        let mut unpacker = Unpacker::new();
        let Ok(mut records) = unpacker.start(&payload) else { return Ok(()) };
        let mut found = 0;
        while records.next().is_some() {
            found += 1;
        }
        prop_assert!(found <= 10);
    }
}

#[test]
fn many_shapes_threads_and_long_records_come_back() {
    let (mut packer, mut unpacker) = (Packer::new(), Unpacker::new());
    let shapes = MAX_SHAPES as u32 + 100;
    let record_of = |n: u32| of_words(n % shapes, Flags::NONE, 1, n.into(), &[u64::from(n)]);
    let shaped: Vec<Logged> = (0..2 * shapes).map(|n| (1, record_of(n))).collect();
    check(&mut packer, &mut unpacker, &shaped);
    let threads =
        (0..2000).map(|n| (n % 700 + 256 * (n % 3), record_of(n % 5))).collect::<Vec<_>>();
    check(&mut packer, &mut unpacker, &threads);
    let long = "é".repeat(MAX_BYTES);
    let long: Vec<Logged> = (0..40).map(|n| (n, record(n.into(), &(&long[..], (n, ()))))).collect();
    check(&mut packer, &mut unpacker, &long);
}

#[test]
fn what_is_no_record_is_refused() {
    let mut packer = Packer::new();
    for bytes in [&[][..], &[0; 15], &[0; 16], &[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]] {
        assert_eq!(packer.push(0, bytes), Packed::NoRecord);
    }
    let whole = record(1, &(1_u8, ()));
    assert_eq!(packer.push(0, &whole[..16]), Packed::NoRecord);
    assert_eq!(packer.push_if(0, &whole, |_| false), Packed::Passed);
    assert_eq!(packer.push_if(0, &whole, |_| unreachable!()), Packed::Passed);
    assert_eq!(packer.count(), 0);
    assert_eq!(packer.sites().count(), 0);
}

/// The bytes that a record takes in a large block.
fn bytes_a_record(logged: impl Iterator<Item = Vec<u8>>) -> usize {
    let logged: Vec<Logged> = logged.map(|record| (1, record)).collect();
    let bytes = check(&mut Packer::new(), &mut Unpacker::new(), &logged);
    bytes.div_ceil(logged.len())
}

#[test]
fn counters_and_constants_are_small() {
    let numbers = (0..4000_u64).map(|n| {
        let integer = (n & 0xFFFF) as i32;
        record(40 * n, &(n, (integer, (f64::from(integer) * 0.25, ()))))
    });
    assert!(bytes_a_record(numbers) <= 11);
    assert!(bytes_a_record((0..4000).map(|n| record(20 * n, &()))) <= 3);
}
