//! The backend of firmware: the application's one ring, found by the linker.
//!
//! `hydra_log_embedded::ring!` defines what is declared here. A program in which something logs and
//! nobody has a ring does not link; the missing symbols' names say what to do.
#![expect(unsafe_code, reason = "declares what the application defines")]

use core::ptr::{self, NonNull};

use crate::backend::{Backend, Slot};
use crate::record::Narrow;
use crate::ring::small::Claimed;
use crate::site::Gate;

/// What a claim returns: [`Claimed`], or a null pointer. Both fit into registers.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Returned {
    at: *mut u8,
    stamp: u32,
}

impl Returned {
    /// What the ring said.
    #[inline(always)]
    #[must_use]
    pub fn new(claimed: Option<Claimed>) -> Self {
        match claimed {
            Some(Claimed { at, stamp }) => Self { at: at.as_ptr(), stamp },
            None => Self { at: ptr::null_mut(), stamp: 0 },
        }
    }

    #[inline(always)]
    fn slot(self, room: usize) -> Option<Slot> {
        let at = NonNull::new(self.at)?;
        Some(Slot { at, room, stamp: self.stamp.into(), owner: ptr::null(), extra: 0 })
    }
}

unsafe extern "Rust" {
    #[link_name = "__hydra_no_ring__put_ring_into_the_application"]
    safe fn claim(bytes: usize) -> Returned;
    #[link_name = "__hydra_no_ring__claim_slowly"]
    safe fn claim_slowly(gate: &'static Gate, bytes: usize) -> Returned;
    #[link_name = "__hydra_no_ring__commit"]
    fn commit(at: NonNull<u8>, bytes: usize, used: usize);
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
        unsafe { commit(slot.at, slot.room, used) }
    }

    #[cold]
    unsafe fn abandon(slot: Slot) {
        // SAFETY: the room came from `claim`, and nothing of it is to be published.
        unsafe { commit(slot.at, slot.room, 0) }
    }
}
