//! A ring for each depth of nesting: on a core without compare-and-swap, calls that mask nothing.
//!
//! On one core interrupts nest strictly: whoever interrupts ends before the other goes on. So a
//! depth that is read and written says whose ring is whose: each has one producer at a time, and
//! there are no more depths than priorities. A call writes the depth before it looks at its ring
//! and after it is done with it; what comes in between finds it raised, and leaves it as it was.
#![expect(unsafe_code, reason = "rings belong to one call each, by depth")]

use crate::__private::{Lane, Returned, Store};
use crate::clock::Ticks;
use crate::drain::{Drained, note};
use core::marker::PhantomData;
use core::ptr;
use hydra_log_core::record::firmware::Header;
use hydra_log_core::ring::small::LaneReader;
use hydra_log_core::site::Gate;
use hydra_log_core::sync::{AtomicUsize, LoadOwn as _, signal_fence};
use hydra_log_core::{ord, ring};

/// An application's rings, made by [`rings!`](crate::rings): `N`, of `K` bytes of records each. The
/// depth is in front, where its address is theirs.
#[repr(C)]
#[derive(Debug)]
pub struct Nest<const K: usize, const L: usize, const N: usize, T> {
    depth: AtomicUsize,
    lanes: [Lane<K, L>; N],
    chosen: PhantomData<fn() -> T>,
}

impl<const K: usize, const L: usize, const N: usize, T: Ticks> Nest<K, L, N, T> {
    /// Empty rings.
    ///
    /// # Panics
    /// With none: in a constant, so it does not compile.
    #[must_use]
    pub const fn new() -> Self {
        assert!(N > 0, "one call is under way at least: `nesting = 1`");
        let depth = AtomicUsize::new(0);
        Self { depth, lanes: [const { Lane::new() }; N], chosen: PhantomData }
    }

    /// The longest record.
    #[inline(always)]
    #[must_use]
    pub const fn longest(&self) -> usize {
        Lane::<K, L>::LONGEST
    }

    /// Writes the depth, between what is done at one and at the other.
    #[inline(always)]
    fn set_depth(&self, depth: usize) {
        signal_fence();
        self.depth.store(depth, ord::own());
        signal_fence();
    }

    /// A claim that finds room; a loss is not counted.
    #[inline(always)]
    pub fn claim(&self, bytes: usize) -> Returned {
        let depth = self.depth.load_own();
        let Some(lane) = self.lanes.get(depth) else { return Returned::new(None, ptr::null()) };
        self.set_depth(depth + 1);
        // SAFETY: who comes in between has other lanes, by the depth, until it is put back.
        let claimed = unsafe { lane.claim_alone(bytes, T::now) };
        if claimed.is_none() {
            self.set_depth(depth);
        }
        Returned::new(claimed, ptr::from_ref(lane).cast())
    }

    /// A claim that did not find room, once more; a loss is counted.
    pub fn claim_slowly(&self, gate: &'static Gate, bytes: usize) -> Returned {
        let returned = self.claim(bytes);
        if returned.is_none() {
            let depth = self.depth.load_own();
            match (self.lanes.get(depth), self.lanes.last()) {
                (Some(lane), _) => {
                    self.set_depth(depth + 1);
                    // SAFETY: as in `claim`.
                    unsafe { lane.lose_alone(gate.level()) };
                    self.set_depth(depth);
                }
                (None, Some(last)) => last.miss(gate.level()),
                (None, None) => {}
            }
        }
        returned
    }

    /// Publishes a record.
    ///
    /// # Safety
    /// As [`Lane::commit_alone`], of what a claim of these rings returned, the last that was not
    /// committed.
    #[inline(always)]
    pub unsafe fn commit(&self, lane: *const (), used: usize) {
        // SAFETY: bounds: a claim of these rings returned it; race: rings are shared.
        let lane = unsafe { &*lane.cast::<Lane<K, L>>() };
        // SAFETY: the caller's promise is passed on.
        unsafe { lane.commit_alone(used) };
        self.set_depth(self.depth.load_own().wrapping_sub(1));
    }
}

impl<const K: usize, const L: usize, const N: usize, T: Ticks> Default for Nest<K, L, N, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const K: usize, const L: usize, const N: usize, T: Ticks> Store for Nest<K, L, N, T> {
    fn take(&self, _run: usize, each: &mut dyn FnMut(&[u8]) -> bool) -> Drained {
        let readers = self.lanes.each_ref().map(Lane::try_read);
        match readers.iter().all(Option::is_some) {
            true => merge(&readers, T::now, each),
            false => Drained::default(),
        }
    }

    unsafe fn take_last(&self, _run: usize, each: &mut dyn FnMut(&[u8]) -> bool) -> Drained {
        // SAFETY: the caller's promise is passed on.
        let readers = self.lanes.each_ref().map(|lane| Some(unsafe { lane.seize() }));
        merge(&readers, T::now, each)
    }

    fn hertz(&self) -> u32 {
        T::HERTZ
    }

    fn evict(&self, _bytes: usize) -> bool {
        false
    }
}

/// Hands over all records by their stamps, and then what was lost.
///
/// What comes while heads are looked at may be behind one that was seen empty, and in front of one
/// that is yet to be seen. So a record counts only up to the time at which the look began: those in
/// front of it were there by then.
fn merge<const K: usize, const L: usize>(
    readers: &[Option<LaneReader<'_, K, L>>],
    now: fn() -> u32,
    each: &mut dyn FnMut(&[u8]) -> bool,
) -> Drained {
    let mut drained = Drained::default();
    // As many as there may be at once: an end, whatever comes meanwhile.
    for _ in 0..readers.len() * K / ring::GRANULE_BYTES {
        let horizon = now();
        let heads = readers.iter().flatten().filter_map(|reader| {
            let record = reader.peek()?;
            Some((Header::parse(record).ok()?.stamp, reader, record))
        });
        let oldest = heads.reduce(|first, other| {
            // Stamps wrap; of the same, what is less deep comes first.
            let is_older = other.0.wrapping_sub(first.0).cast_signed() < 0;
            if is_older { other } else { first }
        });
        let Some((stamp, reader, record)) = oldest else {
            drained.is_empty = readers.iter().flatten().all(|reader| {
                reader.gap().is_none_or(|lost| {
                    let is_told = each(&note(lost));
                    if is_told {
                        reader.told(lost);
                        drained.records += 1;
                    }
                    is_told
                })
            });
            return drained;
        };
        if horizon.wrapping_sub(stamp).cast_signed() < 0 {
            continue;
        }
        if !each(record) {
            return drained;
        }
        reader.advance(record.len());
        drained.records += 1;
    }
    drained
}
