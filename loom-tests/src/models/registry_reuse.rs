//! When a ring goes from one thread to the next, is every record and loss its own owner's?

use crate::bench::{Held, consumer, log, producer, spsc_ring, tag_of};
use crate::explore::{Model, bounded};
use hydra_log_core::registry::Registry;
use hydra_log_core::ring::spsc::Ring;
use loom::thread;

/// One thread logs, claims in vain, and is gone; another asks for a free ring and logs.
pub const MODEL: Model = Model {
    name: "registry_reuse",
    body,
    full: bounded(4, 48_000),
    quick: bounded(3, 100),
    outcomes: &["not free in time", "reused"],
};

fn body() -> String {
    let registry = Held::new(Registry::new());
    let ring = spsc_ring(32, 32, usize::MAX - 15);
    let (list, shared) = (registry.get(), ring.get());
    list.join(shared);
    let first = thread::spawn(move || own(shared, 1));
    let second = thread::spawn(move || list.reuse().map(|ring| own(ring, 2)).is_some());
    let mut taken = Vec::new();
    let mut lost = [0; 2];
    for _ in 0..2 {
        pass(shared, &mut taken, &mut lost);
    }
    first.join().unwrap();
    pass(shared, &mut taken, &mut lost);
    let reused = second.join().unwrap();
    pass(shared, &mut taken, &mut lost);

    let owners = 1 + u64::from(reused);
    assert_eq!(taken, if reused { vec![1, 2] } else { vec![1] }, "all, once, in order");
    assert_eq!(lost, [1, u64::from(reused)], "each owner's losses, once");
    assert_eq!(u64::from(shared.generation()), owners - 1);
    assert_eq!(shared.emitted(), 2 * owners, "counted over all owners");
    assert_eq!(shared.emitted(), taken.len() as u64 + lost.iter().sum::<u64>());
    if reused { "reused" } else { "not free in time" }.to_owned()
}

/// What an owner does: says who it is, logs a record, loses one, and gives the ring up.
fn own(ring: &'static Ring, tag: u16) {
    ring.set_user(usize::from(tag));
    let producer = producer(ring);
    assert!(log(&producer, 2, tag), "an owner begins with an empty ring");
    assert!(!log(&producer, 5, tag), "longer than the ring");
    // A limit that nothing is published with.
    assert!(producer.enter(), "no call is under way");
    let _ = producer.refresh(8);
    producer.leave();
    producer.close();
}

/// What a drain does with a ring.
fn pass(ring: &'static Ring, taken: &mut Vec<u16>, lost: &mut [u64; 2]) {
    let reader = consumer(ring);
    reader.poll();
    while let Some(record) = reader.peek() {
        let tag = tag_of(record);
        assert_eq!(ring.user(), usize::from(tag), "whose record it is");
        taken.push(tag);
        reader.advance(16);
    }
    reader.release_now();
    if let Some(gap) = reader.gap() {
        let owner = taken.last().expect("each owner logs before it loses");
        lost[usize::from(*owner) - 1] += gap.iter().sum::<u64>();
    }
    reader.retire();
}
