//! The reading side: observe, peek, advance, release.
#![expect(unsafe_code, reason = "lends the bytes between head and tail")]

use super::{LEVELS, Ring, State};
use crate::ord;
use crate::record;
use crate::ring::NOWHERE;
use crate::ring::storage::record_bytes;
use crate::seed::Seed;
use crate::sync::{planted, signal_fence};
use core::marker::PhantomData;

/// The consumer's half of a [`Ring`]: one pointer, made where it is needed.
///
/// A pass is `observe`, then `peek` and `advance` for each record, then `release`.
///
/// ```compile_fail
/// fn sends<T: Send>() {}
/// sends::<hydra_log_core::ring::spsc::Consumer<'static>>();
/// ```
#[derive(Debug)]
pub struct Consumer<'r> {
    ring: &'r Ring,
    one_thread: PhantomData<*const ()>,
}

/// What a drain knows of a ring at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Its owner was gone before [`bytes`](Self::bytes) was read: there will be no more (R6).
    pub closed: bool,
    /// A call was under way: a record older than now may still come (R5).
    pub in_flight: bool,
    /// How many bytes of records are there.
    pub bytes: usize,
}

impl<'r> Consumer<'r> {
    #[inline(always)]
    pub(super) const fn new(ring: &'r Ring) -> Self {
        Self { ring, one_thread: PhantomData }
    }

    /// Reads state, mark and tail, in the one order that makes R5 and R6 hold.
    #[inline]
    #[must_use]
    pub fn observe(&self) -> Observed {
        if planted(Seed::SpscClosedLast) {
            let (in_flight, bytes) = (self.in_flight(), self.poll());
            return Observed { bytes, in_flight, closed: self.closed() };
        }
        if planted(Seed::SpscMarkLast) {
            let (closed, bytes) = (self.closed(), self.poll());
            return Observed { bytes, in_flight: self.in_flight(), closed };
        }
        let closed = self.closed();
        let in_flight = self.in_flight();
        Observed { closed, in_flight, bytes: self.poll() }
    }

    /// Whether the owner gave the ring up. To be read before the tail (R6).
    #[inline]
    #[must_use]
    pub fn closed(&self) -> bool {
        self.ring.cold.state.load(ord::ring_closed()) == State::Closed as u32
    }

    /// Whether a call is under way on the producer's thread. To be read before the tail (R5).
    #[inline]
    #[must_use]
    pub fn in_flight(&self) -> bool {
        self.ring.producer.mark.load(ord::mark_read()) != 0
    }

    /// Reads the tail: how many bytes of records are there now.
    #[inline]
    #[expect(clippy::must_use_candidate, reason = "it also remembers what was seen, for `peek`")]
    pub fn poll(&self) -> usize {
        let line = &self.ring.consumer;
        let tail = self.ring.producer.tail.load(ord::tail_read());
        line.seen.set(tail);
        let bytes = tail.wrapping_sub(line.own_head.get());
        debug_assert!(bytes <= line.region.capacity(), "R1");
        bytes
    }

    /// How many bytes of records are left of what was seen last.
    #[inline]
    #[must_use]
    pub fn remaining(&self) -> usize {
        let line = &self.ring.consumer;
        line.seen.get().wrapping_sub(line.own_head.get())
    }

    /// The next record of what was seen last. It stays valid until it is advanced over.
    ///
    /// The slice is as long as the record's first word says. If the memory was damaged and that
    /// word is nonsense, the slice is all that is left, so that a drain makes progress.
    #[inline]
    #[must_use]
    pub fn peek(&self) -> Option<&[u8]> {
        let Ring { consumer: line, cold, .. } = self.ring;
        let (region, head) = (line.region, line.own_head.get());
        let available = self.remaining();
        if available == 0 {
            return None;
        }
        // SAFETY: bounds: at least one granule lies between head and tail; race: R2.
        let len = unsafe { record_bytes(region, head, available, cold.longest) };
        if planted(Seed::SpscReleaseFirst) {
            self.ring.consumer.head.store(head.wrapping_add(len), ord::head_release());
        }
        cold.cells.read(region.offset(head), len);
        // SAFETY: bounds: `len` is at most the longest record, which fits behind any offset; race:
        // the bytes are the consumer's until `release` (R2).
        Some(unsafe { region.bytes(head, len) })
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
        for (reported, told) in self.ring.consumer.reported.iter().zip(told) {
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
        debug_assert!(len <= self.remaining(), "R1");
        line.own_head.set(line.own_head.get().wrapping_add(len));
    }

    /// Gives space back once it is worth a shared store: a quarter lap, or all that was seen.
    #[inline]
    pub fn release(&self) {
        let line = &self.ring.consumer;
        let head = line.own_head.get();
        let held = head.wrapping_sub(line.released.get());
        if held >= line.region.capacity() / 4 || head == line.seen.get() {
            self.release_now();
        }
    }

    /// Gives all space back that was advanced over.
    #[inline]
    pub fn release_now(&self) {
        let line = &self.ring.consumer;
        let head = line.own_head.get();
        if head != line.released.get() {
            line.released.set(head);
            line.head.store(head, ord::head_release());
        }
    }

    /// The records that were lost here since the last gap, by level, once everything that was
    /// logged before them has been advanced over. Each loss is returned once.
    ///
    /// Asked after every pass, and before [`retire`](Self::retire).
    #[inline]
    #[must_use = "losses are returned once"]
    pub fn gap(&self) -> Option<[u64; LEVELS]> {
        let Ring { consumer: line, cold, .. } = self.ring;
        let counts = cold.lost.each_ref().map(|count| count.load(ord::loss_read()));
        let sum = counts.iter().fold(0_usize, |sum, count| sum.wrapping_add(*count));
        if sum == line.reported_sum.get() {
            return None;
        }
        // The place is that of the last loss counted above, or of a later one.
        let behind = cold.gap_at.load(ord::count()).wrapping_sub(line.own_head.get());
        if behind != 0 && behind <= line.region.capacity() {
            return None;
        }
        line.reported_sum.set(sum);
        let mut lost = [0; LEVELS];
        for ((count, reported), lost) in counts.iter().zip(&line.reported).zip(&mut lost) {
            *lost = count.wrapping_sub(reported.get()) as u64;
            reported.set(*count);
        }
        Some(lost)
    }

    /// Frees a ring whose owner is gone, for another to take. `false`, and nothing happens, unless
    /// it is closed, all its records were advanced over, and all its losses were returned by
    /// [`gap`](Self::gap).
    #[expect(clippy::must_use_candidate, reason = "a ring that is not retired now is tried again")]
    pub fn retire(&self) -> bool {
        let Ring { consumer: line, cold, .. } = self.ring;
        if !self.closed() && !planted(Seed::RetireOpen) {
            return false;
        }
        if self.poll() != 0 && !planted(Seed::RetireFull) {
            return false;
        }
        let lost = cold
            .lost
            .iter()
            .fold(0_usize, |sum, count| sum.wrapping_add(count.load(ord::loss_read())));
        if lost != line.reported_sum.get() {
            return false;
        }
        self.release_now();
        cold.state.store(State::Free as u32, ord::ring_retire());
        true
    }

    /// Counts the records that wait, by walking them; notes of the producer's own (flag `CONTROL`)
    /// do not count.
    #[must_use]
    pub fn pending(&self) -> u64 {
        let Ring { consumer: line, cold, .. } = self.ring;
        let mut position = line.own_head.get();
        let tail = self.ring.producer.tail.load(ord::tail_read());
        let mut records = 0;
        while position != tail {
            let available = tail.wrapping_sub(position);
            // SAFETY: bounds: at least one granule lies before the tail; race: R2.
            let len = unsafe { record_bytes(line.region, position, available, cold.longest) };
            // SAFETY: bounds and race: as above.
            let record = unsafe { line.region.bytes(position, len) };
            position = position.wrapping_add(len);
            records += u64::from(!record::is_control(record));
        }
        records
    }

    /// The ring.
    #[inline(always)]
    #[must_use]
    pub const fn ring(&self) -> &'r Ring {
        self.ring
    }
}
