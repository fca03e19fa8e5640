//! Is a record counted before anybody can see it?

use crate::bench::{conserve, consumer, log, producer, spsc_ring, take_one};
use crate::explore::{Model, all, bounded};
use loom::thread;

/// Two records, and a reader that compares what it has with what was counted.
pub const MODEL: Model = Model {
    name: "spsc_count",
    body,
    full: all(780),
    quick: bounded(2, 20),
    outcomes: &["0 early", "1 early", "2 early"],
};

fn body() -> String {
    let ring = spsc_ring(64, 32, 0);
    let shared = ring.get();
    let logger = thread::spawn(move || {
        let producer = producer(shared);
        assert!(log(&producer, 2, 1) && log(&producer, 2, 2), "there is room");
    });
    let reader = consumer(shared);
    let mut taken = 0;
    for _ in 0..2 {
        taken += take_one(&reader).iter().count();
        assert!(shared.published() >= taken as u64, "counted before it is seen");
    }
    let early = taken;
    logger.join().unwrap();
    conserve(shared, taken, reader.pending());
    format!("{early} early")
}
