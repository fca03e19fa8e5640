//! Blocks of records made smaller still, where the feature `zstd` is built in.

/// The block with its records compressed, if that is smaller. Time and number of the records stay
/// readable for who cannot undo it.
#[cfg(feature = "zstd")]
pub(crate) fn compressed(block: &[u8]) -> Option<Vec<u8>> {
    use hydra_log_core::block::{HEAD_BYTES, Kind, RECORDS_HEAD, ZSTD, head_by};

    /// The fastest of the usual ones: what packing left is small.
    const LEVEL: i32 = 1;

    let (front, records) = block.split_at_checked(HEAD_BYTES + RECORDS_HEAD)?;
    let smaller = zstd::bulk::compress(records, LEVEL).ok()?;
    if smaller.len() >= records.len() {
        return None;
    }
    let mut bytes = [front, &smaller[..]].concat();
    let head = head_by(Kind::Records, ZSTD, bytes.get(HEAD_BYTES..)?, super::sum)?;
    *bytes.first_chunk_mut()? = head;
    Some(bytes)
}

#[cfg(not(feature = "zstd"))]
pub(crate) fn compressed(_block: &[u8]) -> Option<Vec<u8>> {
    None
}
