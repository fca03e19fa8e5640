//! What a call that is on does: reserve, encode, commit.
//!
//! One function for each list of argument types, never inlined: a callsite holds its gate's
//! address, its arguments and a call. If an argument's `Display` panics, the room is given back.
#![expect(unsafe_code, reason = "fills the room that a backend reserves")]

mod given;

use core::marker::PhantomData;
use core::mem::{self, MaybeUninit};

#[cfg(not(target_os = "none"))]
use crate::backend::installed;
use crate::backend::{self, Backend, Slot, Vtable};
use crate::record::{self, Flags, Layout, Wide};
use crate::site::Gate;
use crate::value::Args;

pub use self::given::{emit_given, emit_measured};

/// Records a call in the backend `B`.
///
/// ```
/// use hydra_log_core::backend::{Backend, Slot};
/// use hydra_log_core::{emit::emit, site};
/// struct Nowhere;
/// impl Backend for Nowhere {
///     type Layout = hydra_log_core::record::Wide;
///     fn reserve(_: &'static site::Gate, _: usize) -> Option<Slot> { None }
///     unsafe fn commit(_: Slot, _: usize) {}
///     unsafe fn abandon(_: Slot) {}
/// }
/// emit::<Nowhere, _>(site::gap_site().gate, &(7_u64, ("text", ())));
/// ```
#[inline(never)]
pub fn emit<B: Backend, A: Args>(gate: &'static Gate, args: &A) {
    if !emit_quickly::<B, A>(gate, args) {
        emit_slowly::<B, A>(gate, args);
    }
}

/// Records a call that finds room at once; whether it did.
#[inline(always)]
pub(crate) fn emit_quickly<B: Backend, A: Args>(gate: &'static Gate, args: &A) -> bool {
    let Some(slot) = B::reserve_quickly(gate, record::wanted_as::<B::Layout, A>(args)) else {
        return false;
    };
    // By value from here on, so that the slot stays in registers.
    let Slot { at, room, stamp, owner, extra } = slot;
    let slot = || Slot { at, room, stamp, owner, extra };
    let reserved = Quick::<B, _>(slot, PhantomData);
    // SAFETY: bounds: the backend's room is aligned and has `room` bytes; race: it is this
    // call's alone until it is committed, and nested calls get room of their own.
    let used = unsafe {
        record::encode_as::<B::Layout, A>(at.as_ptr(), room, gate.id(), stamp, args, Flags::NONE)
    };
    mem::forget(reserved);
    // SAFETY: the slot is from `reserve_quickly`, and used up here; `encode` wrote a record of
    // `used` bytes into it.
    unsafe { B::commit_quickly(slot(), used) };
    true
}

/// Records a call that can't be recorded quickly, or not yet. A function without a frame, so that
/// [`emit`] has to save nothing for it.
#[cold]
#[inline(never)]
fn emit_slowly<B: Backend, A: Args>(gate: &'static Gate, args: &A) {
    if B::renew(record::wanted_as::<B::Layout, A>(args)) {
        emit::<B, A>(gate, args)
    } else {
        emit_by_all_means::<B, A>(gate, args)
    }
}

#[cold]
#[inline(never)]
pub(crate) fn emit_by_all_means<B: Backend, A: Args>(gate: &'static Gate, args: &A) {
    record_call(Known::<B>(PhantomData), gate, args);
}

/// A slot from `reserve_quickly`; dropped (by a panic), it is given back.
struct Quick<B: Backend, S: Fn() -> Slot>(S, PhantomData<fn() -> B>);

impl<B: Backend, S: Fn() -> Slot> Drop for Quick<B, S> {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: the slot is from `reserve_quickly`, and was not committed.
        unsafe { B::abandon((self.0)()) }
    }
}

/// Records a call in the backend that is installed.
#[cfg(not(target_os = "none"))]
#[inline(never)]
pub(crate) fn emit_installed<A: Args>(gate: &'static Gate, args: &A) {
    if let Some(vtable) = installed() {
        record_call(vtable, gate, args);
    }
}

#[inline(always)]
fn record_call<W: Way, A: Args>(way: W, gate: &'static Gate, args: &A) {
    let mut place = MaybeUninit::uninit();
    if !way.reserve(gate, record::wanted_as::<W::Layout, A>(args), &mut place) {
        return;
    }
    // SAFETY: bounds: written by `reserve`, which said so; race: a local.
    let slot = unsafe { place.assume_init_ref() };
    let reserved = Reserved { way, slot };
    // SAFETY: bounds: the backend's room is aligned and has `room` bytes; race: it is this
    // call's alone until it is committed, and nested calls get room of their own.
    let used = unsafe {
        record::encode_as::<W::Layout, A>(
            slot.at.as_ptr(),
            slot.room,
            gate.id(),
            slot.stamp,
            args,
            Flags::NONE,
        )
    };
    reserved.commit(used);
}

/// Room on its way to a commit; dropped on the way (by a panic), it is given back.
///
/// Where nothing in between can panic, as with arguments of a fixed size, this leaves no trace.
struct Reserved<'s, W: Way> {
    way: W,
    slot: &'s Slot,
}

impl<W: Way> Reserved<'_, W> {
    #[inline(always)]
    fn commit(self, used: usize) {
        if used > 0 {
            let (way, slot) = (self.way, self.slot);
            mem::forget(self);
            // SAFETY: the slot is from `reserve`, and used up here; `encode` wrote a record of
            // `used` bytes into it.
            unsafe { way.commit(slot, used) }
        }
        // Less room than a header: there is no record, and dropping gives the room back.
    }
}

impl<W: Way> Drop for Reserved<'_, W> {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: the slot is from `reserve`, and `commit` did not take it.
        unsafe { self.way.abandon(self.slot) }
    }
}

/// A backend, known at compile time or found at run time; a call asks the same one twice.
trait Way: Copy {
    /// How records are laid out.
    type Layout: Layout;
    /// Whether there is room; only then `slot` is written.
    fn reserve(self, gate: &'static Gate, max: usize, slot: &mut MaybeUninit<Slot>) -> bool;
    /// # Safety
    /// As [`Backend::commit`], of a slot that is not used again.
    unsafe fn commit(self, slot: &Slot, used: usize);
    /// # Safety
    /// As [`Backend::abandon`], of a slot that is not used again.
    unsafe fn abandon(self, slot: &Slot);
}

struct Known<B>(PhantomData<fn() -> B>);

impl<B> Clone for Known<B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for Known<B> {}

impl<B: Backend> Way for Known<B> {
    type Layout = B::Layout;

    #[inline(always)]
    fn reserve(self, gate: &'static Gate, max: usize, slot: &mut MaybeUninit<Slot>) -> bool {
        backend::reserve_at::<B>(gate, max, slot)
    }

    #[inline(always)]
    unsafe fn commit(self, slot: &Slot, used: usize) {
        // SAFETY: the caller's promise is passed on.
        unsafe { backend::commit_at::<B>(slot, used) }
    }

    #[inline(always)]
    unsafe fn abandon(self, slot: &Slot) {
        // SAFETY: the caller's promise is passed on.
        unsafe { backend::abandon_at::<B>(slot) }
    }
}

impl Way for &'static Vtable {
    type Layout = Wide;

    #[inline(always)]
    fn reserve(self, gate: &'static Gate, max: usize, slot: &mut MaybeUninit<Slot>) -> bool {
        Vtable::reserve(self, gate, max, slot)
    }

    #[inline(always)]
    unsafe fn commit(self, slot: &Slot, used: usize) {
        // SAFETY: the caller's promise is passed on.
        unsafe { Vtable::commit(self, slot, used) }
    }

    #[inline(always)]
    unsafe fn abandon(self, slot: &Slot) {
        // SAFETY: the caller's promise is passed on.
        unsafe { Vtable::abandon(self, slot) }
    }
}
