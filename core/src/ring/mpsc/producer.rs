//! The writing side: reserve, write, commit or drop.
#![expect(unsafe_code, reason = "one claim's bytes and map entry belong to one owner")]

use super::claim::{Claim, Native};
use super::{COMMIT, DISCARD, Ring};
use crate::ord;
use crate::ring::{Full, GRANULE_BYTES, min, round_up};
use crate::seed::Seed;
use crate::sync::{planted, rmw};
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

/// Bytes that were claimed: what is left of a grant when it has to travel as plain words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// The first byte, aligned as a `u64` is.
    pub at: NonNull<u8>,
    /// Its position in the ring.
    pub position: usize,
    /// How many bytes there are: a multiple of 8.
    pub bytes: usize,
}

/// Bytes that were reserved. Dropped without [`commit`](Self::commit), they are skipped.
#[derive(Debug)]
pub struct Grant<'r, C: Claim = Native> {
    ring: &'r Ring<C>,
    room: Room,
    one_owner: PhantomData<*mut u8>,
}

impl<C: Claim> Ring<C> {
    /// Reserves room for a record of at most `len` bytes.
    ///
    /// # Errors
    /// [`Full`] when there is no room, or when no ring of this size ever has it.
    #[inline]
    pub fn reserve(&self, len: usize) -> Result<Grant<'_, C>, Full> {
        let room = self.claim(len)?;
        Ok(Grant { ring: self, room, one_owner: PhantomData })
    }

    /// As [`reserve`](Self::reserve), without the guard: whoever claims must
    /// [`commit_at`](Self::commit_at) or [`discard_at`](Self::discard_at), or the ring's consumer
    /// stops at this claim for ever.
    ///
    /// # Errors
    /// As [`reserve`](Self::reserve).
    #[inline]
    pub fn claim(&self, len: usize) -> Result<Room, Full> {
        let line = &self.consumer;
        if len > line.longest || len == 0 {
            return Err(Full { requested: len, available: line.longest });
        }
        let (bytes, capacity) = (round_up(len), line.region.capacity());
        match self.shared.claim.claim(&line.head, &self.shared.tail, capacity, bytes, || ()) {
            Ok((position, ())) => Ok(Room { at: line.region.at(position), position, bytes }),
            Err(free) => Err(Full { requested: len, available: min(free, line.longest) }),
        }
    }

    /// Publishes the first `used` bytes of a claim, rounded up to 8, and gives the rest back.
    ///
    /// # Safety
    /// * `room` came from [`claim`](Self::claim) of this ring, and was neither committed nor
    ///   discarded.
    /// * `used` is between 1 and `room.bytes`, and that many bytes, a whole record, were written.
    #[inline]
    pub unsafe fn commit_at(&self, room: Room, used: usize) {
        let used = round_up(used);
        debug_assert!(used != 0 && used <= room.bytes, "M4");
        let cells = &self.consumer.cells;
        let offset = self.consumer.region.offset(room.position);
        if !planted(Seed::MpscCommitFirst) {
            cells.wrote(offset, used);
        }
        rmw::add(&self.cold.published, 1, ord::count());
        let rest = room.position.wrapping_add(used);
        // The rest before the front: once the front is readable, so is what follows it.
        let front_first = planted(Seed::MpscFrontFirst);
        if front_first {
            self.mark(room.position, used, COMMIT);
        }
        if used < room.bytes {
            self.mark(rest, room.bytes - used, DISCARD);
        }
        if !front_first {
            self.mark(room.position, used, COMMIT);
        }
        if planted(Seed::MpscCommitFirst) {
            cells.wrote(offset, used);
        }
    }

    /// Gives a claim back unused: the consumer steps over it.
    ///
    /// # Safety
    /// `room` came from [`claim`](Self::claim) of this ring, and was neither committed nor
    /// discarded.
    #[inline]
    pub unsafe fn discard_at(&self, room: Room) {
        if !planted(Seed::MpscDropUnmarked) {
            self.mark(room.position, room.bytes, DISCARD);
        }
    }

    /// Stores the map entry of a claim's granule (M4).
    #[inline]
    fn mark(&self, position: usize, bytes: usize, state: u16) {
        let line = &self.consumer;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a claim has at most 2^14 - 1 granules"
        )]
        let units = (bytes / GRANULE_BYTES) as u16;
        // SAFETY: bounds: a granule's index is below the map's length; race: an atomic.
        let word = unsafe { line.words.at(line.region.granule(position)) };
        word.store(units | state, ord::map_commit());
    }
}

impl<C: Claim> Grant<'_, C> {
    /// Publishes the first `used` bytes, rounded up to 8, and gives the rest back.
    ///
    /// # Safety
    /// `used` is between 1 and [`room`](Self::room), and that many bytes, a whole record, were
    /// written.
    #[inline]
    pub unsafe fn commit(self, used: usize) {
        let grant = ManuallyDrop::new(self);
        // SAFETY: bounds: by the caller; race: this grant is the claim's only owner and ends here.
        unsafe { grant.ring.commit_at(grant.room, used) }
    }

    /// The first byte, aligned as a `u64` is.
    #[inline]
    #[must_use]
    pub const fn at(&self) -> NonNull<u8> {
        self.room.at
    }

    /// How many bytes may be written.
    #[inline]
    #[must_use]
    pub const fn room(&self) -> usize {
        self.room.bytes
    }
}

impl<C: Claim> Drop for Grant<'_, C> {
    fn drop(&mut self) {
        // SAFETY: bounds: the claim's own; race: this grant is its only owner and ends here.
        unsafe { self.ring.discard_at(self.room) }
    }
}
