//! A ring without room: what the call does then.
//!
//! Reload the reader's position (and wake a parked worker), then the steps of the class's chain, in
//! order, each counted and timed. While a call waits it is not marked in flight, so that it holds
//! back nobody's records; it is stamped when it has room. A thread that waited in vain does not
//! wait again before it found room: one stall holds it up once. Unless its class must not drop.

use core::ptr::NonNull;
use core::time::Duration;
use std::thread;
use std::time::Instant;

use crossbeam_utils::Backoff;
use hydra_log_core::backend::Slot;
use hydra_log_core::site::Gate;
use hydra_log_core::{Level, gap, ord};

use crate::delivery::{Chain, Step};
use crate::engine::producer;
use crate::engine::strategy::Strategy;
use crate::engine::thread_ring::ThreadRing;
use crate::engine::worker;
use crate::sys::ticks::ticks;

/// How long a waiting call sleeps between two looks, once spinning did not help.
const NAP: Duration = Duration::from_micros(50);

/// The part of a ring, as a divisor, that only warnings and errors may fill.
const KEPT_PART: usize = 16;

/// Reloads the reader's position if that is what a call lacks: once in half a lap. `false` where it
/// is not, or where there is more to do. Small and in one piece, because it runs cold.
#[cold]
#[inline(never)]
pub(crate) fn renew(thread: &'static ThreadRing, max: usize) -> bool {
    let producer = producer::own(thread);
    if thread.owes_note.load(ord::own()) || thread.parking.rests() || !producer.enter() {
        return false;
    }
    let renewed = producer.claim(max).is_none() && find(thread, false, max).is_some();
    producer.leave();
    renewed
}

/// Room in the ring. What is less severe than a warning leaves a part of it free for what is.
#[inline(always)]
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
    thread.parking.wake_all();
    thread.engine.counters.full.add(1);
    let call = Call { thread, urgent, max };
    match producer::slowly(|| make_room(call, gate)) {
        None => producer::shared(thread.engine, gate, max),
        Some(Outcome::Room(slot)) => Some(slot),
        Some(Outcome::Grown) => producer::reserve_again(gate, max),
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

/// A call that found its ring full.
#[derive(Clone, Copy)]
struct Call {
    thread: &'static ThreadRing,
    urgent: bool,
    max: usize,
}

/// Tries the steps of the call's chain.
fn make_room(call: Call, gate: &'static Gate) -> Outcome {
    let Call { thread, max, .. } = call;
    let engine = thread.engine;
    let chain = engine.settings.chains.of(engine.class_of(gate.id()));
    // A worker that logs can't wait for itself.
    let can_wait = !worker::is_worker();
    let started = Instant::now();
    let mut has_waited = false;
    let outcome = loop {
        let round = chain.steps().iter().find_map(|step| {
            let waits = !matches!(step, Step::Spill | Step::DropNewest);
            let in_vain = thread.gave_up.load(ord::own()) && chain.gives_up();
            if waits && (!can_wait || in_vain || max > thread.ring.longest()) {
                return None;
            }
            has_waited |= waits;
            call.take(*step, chain)
        });
        let stopping = engine.stopping.load(ord::stop_seen());
        match round {
            Some(outcome) => break outcome,
            None if chain.gives_up() || stopping || !can_wait => break Outcome::Lost,
            None if max > thread.ring.longest() => break Outcome::Lost,
            // Steps that all fail at once must not become a spin.
            None => thread::sleep(NAP),
        }
    };
    if has_waited {
        thread.gave_up.store(matches!(outcome, Outcome::Lost), ord::own());
        engine.counters.waited.add(1);
        let waited = started.elapsed().as_nanos();
        engine.counters.waited_ns.add(usize::try_from(waited).unwrap_or(usize::MAX));
    }
    outcome
}

impl Call {
    /// Tries one step; `None` if it did not help.
    fn take(self, step: Step, chain: &Chain) -> Option<Outcome> {
        let engine = self.thread.engine;
        let left = |bound| if chain.gives_up() { engine.pressure.left(bound) } else { bound };
        let is_pressed = engine.pressure.strategy() != Strategy::Patient;
        let started = Instant::now();
        let outcome = match step {
            Step::Spill => self.spill(),
            // The drain is behind: to lend a hand is better.
            Step::Wait(_) if is_pressed && chain.helps() => return None,
            Step::Wait(bound) => self.wait(started + left(bound), false, || {}),
            Step::Assist(bound) => self.wait(started + left(bound), false, || engine.assist()),
            Step::DirectWrite(bound) => {
                let deadline = started + left(bound);
                self.wait(deadline, true, || {
                    engine.write_out(deadline);
                })
            }
            Step::DropNewest => Some(Outcome::Lost),
        };
        let helped = matches!(outcome, Some(Outcome::Room(_) | Outcome::Grown));
        engine.steps.note(step, helped, started.elapsed());
        outcome
    }

    fn spill(self) -> Option<Outcome> {
        let Self { thread, max, .. } = self;
        let larger = (thread.ring.capacity() * 2).max(max.next_power_of_two());
        let allowed = larger <= thread.engine.settings.max_ring_bytes && !worker::is_worker();
        if !allowed || producer::grow(thread, larger).is_none() {
            return None;
        }
        thread.engine.counters.grown.add(1);
        Some(Outcome::Grown)
    }

    /// Does its part again and again, until there is room or it is too late.
    fn wait(self, deadline: Instant, direct: bool, part: impl Fn()) -> Option<Outcome> {
        let Self { thread, urgent, max } = self;
        let producer = producer::own(thread);
        let backoff = Backoff::new();
        loop {
            thread.parking.wake_all();
            part();
            if !producer.enter() {
                return Some(Outcome::Lost);
            }
            let stamp = ticks();
            if let Some(at) = room(thread, urgent, max, stamp) {
                let finish = if direct { producer::DIRECT } else { producer::OWN };
                return Some(Outcome::Room(producer::slot(thread, at, max, stamp, finish)));
            }
            producer.leave();
            if Instant::now() >= deadline {
                return None;
            }
            if backoff.is_completed() { thread::sleep(NAP) } else { backoff.snooze() }
        }
    }
}
