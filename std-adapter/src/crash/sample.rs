//! An image made by hand, to start from where images are damaged on purpose.

use hydra_log_core::ring::{mpsc, spsc};
use hydra_log_core::spool::Spool;

use super::layout::{
    ALIGNMENT, AT_LANES, AT_LAYOUT, AT_VERSION, HEADER_BYTES, Kind, LANE_LEN, LANE_OUTBOX,
    LANE_OUTBOX_BYTES, LANE_STATE, MAGIC, SEGMENT, SEGMENT_BYTES, SEGMENT_CAPACITY, SEGMENT_HEAD,
    SEGMENT_KIND, SEGMENT_LONGEST, SEGMENT_MAGIC, VERSION, WRITING, fingerprint, lane_at,
};
use crate::engine::memory::spool_header_bytes;
use crate::engine::ring_header_bytes;

const CAPACITY: usize = 1024;
const LONGEST: usize = 256;

/// A process with two sinks, a spool, and two rings, with a record in each of the three.
#[expect(clippy::host_endian_bytes, reason = "read where it was written")]
pub(super) fn image() -> Vec<u8> {
    let mut image = vec![0; HEADER_BYTES];
    put(&mut image, 0, u64::from_ne_bytes(MAGIC));
    put(&mut image, AT_VERSION, VERSION);
    put(&mut image, AT_LAYOUT, fingerprint());
    put(&mut image, AT_LANES, 2);
    put(&mut image, lane_at(0) + LANE_STATE, WRITING);
    put(&mut image, lane_at(0) + LANE_OUTBOX, 4096);
    put(&mut image, lane_at(0) + LANE_OUTBOX_BYTES, 4096);
    put(&mut image, lane_at(0) + LANE_LEN, 64);
    // One record of two words, as an entry and as it is.
    let (entry, record) = ([16, 2, 50], [2, 60]);
    let spool = segment(&mut image, Kind::Spool, spool_header_bytes());
    put(&mut image, spool + Spool::LAYOUT.end, 24);
    entry.iter().enumerate().for_each(|(at, word)| {
        put(&mut image, spool + spool_header_bytes() + at * 8, *word);
    });
    let ring = segment(&mut image, Kind::ThreadRing, ring_header_bytes(false));
    let layout = spsc::Ring::LAYOUT;
    put(&mut image, ring + layout.tail, 16);
    put(&mut image, ring + layout.moving_at, u64::MAX);
    record.iter().enumerate().for_each(|(at, word)| {
        put(&mut image, ring + ring_header_bytes(false) + at * 8, *word);
    });
    let ring = segment(&mut image, Kind::SharedRing, ring_header_bytes(true));
    let layout = <mpsc::Ring>::LAYOUT;
    put(&mut image, ring + layout.tail, 16);
    put(&mut image, ring + layout.moving_at, u64::MAX);
    let data = ring + ring_header_bytes(true);
    record.iter().enumerate().for_each(|(at, word)| put(&mut image, data + at * 8, *word));
    put(&mut image, data + CAPACITY + LONGEST, 1 << 15 | 2);
    image
}

fn segment(image: &mut Vec<u8>, kind: Kind, header: usize) -> usize {
    let start = image.len();
    let bytes = SEGMENT_HEAD + header + CAPACITY * 2 + LONGEST;
    let bytes = bytes.next_multiple_of(ALIGNMENT);
    image.resize(start + bytes, 0);
    put(image, start + SEGMENT_MAGIC, SEGMENT);
    put(image, start + SEGMENT_KIND, kind as u64);
    put(image, start + SEGMENT_BYTES, bytes as u64);
    put(image, start + SEGMENT_CAPACITY, CAPACITY as u64);
    put(image, start + SEGMENT_LONGEST, LONGEST as u64);
    start + SEGMENT_HEAD
}

#[expect(clippy::host_endian_bytes, reason = "read where it was written")]
fn put(image: &mut [u8], at: usize, word: u64) {
    if let Some(place) = image.get_mut(at..at + 8) {
        place.copy_from_slice(&word.to_ne_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crash::image::Image;
    use crate::crash::items::{Item, items};
    use crate::crash::{ImageError, read_image};

    #[test]
    fn holds_three_records_in_order() {
        let bytes = image();
        let image = Image::parse(&bytes).unwrap();
        let (items, report) = items(&image, image.spool_start(0));
        let times = items.iter().map(|item| match item {
            Item::Record { bytes, .. } => bytes[8],
            Item::Gap { .. } => 0,
        });
        assert_eq!(times.collect::<Vec<_>>(), [50, 60, 60]);
        assert_eq!((report.records, report.holes, report.rejected), (3, 0, None));
        assert_eq!(read_image(&bytes), 3);
    }

    #[test]
    fn is_refused_when_it_is_of_another_kind() {
        let bytes = image();
        for cut in [0, 7, 8, HEADER_BYTES - 1] {
            assert_eq!(Image::parse(&bytes[..cut]).unwrap_err(), ImageError::Magic);
        }
        let mut other = bytes.clone();
        put(&mut other, AT_VERSION, 9);
        assert_eq!(Image::parse(&other).unwrap_err(), ImageError::Version(9));
        let mut other = bytes;
        put(&mut other, AT_LAYOUT, 9);
        assert_eq!(Image::parse(&other).unwrap_err(), ImageError::Version(VERSION));
    }

    #[test]
    fn losses_that_nobody_was_told_of_become_a_gap() {
        let mut bytes = image();
        let ring = HEADER_BYTES
            + (SEGMENT_HEAD + spool_header_bytes() + CAPACITY * 2 + LONGEST)
                .next_multiple_of(ALIGNMENT)
            + SEGMENT_HEAD;
        put(&mut bytes, ring + spsc::Ring::LAYOUT.lost + 16, 7);
        put(&mut bytes, ring + spsc::Ring::LAYOUT.told + 16, 2);
        let image = Image::parse(&bytes).unwrap();
        let (items, _) = items(&image, 0);
        let lost = items.iter().find_map(|item| match item {
            Item::Gap { lost, .. } => Some(*lost),
            Item::Record { .. } => None,
        });
        assert_eq!(lost, Some([0, 0, 5, 0, 0]));
    }
}
