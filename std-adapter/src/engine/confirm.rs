//! Calls that return when their record is written.
//!
//! Each is a flush: one pass of the drain and one write of each sink serve all that wait meanwhile.

use std::time::Instant;

use hydra_log_core::backend::Slot;
use hydra_log_core::site::Gate;

use crate::delivery::Delivery;
use crate::engine::flush::Flushing;
use crate::engine::producer::{self, CONFIRM, PAST_THE_RINGS, SHARED};
use crate::engine::shared::Shared;
use crate::engine::worker;

/// Marks a slot whose call is to wait. One in a ring that others share is of a context that may
/// not: it may have interrupted who would have to write.
pub(crate) fn mark(
    engine: &'static Shared,
    gate: &'static Gate,
    slot: Option<Slot>,
) -> Option<Slot> {
    let mut slot = slot?;
    if engine.class_of(gate.id()) != Delivery::Guaranteed {
        return Some(slot);
    }
    if slot.extra & (SHARED | PAST_THE_RINGS) != 0 {
        engine.counters.unconfirmed.add(1);
    } else {
        slot.extra |= CONFIRM;
    }
    Some(slot)
}

/// Waits until everything that this thread logged is written.
#[cold]
pub(crate) fn wait(engine: &'static Shared) {
    let refused = engine.counters.refused.get();
    let deadline = Instant::now() + engine.settings.confirm;
    let written = if worker::is_worker() {
        None
    } else {
        // What logs in here (an allocator) cannot wait for itself.
        producer::slowly(|| Flushing::new(engine).wait_quietly(deadline))
    };
    let is_whole = engine.counters.refused.get() == refused;
    let count = if written == Some(true) && is_whole {
        &engine.counters.confirmed
    } else {
        &engine.counters.unconfirmed
    };
    count.add(1);
}
