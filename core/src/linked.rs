//! The backend of firmware: the application's one ring, found by the linker.
//!
//! `hydra_log_embedded::ring!` defines what is declared here. A program in which something logs and
//! nobody has a ring does not link; the missing symbols' names say what to do.
#![expect(unsafe_code, reason = "declares what the application defines")]

use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

use crate::backend::{Backend, Slot};
use crate::emit;
use crate::record::Narrow;
use crate::ring::small::Claimed;
use crate::site::Gate;
use crate::sync;
use crate::value::Args;

/// What a claim returns: [`Claimed`], or a null pointer; and the ring, so that the compiler finds
/// it but once.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Returned {
    at: *mut u8,
    stamp: u32,
    ring: *const (),
}

impl Returned {
    /// What the ring said.
    #[inline(always)]
    #[must_use]
    pub fn new(claimed: Option<Claimed>, ring: *const ()) -> Self {
        match claimed {
            Some(Claimed { at, stamp }) => Self { at: at.as_ptr(), stamp, ring },
            None => Self { at: ptr::null_mut(), stamp: 0, ring },
        }
    }

    /// Whether there was no room.
    #[inline(always)]
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.at.is_null()
    }

    #[inline(always)]
    fn slot(self, room: usize) -> Option<Slot> {
        let at = NonNull::new(self.at)?;
        Some(Slot { at, room, stamp: self.stamp.into(), owner: self.ring, extra: 0 })
    }
}

unsafe extern "Rust" {
    #[link_name = "__hydra_no_ring__put_ring_into_the_application"]
    safe fn claim(bytes: usize) -> Returned;
    #[link_name = "__hydra_no_ring__claim_slowly"]
    safe fn claim_slowly(gate: &'static Gate, bytes: usize) -> Returned;
    #[link_name = "__hydra_no_ring__commit"]
    fn commit(ring: *const (), at: NonNull<u8>, bytes: usize, used: usize);
    #[link_name = "__hydra_no_ring__longest"]
    safe fn longest() -> usize;
}

/// The application's ring.
#[derive(Clone, Copy, Debug)]
pub struct Linked;

impl Backend for Linked {
    type Layout = Narrow;

    #[inline(always)]
    fn reserve_quickly(_gate: &'static Gate, max: usize) -> Option<Slot> {
        claim(max).slot(max)
    }

    fn reserve(gate: &'static Gate, max: usize) -> Option<Slot> {
        let max = max.min(longest());
        claim_slowly(gate, max).slot(max)
    }

    #[inline(always)]
    unsafe fn commit(slot: Slot, used: usize) {
        // SAFETY: the room came from `claim`, and the caller wrote a record there.
        unsafe { commit(slot.owner, slot.at, slot.room, used) }
    }

    #[cold]
    unsafe fn abandon(slot: Slot) {
        // SAFETY: the room came from `claim`, and nothing of it is to be published.
        unsafe { commit(slot.owner, slot.at, slot.room, 0) }
    }
}

/// Records a call in the application's ring.
#[inline(always)]
pub fn emit<A: Args>(gate: &'static Gate, args: &A) {
    if size_of::<A>() > COPIED * size_of::<usize>() {
        emit::emit::<Linked, A>(gate, args);
    } else {
        // What is passed by value has no place in the caller's frame.
        // SAFETY: bounds: a reference's own; race: the copy is never dropped, and gone before the
        // original is used again.
        let args = ManuallyDrop::new(unsafe { ptr::from_ref(args).read() });
        if size_of::<A>() > PAIR * size_of::<usize>() {
            emit_words(args, gate);
        } else {
            emit_copy(args, gate);
        }
    }
    // A call that is a function's last would want a frame, in front of the gate, where frames are
    // always made.
    sync::not_last();
}

/// How many words Rust's own calls pass by value.
const PAIR: usize = 2;

/// How many words are passed by value at the most. C's calls on Arm have four in registers and the
/// others in room that all calls of a function share, where a reference would want room for each
/// call; elsewhere they pass a reference themselves.
const COPIED: usize = if cfg!(target_arch = "arm") { 16 } else { PAIR };

/// The arguments come first, where the caller's own may be already.
#[inline(never)]
fn emit_copy<A: Args>(args: ManuallyDrop<A>, gate: &'static Gate) {
    if !emit::emit_quickly::<Linked, A>(gate, &args) {
        emit_copy_slowly(args, gate);
    }
}

#[cold]
#[inline(never)]
fn emit_copy_slowly<A: Args>(args: ManuallyDrop<A>, gate: &'static Gate) {
    emit::emit_by_all_means::<Linked, A>(gate, &args);
}

/// As [`emit_copy`], by C's rules.
#[inline(never)]
extern "C" fn emit_words<A: Args>(args: ManuallyDrop<A>, gate: &'static Gate) {
    if !emit::emit_quickly::<Linked, A>(gate, &args) {
        emit_words_slowly(args, gate);
    }
}

#[cold]
#[inline(never)]
extern "C" fn emit_words_slowly<A: Args>(args: ManuallyDrop<A>, gate: &'static Gate) {
    emit::emit_by_all_means::<Linked, A>(gate, &args);
}
