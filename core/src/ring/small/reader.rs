//! The reading side, for whoever holds the token: peek, advance, tell of losses.
#![expect(unsafe_code, reason = "lends the bytes of committed claims")]

use super::{COMMIT, NOTE_BYTES, Ring, UNITS};
use crate::level::Level;
use crate::ord;
use crate::record::firmware::Header;
use crate::ring::GRANULE_BYTES;
use crate::ring::mpsc::LEVELS;
use crate::ring::mpsc::claim::{Claim, Native};
use crate::site::SiteId;
use crate::sync::LoadOwn as _;
use crate::token::Taken;

/// How many records were lost, by level, `Error` first.
pub type Losses = [u32; LEVELS];

/// The consumer of a [`Ring`]. Dropped, it gives the room of what was read back, and the token.
#[derive(Debug)]
pub struct Reader<'r, const K: usize, const E: usize, const L: usize, C: Claim = Native> {
    ring: &'r Ring<K, E, L, C>,
    _taken: Taken<'r>,
}

/// What is at the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peek<'r> {
    /// Nothing, and no call is under way.
    Empty,
    /// A claim whose producer is not done. Records may lie behind it.
    Hole,
    /// A record. It stays valid until it is advanced over.
    Record(&'r [u8]),
}

impl<'r, const K: usize, const E: usize, const L: usize, C: Claim> Reader<'r, K, E, L, C> {
    pub(super) fn new(ring: &'r Ring<K, E, L, C>, taken: Taken<'r>) -> Self {
        Self { ring, _taken: taken }
    }

    /// Steps over claims that were given back, and looks at what comes next.
    #[must_use]
    pub fn peek(&self) -> Peek<'_> {
        let ring = self.ring;
        loop {
            let head = ring.own_head.get();
            let offset = Ring::<K, E, L, C>::offset(head);
            let entry = ring.entry(offset).load(ord::map_read());
            let bytes = usize::from(entry & UNITS) * GRANULE_BYTES;
            if entry & COMMIT != 0 {
                ring.cells.read(offset, bytes);
                // SAFETY: bounds: a claim is at most the longest record, which fits behind any
                // offset; race: committed, so the consumer's until its head is released (M4).
                let record = unsafe { core::slice::from_raw_parts(ring.at(offset), bytes) };
                return Peek::Record(record);
            }
            if entry == 0 {
                let is_empty = ring.tail.load(ord::shared_tail()) == head;
                return if is_empty { Peek::Empty } else { Peek::Hole };
            }
            self.advance(bytes);
        }
    }

    /// The records at the head that lie one after the other, in whole units of 8 bytes, at most
    /// `most` bytes of them; and how many there are. None: there is no record, or a longer one.
    #[must_use]
    pub fn peek_run(&self, most: usize) -> (&[u8], usize) {
        if !matches!(self.peek(), Peek::Record(_)) {
            return (&[], 0);
        }
        let ring = self.ring;
        let start = Ring::<K, E, L, C>::offset(ring.own_head.get());
        let (mut bytes, mut records) = (0, 0);
        // What starts behind the capacity would be elsewhere.
        while start + bytes < K {
            let entry = ring.entry(start + bytes).load(ord::map_read());
            let next = bytes + usize::from(entry & UNITS) * GRANULE_BYTES;
            if entry & COMMIT == 0 || next > most {
                break;
            }
            (bytes, records) = (next, records + 1);
        }
        ring.cells.read(start, bytes);
        // SAFETY: bounds: whole claims, of which only the last runs over the capacity; race: all
        // committed, so the consumer's until its head is released (M4).
        (unsafe { core::slice::from_raw_parts(ring.at(start), bytes) }, records)
    }

    /// Steps over what [`peek_run`](Self::peek_run) lent.
    pub fn advance_run(&self, bytes: usize) {
        let mut left = bytes;
        while left > 0 {
            let entry = self.ring.entry(self.ring.own_head.get()).load(ord::map_read());
            let len = usize::from(entry & UNITS).max(1) * GRANULE_BYTES;
            self.advance(len);
            left = left.saturating_sub(len);
        }
    }

    /// Steps over the record that [`peek`](Self::peek) lent; `len` is its length.
    pub fn advance(&self, len: usize) {
        let head = self.ring.own_head.get();
        self.ring.entry(head).store(0, ord::map_clear());
        self.ring.own_head.set(head.wrapping_add(len));
    }

    /// Steps over a hole to the next claim that is complete, or to the end: for a context that
    /// never returns to whoever left the hole. The hole's bytes are not to be written any more.
    pub fn skip_hole(&self) {
        let ring = self.ring;
        let tail = ring.tail.load(ord::shared_tail());
        let mut head = ring.own_head.get();
        // Inside a claim that is not complete all entries are zero (M3).
        while head != tail && ring.entry(head).load(ord::map_read()) == 0 {
            head = head.wrapping_add(GRANULE_BYTES);
        }
        ring.own_head.set(head);
    }

    /// Drops the oldest records until `bytes` are free, and leaves a note of them at the head (N3);
    /// whether any are free now that were not. `level_of` tells the level of a site's records.
    pub fn evict(&self, bytes: usize, level_of: impl Fn(SiteId) -> Level) -> bool {
        let note = if Ring::<K, E, L, C>::HAS_NOTES { NOTE_BYTES } else { 0 };
        let (mut lost, mut stamp, start) = ([0_u32; LEVELS], 0, self.ring.own_head.get());
        let freed = || self.ring.own_head.get().wrapping_sub(start);
        while freed() < bytes + note {
            let Peek::Record(record) = self.peek() else { break };
            let len = record.len();
            if let Ok(header) = Header::parse(record) {
                stamp = header.stamp;
                let told = header.losses(record, &level_of);
                for (lost, told) in lost.iter_mut().zip(told) {
                    *lost = lost.saturating_add(told);
                }
            }
            self.advance(len);
        }
        let freed = freed();
        if note > 0 && freed >= note {
            let head = self.ring.own_head.get().wrapping_sub(note);
            self.ring.write_note(head, stamp, lost);
            self.ring.own_head.set(head);
        } else {
            self.ring.lose_all(lost);
        }
        freed > note
    }

    /// Gives all room back that was advanced over.
    pub fn release(&self) {
        let head = self.ring.own_head.get();
        if self.ring.head.load_own() != head {
            self.ring.head.store(head, ord::shared_head_release());
            self.ring.refresh(head);
        }
    }

    /// The losses that no note told of, where the ring is empty (N3).
    #[must_use = "losses are returned once"]
    pub fn gap(&self) -> Option<Losses> {
        if !self.ring.has_lost() || self.peek() != Peek::Empty {
            return None;
        }
        Some(self.ring.take_lost())
    }

    /// Counts losses again that [`gap`](Self::gap) gave and nobody could be told of.
    pub fn untold(&self, lost: Losses) {
        self.ring.lose_all(lost);
    }
}

impl<const K: usize, const E: usize, const L: usize, C: Claim> Drop for Reader<'_, K, E, L, C> {
    fn drop(&mut self) {
        self.release();
    }
}
