//! When two threads want the same free ring, does exactly one get it?

use crate::bench::{Held, consumer, log, producer, spsc_ring, take_one};
use crate::explore::{Model, all, bounded};
use hydra_log_core::registry::Registry;
use loom::thread;

/// A free ring, and two threads that ask for one.
pub const MODEL: Model = Model {
    name: "registry_take",
    body,
    full: all(7),
    quick: bounded(3, 10),
    outcomes: &["the first", "the second"],
};

fn body() -> String {
    let registry = Held::new(Registry::new());
    let ring = spsc_ring(64, 16, 0);
    let (list, shared) = (registry.get(), ring.get());
    list.join(shared);
    producer(shared).close();
    assert!(consumer(shared).retire(), "an empty, closed ring is freed");
    let takers = [1, 2].map(|tag| {
        thread::spawn(move || list.reuse().map(|ring| log(&producer(ring), 2, tag)).is_some())
    });
    let taken = takers.map(|taker| taker.join().unwrap());
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 1, "exactly one");
    let reader = consumer(shared);
    assert!(take_one(&reader).is_some(), "its record");
    assert_eq!(shared.published(), 1, "counted on");
    format!("the {}", if taken[0] { "first" } else { "second" })
}
