//! A ring beside the ring, for contexts that no critical section keeps out: NMI and HardFault.
//!
//! ```text
//!         head                 tail
//!          v                    v
//!  data [..####|######|########.......]~~~   . free   # records   ~ spill
//! ```
//!
//! Without compare-and-swap a claim in [`Ring`](super::Ring) is a few instructions with interrupts
//! masked, and such a context comes in between all the same. Here it meets nobody but its like, and
//! not even those at once on one core: who interrupts another one's call finds the token taken.
//!
//! | field    | written by         | published with      | read by the other side with |
//! |----------|--------------------|---------------------|-----------------------------|
//! | `tail`   | the token's holder | `ord::tail_publish` | `ord::tail_read`            |
//! | `head`   | reader             | `ord::head_release` | `ord::head_read`            |
//! | `lost`   | the token's holder | `ord::loss_count`   | `ord::loss_read`            |
//! | `missed` | producers          | `ord::loss_count`   | `ord::loss_read`            |
//!
//! U1  One producer at a time, from claim to commit. Another one loses its record, and adds it to
//!     `missed`, which the one that it interrupted is not writing.
//! U2  The tail moves when a record is whole. There are no holes, and who never goes on leaves
//!     nothing.
//! U3  `lost` and `missed` only grow, and `told` follows them, so each loss is told of once.
#![expect(unsafe_code, reason = "one side's bytes belong to one owner")]

use super::{Claimed, Losses};
use crate::level::Level;
use crate::ord;
use crate::record::firmware::Header;
use crate::ring::mpsc::LEVELS;
use crate::ring::{GRANULE_BYTES, min, round_up};
use crate::sync::{AtomicUsize, Cells, LoadOwn as _, const_fn, rmw};
use crate::token::{Taken, Token};
use core::cell::UnsafeCell;
use core::ptr::NonNull;
use core::{fmt, mem};

/// A ring of `CAPACITY` bytes, with `LONGS` times 8 bytes of records and spill, for producers that
/// are never at work at once, or lose their records where they are.
///
/// ```
/// use hydra_log_core::Level;
/// use hydra_log_core::ring::small::Lane;
/// static LANE: Lane<64, 10> = Lane::new();
///
/// let claimed = LANE.claim(Level::Warn, 16, || 7).expect("the lane is empty");
/// // SAFETY: bounds: 16 bytes were claimed; race: they are this claim's.
/// unsafe { claimed.at.cast::<[u32; 4]>().write([4 << 16, 7, 1, 99]) };
/// // SAFETY: a whole record was written.
/// unsafe { LANE.commit(16) };
///
/// let reader = LANE.try_read().expect("nobody else reads");
/// assert_eq!(reader.peek().map(<[u8]>::len), Some(16));
/// ```
#[repr(C)]
pub struct Lane<const CAPACITY: usize, const LONGS: usize> {
    token: Token,
    reading: Token,
    tail: AtomicUsize,
    head: AtomicUsize,
    lost: [AtomicUsize; LEVELS],
    missed: [AtomicUsize; LEVELS],
    /// The reader's: how many of both were told of.
    told: [AtomicUsize; LEVELS],
    cells: Cells,
    data: UnsafeCell<[u64; LONGS]>,
}

// SAFETY: words are atomic; bytes belong to the token's holder from the tail on, and between head
// and tail to the reader (U1, U2).
unsafe impl<const K: usize, const L: usize> Sync for Lane<K, L> {}

impl<const K: usize, const L: usize> Lane<K, L> {
    /// The longest record.
    pub const LONGEST: usize = {
        assert!(K.is_power_of_two() && K >= 32, "a lane's capacity is a power of two from 32 on");
        assert!(L * 8 > K, "a lane needs room for records that run over its end");
        let spilled = L * 8 - K + GRANULE_BYTES;
        // As many words as a record can say.
        min(min(spilled, K), 1016)
    };

    const_fn! {
        /// An empty lane. Sizes that don't fit each other don't compile.
        #[must_use]
        pub const fn new() -> Self {
            Self::starting_at(0)
        }
    }

    const_fn! {
        /// A lane whose positions begin at `start`: for tests.
        #[doc(hidden)]
        #[must_use]
        pub const fn starting_at(start: usize) -> Self {
            let _checked = Self::LONGEST;
            let start = start & !(GRANULE_BYTES - 1);
            Self {
                token: Token::new(),
                reading: Token::new(),
                tail: AtomicUsize::new(start),
                head: AtomicUsize::new(start),
                lost: zeros(),
                missed: zeros(),
                told: zeros(),
                cells: Cells::new(L * 8),
                data: UnsafeCell::new([0; L]),
            }
        }
    }

    /// Claims room for a record of `bytes` at most; whoever claims has to [`commit`](Self::commit).
    /// `None`: the record is lost, and counted.
    pub fn claim(&self, level: Level, bytes: usize, now: impl Fn() -> u32) -> Option<Claimed> {
        let Some(taken) = self.token.try_take() else {
            self.miss(level);
            return None;
        };
        // SAFETY: the token is this claim's.
        let Some(claimed) = (unsafe { self.claim_alone(bytes, now) }) else {
            // SAFETY: the token still is.
            unsafe { self.lose_alone(level) };
            return None;
        };
        // Until the commit.
        mem::forget(taken);
        Some(claimed)
    }

    /// As [`claim`](Self::claim), without the token and so with nothing masked, for who knows to be
    /// the only producer. A loss is not counted.
    ///
    /// # Safety
    /// No other claim of this lane is under way, and none begins before this one is
    /// [committed](Self::commit_alone).
    #[inline(always)]
    pub unsafe fn claim_alone(&self, bytes: usize, now: impl Fn() -> u32) -> Option<Claimed> {
        let tail = self.tail.load_own();
        let used = tail.wrapping_sub(self.head.load(ord::head_read()));
        let bytes = round_up(bytes);
        if bytes > Self::LONGEST || used > K - bytes {
            return None;
        }
        // SAFETY: bounds: an address inside the data is not null; race: only an address.
        let at = unsafe { NonNull::new_unchecked(self.at(tail)) };
        Some(Claimed { at, stamp: now() })
    }

    /// Counts a record that found no room.
    ///
    /// # Safety
    /// As [`claim_alone`](Self::claim_alone), for as long as this takes.
    pub unsafe fn lose_alone(&self, level: Level) {
        if let Some(lost) = self.lost.get(level as usize - 1) {
            lost.store(lost.load_own().wrapping_add(1), ord::loss_count());
        }
    }

    /// Counts a record of a call that must not claim here.
    #[cold]
    pub fn miss(&self, level: Level) {
        if let Some(missed) = self.missed.get(level as usize - 1) {
            rmw::add(missed, 1, ord::loss_count());
        }
    }

    /// Publishes the first `used` bytes of the claim, or gives it back with none.
    ///
    /// # Safety
    /// * The caller has a claim of this lane that was not committed yet.
    /// * `used` is at most what was claimed, and that many bytes, one whole record or none, were
    ///   written.
    pub unsafe fn commit(&self, used: usize) {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.commit_alone(used) };
        self.token.give_back();
    }

    /// As [`commit`](Self::commit), of a claim without the token.
    ///
    /// # Safety
    /// As [`commit`](Self::commit), of a [`claim_alone`](Self::claim_alone).
    #[inline(always)]
    pub unsafe fn commit_alone(&self, used: usize) {
        let (tail, used) = (self.tail.load_own(), round_up(used));
        self.cells.wrote(Self::offset(tail), used);
        self.tail.store(tail.wrapping_add(used), ord::tail_publish());
    }

    /// The reader, unless there is one.
    #[must_use]
    pub fn try_read(&self) -> Option<LaneReader<'_, K, L>> {
        Some(LaneReader { lane: self, _taken: self.reading.try_take()? })
    }

    /// The reader, whoever reads: for a context that no other one ever follows.
    ///
    /// # Safety
    /// Nothing that runs later uses another reader of this lane, or goes on with one.
    #[must_use]
    pub unsafe fn seize(&self) -> LaneReader<'_, K, L> {
        LaneReader { lane: self, _taken: self.reading.seize() }
    }

    /// Where a position lies in the data.
    #[inline(always)]
    const fn offset(position: usize) -> usize {
        position & (K - 1)
    }

    fn at(&self, position: usize) -> *mut u8 {
        self.data.get().cast::<u8>().wrapping_add(Self::offset(position))
    }
}

const_fn! {
    const fn zeros() -> [AtomicUsize; LEVELS] {
        [
            AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0),
            AtomicUsize::new(0), AtomicUsize::new(0),
        ]
    }
}

impl<const K: usize, const L: usize> Default for Lane<K, L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const K: usize, const L: usize> fmt::Debug for Lane<K, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane").field("capacity", &K).finish_non_exhaustive()
    }
}

/// The reader of a [`Lane`].
#[derive(Debug)]
pub struct LaneReader<'l, const K: usize, const L: usize> {
    lane: &'l Lane<K, L>,
    _taken: Taken<'l>,
}

impl<const K: usize, const L: usize> LaneReader<'_, K, L> {
    /// The oldest record, padded to 8 bytes; it stays valid until it is advanced over.
    #[must_use]
    pub fn peek(&self) -> Option<&[u8]> {
        let lane = self.lane;
        let head = lane.head.load_own();
        let there = lane.tail.load(ord::tail_read()).wrapping_sub(head).min(Lane::<K, L>::LONGEST);
        lane.cells.read(Lane::<K, L>::offset(head), there.min(GRANULE_BYTES));
        // SAFETY: bounds: the longest record fits behind any offset; race: all of it was published,
        // or lies behind the end, where nothing is written while the record before it is there.
        let bytes = unsafe { core::slice::from_raw_parts(lane.at(head), there) };
        let len = round_up(Header::parse(bytes).ok()?.bytes);
        lane.cells.read(Lane::<K, L>::offset(head), len);
        bytes.get(..len)
    }

    /// Steps over the record that [`peek`](Self::peek) lent, and gives its room back.
    pub fn advance(&self, len: usize) {
        let next = self.lane.head.load_own().wrapping_add(round_up(len));
        self.lane.head.store(next, ord::head_release());
    }

    /// What was lost and not told of, where there is no record.
    #[must_use]
    pub fn gap(&self) -> Option<Losses> {
        let lane = self.lane;
        let mut lost = [0; LEVELS];
        let counts = lane.lost.iter().zip(&lane.missed).zip(&lane.told);
        for (to, ((lost, missed), told)) in lost.iter_mut().zip(counts) {
            let all = lost.load(ord::loss_read()).wrapping_add(missed.load(ord::loss_read()));
            let new = all.wrapping_sub(told.load_own());
            *to = u32::try_from(new).unwrap_or(u32::MAX);
        }
        // Behind the counts: what was logged before a loss that is counted is seen then.
        (self.peek().is_none() && lost.iter().any(|lost| *lost > 0)).then_some(lost)
    }

    /// What [`gap`](Self::gap) gave was told of.
    pub fn told(&self, lost: Losses) {
        for (told, lost) in self.lane.told.iter().zip(lost) {
            told.store(told.load_own().wrapping_add(lost as usize), ord::own());
        }
    }
}
