//! Many producers, one consumer: the ring that interrupts, signal handlers and cores share.
//!
//! ```text
//!        head        hole           tail
//!          v           v              v
//!  data [..####|######|      |#######.....]~~~   . free   # committed   (blank) claimed   ~ spill
//!  map  [..C   |C     |0     |C      00000]      one word a granule; C = committed, length
//! ```
//!
//! A producer claims bytes by moving `tail`, writes them, and then stores the record's length into
//! the map entry of its first granule. Only starts of records ever get a map entry that is not
//! zero. The consumer follows the entries from `head`, stops at the first zero (nothing there, or a
//! producer that is not done: a *hole*), and zeroes each entry it has read.
//!
//! | field   | written by      | published with             | read by the other side with |
//! |---------|-----------------|----------------------------|-----------------------------|
//! | `tail`  | producers       | `ord::shared_tail` (claim) | `ord::shared_tail`          |
//! | `map`   | claim's owner, then consumer | `ord::map_commit`, `ord::map_clear` | `ord::map_read` |
//! | `head`  | consumer        | `ord::shared_head_release` | `ord::shared_head_read`     |
//! | `published`, `lost` | producers | `ord::count`         | `ord::count`                |
//!
//! M1  `head <= tail <= head + capacity`; both only grow, and wrap with their type.
//! M2  Claims are disjoint: the bytes of a claim belong to its owner until it commits or discards.
//! M3  Entries in `tail..head + capacity` are zero, and so are all but the first of a claim.
//! M4  An entry that is not zero is the length of a claim that is complete, or of one to skip.
//! M5  Nobody waits for anybody: a producer that is interrupted leaves a hole, behind which others
//!     go on claiming; the consumer stops there and returns.
//! M6  `emitted = written + lost + pending`, as in the other ring.
//!
//! | operation | bound |
//! |-----------|-------|
//! | `claim` with compare-and-swap | lock-free: it repeats only when another claim or the consumer made progress |
//! | `claim` without | wait-free: a constant number of instructions in a critical section |
//! | `commit`, `discard`, `lose` | wait-free |
//! | `peek` | wait-free: at most one step a granule |
//! | `advance`, `release` | wait-free |
#![expect(unsafe_code, reason = "one claim's bytes are used on the promise of one owner")]

pub mod claim;
mod consumer;
mod producer;

pub use consumer::{Consumer, Peek};
pub use producer::{Grant, Room};

use self::claim::{Claim, Native};
use super::storage::{Region, Storage};
use super::{GRANULE_BYTES, GeometryError, check, distance, min};
use crate::level::Level;
use crate::ord;
use crate::recover::Layout;
use crate::sync::{AtomicUsize, Cells, Local, Words, const_fn, rmw};
use core::fmt;
use core::mem::offset_of;

/// The entry's record is complete.
const COMMIT: u16 = 1 << 15;
/// The entry's bytes are to be skipped.
const DISCARD: u16 = 1 << 14;
/// The entry's length, in granules.
const UNITS: u16 = DISCARD - 1;

/// How many levels have a loss counter of their own.
pub const LEVELS: usize = 5;

/// The bytes of storage that a ring of these sizes needs: the records, the spill, and the map.
///
/// ```
/// assert_eq!(hydra_log_core::ring::mpsc::bytes_for(4096, 1024), 4096 + 1024 + 4096 / 4);
/// ```
#[must_use]
pub const fn bytes_for(capacity: usize, spill: usize) -> usize {
    capacity.saturating_add(spill).saturating_add(capacity / GRANULE_BYTES * size_of::<u16>())
}

/// Whether a map entry says that its claim was committed, rather than given back, and its size;
/// `None` for an entry that no claim has.
pub(crate) fn entry(word: u16) -> Option<(bool, usize)> {
    let bytes = usize::from(word & UNITS) * GRANULE_BYTES;
    let states = (word & COMMIT != 0, word & DISCARD != 0);
    (bytes > 0 && states.0 != states.1).then_some((states.0, bytes))
}

/// A ring of many producers and one consumer. It has to stay where it is while it is used.
///
/// ```
/// use core::ptr::NonNull;
/// use hydra_log_core::ring::{Storage, mpsc::{self, Peek}};
/// let mut memory = [0_u64; 112];
/// let start = NonNull::from(&mut memory).cast();
/// // SAFETY: bounds: 896 aligned, zeroed bytes; race: nobody else uses `memory` below.
/// let storage = unsafe { Storage::from_raw(start, 896) };
/// let ring = mpsc::Ring::new(storage, 512, 256)?;
///
/// let grant = ring.reserve(64).expect("the ring is empty");
/// // SAFETY: bounds: 64 bytes were granted; race: they are this grant's.
/// unsafe { grant.at().cast::<[u64; 2]>().write([2, 7]) };
/// // SAFETY: a whole record of 16 bytes was written.
/// unsafe { grant.commit(16) };
///
/// // SAFETY: this thread is the only consumer.
/// let consumer = unsafe { ring.consumer() };
/// match consumer.peek() {
///     Peek::Record(record) => assert_eq!(record.len(), 16),
///     other => panic!("{other:?}"),
/// }
/// consumer.advance(16);
/// consumer.release();
/// # Ok::<(), hydra_log_core::ring::GeometryError>(())
/// ```
#[repr(C, align(64))]
pub struct Ring<C: Claim = Native> {
    shared: TailLine<C>,
    consumer: HeadLine,
    cold: ColdLine,
}

/// What every claim writes.
#[repr(C, align(64))]
struct TailLine<C> {
    tail: AtomicUsize,
    claim: C,
}

/// What the consumer writes, and what does not change.
#[repr(C, align(64))]
struct HeadLine {
    head: AtomicUsize,
    own_head: Local<usize>,
    region: Region,
    words: Words,
    longest: usize,
    moving_end: Local<usize>,
    moving_at: Local<usize>,
    cells: Cells,
}

/// Counters.
#[repr(C, align(64))]
struct ColdLine {
    published: AtomicUsize,
    lost: [AtomicUsize; LEVELS],
    reported: [Local<usize>; LEVELS],
}

// SAFETY: the memory it points at was given up by whoever made its storage, and moves with it.
unsafe impl<C: Claim> Send for Ring<C> {}
// SAFETY: what producers and consumer share is atomic. The consumer's plain words are touched
// through `Consumer`, whose constructor is unsafe and asks for one owner; bytes belong to one claim
// (M2) and then, through its map entry, to the consumer.
unsafe impl<C: Claim> Sync for Ring<C> {}

impl Ring {
    const_fn! {
        /// A ring over `storage`, for records of at most `spill` bytes.
        ///
        /// # Errors
        /// [`GeometryError`] unless `capacity` is a power of two of at least 16, `spill` a
        /// multiple of 8, and the storage holds [`bytes_for`] both.
        pub const fn new(
            storage: Storage,
            capacity: usize,
            spill: usize,
        ) -> Result<Self, GeometryError> {
            Self::with_claim(storage, capacity, spill, 0, claim::NATIVE)
        }
    }
}

impl<C: Claim> Ring<C> {
    /// Where recovery finds the ring's words.
    pub const LAYOUT: Layout = Layout {
        bytes: size_of::<Self>(),
        tail: offset_of!(Self, shared.tail),
        head: offset_of!(Self, consumer.own_head),
        moving_end: offset_of!(Self, consumer.moving_end),
        moving_at: offset_of!(Self, consumer.moving_at),
        lost: offset_of!(Self, cold.lost),
        told: offset_of!(Self, cold.reported),
        published: offset_of!(Self, cold.published),
    };

    const_fn! {
        /// A ring with a claim of one's own and positions that begin at `start`: for tests.
        ///
        /// # Errors
        /// As [`Ring::new`].
        #[doc(hidden)]
        pub const fn with_claim(
            storage: Storage,
            capacity: usize,
            spill: usize,
            start: usize,
            claim: C,
        ) -> Result<Self, GeometryError> {
            if let Err(error) = check(&storage, capacity, spill, bytes_for(capacity, spill)) {
                // A constant function cannot drop it, and there is nothing to drop.
                core::mem::forget(claim);
                return Err(error);
            }
            let (region, cells) = storage.region(capacity, spill);
            let words = storage.words(capacity, spill);
            let start = start & !(GRANULE_BYTES - 1);
            let longest = min(min(spill, capacity), UNITS as usize * GRANULE_BYTES);
            Ok(Self {
                shared: TailLine { tail: AtomicUsize::new(start), claim },
                consumer: HeadLine {
                    head: AtomicUsize::new(start),
                    own_head: Local::new(start),
                    region,
                    words,
                    longest,
                    moving_end: Local::new(0),
                    moving_at: Local::new(super::NOWHERE),
                    cells,
                },
                cold: ColdLine {
                    published: AtomicUsize::new(0),
                    lost: [
                        AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0),
                        AtomicUsize::new(0), AtomicUsize::new(0),
                    ],
                    reported: [
                        Local::new(0), Local::new(0), Local::new(0), Local::new(0), Local::new(0),
                    ],
                },
            })
        }
    }

    /// The consumer's half.
    ///
    /// # Safety
    /// * One context owns the consumer at a time: whoever holds the drain token.
    /// * Records that [`Consumer::peek`] lent are no longer used when another consumer is made.
    #[inline(always)]
    #[must_use]
    pub const unsafe fn consumer(&self) -> Consumer<'_, C> {
        Consumer::new(self)
    }

    /// Counts a record that the ring did not take.
    #[cold]
    pub fn lose(&self, level: Level) {
        if let Some(count) = self.cold.lost.get(level as usize - 1) {
            rmw::add(count, 1, ord::count());
        }
    }

    /// How many records the ring was asked to take: published and lost.
    #[must_use]
    pub fn emitted(&self) -> u64 {
        self.published() + self.lost().iter().sum::<u64>()
    }

    /// How many records were committed.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.cold.published.load(ord::count()) as u64
    }

    /// How many records were lost, by level, `Error` first.
    #[must_use]
    pub fn lost(&self) -> [u64; LEVELS] {
        self.cold.lost.each_ref().map(|count| count.load(ord::count()) as u64)
    }

    /// About how many bytes are claimed and not yet released. Any context may ask.
    #[must_use]
    pub fn pending_bytes(&self) -> usize {
        let head = self.consumer.head.load(ord::count());
        distance(head, self.shared.tail.load(ord::count()), self.capacity())
    }

    /// The capacity in bytes.
    #[inline]
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.consumer.region.capacity()
    }

    /// The longest record the ring can ever take, in bytes.
    #[inline]
    #[must_use]
    pub const fn longest(&self) -> usize {
        self.consumer.longest
    }
}

impl<C: Claim> fmt::Debug for Ring<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("capacity", &self.capacity())
            .field("pending_bytes", &self.pending_bytes())
            .field("published", &self.published())
            .field("lost", &self.lost())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{COMMIT, DISCARD, UNITS, entry};

    #[test]
    fn an_entry_is_of_one_state_and_has_a_size() {
        assert_eq!([entry(COMMIT | 1), entry(DISCARD | 1)], [Some((true, 8)), Some((false, 8))]);
        assert_eq!(entry(COMMIT | UNITS), Some((true, 131_064)));
        assert_eq!(entry(DISCARD | UNITS), Some((false, 131_064)));
        for no_claim in [0, UNITS, COMMIT, DISCARD, COMMIT | DISCARD | 1] {
            assert_eq!(entry(no_claim), None, "{no_claim:#x}");
        }
    }
}
