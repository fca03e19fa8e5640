//! The binary log: records as they were logged, a tenth of their text, read by `hydra decode`.
//!
//! A binary log is a row of checksummed blocks: which process wrote it, the descriptors of the
//! sites that occur, names of threads, and packed records. `docs/format.md` has the bytes.
//! [`sink::File::binary`](crate::sink::File::binary) writes one; this module has the parts, for
//! who carries records elsewhere.

mod deflate;
mod packer;
mod prelude;

pub(crate) use self::deflate::compressed;
pub use self::packer::{Packed, Packer};
pub use self::prelude::{Session, dictionary_blocks, end_block, session_block, threads_block};

/// The CRC-32 of `hydra_log_core::block::crc`, by the processor's own instructions.
pub(crate) fn sum(before: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(before);
    hasher.update(bytes);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use hydra_log_core::block::crc;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_sums_are_one(
            bytes in prop::collection::vec(any::<u8>(), 0..400),
            at in 0..400_usize,
        ) {
            let (front, back) = bytes.split_at(at.min(bytes.len()));
            prop_assert_eq!(super::sum(super::sum(0, front), back), crc(0, &bytes));
        }
    }
}
