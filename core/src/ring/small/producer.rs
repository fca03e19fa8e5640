//! The writing side: claim, write, commit; and what happens when there is no room.
#![expect(unsafe_code, reason = "one claim's bytes and map entry belong to one owner")]

use super::{COMMIT, Losses, NOTE_BYTES, Ring};
use crate::level::Level;
use crate::ord;
use crate::record::{Flags, Narrow, encode_as};
use crate::ring::mpsc::claim::Claim;
use crate::ring::{GRANULE_BYTES, round_up};
use crate::site::SiteId;
use crate::sync::rmw;
use core::ptr::NonNull;

/// Bytes that were claimed, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The first byte, aligned to 8.
    pub at: NonNull<u8>,
    /// The clock, read so that stamps are in the order of claims.
    pub stamp: u32,
}

impl<const K: usize, const E: usize, const L: usize, C: Claim> Ring<K, E, L, C> {
    /// Claims room for a record of `bytes` at most, in one attempt, and leaves what is behind
    /// `limit` to warnings and errors ([`ORDINARY`](Self::ORDINARY), or the whole capacity).
    ///
    /// Whoever claims has to [`commit`](Self::commit), or the consumer stops here for ever. `None`
    /// leaves the call to [`claim_slowly`](Self::claim_slowly).
    #[inline]
    pub fn claim(&self, bytes: usize, limit: usize, now: impl Fn() -> u32) -> Option<Claimed> {
        if bytes > Self::LONGEST {
            return None;
        }
        let bytes = round_up(bytes);
        let claimed = self.claim.claim_once(&self.quick, &self.tail, limit, bytes, now);
        let (position, stamp) = claimed?;
        Some(self.claimed(position, stamp))
    }

    /// As [`claim`](Self::claim), for a call that found no room, or that has to tell of losses.
    ///
    /// `make_room` is asked to free so many bytes when there is no room; while it says that it made
    /// some, the claim is tried again. `None`: the record is lost, and the caller has to
    /// [`lose`](Self::lose) it.
    pub fn claim_slowly(
        &self,
        level: Level,
        bytes: usize,
        limit: usize,
        now: impl Fn() -> u32,
        mut make_room: impl FnMut(usize) -> bool,
    ) -> Option<Claimed> {
        if bytes > Self::LONGEST {
            return None;
        }
        let is_urgent = level <= Level::Warn;
        let capacity = if is_urgent { K } else { limit };
        let bytes = round_up(bytes);
        let try_claim = |bytes| self.claim_free(capacity, bytes, &now);
        // Somebody else may take the room that was made; a bound keeps this call's time bounded.
        for _ in 0..4 {
            if Self::HAS_NOTES && self.has_lost() {
                if let Some((position, stamp)) = try_claim(NOTE_BYTES + bytes) {
                    self.note(position, stamp);
                    return Some(self.claimed(position.wrapping_add(NOTE_BYTES), stamp));
                }
                // A warning goes before what was lost rather than get lost itself.
                if is_urgent && let Some((position, stamp)) = try_claim(bytes) {
                    return Some(self.claimed(position, stamp));
                }
            } else if let Some((position, stamp)) = try_claim(bytes) {
                self.refresh(self.head.load(ord::shared_head_read()));
                return Some(self.claimed(position, stamp));
            }
            let note = if Self::HAS_NOTES && self.has_lost() { NOTE_BYTES } else { 0 };
            // More than this call may use is in use where warnings took the room kept for them.
            let wanted = self.pending_bytes() + note + bytes;
            if !make_room(wanted.saturating_sub(capacity).max(GRANULE_BYTES)) {
                return None;
            }
        }
        None
    }

    /// Claims what is free. On its own, so that it is there once.
    #[cold]
    #[inline(never)]
    fn claim_free(
        &self,
        capacity: usize,
        bytes: usize,
        now: impl Fn() -> u32,
    ) -> Option<(usize, u32)> {
        self.claim.claim(&self.head, &self.tail, capacity, bytes, now).ok()
    }

    #[inline(always)]
    fn claimed(&self, position: usize, stamp: u32) -> Claimed {
        // SAFETY: bounds: an address inside the data is not null; race: only an address.
        let at = unsafe { NonNull::new_unchecked(self.at(Self::offset(position))) };
        Claimed { at, stamp }
    }

    /// Publishes the first `used` bytes of a claim of `bytes`, and gives the rest back; with none
    /// used, all of it.
    ///
    /// # Safety
    /// * `at` came from a claim of `bytes` of this ring that was not committed yet.
    /// * `used` is at most `bytes`, and that many bytes, one whole record or none, were written.
    #[inline]
    pub unsafe fn commit(&self, at: NonNull<u8>, bytes: usize, used: usize) {
        let offset = at.as_ptr().addr().wrapping_sub(self.at(0).addr());
        let (bytes, used) = (round_up(bytes), round_up(used));
        debug_assert!(used <= bytes && offset < K, "M4");
        self.cells.wrote(offset, used);
        // The rest before the front: once the front is readable, so is what follows it.
        if used < bytes {
            self.mark(offset + used, bytes - used, 0);
        }
        if used > 0 {
            self.mark(offset, used, COMMIT);
        }
    }

    /// Counts a record that found no room.
    #[cold]
    pub fn lose(&self, level: Level) {
        if let Some(count) = self.lost.get(level as usize - 1) {
            rmw::add(count, 1, ord::loss_count());
        }
        if Self::HAS_NOTES {
            self.hold_back();
        }
    }

    /// Counts records that were evicted, or that nobody could be told of.
    #[cold]
    pub(super) fn lose_all(&self, lost: Losses) {
        for (count, lost) in self.lost.iter().zip(lost) {
            rmw::add(count, lost as usize, ord::loss_count());
        }
        if Self::HAS_NOTES && lost.iter().any(|lost| *lost > 0) {
            self.hold_back();
        }
    }

    /// Writes a note at the start of a claim.
    #[cold]
    fn note(&self, position: usize, stamp: u32) {
        let lost = self.take_lost();
        self.write_note(position, stamp, lost);
    }

    /// Writes a note into bytes that belong to the caller.
    pub(super) fn write_note(&self, position: usize, stamp: u32, lost: Losses) {
        let [error, warn, info, debug, trace] = lost;
        let args = (error, (warn, (info, (debug, (trace, ())))));
        let (offset, flags) = (Self::offset(position), Flags::CONTROL);
        let at = self.at(offset);
        // SAFETY: bounds: as many bytes fit behind any offset, as there are notes at all; race:
        // they are the caller's.
        let used = unsafe {
            encode_as::<Narrow, _>(at, NOTE_BYTES, SiteId(0), stamp.into(), &args, flags)
        };
        debug_assert!(used == NOTE_BYTES, "a note's length is constant");
        self.cells.wrote(offset, NOTE_BYTES);
        self.mark(offset, NOTE_BYTES, COMMIT);
    }

    /// Stores the map entry of a claim (M4).
    #[inline(always)]
    fn mark(&self, offset: usize, bytes: usize, state: u8) {
        #[expect(clippy::cast_possible_truncation, reason = "a claim has at most 127 granules")]
        let units = (bytes / GRANULE_BYTES) as u8;
        self.entry(offset).store(units | state, ord::map_commit());
    }
}
