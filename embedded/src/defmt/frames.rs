//! Frames under way: one place for each call that interrupts another, and each core.
//!
//! On a core, interrupts nest strictly: whoever interrupts ends before the other goes on. So a
//! depth that is read and written says whose turn it is, and nothing is masked. Accesses are
//! volatile, which keeps their order; nobody but the core itself makes them.
#![expect(unsafe_code, reason = "places belong to one call each, by depth")]

use super::{HEADER_BYTES, gates};
use core::cell::UnsafeCell;
use core::fmt;
use core::ptr::{self, NonNull};
use hydra_log_core::backend::{Backend, Slot};
use hydra_log_core::linked::Linked;
use hydra_log_core::record::Flags;

/// A frame under way.
#[derive(Clone, Copy)]
struct Open {
    /// Where its record begins; null while there is no room for it.
    at: *mut u8,
    /// The ring that it is in.
    owner: *const (),
    stamp: u32,
    /// So many bytes were written; [`LOST`], or more, when it can't be kept.
    used: usize,
}

/// Instead of a number of bytes: the frame is lost, and counted.
const LOST: usize = usize::MAX / 2;

impl Open {
    const NONE: Self = Self { at: ptr::null_mut(), owner: ptr::null(), stamp: 0, used: LOST };
}

/// One core's frames.
struct Core<const NESTING: usize> {
    depth: UnsafeCell<usize>,
    open: [UnsafeCell<Open>; NESTING],
}

impl<const NESTING: usize> Core<NESTING> {
    const fn new() -> Self {
        Self { depth: UnsafeCell::new(0), open: [const { UnsafeCell::new(Open::NONE) }; NESTING] }
    }

    #[inline(always)]
    fn depth(&self) -> usize {
        // SAFETY: bounds: a field; race: this core alone writes it; who interrupts puts it back.
        unsafe { self.depth.get().read_volatile() }
    }

    #[inline(always)]
    fn set_depth(&self, depth: usize) {
        // SAFETY: bounds: a field; race: as in `depth`.
        unsafe { self.depth.get().write_volatile(depth) }
    }

    /// The place of the call at this depth.
    #[inline(always)]
    fn open(&self, depth: usize) -> Option<*mut Open> {
        self.open.get(depth).map(UnsafeCell::get)
    }
}

/// The frames of `CORES` cores, each with `NESTING` calls under way at most, of `FRAME` bytes at
/// most. Made by [`defmt_ring!`](crate::defmt_ring).
pub struct Frames<const FRAME: usize, const NESTING: usize, const CORES: usize> {
    cores: [Core<NESTING>; CORES],
}

// SAFETY: each core has its own, and there one call at a time has a place (see above).
unsafe impl<const F: usize, const N: usize, const C: usize> Sync for Frames<F, N, C> {}

impl<const FRAME: usize, const NESTING: usize, const CORES: usize> Frames<FRAME, NESTING, CORES> {
    /// No frame is under way.
    #[must_use]
    pub const fn new() -> Self {
        Self { cores: [const { Core::new() }; CORES] }
    }

    /// A call begins on `core`.
    #[inline(always)]
    pub fn acquire(&self, core: usize) {
        let Some(core) = self.cores.get(core) else { return };
        let depth = core.depth();
        // First: whoever interrupts from here on takes the next place.
        core.set_depth(depth + 1);
        let Some(place) = core.open(depth) else { return };
        let slot = Linked::reserve_quickly(gates::ordinary(), HEADER_BYTES + FRAME);
        let open = match slot {
            Some(Slot { at, stamp, owner, .. }) => {
                Open { at: at.as_ptr(), owner, stamp: low(stamp), used: 0 }
            }
            None => Open { used: 0, ..Open::NONE },
        };
        // SAFETY: bounds: a place of the array; race: this call's, by its depth.
        unsafe { place.write_volatile(open) };
    }

    /// Bytes of the call that began last on `core`.
    #[inline(always)]
    pub fn write(&self, core: usize, bytes: &[u8]) {
        let Some(core) = self.cores.get(core) else { return };
        let Some(place) = core.open(core.depth().wrapping_sub(1)) else { return };
        // SAFETY: bounds: a place of the array; race: this call's, by its depth.
        let mut open = unsafe { place.read_volatile() };
        if open.at.is_null() && !Self::claim_late(&mut open, bytes) {
            // SAFETY: bounds, race: as above.
            return unsafe { place.write_volatile(open) };
        }
        let used = open.used;
        open.used = used.saturating_add(bytes.len());
        // SAFETY: bounds, race: as above.
        unsafe { place.write_volatile(open) };
        if open.used <= FRAME {
            let to = open.at.wrapping_add(HEADER_BYTES + used);
            // SAFETY: bounds: the record has room for a frame behind its header; race: the claim is
            // this call's.
            unsafe { copy(bytes, to) };
        }
    }

    /// The call that began last on `core` ends.
    #[inline(always)]
    pub fn release(&self, core: usize) {
        let Some(core) = self.cores.get(core) else { return };
        let depth = core.depth().wrapping_sub(1);
        match core.open(depth) {
            Some(place) => {
                // SAFETY: bounds: a place of the array; race: this call's, by its depth.
                let open = unsafe { place.read_volatile() };
                match NonNull::new(open.at) {
                    Some(at) if open.used <= FRAME => Self::publish(at, &open),
                    Some(at) => Self::give_back(at, open.owner),
                    None => {}
                }
            }
            None => gates::lose(gates::ordinary()),
        }
        core.set_depth(depth);
    }

    /// For a call that found no room: with its first bytes it is known how urgent it is.
    #[cold]
    fn claim_late(open: &mut Open, bytes: &[u8]) -> bool {
        if open.used >= LOST {
            return false;
        }
        match Linked::reserve(gates::of_frame(bytes), HEADER_BYTES + FRAME) {
            Some(Slot { at, room, stamp, owner, .. }) if room >= HEADER_BYTES + FRAME => {
                (open.at, open.owner, open.stamp) = (at.as_ptr(), owner, low(stamp));
                true
            }
            Some(slot) => {
                // SAFETY: the slot is from `reserve`, and nothing of it is to be published.
                unsafe { Linked::abandon(slot) };
                gates::lose(gates::of_frame(bytes));
                open.used = LOST;
                false
            }
            None => {
                open.used = LOST;
                false
            }
        }
    }

    #[inline(always)]
    fn publish(at: NonNull<u8>, open: &Open) {
        let bytes = HEADER_BYTES + open.used;
        let words = bytes.div_ceil(4);
        let padding = words * 4 - bytes;
        let head = (1 + padding) | words << 16 | usize::from(Flags::CONTROL.bits()) << 24;
        for (index, word) in [low(head as u64), open.stamp].into_iter().enumerate() {
            let to = at.as_ptr().cast::<u32>().wrapping_add(index);
            // SAFETY: bounds: a record begins with two words, aligned to 8; race: ours by claim.
            unsafe { to.write(word.to_le()) };
        }
        // SAFETY: the claim is this call's, and was written up to here.
        unsafe { Linked::commit_quickly(Self::slot(at, open.owner), bytes) }
    }

    /// A frame that is longer than a frame may be.
    #[cold]
    fn give_back(at: NonNull<u8>, owner: *const ()) {
        // SAFETY: the claim is this call's, and nothing of it is to be published.
        unsafe { Linked::abandon(Self::slot(at, owner)) };
        gates::lose(gates::ordinary());
    }

    #[inline(always)]
    fn slot(at: NonNull<u8>, owner: *const ()) -> Slot {
        Slot { at, room: HEADER_BYTES + FRAME, stamp: 0, owner, extra: 0 }
    }
}

/// What `write` gives while a call is under way that is no call: a time stamp, for a frame that is
/// put together elsewhere.
#[doc(hidden)]
pub trait Nested: Sync {
    /// Runs `write` with a buffer instead of a record, of which the first 8 bytes stay; how many
    /// bytes it wrote, if they fit.
    fn divert(&self, core: usize, buffer: &mut [u8], write: &mut dyn FnMut()) -> Option<usize>;
}

impl<const FRAME: usize, const NESTING: usize, const CORES: usize> Nested
    for Frames<FRAME, NESTING, CORES>
{
    fn divert(&self, core: usize, buffer: &mut [u8], write: &mut dyn FnMut()) -> Option<usize> {
        let core = self.cores.get(core)?;
        let depth = core.depth();
        let place = core.open(depth).filter(|_| buffer.len() >= HEADER_BYTES + FRAME)?;
        core.set_depth(depth + 1);
        let open = Open { at: buffer.as_mut_ptr(), used: 0, ..Open::NONE };
        // SAFETY: bounds: a place of the array; race: this call's, by its depth.
        unsafe { place.write_volatile(open) };
        write();
        // SAFETY: bounds, race: as above.
        let used = unsafe { place.read_volatile() }.used;
        core.set_depth(depth);
        (used <= FRAME).then_some(used)
    }
}

impl<const F: usize, const N: usize, const C: usize> Default for Frames<F, N, C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const F: usize, const N: usize, const C: usize> fmt::Debug for Frames<F, N, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frames").field("frame", &F).field("nesting", &N).finish_non_exhaustive()
    }
}

/// The low half.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the low half is what is asked for")]
const fn low(number: u64) -> u32 {
    number as u32
}

/// Copies bytes; the lengths of numbers without a call.
///
/// # Safety
/// There is room for them, this caller's.
#[inline(always)]
unsafe fn copy(bytes: &[u8], to: *mut u8) {
    let from = bytes.as_ptr();
    match bytes.len() {
        // SAFETY: bounds: the caller's promise, and the slice has as many; race: the caller's.
        4 => unsafe { to.copy_from_nonoverlapping(from, 4) },
        // SAFETY: as above.
        2 => unsafe { to.copy_from_nonoverlapping(from, 2) },
        // SAFETY: as above.
        1 => unsafe { to.copy_from_nonoverlapping(from, 1) },
        // SAFETY: as above.
        count => unsafe { to.copy_from_nonoverlapping(from, count) },
    }
}
