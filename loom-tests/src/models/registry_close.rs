//! When a drain sees a ring closed and then empty, has it had the last record and the last loss?

use crate::bench::{consumer, log, producer, spsc_ring, take_one};
use crate::explore::{Model, all, bounded};
use loom::thread;

/// A thread logs two records into a ring of one, and is gone.
pub const MODEL: Model = Model {
    name: "registry_close",
    body,
    full: all(200_000),
    quick: bounded(3, 100),
    outcomes: &["1 logged, end not seen", "1 logged, end seen", "2 logged, end not seen"],
};

fn body() -> String {
    let ring = spsc_ring(16, 16, 0);
    let shared = ring.get();
    let logger = thread::spawn(move || {
        let producer = producer(shared);
        let logged = [1, 2].map(|tag| log(&producer, 2, tag));
        producer.close();
        logged.iter().filter(|logged| **logged).count()
    });
    let reader = consumer(shared);
    let (mut taken, mut lost, mut ended) = (0, 0, "not seen");
    for _ in 0..2 {
        let seen = reader.observe();
        taken += reader.peek().map_or(0, |record| {
            reader.advance(record.len());
            reader.release();
            1
        });
        lost += reader.gap().map_or(0, |lost| lost.iter().sum());
        if seen.closed && seen.bytes == 0 {
            ended = "seen";
            break;
        }
    }
    let logged = logger.join().unwrap();
    if ended == "seen" {
        assert_eq!((taken, lost), (logged, 2 - logged as u64), "the last record, the last loss");
    }
    while take_one(&reader).is_some() {}
    let _ = reader.gap();
    assert!(reader.retire(), "an empty, closed ring is freed");
    format!("{logged} logged, end {ended}")
}
