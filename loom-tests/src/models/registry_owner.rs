//! When a ring goes to the next thread, is a record ever taken for the next owner's?

use crate::bench::{Held, consumer, log, producer, spsc_ring, tag_of};
use crate::explore::{Model, bounded};
use hydra_log_core::registry::Registry;
use hydra_log_core::ring::spsc::Ring;
use loom::thread;

/// One thread says who it is, logs, and is gone; another takes the ring over. Nothing is lost, so
/// that only the records keep the ring from being freed.
pub const MODEL: Model = Model {
    name: "registry_owner",
    body,
    full: bounded(4, 5_500),
    quick: bounded(3, 100),
    outcomes: &["not free in time", "reused"],
};

fn body() -> String {
    let registry = Held::new(Registry::new());
    let ring = spsc_ring(64, 32, usize::MAX - 15);
    let (list, shared) = (registry.get(), ring.get());
    list.join(shared);
    let first = thread::spawn(move || own(shared, 1));
    let second = thread::spawn(move || list.reuse().map(|ring| own(ring, 2)).is_some());
    let mut taken = pass(shared);
    taken += pass(shared);
    first.join().unwrap();
    taken += pass(shared);
    let reused = second.join().unwrap();
    taken += pass(shared);
    assert_eq!(taken, if reused { 2 } else { 1 }, "all, once");
    if reused { "reused" } else { "not free in time" }.to_owned()
}

fn own(ring: &'static Ring, tag: u16) {
    ring.set_user(usize::from(tag));
    let producer = producer(ring);
    assert!(log(&producer, 2, tag), "there is room");
    producer.close();
}

fn pass(ring: &'static Ring) -> usize {
    let reader = consumer(ring);
    let mut taken = 0;
    reader.poll();
    while let Some(record) = reader.peek() {
        assert_eq!(ring.user(), usize::from(tag_of(record)), "whose record it is");
        taken += 1;
        reader.advance(16);
    }
    reader.retire();
    taken
}
