//! The reading side, for whoever holds the token: peek, advance, tell of losses.
#![expect(unsafe_code, reason = "lends the bytes of committed claims")]

use super::{COMMIT, Ring, UNITS};
use crate::ord;
use crate::ring::GRANULE_BYTES;
use crate::ring::mpsc::LEVELS;
use crate::ring::mpsc::claim::{Claim, Native};
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
}

impl<const K: usize, const E: usize, const L: usize, C: Claim> Drop for Reader<'_, K, E, L, C> {
    fn drop(&mut self) {
        self.release();
    }
}
