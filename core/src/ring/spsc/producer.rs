//! The writing side: mark, claim, publish, leave.

use super::{Ring, State};
use crate::level::Level;
use crate::ord;
use crate::ring::{Full, max, min, round_up};
use crate::seed::Seed;
use crate::sync::{LoadOwn as _, expect_write, planted, signal_fence};
use core::marker::PhantomData;
use core::ptr::NonNull;

/// How far ahead of a claim lines are fetched: what a burst of 25 records of 40 bytes fills.
const AHEAD_BYTES: usize = 1024;

/// The producer's half of a [`Ring`]: one pointer, made where it is needed.
///
/// A call is `enter`, `claim` (else `refresh`, else `lose`), `publish`, `leave`.
///
/// It stays on its thread:
///
/// ```compile_fail
/// fn sends<T: Send>() {}
/// sends::<hydra_log_core::ring::spsc::Producer<'static>>();
/// ```
#[derive(Debug)]
pub struct Producer<'r> {
    ring: &'r Ring,
    one_thread: PhantomData<*const ()>,
}

impl<'r> Producer<'r> {
    #[inline(always)]
    pub(super) const fn new(ring: &'r Ring) -> Self {
        Self { ring, one_thread: PhantomData }
    }

    /// Marks a call as under way (R4). `false` if one is: this context interrupted it, and has to
    /// log elsewhere.
    #[inline(always)]
    #[must_use]
    pub fn enter(&self) -> bool {
        let mark = &self.ring.producer.mark;
        if mark.load_own() != 0 && !planted(Seed::SpscMarkIgnored) {
            return false;
        }
        mark.store(1, ord::mark_set());
        // A signal handler from here on sees the mark; one before is over, and what it left in the
        // producer's words is read after this line.
        signal_fence();
        true
    }

    /// Room for `len` bytes, if the limit read last allows: one compare.
    ///
    /// Nothing is taken yet: claiming again yields the same bytes.
    #[inline(always)]
    #[must_use]
    pub fn claim(&self, len: usize) -> Option<NonNull<u8>> {
        let line = &self.ring.producer;
        let tail = line.tail.load_own();
        // R3: what lies below the limit is free and contiguous. All positions are multiples of a
        // granule, so a length that fits also fits when it is rounded up.
        if line.limit.get().wrapping_sub(tail) < len {
            return None;
        }
        let at = line.region.at(tail);
        // The consumer's core still holds that line from the lap before. Fetched ahead, it is here
        // when its record is written. The end of the lap asks for what lies behind the ring.
        expect_write::<AHEAD_BYTES>(at);
        Some(at)
    }

    /// Reads how far the consumer is and claims again. The limit reaches at most half a lap ahead,
    /// so whoever wakes the drain here does so twice a lap.
    ///
    /// # Errors
    /// [`Full`] when there is no room, or when no ring of this size ever has it.
    #[cold]
    pub fn refresh(&self, len: usize) -> Result<NonNull<u8>, Full> {
        self.refresh_keeping(len, 0)
    }

    /// As [`refresh`](Self::refresh), with `keep` bytes left free, for what must not be lost;
    /// fewer, where the ring could not hold `len` bytes otherwise.
    ///
    /// # Errors
    /// As [`refresh`](Self::refresh).
    #[inline(always)]
    pub fn refresh_keeping(&self, len: usize, keep: usize) -> Result<NonNull<u8>, Full> {
        let Ring { producer: line, cold, .. } = self.ring;
        let (tail, capacity) = (line.tail.load_own(), line.region.capacity());
        // No record that the ring can hold is refused for ever. Whole granules are kept: a limit
        // inside one would end up behind the tail, and then everything would seem free.
        let keep = round_up(min(keep, capacity - round_up(min(len, cold.longest))));
        let free = self.free().saturating_sub(keep);
        if len > cold.longest || round_up(len) > free {
            return Err(Full { requested: len, available: min(free, cold.longest) });
        }
        let stride = max(min(capacity / 2, cold.longest), round_up(len));
        line.limit.set(tail.wrapping_add(min(stride, free)));
        Ok(line.region.at(tail))
    }

    /// Room for one record out of what [`refresh_keeping`](Self::refresh_keeping) keeps. The limit
    /// lies right behind it, so that the next claim looks again.
    ///
    /// # Errors
    /// As [`refresh`](Self::refresh).
    #[cold]
    pub fn refresh_once(&self, len: usize) -> Result<NonNull<u8>, Full> {
        let Ring { producer: line, cold, .. } = self.ring;
        let (tail, free) = (line.tail.load_own(), self.free());
        if len > cold.longest || round_up(len) > free {
            return Err(Full { requested: len, available: min(free, cold.longest) });
        }
        line.limit.set(tail.wrapping_add(round_up(len)));
        Ok(line.region.at(tail))
    }

    /// How many bytes the consumer has given back.
    fn free(&self) -> usize {
        let Ring { producer: line, consumer, .. } = self.ring;
        let used = line.tail.load_own().wrapping_sub(consumer.head.load(ord::head_read()));
        // More than the capacity is in use only if somebody damaged the head: then nothing is free.
        let free = line.region.capacity().saturating_sub(used);
        if planted(Seed::SpscFullByOne) { free + super::super::GRANULE_BYTES } else { free }
    }

    /// Publishes the first `used` bytes of what was claimed last, rounded up to 8.
    ///
    /// # Safety
    /// * `used` is at most the length that `claim` or `refresh` granted since the last `publish`.
    /// * The bytes are one whole record: `used` is its length, all of it was written.
    /// * The call is between [`enter`](Self::enter) and [`leave`](Self::leave).
    #[inline(always)]
    pub unsafe fn publish(&self, used: usize) {
        self.publish_bytes(used, true);
    }

    /// As [`publish`](Self::publish), for a record of the producer's own that no call asked for
    /// (flag `CONTROL`): it is not counted.
    ///
    /// # Safety
    /// As [`publish`](Self::publish).
    pub unsafe fn publish_note(&self, used: usize) {
        self.publish_bytes(used, false);
    }

    #[inline(always)]
    fn publish_bytes(&self, used: usize, counted: bool) {
        let line = &self.ring.producer;
        let cells = &self.ring.cold.cells;
        let from = line.tail.load_own();
        let tail = from.wrapping_add(round_up(used));
        debug_assert!(line.limit.get().wrapping_sub(from) >= used, "R3");
        if planted(Seed::SpscPublishFirst) {
            line.tail.store(tail, ord::tail_publish());
        }
        cells.wrote(line.region.offset(from), round_up(used));
        if counted && !planted(Seed::SpscCountLast) {
            self.count();
        }
        line.tail.store(tail, ord::tail_publish());
        if counted && planted(Seed::SpscCountLast) {
            self.count();
        }
    }

    /// Ends the call that [`enter`](Self::enter) began.
    #[inline(always)]
    pub fn leave(&self) {
        self.ring.producer.mark.store(0, ord::mark_clear());
    }

    /// Counts a record that the ring did not take (R7). Between `enter` and `leave`.
    #[cold]
    pub fn lose(&self, level: Level) {
        // The next call has to come by here: it owes a note of this loss.
        self.ring.producer.limit.set(self.ring.producer.tail.load_own());
        let cold = &self.ring.cold;
        cold.gap_at.store(self.ring.producer.tail.load_own(), ord::count());
        if let Some(count) = cold.lost.get(level as usize - 1) {
            let before = count.load_own();
            count.store(before.wrapping_add(1), ord::loss_count());
        }
    }

    /// How many records the ring was asked to take: published and lost.
    #[must_use]
    pub fn emitted(&self) -> u64 {
        self.ring.emitted()
    }

    /// How many records were lost, by level.
    #[must_use]
    pub fn lost(&self) -> [u64; super::LEVELS] {
        self.ring.lost()
    }

    /// Gives the ring up: the drain takes what is left, then another thread may own it.
    ///
    /// The owner must have no call under way, and must have no other `Producer` of this ring left
    /// to use (a thread-local pointer is cleared before).
    pub fn close(self) {
        debug_assert_eq!(self.ring.producer.mark.load_own(), 0, "R4");
        self.ring.cold.state.store(State::Closed as u32, ord::ring_close());
    }

    /// The ring.
    #[inline(always)]
    #[must_use]
    pub const fn ring(&self) -> &'r Ring {
        self.ring
    }

    #[inline(always)]
    fn count(&self) {
        let published = &self.ring.producer.published;
        published.store(published.load_own().wrapping_add(1), ord::count());
    }
}
