//! Blocks of a stream: `core::block`'s head, then the tag of the image, then records.

use crate::image::{self, IMAGE_MAX};
use hydra_log_core::block::{self, Kind, TAG_BYTES};

/// The bytes in front of records.
pub(crate) const HEAD_BYTES: usize = block::HEAD_BYTES + TAG_BYTES;

/// The most bytes of records in a block: damage costs one block.
pub(crate) const PAYLOAD_MAX: usize = 512;

/// The most bytes of a block that tells of the image.
pub(crate) const IMAGE_BLOCK_MAX: usize = block::HEAD_BYTES + IMAGE_MAX;

/// So many blocks of records follow each block that tells of the image: a host that comes late
/// waits no longer.
pub(crate) const IMAGE_EVERY: u8 = 16;

/// What stands in front of records.
pub(crate) fn head(records: &[u8]) -> [u8; HEAD_BYTES] {
    let tag = image::tag();
    let mut bytes = [0; HEAD_BYTES];
    // A head is missing for a mebibyte and more: no ring has that.
    let head = block::head_of(Kind::Firmware, 0, &[&tag, records], block::crc).unwrap_or_default();
    let parts = head.iter().chain(&tag);
    bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
    bytes
}

/// A block that tells of the image: its head, its payload, and how long that is.
pub(crate) fn image(hertz: u32) -> ([u8; block::HEAD_BYTES], [u8; IMAGE_MAX], usize) {
    let (payload, len) = image::describe(hertz);
    let told = payload.get(..len).unwrap_or_default();
    let head = block::head_by(Kind::Image, 0, told, block::crc).unwrap_or_default();
    (head, payload, len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hydra_log_core::block::Head;

    #[test]
    fn a_reader_of_blocks_reads_it() {
        let head = head(b"12345678");
        let (front, tag) = head.split_first_chunk().unwrap_or((&[0; 12], &[]));
        let read = Head::parse(front).ok();
        let payload = [tag, b"12345678"].concat();
        assert!(read.is_some_and(|read| read.fits(&payload, block::crc) && read.len == 12));
    }

    #[test]
    fn an_image_tells_how_fast_its_clock_is() {
        let (head, payload, len) = image(25_000_000);
        let told = payload.get(..len).unwrap_or_default();
        let read = Head::parse(&head).ok();
        assert!(read.is_some_and(|read| read.fits(told, block::crc)));
        assert_eq!(told.get(4..8), Some(&25_000_000_u32.to_le_bytes()[..]));
        assert_eq!(told.get(8..12), Some(&[(usize::BITS / 8).to_le_bytes()[0], 1, 0, 0][..]));
    }
}
