//! Is a record that used less than it asked for followed exactly by what comes after it?

use crate::bench::{conserve_shared, mpsc_ring, share, share_within, shared_consumer, take_shared};
use crate::explore::{Model, all, bounded};
use hydra_log_core::ring::mpsc::claim::ByCas;
use loom::thread;

/// One producer asks for three granules and uses one, the other commits one.
pub const MODEL: Model = Model {
    name: "mpsc_shorten",
    body,
    full: all(9_100),
    quick: bounded(3, 200),
    outcomes: &["0 early", "0 early, hole", "1 early", "1 early, hole", "2 early"],
};

fn body() -> String {
    let ring = mpsc_ring(32, 32, usize::MAX - 15, ByCas);
    let shared = ring.get();
    let shortener = thread::spawn(move || assert!(share_within(shared, 3, 1, 1), "there is room"));
    let logger = thread::spawn(move || assert!(share(shared, 1, 2), "there is room"));
    let reader = shared_consumer(shared);
    let (mut tags, hole) = take_shared(&reader);
    let early = tags.len();
    shortener.join().unwrap();
    logger.join().unwrap();
    let (more, stuck) = take_shared(&reader);
    assert!(!stuck, "nobody is in the middle of a record any more");
    tags.extend(more);
    tags.sort_unstable();
    assert_eq!(tags, [1, 2]);
    conserve_shared(shared, 2, reader.pending());
    format!("{early} early{}", if hole { ", hole" } else { "" })
}
