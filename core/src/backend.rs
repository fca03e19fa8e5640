//! Where the records of a call go.
#![expect(unsafe_code, reason = "the contract of unsafe functions")]

use core::ptr::NonNull;

use crate::site::Gate;

/// Room for one record.
#[derive(Debug)]
pub struct Slot {
    /// The first byte, aligned to 8.
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

/// Takes the records of a macro family.
pub trait Backend {
    /// Marks the call in flight, reads the clock, returns room for `max` bytes, or `None` when the
    /// record is not wanted or was counted as lost.
    fn reserve(gate: &'static Gate, max: usize) -> Option<Slot>;

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

/// Stub.
pub fn install_for<B: Backend>() {}
