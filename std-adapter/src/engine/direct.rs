//! A record that is written past the rings: the shared ring is full behind a hole.
//!
//! A call interrupted in the middle of its record leaves a hole that the drain can't pass, so
//! waiting for room would be waiting for oneself. With [`Step::DirectWrite`] such a record is put
//! together in a room of its own and goes to the spool at once, flagged out of order.
#![expect(unsafe_code, reason = "lends a mapping as a record's room")]

use core::ptr::NonNull;
use core::slice;
use std::time::Instant;

use hydra_log_core::backend::Slot;
use hydra_log_core::ord;
use hydra_log_core::record;
use hydra_log_core::sync::{AtomicBool, rmw};

use crate::engine::producer::DIRECT_BOUND;
use crate::engine::shared::{Counter, Shared};
use crate::engine::worker;
use crate::sys::memory::Mapping;
use crate::sys::ticks::ticks;

/// The room for one such record at a time.
pub(crate) struct DirectRoom {
    taken: AtomicBool,
    memory: Option<NonNull<u8>>,
    /// Records that went this way: emitted and drained at once.
    pub(crate) written: Counter,
}

// SAFETY: race: the memory is written by whoever set `taken`, and by nobody else.
unsafe impl Send for DirectRoom {}
// SAFETY: race: as above.
unsafe impl Sync for DirectRoom {}

impl DirectRoom {
    /// A room, if a chain has a use for it and the system has the memory.
    pub(crate) fn new(wanted: bool) -> Self {
        let mapping = wanted.then(|| Mapping::new(record::MAX_BYTES)).and_then(Result::ok);
        let memory = mapping.map(Mapping::leak);
        Self { taken: AtomicBool::new(false), memory, written: Counter::default() }
    }
}

/// A place for a record that the shared ring has no room for.
pub(crate) fn reserve(engine: &'static Shared, max: usize, extra: usize) -> Option<Slot> {
    let room = &engine.direct;
    let at = room.memory?;
    if worker::is_worker() || rmw::swap(&room.taken, true, ord::token_take()) {
        return None;
    }
    let owner = core::ptr::from_ref(engine).cast();
    Some(Slot { at, room: max.min(record::MAX_BYTES), stamp: ticks(), owner, extra })
}

/// Gives the place back.
pub(crate) fn abandon(engine: &'static Shared) {
    rmw::store(&engine.direct.taken, false, ord::token_release());
}

/// Writes the record out: what can be drained first, then this.
///
/// # Safety
/// `slot` is from [`reserve`], not abandoned, and its first `used` bytes are a whole record.
pub(crate) unsafe fn commit(engine: &'static Shared, slot: &Slot, used: usize) {
    // SAFETY: bounds: the mapping is longer, and written up to `used`, by the caller; race: the
    // room is this call's until it is given back below.
    let bytes = unsafe { slice::from_raw_parts(slot.at.as_ptr(), used) };
    let deadline = Instant::now() + DIRECT_BOUND;
    let mut written = false;
    while !written && Instant::now() < deadline {
        engine.write_some();
        written = worker::as_worker(|| engine.append_directly(bytes));
    }
    let level = engine.level_of(bytes);
    abandon(engine);
    if written {
        engine.direct.written.add(1);
        engine.write_some();
    } else {
        engine.shared_ring.lose(level);
    }
}
