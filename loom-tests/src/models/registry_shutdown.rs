//! When a worker that was told to stop has made its last pass, is everything out that was logged
//! before?

use crate::bench::{Held, consumer, log, producer, spsc_ring, take_one};
use crate::explore::{Model, bounded};
use hydra_log_core::ord;
use hydra_log_core::registry::Registry;
use hydra_log_core::sync::AtomicBool;
use loom::thread;

/// A thread that joins late and is gone, one that logs and says stop, and the worker.
pub const MODEL: Model = Model {
    name: "registry_shutdown",
    body,
    full: bounded(3, 8_400),
    quick: bounded(2, 200),
    outcomes: &[
        "0 early, not yet",
        "1 early, not yet",
        "1 early, stopped",
        "2 early, not yet",
        "2 early, stopped",
    ],
};

fn body() -> String {
    let registry = Held::new(Registry::new());
    let stop = Held::new(AtomicBool::new(false));
    let (list, flag) = (registry.get(), stop.get());
    let ring = spsc_ring(32, 16, 0);
    list.join(ring.get());
    let worker = thread::spawn(move || {
        let mut taken = Vec::new();
        for _ in 0..2 {
            let stopped = flag.load(ord::stop_seen());
            for ring in list {
                let reader = consumer(ring);
                while let Some(tag) = take_one(&reader) {
                    taken.push(tag);
                }
                reader.retire();
            }
            if stopped {
                return (taken, true);
            }
        }
        (taken, false)
    });
    let late = thread::spawn(move || {
        let ring = spsc_ring(32, 16, 0);
        list.join(ring.get());
        let producer = producer(ring.get());
        assert!(log(&producer, 2, 2), "there is room");
        producer.close();
        ring
    });
    assert!(log(&producer(ring.get()), 2, 1), "there is room");
    flag.store(true, ord::stop());
    let (mut taken, stopped) = worker.join().unwrap();
    assert!(!stopped || taken.contains(&1), "logged before the stop, and not out");
    let early = taken.len();
    let _late = late.join().unwrap();
    for ring in list {
        let reader = consumer(ring);
        taken.extend(take_one(&reader));
    }
    taken.sort_unstable();
    assert_eq!(taken, [1, 2], "nothing lost, nothing twice");
    format!("{early} early, {}", if stopped { "stopped" } else { "not yet" })
}
