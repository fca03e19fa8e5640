//! Do two producers of a microcontroller's ring get bytes of their own, and does nothing get lost?

use crate::explore::{Model, all, bounded};
use crate::small::{Narrow, Taken, drop_newest, log, ring, take};
use loom::thread;

/// Two producers of one record each, room for both, and a reader between and after them.
pub const MODEL: Model = Model {
    name: "small_two",
    body,
    full: all(2_000),
    quick: bounded(3, 1_000),
    outcomes: &[
        "0 early",
        "0 early, hole",
        "1 early",
        "1 early, hole",
        "2 early",
    ],
};

fn body() -> String {
    let held = ring();
    let ring: &'static Narrow = held.get();
    let producers = [1, 2].map(|tag| {
        thread::spawn(move || assert!(log(ring, tag, drop_newest), "there is room for both"))
    });
    let mut taken = Taken::default();
    take(&ring.try_read().expect("nobody else reads"), &mut taken);
    let (early, hole) = (taken.tags.len(), taken.hole);
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    taken.hole = false;
    take(&ring.try_read().expect("nobody else reads"), &mut taken);
    assert!(!taken.hole, "nobody is in the middle of a record any more");
    taken.tags.sort_unstable();
    assert_eq!((taken.tags, taken.told), (vec![1, 2], 0));
    assert!(log(ring, 3, drop_newest) && log(ring, 4, drop_newest), "all space is free again");
    format!("{early} early{}", if hole { ", hole" } else { "" })
}
