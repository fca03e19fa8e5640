//! Are records that run over the end of the ring, and others of all sizes around them, whole?

use crate::bench::{consumer, log, producer, spsc_ring, take_one};
use crate::explore::{Model, all, bounded};
use loom::thread;

/// Records of three, two and one granules in a ring of four: they meet at every boundary.
pub const MODEL: Model = Model {
    name: "spsc_spill",
    body,
    full: all(830),
    quick: bounded(3, 200),
    outcomes: &["[1, 2, 3]", "[1, 2]", "[1, 3]", "[1]"],
};

fn body() -> String {
    let ring = spsc_ring(32, 24, usize::MAX - 7);
    let shared = ring.get();
    let logger = thread::spawn(move || {
        let producer = producer(shared);
        [(3, 1), (2, 2), (3, 3)].map(|(words, tag)| log(&producer, words, tag).then_some(tag))
    });
    let reader = consumer(shared);
    let mut tags: Vec<_> = (0..4).filter_map(|_| take_one(&reader)).collect();
    let logged: Vec<_> = logger.join().unwrap().into_iter().flatten().collect();
    tags.extend(core::iter::from_fn(|| take_one(&reader)));
    assert_eq!(tags, logged, "all, once, in order");
    format!("{logged:?}")
}
