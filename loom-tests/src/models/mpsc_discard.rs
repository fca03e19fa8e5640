//! Is a grant that was dropped stepped over exactly, whatever is committed around it?

use crate::bench::{conserve_shared, mpsc_ring, share, shared_consumer, take_shared};
use crate::explore::{Model, all, bounded};
use hydra_log_core::ring::mpsc::claim::ByCas;
use loom::thread;

/// One producer drops a grant of two granules, the other commits a record of two.
pub const MODEL: Model = Model {
    name: "mpsc_discard",
    body,
    full: all(2_000),
    quick: bounded(3, 200),
    outcomes: &["0 early", "0 early, hole", "1 early", "1 early, hole"],
};

fn body() -> String {
    let ring = mpsc_ring(32, 32, usize::MAX - 15, ByCas);
    let shared = ring.get();
    let dropper = thread::spawn(move || drop(shared.reserve(16).expect("there is room")));
    let logger = thread::spawn(move || assert!(share(shared, 2, 1), "there is room"));
    let reader = shared_consumer(shared);
    let (mut tags, mut hole) = take_shared(&reader);
    let (more, again) = take_shared(&reader);
    tags.extend(more);
    hole |= again;
    let early = tags.len();
    dropper.join().unwrap();
    logger.join().unwrap();
    let (more, stuck) = take_shared(&reader);
    assert!(!stuck, "nobody is in the middle of a record any more");
    tags.extend(more);
    assert_eq!(tags, [1]);
    conserve_shared(shared, 1, reader.pending());
    assert!(share(shared, 4, 2), "all space is free again");
    assert_eq!(take_shared(&reader).0, [2]);
    format!("{early} early{}", if hole { ", hole" } else { "" })
}
