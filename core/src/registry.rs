//! The list of all rings: threads join it, the drain walks it, closed rings are used again.
//!
//! ```text
//!   head --> ring 2 --> ring 1 --> ring 0          push-only: a ring never leaves the list
//!
//!   state:  Open --close (owner)--> Closed --retire (drain)--> Free --reuse (new owner)--> Open
//! ```
//!
//! | field   | written by           | published with                | read by the other side with |
//! |---------|----------------------|-------------------------------|-----------------------------|
//! | `head`  | joining threads      | `ord::registry_join`          | `ord::registry_walk`        |
//! | `epoch` | joining threads, reusers | `ord::epoch_bump`         | `ord::epoch_read`           |
//! | `next`  | the joining thread   | before it joins               | after `head`                |
//! | `state` | owner, drain, reuser | `ord::ring_close`, `ord::ring_retire` | `ord::ring_closed`, `ord::ring_reuse` |
//!
//! G1  A ring that joined is found by every walk that begins later, for ever.
//! G2  Only the owner closes, only the drain retires, and at most one thread takes a free ring.
//! G3  A ring is retired only when it is empty and its losses were reported, so that no record or
//!     loss of one owner is ever taken for the next one's.
//!
//! G4  A drain that sees the epoch at a number finds every ring that joined, and sees every ring
//!     open that was taken again, up to that number: until the number changes it need not look.
//!
//! | operation | bound |
//! |-----------|-------|
//! | `join`  | lock-free: repeats only when another thread joined |
//! | `reuse` | wait-free: one attempt a ring |
//! | `iter`, `epoch` | wait-free |
#![expect(unsafe_code, reason = "follows the list's pointers")]

use crate::ord;
use crate::ring::spsc::Ring;
use crate::seed::Seed;
use crate::sync::{AtomicPtr, AtomicUsize, const_fn, planted, rmw};
use core::fmt;
use core::ptr::{from_ref, null_mut};

/// All rings of an engine.
///
/// ```
/// use hydra_log_core::registry::Registry;
/// let registry = Registry::new();
/// assert_eq!(registry.iter().count(), 0);
/// assert!(registry.reuse().is_none());
/// ```
pub struct Registry {
    head: AtomicPtr<Ring>,
    /// How many rings joined or were taken again.
    epoch: AtomicUsize,
}

impl Registry {
    const_fn! {
        /// An empty list.
        #[must_use]
        pub const fn new() -> Self {
            Self { head: AtomicPtr::new(null_mut()), epoch: AtomicUsize::new(0) }
        }
    }

    /// Adds a ring, and gives it the next number. Its maker owns the producer.
    ///
    /// A ring joins one registry, once.
    pub fn join(&self, ring: &'static Ring) {
        let (next, id) = ring.link();
        let new = from_ref(ring).cast_mut();
        // The first attempt takes the list for empty: failing tells what is there.
        let mut first = null_mut();
        loop {
            next.store(first, ord::registry_link());
            // SAFETY: bounds: null or a ring that joined, which is there for ever; race: shared.
            let before = unsafe { first.as_ref() };
            id.store(before.map_or(0, |ring| ring.id() + 1), ord::count());
            if planted(Seed::JoinByStore) {
                next.store(self.head.load(ord::registry_walk()), ord::registry_link());
                self.head.store(new, ord::registry_join());
                break;
            }
            // Acquire on failure: the number of the ring found is read.
            match rmw::replace_ptr(
                &self.head,
                first,
                new,
                ord::registry_join(),
                ord::registry_walk(),
            ) {
                Ok(_) => break,
                Err(found) => first = found,
            }
        }
        self.changed();
    }

    /// Takes a ring that nobody owns. The caller owns its producer from here on.
    #[must_use]
    pub fn reuse(&self) -> Option<&'static Ring> {
        self.reuse_at_least(0)
    }

    /// Takes a ring of at least this capacity that nobody owns.
    #[must_use]
    pub fn reuse_at_least(&self, capacity: usize) -> Option<&'static Ring> {
        if planted(Seed::EpochFirst) {
            self.changed();
        }
        let taken = self.iter().find(|ring| ring.capacity() >= capacity && ring.take_free());
        if taken.is_some() && !planted(Seed::EpochFirst) {
            self.changed();
        }
        taken
    }

    /// A number that changes whenever a ring joins or is taken again (G4).
    #[inline]
    #[must_use]
    pub fn epoch(&self) -> usize {
        self.epoch.load(ord::epoch_read())
    }

    fn changed(&self) {
        rmw::add(&self.epoch, 1, ord::epoch_bump());
    }

    /// All rings that joined, the latest first.
    #[must_use]
    pub fn iter(&self) -> Iter {
        Iter { next: self.head.load(ord::registry_walk()) }
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl IntoIterator for &Registry {
    type Item = &'static Ring;
    type IntoIter = Iter;

    fn into_iter(self) -> Iter {
        self.iter()
    }
}

/// Walks a registry.
#[derive(Debug)]
pub struct Iter {
    next: *const Ring,
}

impl Iterator for Iter {
    type Item = &'static Ring;

    fn next(&mut self) -> Option<&'static Ring> {
        // SAFETY: bounds: null or a ring that joined, a `&'static Ring` given to `join`; race: its
        // words were written before it joined (`ord::registry_join`).
        let ring = unsafe { self.next.as_ref::<'static>() }?;
        let (next, _) = ring.link();
        self.next = next.load(ord::registry_link());
        Some(ring)
    }
}
