//! What a dead process left: walks over any ring and any spool, and over damaged crash files.

use hydra_log::crash;
use hydra_log_core::recover::{Geometry, Places, Walk, mpsc, spool, spsc};

use crate::input::Input;
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "crash_image",
    body,
    bytes_per_byte: 16,
    // A crash file of 24 KiB, with a thread every 40 bytes and a record every 16.
    bytes_at_least: 1 << 18,
    seeds,
};

fn body(data: &[u8]) {
    let mut input = Input::new(data);
    match input.byte() {
        0 => damaged(input),
        kind => walked(kind, input),
    }
}

/// A crash file, with words changed here and there.
fn damaged(mut input: Input<'_>) {
    let mut image = crash::sample_image();
    let words = u16::try_from(image.len() / 8 - 1).unwrap_or(u16::MAX);
    while !input.is_empty() {
        let at = input.up_to(words) * 8;
        let value = word(&mut input);
        if input.byte() == 7 {
            image.truncate(at);
        }
        if let Some(place) = image.get_mut(at..at + 8) {
            place.copy_from_slice(&value.to_le_bytes());
        }
    }
    let records = crash::read_image(&image);
    assert!(records <= image.len() / 8, "{records} records in {} bytes", image.len());
}

/// A ring or a spool of any size, between any positions.
fn walked(kind: u8, mut input: Input<'_>) {
    let capacity = match input.byte() {
        bits @ 0..12 => 1_usize << bits,
        _ => size(&mut input),
    };
    let longest = match input.byte() {
        granules @ 0..64 => usize::from(granules) * 8,
        _ => size(&mut input),
    };
    let head = size(&mut input);
    let tail = head.wrapping_add(size(&mut input));
    let places = Places { head, tail, moved: input.byte() == 1 };
    let geometry = Geometry { capacity, longest };
    let data = input.rest();
    let walk = match kind % 3 {
        0 => spsc(data, geometry, places),
        1 => spool(data, geometry, places),
        _ => {
            let (data, map) = data.split_at(data.len() - data.len() / 5);
            mpsc(data, map, geometry, places)
        }
    };
    ends(walk, data, geometry);
}

fn ends(mut walk: Walk<'_>, data: &[u8], geometry: Geometry) {
    let bounds = data.as_ptr_range();
    let mut records = 0;
    for found in walk.by_ref() {
        let range = found.bytes.as_ptr_range();
        assert!(bounds.start <= range.start && range.end <= bounds.end, "inside the image");
        assert!(!found.bytes.is_empty() && found.bytes.len() <= geometry.longest);
        records += 1;
        assert!(records <= geometry.capacity / 8, "more records than granules");
    }
    let report = walk.report();
    assert_eq!(report.records, records);
    assert!(report.hole_bytes <= geometry.capacity && report.holes * 8 <= report.hole_bytes);
    if let Some(why) = report.rejected {
        assert!(!why.to_string().is_empty());
    }
    assert!(walk.next().is_none(), "the end stays the end");
}

/// Mostly a small number of granules.
fn size(input: &mut Input<'_>) -> usize {
    usize::try_from(word(input)).unwrap_or(usize::MAX)
}

fn word(input: &mut Input<'_>) -> u64 {
    match input.byte() {
        granules @ 0..240 => u64::from(granules) * 8,
        255 => u64::MAX,
        bytes => {
            let word: [u8; 8] = core::array::from_fn(|_| input.byte());
            u64::from_le_bytes(word) >> (bytes % 8 * 8)
        }
    }
}

fn seeds() -> Vec<Vec<u8>> {
    // Two records of two granules in a ring of 64 bytes; the second entry of a spool is too long.
    let mut ring = vec![3, 6, 4, 0, 4, 0];
    ring.extend([2_u64, 1, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0].map(u64::to_le_bytes).concat());
    let mut spool = vec![1, 6, 2, 0, 8, 0];
    spool.extend([9_u64, 1, 2, 99, 0, 0, 0, 0, 0, 0, 0].map(u64::to_le_bytes).concat());
    let mut shared = vec![2, 6, 4, 0, 8, 0];
    shared.extend([7_u64; 12].map(u64::to_le_bytes).concat());
    shared.extend([2, 0x80, 0, 0, 0, 0, 1, 0x40, 1, 0x80]);
    shared.extend([0; 14]);
    vec![vec![0], vec![0, 8, 2, 3, 0, 1, 6, 255, 0], ring, spool, shared]
}
