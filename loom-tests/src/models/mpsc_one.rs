//! Does a shared ring keep one producer's records whole and in order, over the wrap of both the
//! ring and its counters?

use crate::bench::{conserve_shared, mpsc_ring, share, shared_consumer, take_shared};
use crate::explore::{Model, all, bounded};
use hydra_log_core::ring::mpsc::claim::ByCas;
use loom::thread;

/// Three records through a ring of two, near the counters' maximum.
pub const MODEL: Model = Model {
    name: "mpsc_one",
    body,
    full: all(120_000),
    quick: bounded(3, 200),
    outcomes: &[
        "0 early of 2",
        "1 early of 2",
        "1 early of 3",
        "2 early of 2",
        "2 early of 3",
        "3 early of 3",
    ],
};

fn body() -> String {
    let ring = mpsc_ring(32, 32, usize::MAX - 15, ByCas);
    let shared = ring.get();
    let logger = thread::spawn(move || [1, 2, 3].map(|tag| share(shared, 2, tag).then_some(tag)));
    let reader = shared_consumer(shared);
    let (mut tags, _) = take_shared(&reader);
    tags.extend(take_shared(&reader).0);
    tags.extend(take_shared(&reader).0);
    let early = tags.len();
    let logged: Vec<_> = logger.join().unwrap().into_iter().flatten().collect();
    tags.extend(take_shared(&reader).0);
    assert_eq!(tags, logged, "all, once, in order");
    conserve_shared(shared, tags.len(), reader.pending());
    format!("{early} early of {}", logged.len())
}
