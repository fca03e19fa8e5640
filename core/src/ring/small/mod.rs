//! The ring of a microcontroller: one static of a few hundred bytes, for every context that logs.
//!
//! ```text
//!         head       hole            tail
//!          v           v              v
//!  data [..####|######|      |#######.....]~~~   . free   # committed   (blank) claimed   ~ spill
//!  map  [..C   |C     |0     |C      00000]      one byte a granule; C = committed, length
//! ```
//!
//! The protocol is [`mpsc`](super::mpsc)'s, with the same claims, orderings and invariants M1 to
//! M5. What differs is what memory and code it takes: sizes are constants, a map entry is a byte,
//! there are no cache lines to keep apart, and records are not counted, only losses are. An empty
//! ring is all zeros, so that it costs no flash.
//!
//! | field   | written by      | published with             | read by the other side with |
//! |---------|-----------------|----------------------------|-----------------------------|
//! | `tail`  | producers       | `ord::shared_tail` (claim) | `ord::shared_tail`          |
//! | `map`   | claim's owner, then consumer | `ord::map_commit`, `ord::map_clear` | `ord::map_read` |
//! | `head`  | consumer        | `ord::shared_head_release` | `ord::shared_head_read`     |
//! | `lost`  | producers       | `ord::loss_count`          | `ord::loss_read`            |
//! | `quick` | producers, consumer | `ord::shared_head_release` | `ord::shared_head_read`  |
//!
//! N1  `quick <= head`. A call is quick while less than the ordinary limit lies between `quick` and
//!     the tail. That limit is below the capacity, so that warnings and errors find room when
//!     others don't. While losses wait to be told of, `quick` is a whole capacity behind, and no
//!     call is.
//! N2  A loss is counted before `quick` is put back, and `quick` is set to the head before losses
//!     are taken to be told of; whoever sets it without taking them looks for losses behind that.
//!     So no loss stays untold for longer than until the next claim that fits.
//! N3  Losses are told in place: by the next claim, with a note in front of its record, or by the
//!     consumer when it finds the ring empty. Those of evicted records stand at the head.
//! N4  The consumer is whoever holds the token; a producer that evicts is one.
#![expect(unsafe_code, reason = "shares the bytes of a static")]

mod geometry;
mod lane;
mod producer;
mod reader;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
#[allow(clippy::cast_possible_truncation, reason = "tests")]
mod tests;

pub use geometry::Geometry;
pub use lane::{Lane, LaneReader};
pub use producer::Claimed;
pub use reader::{Losses, Peek, Reader};

use super::mpsc::claim::{self, Claim, Native};
use super::{GRANULE_BYTES, max, min};
use crate::ord;
use crate::record::{Layout, Narrow};
use crate::ring::mpsc::LEVELS;
use crate::sync::{AtomicU8, AtomicUsize, Cells, Local, const_fn, rmw, zeroed};
use crate::token::Token;
use core::cell::UnsafeCell;
use core::fmt;

/// The entry's record is complete.
const COMMIT: u8 = 1 << 7;
/// The entry's length in granules. Without [`COMMIT`]: of bytes to be skipped.
const UNITS: u8 = COMMIT - 1;

/// The bytes of a note: a control record with five numbers.
pub const NOTE_BYTES: usize = Narrow::HEADER_BYTES + 6 * Narrow::WORD_BYTES;

/// A ring of `CAPACITY` bytes, with `ENTRIES` of map (one each 8 bytes) and `LONGS` times 8 bytes
/// of records and spill. [`Geometry`] finds good sizes.
///
/// ```
/// use hydra_log_core::ring::small::{Peek, Ring};
/// static RING: Ring<64, 8, 10> = Ring::new();
///
/// let claimed = RING.claim(16, 64, || 7).expect("the ring is empty");
/// // SAFETY: bounds: 16 bytes were claimed; race: they are this claim's.
/// unsafe { claimed.at.cast::<[u32; 4]>().write([4 << 16, 7, 1, 99]) };
/// // SAFETY: a whole record was written.
/// unsafe { RING.commit(claimed.at, 16, 16) };
///
/// let reader = RING.try_read().expect("nobody else reads");
/// assert!(matches!(reader.peek(), Peek::Record(record) if record.len() == 16));
/// ```
#[repr(C)]
pub struct Ring<const CAPACITY: usize, const ENTRIES: usize, const LONGS: usize, C: Claim = Native>
{
    tail: AtomicUsize,
    head: AtomicUsize,
    quick: AtomicUsize,
    lost: [AtomicUsize; LEVELS],
    own_head: Local<usize>,
    token: Token,
    claim: C,
    cells: Cells,
    map: [AtomicU8; ENTRIES],
    data: UnsafeCell<[u64; LONGS]>,
}

// SAFETY: what contexts share is atomic. The consumer's word is touched by the token's holder;
// bytes belong to one claim (M2) and then, through its map entry, to the consumer.
unsafe impl<const K: usize, const E: usize, const L: usize, C: Claim> Sync for Ring<K, E, L, C> {}

impl<const K: usize, const E: usize, const L: usize> Ring<K, E, L> {
    const_fn! {
        /// An empty ring. Sizes that don't fit each other don't compile.
        #[must_use]
        pub const fn new() -> Self {
            Self::with_claim(0, claim::NATIVE)
        }
    }
}

impl<const K: usize, const E: usize, const L: usize> Default for Ring<K, E, L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const K: usize, const E: usize, const L: usize, C: Claim> Ring<K, E, L, C> {
    /// The longest record.
    pub const LONGEST: usize = {
        assert!(K.is_power_of_two() && K >= 32, "a ring's capacity is a power of two from 32 on");
        assert!(E == K / GRANULE_BYTES, "a ring's map has one entry each 8 bytes of capacity");
        assert!(L * 8 > K, "a ring needs room for records that run over its end");
        let spilled = L * 8 - K + GRANULE_BYTES;
        let coded = UNITS as usize * GRANULE_BYTES;
        min(min(spilled, Self::ORDINARY), coded)
    };

    /// What calls below a warning may use, where warnings and errors have room kept for them.
    pub const ORDINARY: usize = match K {
        0..128 => K,
        128..512 => K - K / 16,
        // Room for a note and a record, and more in a large ring.
        _ => K - max(K / 16, 64),
    };

    /// As [`ORDINARY`](Self::ORDINARY), where the oldest records make room for the newest: there a
    /// warning needs room of its own only when it interrupts whoever reads.
    pub const NEWEST: usize = if K < 512 { Self::ORDINARY } else { K - 32 };

    /// Whether the ring has room for notes beside records.
    const HAS_NOTES: bool = K > NOTE_BYTES && Self::LONGEST >= NOTE_BYTES;

    const_fn! {
        /// A ring with a claim of one's own and positions that begin at `start`: for tests.
        #[doc(hidden)]
        #[must_use]
        pub const fn with_claim(start: usize, claim: C) -> Self {
            let _checked = Self::LONGEST;
            let start = start & !(GRANULE_BYTES - 1);
            Self {
                tail: AtomicUsize::new(start),
                head: AtomicUsize::new(start),
                quick: AtomicUsize::new(start),
                lost: [
                    AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0),
                    AtomicUsize::new(0), AtomicUsize::new(0),
                ],
                own_head: Local::new(start),
                token: Token::new(),
                claim,
                cells: Cells::new(L * 8),
                map: zeroed(),
                data: UnsafeCell::new([0; L]),
            }
        }
    }

    /// The consumer's half, unless somebody has it. An interrupt must not wait for it.
    #[inline]
    #[must_use]
    pub fn try_read(&self) -> Option<Reader<'_, K, E, L, C>> {
        Some(Reader::new(self, self.token.try_take()?))
    }

    /// The consumer's half, whoever has it: for a context that no other one ever follows.
    ///
    /// # Safety
    /// Nothing that runs later uses another consumer of this ring, or goes on with one.
    #[must_use]
    pub unsafe fn seize(&self) -> Reader<'_, K, E, L, C> {
        Reader::new(self, self.token.seize())
    }

    /// How many bytes are claimed and not yet released, about.
    #[must_use]
    pub fn pending_bytes(&self) -> usize {
        let head = self.head.load(ord::count());
        super::distance(head, self.tail.load(ord::count()), K)
    }

    /// How many records were lost and not yet told of, by level, `Error` first.
    #[must_use]
    pub fn lost(&self) -> [usize; LEVELS] {
        self.lost.each_ref().map(|count| count.load(ord::count()))
    }

    /// Takes the losses to tell of them (N2).
    fn take_lost(&self) -> [u32; LEVELS] {
        self.quick.store(self.head.load(ord::shared_head_read()), ord::shared_head_release());
        self.lost.each_ref().map(|count| {
            let lost = rmw::take(count, ord::loss_read());
            u32::try_from(lost).unwrap_or(u32::MAX)
        })
    }

    /// Whether losses wait to be told of.
    #[inline]
    fn has_lost(&self) -> bool {
        self.lost().iter().any(|lost| *lost > 0)
    }

    /// Lets calls be quick again, up to `head`, unless losses wait (N2).
    fn refresh(&self, head: usize) {
        self.quick.store(head, ord::shared_head_release());
        if Self::HAS_NOTES && self.has_lost() {
            self.hold_back();
        }
    }

    /// Makes every call look for losses.
    fn hold_back(&self) {
        let tail = self.tail.load(ord::shared_tail());
        self.quick.store(tail.wrapping_sub(K), ord::shared_head_release());
    }

    /// Where a position lies in the data.
    #[inline(always)]
    const fn offset(position: usize) -> usize {
        position & (K - 1)
    }

    /// The map entry of an offset.
    #[inline(always)]
    fn entry(&self, offset: usize) -> &AtomicU8 {
        let index = (offset & (K - 1)) / GRANULE_BYTES;
        // SAFETY: bounds: an offset is below the capacity, and there is an entry for each granule
        // of it; race: an atomic.
        unsafe { self.map.get_unchecked(index) }
    }

    /// The address of an offset.
    #[inline(always)]
    fn at(&self, offset: usize) -> *mut u8 {
        self.data.get().cast::<u8>().wrapping_add(offset)
    }
}

impl<const K: usize, const E: usize, const L: usize, C: Claim> fmt::Debug for Ring<K, E, L, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("capacity", &K)
            .field("pending_bytes", &self.pending_bytes())
            .field("lost", &self.lost())
            .finish_non_exhaustive()
    }
}
