//! A call whose values a bridge hands over one by one: measure, reserve, encode, commit.

use core::mem;

use crate::backend::{Backend, Slot};
use crate::record::{self, Measured, Wide};
use crate::site::Gate;
use crate::value::Given;

/// Records a call in the backend `B`, as [`emit`](super::emit()) does for the macros.
///
/// The values are asked for twice. If one of them panics, the room is given back.
///
/// ```
/// use hydra_log_core::backend::{Backend, Slot};
/// use hydra_log_core::{emit::emit_given, site, value::{Given, Take}};
/// # struct Nowhere;
/// # impl Backend for Nowhere {
/// #     type Layout = hydra_log_core::record::Wide;
/// #     fn reserve(_: &'static site::Gate, _: usize) -> Option<Slot> { None }
/// #     unsafe fn commit(_: Slot, _: usize) {}
/// #     unsafe fn abandon(_: Slot) {}
/// # }
/// struct Text(String);
/// impl Given for Text {
///     fn give(&self, to: &mut impl Take) {
///         to.take(self.0.as_str());
///     }
/// }
/// emit_given::<Nowhere, _>(site::gap_site().gate, &Text("hello".to_owned()));
/// ```
#[inline(always)]
pub fn emit_given<B, G>(gate: &'static Gate, given: &G)
where
    B: Backend<Layout = Wide>,
    G: Given + ?Sized,
{
    emit_measured::<B, G>(gate, given, Measured::of(given));
}

/// As [`emit_given`], of values that were measured before.
#[inline(always)]
pub fn emit_measured<B, G>(gate: &'static Gate, given: &G, measured: Measured)
where
    B: Backend<Layout = Wide>,
    G: Given + ?Sized,
{
    let Some(slot) = reserve::<B>(gate, measured.wanted()) else { return };
    let room = Room::<B>(slot, core::marker::PhantomData);
    let Slot { at, room: bytes, stamp, .. } = room.0;
    // SAFETY: bounds: the backend's room is aligned and has that many bytes; race: it is this
    // call's alone until it is committed, and nested calls get room of their own.
    let used =
        unsafe { record::encode_given(at.as_ptr(), bytes, gate.id(), stamp, given, measured) };
    if used == 0 {
        return;
    }
    let slot = room.0.again();
    mem::forget(room);
    // SAFETY: the slot is from this backend, and used up here; `used` bytes of it are a record.
    unsafe { B::commit(slot, used) }
}

#[inline(always)]
fn reserve<B: Backend>(gate: &'static Gate, max: usize) -> Option<Slot> {
    match B::reserve_quickly(gate, max) {
        Some(slot) => Some(slot),
        None => reserve_slowly::<B>(gate, max),
    }
}

#[cold]
#[inline(never)]
fn reserve_slowly<B: Backend>(gate: &'static Gate, max: usize) -> Option<Slot> {
    while B::renew(max) {
        if let Some(slot) = B::reserve_quickly(gate, max) {
            return Some(slot);
        }
    }
    B::reserve(gate, max)
}

/// Room on its way to a commit; dropped on the way (by a panic), it is given back.
struct Room<B: Backend>(Slot, core::marker::PhantomData<fn() -> B>);

impl<B: Backend> Drop for Room<B> {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: the slot is from this backend, and was not committed.
        unsafe { B::abandon(self.0.again()) }
    }
}
