//! Does the thread's ring go on as it began, lap after lap?

use crate::bench::{consumer, log, producer, spsc_ring, take_one};
use crate::explore::{Model, bounded};
use loom::thread;

/// Five records of two sizes through a ring of four granules: both sides pass its end twice.
pub const MODEL: Model = Model {
    name: "spsc_wrap",
    body,
    full: bounded(4, 37_000),
    quick: bounded(2, 200),
    outcomes: &[
        "0 early of 3",
        "1 early of 3",
        "1 early of 4",
        "2 early of 3",
        "2 early of 4",
        "3 early of 3",
        "3 early of 4",
        "3 early of 5",
        "4 early of 4",
        "4 early of 5",
    ],
};

fn body() -> String {
    let ring = spsc_ring(32, 32, usize::MAX - 15);
    let shared = ring.get();
    let logger = thread::spawn(move || {
        let producer = producer(shared);
        [(2, 1), (1, 2), (2, 3), (1, 4), (2, 5)]
            .map(|(words, tag)| log(&producer, words, tag).then_some(tag))
    });
    let reader = consumer(shared);
    let mut tags: Vec<_> = (0..5).filter_map(|_| take_one(&reader)).collect();
    let early = tags.len();
    let logged: Vec<_> = logger.join().unwrap().into_iter().flatten().collect();
    tags.extend(core::iter::from_fn(|| take_one(&reader)));
    assert_eq!(tags, logged, "all, once, in order");
    format!("{early} early of {}", logged.len())
}
