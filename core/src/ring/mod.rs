//! The two rings: bytes of whole records, from producers to one consumer, without locks.
//!
//! | you have                                     | take     | progress                          |
//! |----------------------------------------------|----------|-----------------------------------|
//! | one context that logs                        | [`spsc`] | wait-free on both sides           |
//! | several: interrupts, signal handlers, cores  | [`mpsc`] | reserve lock-free, rest wait-free |
//!
//! Positions only grow and wrap with their type; the byte of position `p` is `p % capacity`. A
//! record that starts below the capacity may run over it, into a spill area behind, so that every
//! record is contiguous and there is no padding. That never overlaps another record: while the
//! bytes `p..p + n` are unreleased, any newer record ends at most `capacity` behind `p`, which is
//! in front of where `p` lies.

pub mod mpsc;
pub mod small;
pub mod spsc;
mod storage;

pub use storage::Storage;

use core::fmt;

/// Positions and lengths in a ring are multiples of this.
pub const GRANULE_BYTES: usize = 8;

/// There was no room.
///
/// ```
/// use hydra_log_core::ring::Full;
/// let full = Full { requested: 16, available: 8 };
/// assert_eq!(full.to_string(), "ring full: 16 bytes wanted, 8 free");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// How many bytes were asked for.
    pub requested: usize,
    /// How many bytes were free.
    pub available: usize,
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requested, available } = self;
        write!(f, "ring full: {requested} bytes wanted, {available} free")
    }
}

impl core::error::Error for Full {}

/// A ring cannot have these sizes.
///
/// ```
/// use hydra_log_core::ring::GeometryError;
/// let error = GeometryError { capacity: 100, spill: 64, storage: 4096 };
/// assert!(error.to_string().starts_with("no ring of 100 bytes"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeometryError {
    /// The capacity asked for: a power of two, at least 16.
    pub capacity: usize,
    /// The spill asked for: a multiple of 8, at least 8; no record is longer.
    pub spill: usize,
    /// The bytes of storage given.
    pub storage: usize,
}

impl fmt::Display for GeometryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { capacity, spill, storage } = self;
        write!(f, "no ring of {capacity} bytes and {spill} bytes of spill in {storage} bytes")
    }
}

impl core::error::Error for GeometryError {}

/// The position of no record: between two granules.
const NOWHERE: usize = usize::MAX;

/// The smallest ring.
const CAPACITY_MIN: usize = 16;
/// The largest: positions must be able to tell a full ring from an empty one, with room to spare.
const CAPACITY_MAX: usize = 1 << (usize::BITS - 2);

/// Checks what [`GeometryError`] says; `needed` is the storage for these sizes.
const fn check(
    storage: &Storage,
    capacity: usize,
    spill: usize,
    needed: usize,
) -> Result<(), GeometryError> {
    let capacity_fits =
        capacity.is_power_of_two() && capacity >= CAPACITY_MIN && capacity <= CAPACITY_MAX;
    let spill_fits =
        spill.is_multiple_of(GRANULE_BYTES) && spill >= GRANULE_BYTES && spill <= CAPACITY_MAX;
    if capacity_fits && spill_fits && needed <= storage.len() {
        return Ok(());
    }
    Err(GeometryError { capacity, spill, storage: storage.len() })
}

/// The next multiple of a granule. `bytes` is a length inside a ring, so this does not overflow.
#[inline(always)]
const fn round_up(bytes: usize) -> usize {
    (bytes + (GRANULE_BYTES - 1)) & !(GRANULE_BYTES - 1)
}

/// The smaller of two.
#[inline(always)]
const fn min(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

/// The larger of two.
#[inline(always)]
const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

/// How many bytes lie between two positions, or nothing when `from` is ahead of `to`: both were
/// read by a thread that owns neither, and may be from different moments.
const fn distance(from: usize, to: usize, capacity: usize) -> usize {
    let bytes = to.wrapping_sub(from);
    if bytes <= capacity { bytes } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_up_to_granules() {
        assert_eq!([0, 1, 7, 8, 9, 16].map(round_up), [0, 8, 8, 8, 16, 16]);
    }

    #[test]
    fn distance_wraps_and_refuses_nonsense() {
        assert_eq!(distance(usize::MAX - 7, 8, 64), 16);
        assert_eq!(distance(8, 0, 64), 0);
        assert_eq!(distance(0, 64, 64), 64);
        assert_eq!(distance(0, 65, 64), 0);
    }
}
