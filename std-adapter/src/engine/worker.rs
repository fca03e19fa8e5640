//! A sink's worker: drain, render, write, and otherwise wait without being noticed.
//!
//! Whichever worker finds the drain free moves records from the rings to the spool; then it serves
//! its own sink. So a sink that hangs takes its own worker out, never the drain.
//!
//! Waiting. A worker that spins on the rings takes cache lines from the producers, so after a pass
//! that found little it sleeps: a fifth of a millisecond while there is traffic, doubling to 20 ms
//! at rest. A producer that used up half a ring wakes it early.

use core::cell::Cell;
use core::time::Duration;
use std::io;
use std::sync::OnceLock;
use std::thread::{self, JoinHandle, Thread};
use std::time::Instant;

use hydra_log_core::ord;
use hydra_log_core::rest::Rest;

use crate::engine::shared::Shared;
use crate::engine::sink_lane::Scratch;
use crate::sys::signal;

/// The pause between passes while there is traffic.
const PAUSE: Duration = Duration::from_micros(200);

/// The longest pause, at rest.
const REST: Duration = Duration::from_millis(20);

/// Quiet passes before the pause grows.
const QUIET_PASSES: u32 = 8;

/// A pass that moved fewer records than this found little.
const FEW: usize = 256;

/// How often a sink may look after itself (reopen a moved file).
const UPKEEP: Duration = Duration::from_millis(500);

thread_local! {
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is draining or writing: it must not wait for the drain.
pub(crate) fn is_worker() -> bool {
    IS_WORKER.get()
}

/// Runs `f` as a worker.
pub(crate) fn as_worker<R>(f: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            IS_WORKER.set(self.0);
        }
    }
    let _restore = Restore(IS_WORKER.replace(true));
    f()
}

/// Starts the worker of a lane; `place` is its own in the engine's [`Parking`].
pub(crate) fn spawn(
    shared: &'static Shared,
    lane: usize,
    place: usize,
) -> io::Result<JoinHandle<()>> {
    let worker = thread::Builder::new().name(format!("hydra-{place}")).stack_size(1 << 20);
    signal::held_back(|| worker.spawn(move || as_worker(|| run(shared, lane, place))))
}

fn run(shared: &'static Shared, lane: usize, place: usize) {
    let Some(sink) = shared.sinks.get(lane) else { return };
    shared.parking.settle(place);
    let mut scratch = Scratch::new();
    let mut quiet = 0;
    let mut looked_after = Instant::now();
    loop {
        // A sink that forks and returns in the child: the records are the parent's.
        if !shared.is_living() {
            return;
        }
        let stopping = shared.stopping.load(ord::stop_seen());
        let moved = shared.drain_pass().map_or(0, |pass| pass.records);
        if moved > 0 {
            shared.parking.wake_others(place);
        }
        let served = sink.serve(shared, &mut scratch, true);
        shared.tell_waiting();
        if looked_after.elapsed() > UPKEEP {
            sink.maintain(shared);
            looked_after = Instant::now();
        }
        if served > FEW || moved > FEW {
            quiet = 0;
            continue;
        }
        if stopping && moved == 0 && served == 0 && shared.is_drained(lane) {
            return;
        }
        quiet = if moved + served > 0 { 0 } else { quiet + 1 };
        shared.parking.sleep(place, pause_after(quiet));
    }
}

/// How long to wait after so many passes that found nothing.
fn pause_after(quiet: u32) -> Duration {
    let doublings = quiet.saturating_sub(QUIET_PASSES).min(16);
    (PAUSE * (1 << doublings)).min(REST)
}

/// Who sleeps, so that whoever has work can wake them. A call is never lost; a wake-up for traffic
/// may be, and then the sleep ends by itself, after [`REST`] at the latest.
///
/// A handle: each thread's ring has one beside it, so that a call which looks whether somebody
/// rests has one cache line less to wait for.
#[derive(Clone, Copy)]
pub(crate) struct Parking {
    places: &'static [Place],
}

#[derive(Default)]
struct Place {
    rest: Rest,
    thread: OnceLock<Thread>,
}

impl Parking {
    pub(crate) fn new(workers: usize) -> Self {
        Self { places: Vec::leak((0..workers).map(|_| Place::default()).collect()) }
    }

    fn settle(&self, place: usize) {
        if let Some(place) = self.places.get(place) {
            let _settled_before = place.thread.set(thread::current());
        }
    }

    fn sleep(&self, place: usize, pause: Duration) {
        let Some(place) = self.places.get(place) else { return };
        if place.rest.lie_down(pause > PAUSE) {
            thread::park_timeout(pause);
            place.rest.rise();
        }
    }

    /// Whether somebody rests.
    pub(crate) fn rests(&self) -> bool {
        self.places.iter().any(|place| place.rest.rests())
    }

    /// Wakes one that rests; says whether there was one.
    pub(crate) fn wake_one(&self) -> bool {
        self.places.iter().filter(|place| place.rest.rests()).any(Place::nudge)
    }

    /// Wakes every sleeper.
    pub(crate) fn wake_all(&self) {
        self.places.iter().for_each(|place| {
            place.nudge();
        });
    }

    /// Wakes every sleeper, and lets nobody fall asleep before another look.
    pub(crate) fn call_all(&self) {
        self.places.iter().filter(|place| place.rest.call()).for_each(Place::unpark);
    }

    fn wake_others(&self, own: usize) {
        for (number, place) in self.places.iter().enumerate() {
            if number != own {
                place.nudge();
            }
        }
    }
}

impl Place {
    fn nudge(&self) -> bool {
        let asleep = self.rest.nudge();
        if asleep {
            self.unpark();
        }
        asleep
    }

    fn unpark(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest() {
        assert_eq!(pause_after(0), PAUSE);
        assert_eq!(pause_after(QUIET_PASSES), PAUSE);
        assert_eq!(pause_after(QUIET_PASSES + 1), PAUSE * 2);
        assert_eq!(pause_after(1000), REST);
    }
}
