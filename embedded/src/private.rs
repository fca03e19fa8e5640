//! What the macros' expansions name; no part of the public interface.
//!
//! An application's ring is a static of a type with its sizes. Code that is the same for all sizes
//! reaches it as a [`Store`].
#![expect(unsafe_code, reason = "declares what the application defines")]

pub use crate::nest::Nest;
pub use crate::unmasked::{Aside, Beside};
pub use hydra_log_core::__private::*;
pub use hydra_log_core::linked::Returned;
pub use hydra_log_core::ring::small::{Geometry, Lane, Ring};
pub use hydra_log_core::token::Token;

use crate::clock::Ticks;
use crate::drain::{self, Drained};
use crate::policy::Policy;
use crate::port::Port;
use crate::unmasked::Reading;
use core::marker::PhantomData;
use core::ptr::NonNull;
use hydra_log_core::backend::Slot;
use hydra_log_core::linked;
use hydra_log_core::record::firmware::Header;
use hydra_log_core::ring::small::{Claimed, Peek, Reader};
use hydra_log_core::{site, sync};

/// Records a call in the application's ring.
#[inline(always)]
pub fn emit<A: Args>(gate: &'static Gate, args: &A) {
    linked::emit(gate, args);
}

/// An application's ring, with what was chosen for it.
#[derive(Debug)]
pub struct Logger<const K: usize, const E: usize, const L: usize, P, T, U = ()> {
    ring: Ring<K, E, L>,
    beside: U,
    chosen: PhantomData<fn() -> (P, T)>,
}

/// What the drain and the policies need of a ring of any size.
pub trait Store: Sync {
    /// Hands records over, while `each` takes them: in runs of at most `run` bytes where they lie
    /// one after the other, or, with 0, one by one. A longer record is a run of its own.
    fn take(&self, run: usize, each: &mut dyn FnMut(&[u8]) -> bool) -> Drained;
    /// As `take`, past whoever takes now, and past holes.
    ///
    /// # Safety
    /// Nothing that runs later uses the ring.
    unsafe fn take_last(&self, run: usize, each: &mut dyn FnMut(&[u8]) -> bool) -> Drained;
    /// Ticks of the clock a second.
    fn hertz(&self) -> u32;
    /// Drops the oldest records until `bytes` are free; whether that was possible.
    fn evict(&self, bytes: usize) -> bool;
}

impl<const K: usize, const E: usize, const L: usize, P: Policy, T: Ticks, U: Beside>
    Logger<K, E, L, P, T, U>
{
    /// What calls below a warning may use.
    const LIMIT: usize =
        if P::EVICTS { Ring::<K, E, L>::NEWEST } else { Ring::<K, E, L>::ORDINARY };

    /// An empty ring.
    #[must_use]
    pub const fn new() -> Self {
        Self { ring: Ring::new(), beside: U::NEW, chosen: PhantomData }
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
        let ring = sync::opaque(&raw const self.ring);
        // SAFETY: bounds: this ring's own address; race: rings are shared.
        let claimed = unsafe { &*ring }.claim(bytes, Self::LIMIT, T::now);
        Returned::new(claimed, ring.cast())
    }

    /// A claim that does not.
    pub fn claim_slowly(&self, gate: &'static Gate, bytes: usize) -> Returned {
        let level = gate.level();
        let claimed: Option<Claimed> =
            self.ring
                .claim_slowly(level, bytes, Self::LIMIT, T::now, |bytes| P::make_room(self, bytes));
        if claimed.is_none() {
            self.ring.lose(level);
        }
        Returned::new(claimed, (&raw const self.ring).cast())
    }

    /// Publishes a record.
    ///
    /// # Safety
    /// As [`Ring::commit`], of what a claim of this logger returned.
    #[inline(always)]
    pub unsafe fn commit(ring: *const (), at: NonNull<u8>, bytes: usize, used: usize) {
        // SAFETY: bounds: a claim of this logger returned it; race: rings are shared.
        let ring = unsafe { &*ring.cast::<Ring<K, E, L>>() };
        // SAFETY: the caller's promise is passed on.
        unsafe { ring.commit(at, bytes, used) }
    }
}

impl<const K: usize, const E: usize, const L: usize, P: Policy, T: Ticks, U: Beside> Default
    for Logger<K, E, L, P, T, U>
{
    fn default() -> Self {
        Self::new()
    }
}

impl<const K: usize, const E: usize, const L: usize, P: Policy, T: Ticks, U: Beside> Aside
    for Logger<K, E, L, P, T, U>
{
    fn claim(&self, gate: &'static Gate, bytes: usize) -> Option<Slot> {
        self.beside.claim(gate, bytes, T::now)
    }

    unsafe fn commit(&self, used: usize) {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.beside.commit(used) }
    }
}

impl<const K: usize, const E: usize, const L: usize, P: Policy, T: Ticks, U: Beside> Store
    for Logger<K, E, L, P, T, U>
{
    fn take(&self, run: usize, each: &mut dyn FnMut(&[u8]) -> bool) -> Drained {
        let Some(reader) = self.ring.try_read() else { return Drained::default() };
        let Some(beside) = self.beside.try_read() else { return Drained::default() };
        pass(&reader, &beside, run, each, false)
    }

    unsafe fn take_last(&self, run: usize, each: &mut dyn FnMut(&[u8]) -> bool) -> Drained {
        // SAFETY: the caller's promise is passed on.
        let reader = unsafe { self.ring.seize() };
        // SAFETY: as above.
        let beside = unsafe { self.beside.seize() };
        pass(&reader, &beside, run, each, true)
    }

    fn hertz(&self) -> u32 {
        T::HERTZ
    }

    fn evict(&self, bytes: usize) -> bool {
        self.ring.try_read().is_some_and(|reader| reader.evict(bytes, site::level_of))
    }
}

/// One pass over a ring.
fn pass<const K: usize, const E: usize, const L: usize>(
    reader: &Reader<'_, K, E, L>,
    beside: &impl Reading,
    run: usize,
    each: &mut dyn FnMut(&[u8]) -> bool,
    is_last: bool,
) -> Drained {
    let mut drained = Drained::default();
    // A pass ends, whatever producers do: it hands over no more than the ring holds.
    for _ in 0..=K / 8 {
        let found = reader.peek();
        let stamp = match found {
            Peek::Record(record) => Header::parse(record).ok().map(|header| header.stamp),
            Peek::Hole | Peek::Empty => None,
        };
        if !beside.hand_over(stamp, each, &mut drained) {
            return drained;
        }
        match found {
            Peek::Record(record) => {
                // What waits beside comes behind this record, and in front of others perhaps.
                let run = if beside.is_empty() { run } else { 0 };
                let (records, count) = match reader.peek_run(run) {
                    (_, 0) => (record, 1),
                    found => found,
                };
                if !each(records) {
                    return drained;
                }
                reader.advance_run(records.len());
                reader.release();
                drained.records += count;
            }
            Peek::Hole if is_last => reader.skip_hole(),
            Peek::Hole => return drained,
            Peek::Empty => {
                drained.is_empty = reader.gap().is_none_or(|lost| {
                    let is_told = each(&drain::note(lost));
                    drained.records += usize::from(is_told);
                    if !is_told {
                        reader.untold(lost);
                    }
                    is_told
                });
                return drained;
            }
        }
    }
    drained
}

unsafe extern "Rust" {
    #[link_name = "__hydra_no_ring__store"]
    safe fn store() -> &'static dyn Store;
}

/// What [`last_words!`](crate::last_words) defines: everything of the ring, to its port.
pub fn write_out<P: Port>() {
    crate::last::write_to::<P>();
}

/// The hook of an application that has none.
pub fn stay() -> ! {
    loop {
        core::hint::spin_loop();
    }
}

/// The application's ring.
#[must_use]
pub fn linked_store() -> &'static dyn Store {
    store()
}
