//! A ring without room: what the call does then.
//!
//! Tried in order: reload the reader's position (and wake a parked worker), grow into the process
//! budget, then what [`Overflow`] says, and at last a counted loss. While a call waits it is not
//! marked in flight, so that it holds back nobody's records; it is stamped when it has room. A
//! thread that waited in vain does not wait again before it found room: one stall holds it up once.

use core::ptr::NonNull;
use core::time::Duration;
use std::thread;
use std::time::Instant;

use crossbeam_utils::Backoff;
use hydra_log_core::backend::{Backend, Slot};
use hydra_log_core::site::Gate;
use hydra_log_core::{Level, gap, ord};

use crate::engine::producer::{self, ThreadRings};
use crate::engine::thread_ring::ThreadRing;
use crate::engine::worker;
use crate::preset::Overflow;
use crate::sys::ticks::ticks;

/// How long a waiting call sleeps between two looks, once spinning did not help.
const NAP: Duration = Duration::from_micros(50);

/// The part of a ring, as a divisor, that only warnings and errors may fill.
const KEPT_PART: usize = 16;

/// Reloads the reader's position if that is what a call lacks: once in half a lap. `false` where it
/// is not, or where there is more to do. Small, because it runs cold.
#[cold]
#[inline(never)]
pub(crate) fn renew(thread: &'static ThreadRing, max: usize) -> bool {
    let producer = producer::own(thread);
    if thread.owes_note.load(ord::own()) || thread.engine.parking.rests() || !producer.enter() {
        return false;
    }
    let renewed = producer.claim(max).is_none() && find(thread, false, max).is_some();
    producer.leave();
    renewed
}

/// Room in the ring. What is less severe than a warning leaves a part of it free for what is.
#[inline]
fn find(thread: &'static ThreadRing, urgent: bool, len: usize) -> Option<NonNull<u8>> {
    let producer = producer::own(thread);
    let keep = thread.ring.capacity() / KEPT_PART;
    match producer.refresh_keeping(len, keep) {
        Ok(at) => Some(at),
        Err(_full) if urgent => producer.refresh_once(len).ok(),
        Err(_full) => None,
    }
}

/// Goes on with a call, marked in flight, whose cached limit was reached.
#[cold]
#[inline(never)]
pub(crate) fn claim(thread: &'static ThreadRing, gate: &'static Gate, max: usize) -> Option<Slot> {
    thread.engine.wake();
    let producer = producer::own(thread);
    let stamp = ticks();
    let urgent = gate.level() <= Level::Warn;
    if let Some(at) = room(thread, urgent, max, stamp) {
        return Some(producer::slot(thread, at, max, stamp, producer::OWN));
    }
    producer.leave();
    thread.engine.parking.wake_all();
    thread.engine.counters.full.add(1);
    match producer::slowly(|| make_room(thread, urgent, max)) {
        None => producer::shared(thread.engine, gate, max),
        Some(Outcome::Room(slot)) => Some(slot),
        Some(Outcome::Grown) => ThreadRings::reserve(gate, max),
        Some(Outcome::Lost) => {
            if producer.enter() {
                producer.lose(gate.level());
                thread.owes_note.store(true, ord::own());
                producer.leave();
            }
            None
        }
    }
}

/// Room for `max` bytes, behind a note of what was lost before, if anything was. Between `enter`
/// and `leave`.
fn room(thread: &'static ThreadRing, urgent: bool, max: usize, stamp: u64) -> Option<NonNull<u8>> {
    let producer = producer::own(thread);
    if thread.owes_note.load(ord::own()) {
        // Both at once or neither: a note must not be what fills the ring.
        find(thread, urgent, max + gap::BYTES)?;
        producer::write_note(&producer, gap::write(thread.ring.id(), stamp, thread.ring.lost()));
        thread.owes_note.store(false, ord::own());
    }
    let at = find(thread, urgent, max)?;
    thread.gave_up.store(false, ord::own());
    Some(at)
}

enum Outcome {
    Room(Slot),
    Grown,
    Lost,
}

fn make_room(thread: &'static ThreadRing, urgent: bool, max: usize) -> Outcome {
    let engine = thread.engine;
    // A worker that logs can't wait for itself.
    if worker::is_worker() {
        return Outcome::Lost;
    }
    let larger = (thread.ring.capacity() * 2).max(max.next_power_of_two());
    if larger <= engine.settings.max_ring_bytes && producer::grow(thread, larger).is_some() {
        engine.counters.grown.add(1);
        return Outcome::Grown;
    }
    let (bound, direct) = match engine.settings.overflow {
        Overflow::Drop => return Outcome::Lost,
        Overflow::Wait(bound) => (bound, false),
        Overflow::DirectWrite(bound) => (bound, true),
    };
    if max > thread.ring.longest() {
        return Outcome::Lost;
    }
    if thread.gave_up.load(ord::own()) {
        return Outcome::Lost;
    }
    let started = Instant::now();
    let outcome = wait(thread, urgent, max, started + bound, direct);
    thread.gave_up.store(matches!(outcome, Outcome::Lost), ord::own());
    engine.counters.waited.add(1);
    let waited = started.elapsed().as_nanos();
    engine.counters.waited_ns.add(usize::try_from(waited).unwrap_or(usize::MAX));
    outcome
}

fn wait(
    thread: &'static ThreadRing,
    urgent: bool,
    max: usize,
    deadline: Instant,
    direct: bool,
) -> Outcome {
    let engine = thread.engine;
    let producer = producer::own(thread);
    let backoff = Backoff::new();
    loop {
        engine.parking.wake_all();
        if direct {
            engine.write_out(deadline);
        } else {
            engine.assist();
        }
        if !producer.enter() {
            return Outcome::Lost;
        }
        let stamp = ticks();
        if let Some(at) = room(thread, urgent, max, stamp) {
            let finish = if direct { producer::DIRECT } else { producer::OWN };
            return Outcome::Room(producer::slot(thread, at, max, stamp, finish));
        }
        producer.leave();
        if Instant::now() >= deadline {
            return Outcome::Lost;
        }
        if backoff.is_completed() { thread::sleep(NAP) } else { backoff.snooze() }
    }
}
