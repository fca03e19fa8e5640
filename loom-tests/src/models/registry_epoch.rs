//! Does a drain that looks at the list only when its epoch changed find every ring that joined, and
//! every ring that was taken again?

use crate::bench::{Held, consumer, log, producer, spsc_ring, take_one};
use crate::explore::{Model, bounded};
use hydra_log_core::registry::Registry;
use hydra_log_core::ring::spsc::{Ring, State};
use loom::thread;

/// One thread takes a free ring, another joins with a new one, each logs; the drain passes twice.
pub const MODEL: Model = Model {
    name: "registry_epoch",
    body,
    full: bounded(3, 5_700),
    quick: bounded(2, 200),
    outcomes: &["0 early", "1 early", "2 early"],
};

fn body() -> String {
    let registry = Held::new(Registry::new());
    let list = registry.get();
    let free = spsc_ring(32, 16, 0);
    list.join(free.get());
    producer(free.get()).close();
    assert!(consumer(free.get()).retire(), "nobody logged");
    let mut drain = Drain { list, epoch: list.epoch(), active: Vec::new(), taken: Vec::new() };
    let again = thread::spawn(move || {
        let ring = list.reuse().expect("one is free, and one thread asks");
        assert!(log(&producer(ring), 2, 1), "there is room");
    });
    let joined = thread::spawn(move || {
        let ring = spsc_ring(32, 16, 0);
        list.join(ring.get());
        assert!(log(&producer(ring.get()), 2, 2), "there is room");
        ring
    });
    drain.pass();
    drain.pass();
    let early = drain.taken.len();
    again.join().unwrap();
    let _joined = joined.join().unwrap();
    drain.pass();
    drain.taken.sort_unstable();
    assert_eq!(drain.taken, [1, 2], "all, once");
    format!("{early} early")
}

struct Drain {
    list: &'static Registry,
    epoch: usize,
    active: Vec<&'static Ring>,
    taken: Vec<u16>,
}

impl Drain {
    fn pass(&mut self) {
        let epoch = self.list.epoch();
        if epoch != self.epoch {
            self.epoch = epoch;
            self.active = self.list.iter().filter(|ring| ring.state() != State::Free).collect();
        }
        self.taken.extend(self.active.iter().filter_map(|ring| take_one(&consumer(ring))));
    }
}
