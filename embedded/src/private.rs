//! What the macros' expansions name; no part of the public interface.
//!
//! An application's ring is a static of a type with its sizes. Code that is the same for all sizes
//! reaches it as a [`Store`].
#![expect(unsafe_code, reason = "declares what the application defines")]

pub use hydra_log_core::__private::*;
pub use hydra_log_core::linked::Returned;
pub use hydra_log_core::ring::small::{Geometry, Ring};

use crate::clock::Ticks;
use crate::drain::Drained;
use crate::policy::Policy;
use core::marker::PhantomData;
use core::ptr::NonNull;
use hydra_log_core::emit;
use hydra_log_core::linked::Linked;
use hydra_log_core::ring::small::{Claimed, Peek};
use hydra_log_core::site::{self, SiteId};

/// Records a call in the application's ring.
#[inline(always)]
pub fn emit<A: Args>(gate: &'static Gate, args: &A) {
    emit::emit::<Linked, A>(gate, args);
}

/// An application's ring, with what was chosen for it.
#[derive(Debug)]
pub struct Logger<const K: usize, const E: usize, const L: usize, P, T> {
    ring: Ring<K, E, L>,
    chosen: PhantomData<fn() -> (P, T)>,
}

/// What the drain and the policies need of a ring of any size.
pub trait Store: Sync {
    /// Hands the records over.
    fn take(&self, each: &mut dyn FnMut(&[u8])) -> Drained;
    /// Drops the oldest records until `bytes` are free; whether that was possible.
    fn evict(&self, bytes: usize) -> bool;
}

impl<const K: usize, const E: usize, const L: usize, P: Policy, T: Ticks> Logger<K, E, L, P, T> {
    /// An empty ring.
    #[must_use]
    pub const fn new() -> Self {
        Self { ring: Ring::new(), chosen: PhantomData }
    }

    /// The longest record.
    #[inline(always)]
    #[must_use]
    pub const fn longest(&self) -> usize {
        Ring::<K, E, L>::LONGEST
    }

    /// A claim that finds room at once.
    #[inline(always)]
    pub fn claim(&self, bytes: usize) -> Returned {
        Returned::new(self.ring.claim(bytes, T::now))
    }

    /// A claim that does not.
    pub fn claim_slowly(&self, gate: &'static Gate, bytes: usize) -> Returned {
        let level = gate.level();
        let claimed: Option<Claimed> =
            self.ring.claim_slowly(level, bytes, T::now, |bytes| P::make_room(self, bytes));
        if claimed.is_none() {
            self.ring.lose(level);
        }
        Returned::new(claimed)
    }

    /// Publishes a record.
    ///
    /// # Safety
    /// As [`Ring::commit`].
    #[inline(always)]
    pub unsafe fn commit(&self, at: NonNull<u8>, bytes: usize, used: usize) {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.ring.commit(at, bytes, used) }
    }
}

impl<const K: usize, const E: usize, const L: usize, P: Policy, T: Ticks> Default
    for Logger<K, E, L, P, T>
{
    fn default() -> Self {
        Self::new()
    }
}

impl<const K: usize, const E: usize, const L: usize, P: Policy, T: Ticks> Store
    for Logger<K, E, L, P, T>
{
    fn take(&self, each: &mut dyn FnMut(&[u8])) -> Drained {
        let mut drained = Drained::default();
        let Some(reader) = self.ring.try_read() else { return drained };
        loop {
            match reader.peek() {
                Peek::Record(record) => {
                    each(record);
                    let bytes = record.len();
                    reader.advance(bytes);
                    reader.release();
                    drained.records += 1;
                }
                Peek::Hole => return drained,
                Peek::Empty => break,
            }
        }
        drained.is_empty = true;
        drained
    }

    fn evict(&self, bytes: usize) -> bool {
        let Some(reader) = self.ring.try_read() else { return false };
        let mut freed = 0;
        while freed < bytes {
            let Peek::Record(record) = reader.peek() else { break };
            let len = record.len();
            let number = record.first_chunk().map(|site| u16::from_le_bytes(*site));
            self.ring.lose(site::level_of(SiteId(number.unwrap_or_default().into())));
            reader.advance(len);
            freed += len;
        }
        freed > 0
    }
}

unsafe extern "Rust" {
    #[link_name = "__hydra_no_ring__store"]
    safe fn store() -> &'static dyn Store;
}

/// The application's ring.
#[must_use]
pub fn linked_store() -> &'static dyn Store {
    store()
}
