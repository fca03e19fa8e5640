//! Where the records of a call go: room is reserved, filled by the call, and committed.
//!
//! The macros of `hydra-log` know their backend at compile time. The macros of this crate ask at
//! run time for the one that the application installed, so that a library can log without knowing
//! who runs it.
#![expect(unsafe_code, reason = "the contract of unsafe functions, and a pointer to a vtable")]

use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

use crate::ord;
use crate::record::{Layout, Wide};
use crate::site::Gate;
use crate::sync::StaticPtr;

/// Room for one record.
#[derive(Debug)]
pub struct Slot {
    /// The first byte, aligned as a `u64` is.
    pub at: NonNull<u8>,
    /// How many bytes may be written.
    pub room: usize,
    /// The record's time stamp, in the backend's ticks.
    pub stamp: u64,
    /// The backend's own.
    pub owner: *const (),
    /// The backend's own.
    pub extra: usize,
}

impl Slot {
    /// The slot by value, for the one call that uses it up.
    #[inline(always)]
    pub(crate) fn again(&self) -> Self {
        Self {
            at: self.at,
            room: self.room,
            stamp: self.stamp,
            owner: self.owner,
            extra: self.extra,
        }
    }
}

/// Takes the records of a macro family.
///
/// A call that is on reserves room, writes its record there and commits it. In between it may run
/// the `Display` of an argument, which may log (a nested `reserve`) or panic (then `abandon`).
pub trait Backend {
    /// How its records are laid out.
    type Layout: Layout;

    /// Marks the call in flight, reads the clock, returns room for `max` bytes, or `None` when the
    /// record is not wanted or was counted as lost.
    ///
    /// The room is aligned as a `u64` is, valid for writes of [`Slot::room`] bytes (which may be
    /// fewer than `max`: the record is then cut), and the call's alone until `commit` or
    /// `abandon`.
    fn reserve(gate: &'static Gate, max: usize) -> Option<Slot>;

    /// As [`reserve`](Self::reserve), where that takes a few instructions; `None` leaves the call
    /// to `reserve`. Inlined into every call's function, so it calls nothing.
    #[inline(always)]
    fn reserve_quickly(_gate: &'static Gate, _max: usize) -> Option<Slot> {
        None
    }

    /// After `reserve_quickly` returned `None` for `max` bytes: whether that was for want of room,
    /// and there is some now. Only then `reserve_quickly` is asked again.
    #[inline]
    #[must_use]
    fn renew(_max: usize) -> bool {
        false
    }

    /// As [`commit`](Self::commit), of a slot from [`reserve_quickly`](Self::reserve_quickly).
    ///
    /// # Safety
    /// As [`commit`](Self::commit).
    #[inline(always)]
    unsafe fn commit_quickly(slot: Slot, used: usize) {
        // SAFETY: the caller's promise is passed on.
        unsafe { Self::commit(slot, used) }
    }

    /// Publishes the first `used` bytes.
    ///
    /// # Safety
    /// * `slot` came from this backend's `reserve` on this thread, and neither `commit` nor
    ///   `abandon` took it yet.
    /// * Its first `used` bytes are one whole record; `used` is at most the slot's room.
    unsafe fn commit(slot: Slot, used: usize);

    /// Gives the room back.
    ///
    /// # Safety
    /// * As the first of [`commit`](Self::commit).
    unsafe fn abandon(slot: Slot);
}

/// A backend's functions, for calls that learn at run time where their records go.
///
/// ```
/// use hydra_log_core::backend::{self, Vtable};
/// # use hydra_log_core::{backend::{Backend, Slot}, record::Wide, site::Gate};
/// # struct Nowhere;
/// # impl Backend for Nowhere {
/// #     type Layout = Wide;
/// #     fn reserve(_: &'static Gate, _: usize) -> Option<Slot> { None }
/// #     unsafe fn commit(_: Slot, _: usize) {}
/// #     unsafe fn abandon(_: Slot) {}
/// # }
/// static VTABLE: Vtable = Vtable::of::<Nowhere>();
/// backend::install(&VTABLE);
/// ```
// A slot stays where `reserve` wrote it until it is committed. Passed by value it would be copied
// twice, in pieces larger than those it was written in, and each copy would wait for the stores.
#[derive(Debug)]
pub struct Vtable {
    reserve: fn(&'static Gate, usize, &mut MaybeUninit<Slot>) -> bool,
    commit: unsafe fn(&Slot, usize),
    abandon: unsafe fn(&Slot),
}

impl Vtable {
    /// The functions of `B`.
    #[must_use]
    pub const fn of<B: Backend<Layout = Wide>>() -> Self {
        Self { reserve: reserve_at::<B>, commit: commit_at::<B>, abandon: abandon_at::<B> }
    }

    /// As [`Backend::reserve`]: whether there is room; only then `slot` is written.
    #[inline(always)]
    pub(crate) fn reserve(
        &self,
        gate: &'static Gate,
        max: usize,
        slot: &mut MaybeUninit<Slot>,
    ) -> bool {
        (self.reserve)(gate, max, slot)
    }

    /// # Safety
    /// As for [`Backend::commit`], of a slot that is not used again.
    #[inline(always)]
    pub(crate) unsafe fn commit(&self, slot: &Slot, used: usize) {
        // SAFETY: the caller's promise is passed on.
        unsafe { (self.commit)(slot, used) }
    }

    /// # Safety
    /// As for [`Backend::abandon`], of a slot that is not used again.
    #[inline(always)]
    pub(crate) unsafe fn abandon(&self, slot: &Slot) {
        // SAFETY: the caller's promise is passed on.
        unsafe { (self.abandon)(slot) }
    }
}

/// As [`Backend::reserve`]: whether there is room; only then `slot` is written.
#[inline(always)]
pub(crate) fn reserve_at<B: Backend>(
    gate: &'static Gate,
    max: usize,
    slot: &mut MaybeUninit<Slot>,
) -> bool {
    B::reserve(gate, max).map(|reserved| slot.write(reserved)).is_some()
}

/// # Safety
/// As for [`Backend::commit`], of a slot that is not used again.
#[inline(always)]
pub(crate) unsafe fn commit_at<B: Backend>(slot: &Slot, used: usize) {
    // SAFETY: the caller's promise is passed on.
    unsafe { B::commit(slot.again(), used) }
}

/// # Safety
/// As for [`Backend::abandon`], of a slot that is not used again.
#[inline(always)]
pub(crate) unsafe fn abandon_at<B: Backend>(slot: &Slot) {
    // SAFETY: the caller's promise is passed on.
    unsafe { B::abandon(slot.again()) }
}

static INSTALLED: StaticPtr<Vtable> = StaticPtr::new(ptr::null_mut());

/// Makes `vtable` take what is logged through this crate's macros; the last one wins.
///
/// Install before gates are switched on: what is on and finds nobody is not recorded. A call that
/// is running meanwhile commits to the backend that it reserved from.
pub fn install(vtable: &'static Vtable) {
    INSTALLED.store(ptr::from_ref(vtable).cast_mut(), ord::backend_install());
}

/// As [`install`], with the functions of `B`.
///
/// ```
/// use hydra_log_core::backend::{self, Backend, Slot};
/// use hydra_log_core::record::Wide;
/// use hydra_log_core::site::{Gate, GateState, sites};
/// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
///
/// static CALLS: AtomicUsize = AtomicUsize::new(0);
///
/// struct Counting;
/// impl Backend for Counting {
///     type Layout = Wide;
///     fn reserve(_: &'static Gate, _: usize) -> Option<Slot> {
///         CALLS.fetch_add(1, Relaxed);
///         None
///     }
///     unsafe fn commit(_: Slot, _: usize) {}
///     unsafe fn abandon(_: Slot) {}
/// }
///
/// backend::install_for::<Counting>();
/// sites().iter().for_each(|site| site.gate.set(GateState::On));
/// hydra_log_core::info!("one");
/// assert_eq!(CALLS.load(Relaxed), 1);
/// ```
pub fn install_for<B: Backend<Layout = Wide>>() {
    install(const { &Vtable::of::<B>() });
}

/// What was installed last.
#[cfg(not(target_os = "none"))]
#[inline(always)]
pub(crate) fn installed() -> Option<&'static Vtable> {
    let vtable = INSTALLED.load(ord::backend_read());
    // SAFETY: bounds: null, or made from a `&'static Vtable` by `install`; race: nobody writes a
    // vtable behind a shared reference, and the load sees what was written before `install`.
    unsafe { vtable.as_ref() }
}
