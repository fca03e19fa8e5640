//! The reading side: peek, advance, release.
#![expect(unsafe_code, reason = "lends the bytes of committed claims")]

use super::claim::{Claim, Native};
use super::{COMMIT, DISCARD, LEVELS, Ring, UNITS};
use crate::ord;
use crate::ring::{GRANULE_BYTES, NOWHERE};
use crate::seed::Seed;
use crate::sync::{AtomicU16, LoadOwn as _, planted, signal_fence};
use core::marker::PhantomData;

/// The consumer's half of a [`Ring`]: one pointer, made where it is needed.
#[derive(Debug)]
pub struct Consumer<'r, C: Claim = Native> {
    ring: &'r Ring<C>,
    one_thread: PhantomData<*const ()>,
}

/// What is at the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peek<'r> {
    /// Nothing, and no call is under way.
    Empty,
    /// A claim whose producer is not done. Records may lie behind it (M5).
    Hole,
    /// A record. It stays valid until it is advanced over.
    Record(&'r [u8]),
}

impl<'r, C: Claim> Consumer<'r, C> {
    #[inline(always)]
    pub(super) const fn new(ring: &'r Ring<C>) -> Self {
        Self { ring, one_thread: PhantomData }
    }

    /// Steps over claims that were given back, and looks at what comes next.
    #[inline]
    #[must_use]
    pub fn peek(&self) -> Peek<'_> {
        let line = &self.ring.consumer;
        // At most one step a granule: entries are released only by `release`, so there are never
        // more of them than the ring has granules.
        loop {
            let head = line.own_head.get();
            let entry = self.word(head).load(ord::map_read());
            let bytes = usize::from(entry & UNITS) * GRANULE_BYTES;
            if entry & COMMIT != 0 {
                line.cells.read(line.region.offset(head), bytes);
                // SAFETY: bounds: a claim is at most the longest record, which fits behind any
                // offset; race: committed, so the consumer's until `release` (M4).
                return Peek::Record(unsafe { line.region.bytes(head, bytes) });
            }
            if entry & DISCARD != 0 {
                self.advance(bytes);
                continue;
            }
            if self.ring.shared.tail.load(ord::shared_tail()) == head {
                return Peek::Empty;
            }
            if planted(Seed::MpscHoleSkipped) {
                line.own_head.set(head.wrapping_add(GRANULE_BYTES));
                continue;
            }
            return Peek::Hole;
        }
    }

    /// Notes that the record at the head is about to be moved to where a spool ends.
    ///
    /// Whoever reads the memory of a process that died then knows whether it was: see
    /// [`Places::of_ring`](crate::recover::Places::of_ring).
    #[inline]
    pub fn begin_move(&self, spool_end: usize) {
        let line = &self.ring.consumer;
        // Death comes between two instructions like a signal: the order of the program is the
        // order it sees, so a fence for the compiler is enough. The end of the last move first.
        signal_fence();
        line.moving_end.set(spool_end);
        signal_fence();
        line.moving_at.set(line.own_head.get());
        signal_fence();
    }

    /// Notes of how many losses the output was told, for recovery. [`gap`](Self::gap) goes on from
    /// there.
    pub fn note_told(&self, told: [u64; LEVELS]) {
        for (reported, told) in self.ring.cold.reported.iter().zip(told) {
            #[expect(clippy::cast_possible_truncation, reason = "it was counted in such a word")]
            reported.set(told as usize);
        }
    }

    /// Takes back what [`begin_move`](Self::begin_move) noted: the record stays.
    pub fn cancel_move(&self) {
        signal_fence();
        self.ring.consumer.moving_at.set(NOWHERE);
        signal_fence();
    }

    /// Steps over the record that [`peek`](Self::peek) lent; `len` is its length.
    #[inline]
    pub fn advance(&self, len: usize) {
        // No record leaves the ring before it is where it goes.
        signal_fence();
        let line = &self.ring.consumer;
        let head = line.own_head.get();
        let next = head.wrapping_add(len);
        if planted(Seed::MpscFreeFirst) {
            line.head.store(next, ord::shared_head_release());
        }
        if !planted(Seed::MpscNoClear) {
            self.word(head).store(0, ord::map_clear());
        }
        line.own_head.set(next);
    }

    /// Gives all space back that was advanced over. Once at the end of a pass.
    #[inline]
    pub fn release(&self) {
        let line = &self.ring.consumer;
        let head = line.own_head.get();
        if line.head.load_own() != head {
            line.head.store(head, ord::shared_head_release());
        }
    }

    /// The records that were lost here since this was asked last, by level.
    #[must_use = "losses are returned once"]
    pub fn gap(&self) -> Option<[u64; LEVELS]> {
        let cold = &self.ring.cold;
        let mut gap = [0; LEVELS];
        for ((count, reported), gap) in cold.lost.iter().zip(&cold.reported).zip(&mut gap) {
            let count = count.load(ord::count());
            *gap = count.wrapping_sub(reported.get()) as u64;
            reported.set(count);
        }
        gap.iter().any(|lost| *lost != 0).then_some(gap)
    }

    /// Counts the records that wait, behind holes too, by walking the map.
    #[must_use]
    pub fn pending(&self) -> u64 {
        let tail = self.ring.shared.tail.load(ord::shared_tail());
        let mut position = self.ring.consumer.own_head.get();
        let mut records = 0;
        while position != tail {
            let entry = self.word(position).load(ord::map_read());
            records += u64::from(entry & COMMIT != 0);
            // Inside a claim that is not complete all entries are zero (M3): one granule at a time
            // leads exactly to the next one.
            let units = usize::from(entry & UNITS).max(1);
            position = position.wrapping_add(units * GRANULE_BYTES);
        }
        records
    }

    /// The ring.
    #[inline(always)]
    #[must_use]
    pub const fn ring(&self) -> &'r Ring<C> {
        self.ring
    }

    /// The map entry of a position.
    #[inline(always)]
    fn word(&self, position: usize) -> &AtomicU16 {
        let line = &self.ring.consumer;
        // SAFETY: bounds: a granule's index is below the map's length; race: an atomic.
        unsafe { line.words.at(line.region.granule(position)) }
    }
}
