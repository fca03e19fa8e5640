//! When two threads join at once, does the drain find both rings, ready to be read?

use crate::bench::{Held, consumer, log, producer, spsc_ring, take_one};
use crate::explore::{Model, bounded};
use hydra_log_core::registry::Registry;
use loom::thread;

/// Two threads make a ring, join, and log; a drain walks meanwhile.
pub const MODEL: Model = Model {
    name: "registry_join",
    body,
    full: bounded(3, 620),
    quick: bounded(2, 100),
    outcomes: &[
        "0 early, 0 joined",
        "0 early, 1 joined",
        "0 early, 2 joined",
        "1 early, 1 joined",
        "1 early, 2 joined",
        "2 early, 2 joined",
    ],
};

fn body() -> String {
    let registry = Held::new(Registry::new());
    let list = registry.get();
    let joiners = [1, 2].map(|tag| {
        thread::spawn(move || {
            let ring = spsc_ring(32, 16, 0);
            list.join(ring.get());
            assert!(log(&producer(ring.get()), 2, tag), "there is room");
            ring
        })
    });
    let mut tags: Vec<_> = list.iter().filter_map(|ring| take_one(&consumer(ring))).collect();
    let early = tags.len();
    let found = list.iter().count();
    let rings = joiners.map(|joiner| joiner.join().unwrap());
    tags.extend(list.iter().filter_map(|ring| take_one(&consumer(ring))));
    tags.sort_unstable();
    assert_eq!(tags, [1, 2], "every ring is found");
    let mut ids = rings.each_ref().map(|ring| ring.get().id());
    ids.sort_unstable();
    assert_eq!(ids, [0, 1], "every ring has its number");
    format!("{early} early, {found} joined")
}
