//! The memory of a ring: one raw region that somebody else provides.
#![expect(unsafe_code, reason = "makes addresses inside a raw region")]

use super::{GRANULE_BYTES, min};
use crate::sync::{Cells, Words, const_fn};
use core::ptr::NonNull;

/// A raw region: a static, memory from the system, or a mapping.
///
/// ```
/// use core::ptr::NonNull;
/// use hydra_log_core::ring::{Storage, spsc};
/// let mut memory = [0_u64; 96];
/// let start = NonNull::from(&mut memory).cast();
/// // SAFETY: bounds: 768 aligned, zeroed bytes; race: nobody else uses `memory` below.
/// let storage = unsafe { Storage::from_raw(start, 768) };
/// assert_eq!(storage.len(), spsc::bytes_for(512, 256));
/// ```
#[derive(Debug)]
pub struct Storage {
    start: NonNull<u8>,
    bytes: usize,
}

// SAFETY: whoever made the storage gave up the region, so the right to use it may move.
unsafe impl Send for Storage {}

impl Storage {
    /// Takes a region over.
    ///
    /// # Safety
    /// * `start` is aligned as a `u64` is, and valid for reads and writes of `bytes` bytes, all
    ///   zero.
    /// * The region lives as long as the ring made from it, and nothing else touches it.
    #[must_use]
    pub const unsafe fn from_raw(start: NonNull<u8>, bytes: usize) -> Self {
        Self { start, bytes }
    }

    /// The first byte.
    #[must_use]
    pub const fn start(&self) -> NonNull<u8> {
        self.start
    }

    /// The size in bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes
    }

    /// Whether there is no memory at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    const_fn! {
        /// The part that holds records: `capacity + spill` bytes from the start.
        pub(super) const fn region(&self, capacity: usize, spill: usize) -> (Region, Cells) {
            let region = Region { start: self.start, mask: capacity - 1 };
            (region, Cells::new(capacity + spill))
        }
    }

    const_fn! {
        /// The part that holds one word a granule, behind the part that holds records.
        pub(super) const fn words(&self, capacity: usize, spill: usize) -> Words {
            // SAFETY: bounds: the geometry was checked against `bytes`; race: only an address.
            let start = unsafe { self.start.add(capacity + spill) };
            // SAFETY: bounds: `capacity / 8` words of two bytes follow, zeroed by the contract of
            // `from_raw`; race: the region is this ring's.
            unsafe { Words::new(start, capacity / GRANULE_BYTES) }
        }
    }
}

/// Finds the bytes of a position. Small, so that both sides of a ring keep their own copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    start: NonNull<u8>,
    mask: usize,
}

impl Region {
    /// The capacity in bytes.
    #[inline(always)]
    pub(super) const fn capacity(self) -> usize {
        self.mask + 1
    }

    /// Where a position lies in the region.
    #[inline(always)]
    pub(super) const fn offset(self, position: usize) -> usize {
        position & self.mask
    }

    /// Which map entry a position has.
    #[inline(always)]
    pub(super) const fn granule(self, position: usize) -> usize {
        self.offset(position) / GRANULE_BYTES
    }

    /// The address of a position.
    #[inline(always)]
    pub(super) const fn at(self, position: usize) -> NonNull<u8> {
        // SAFETY: bounds: the offset is below the capacity, and so inside the region; race: only
        // an address.
        unsafe { self.start.add(self.offset(position)) }
    }

    /// The bytes from a position on.
    ///
    /// # Safety
    /// * The position's offset plus `len` is at most the region's size, spill included.
    /// * The bytes belong to the caller, and stay so while the result is used.
    #[inline(always)]
    pub(super) const unsafe fn bytes<'r>(self, position: usize, len: usize) -> &'r [u8] {
        // SAFETY: bounds: by the caller; the region is initialised from the start; race: by the
        // caller.
        unsafe { core::slice::from_raw_parts(self.at(position).as_ptr(), len) }
    }
}

/// The length of the record whose first bytes are at `position`, cut to what is `available`.
///
/// The length comes from the record's first word (bits 0 to 12, in granules). What no ring can
/// have written (zero, or more than there is) yields all that is available, so that a consumer of
/// memory that was damaged still makes progress and its decoder sees the damage.
///
/// # Safety
/// As [`Region::bytes`], for the first 8 bytes.
#[inline(always)]
pub(super) unsafe fn record_bytes(
    region: Region,
    position: usize,
    available: usize,
    longest: usize,
) -> usize {
    // SAFETY: bounds and race: by the caller.
    let first = unsafe { region.bytes(position, GRANULE_BYTES) };
    let units = match first {
        [low, high, ..] => usize::from(*low) | usize::from(*high & 0x1f) << 8,
        _ => 0,
    };
    let len = units * GRANULE_BYTES;
    let possible = min(available, longest);
    if len == 0 || len > possible { possible } else { len }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage(memory: &mut [u64]) -> Storage {
        let bytes = size_of_val(memory);
        // SAFETY: bounds: aligned, initialised bytes; race: borrowed by this test alone.
        unsafe { Storage::from_raw(NonNull::from(memory).cast(), bytes) }
    }

    #[test]
    fn positions_come_round_and_wrap_with_their_type() {
        let mut memory = [0; 12];
        let (region, _cells) = storage(&mut memory).region(64, 32);
        assert_eq!(region.capacity(), 64);
        assert_eq!([0, 63, 64, usize::MAX].map(|at| region.offset(at)), [0, 63, 0, 63]);
        assert_eq!([0, 8, 56, 64, usize::MAX - 7].map(|at| region.granule(at)), [0, 1, 7, 0, 7]);
        assert_eq!(region.at(0), region.at(64));
        assert_eq!(region.at(8), region.at(8_usize.wrapping_sub(64)));
    }

    #[test]
    fn a_length_is_read_from_the_first_word_and_cut_to_what_there_is() {
        for (word, expected) in [(3_u64, 24), (3 | 7 << 13, 24), (0, 40), (6, 40), (0x1fff, 40)] {
            let mut memory = [0; 12];
            memory[7] = word.to_le();
            let (region, _cells) = storage(&mut memory).region(64, 32);
            // SAFETY: bounds: the last granule before the spill; race: one thread.
            let len = unsafe { record_bytes(region, 56, 48, 40) };
            assert_eq!(len, expected, "{word:#x}");
        }
    }
}
