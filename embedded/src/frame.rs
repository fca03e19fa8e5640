//! Blocks of records in a stream: `core::block`'s head, then the tag of the image they are of.

use hydra_log_core::block::{self, Kind, TAG_BYTES};

/// The bytes in front of records.
pub(crate) const HEAD_BYTES: usize = block::HEAD_BYTES + TAG_BYTES;

/// The most bytes of records in a block: damage costs one block.
pub(crate) const PAYLOAD_MAX: usize = 512;

/// The first bytes of the image's build id.
const TAG: [u8; TAG_BYTES] = [0; TAG_BYTES];

/// What stands in front of records.
pub(crate) fn head(records: &[u8]) -> [u8; HEAD_BYTES] {
    let mut bytes = [0; HEAD_BYTES];
    // A head is missing for a mebibyte and more: no ring has that.
    let head = block::head_of(Kind::Firmware, 0, &[&TAG, records], block::crc).unwrap_or_default();
    let parts = head.iter().chain(&TAG);
    bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
    bytes
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
}
