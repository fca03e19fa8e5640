//! When a flush is acknowledged, is everything written that its caller had logged, and can the
//! caller see it?

use crate::bench::{Held, consumer, log, producer, spsc_ring, take_one};
use crate::explore::{Model, bounded};
use hydra_log_core::flush::Flush;
use hydra_log_core::ord;
use hydra_log_core::ring::spsc::Ring;
use hydra_log_core::sync::AtomicBool;
use loom::thread;

/// Two threads log, ask, and look; a drain makes two passes.
pub const MODEL: Model = Model {
    name: "flush",
    body,
    full: bounded(3, 71_000),
    quick: bounded(2, 200),
    outcomes: &["0 saw it done", "1 saw it done", "2 saw it done"],
};

fn body() -> String {
    let flush = Held::new(Flush::starting_at(usize::MAX));
    // What the sink has: one word a thread, as weak as words get.
    let sink = Held::new([AtomicBool::new(false), AtomicBool::new(false)]);
    let rings = [spsc_ring(32, 16, 0), spsc_ring(32, 16, 0)];
    let (shared, out) = (flush.get(), sink.get());
    let callers = [0, 1].map(|caller: u16| {
        let ring: &'static Ring = rings[usize::from(caller)].get();
        thread::spawn(move || {
            assert!(log(&producer(ring), 2, caller), "there is room");
            let ticket = shared.request();
            // The drain is likely to run here.
            thread::yield_now();
            let done = shared.is_done(&ticket);
            let written = out[usize::from(caller)].load(ord::count());
            assert!(!done || written, "acknowledged, and not written");
            done
        })
    });
    for _ in 0..2 {
        let request = shared.pending();
        for ring in &rings {
            if let Some(tag) = take_one(&consumer(ring.get())) {
                out[usize::from(tag)].store(true, ord::count());
            }
        }
        if let Some(request) = request {
            shared.acknowledge(request);
        }
    }
    let done = callers.map(|caller| caller.join().unwrap());
    format!("{} saw it done", done.iter().filter(|done| **done).count())
}
