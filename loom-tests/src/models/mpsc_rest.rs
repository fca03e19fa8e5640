//! When the front of a shortened record can be read, can its rest be stepped over?

use crate::bench::{mpsc_ring, share_within, shared_consumer, take_shared};
use crate::explore::{Model, all};
use hydra_log_core::ring::mpsc::claim::ByCas;
use loom::thread;

/// One producer asks for three granules and uses one: its reader never sees a hole behind it.
pub const MODEL: Model = Model {
    name: "mpsc_rest",
    body,
    full: all(11),
    quick: all(5),
    outcomes: &["0 early", "0 early, hole", "1 early"],
};

fn body() -> String {
    let ring = mpsc_ring(32, 32, 0, ByCas);
    let shared = ring.get();
    let shortener = thread::spawn(move || assert!(share_within(shared, 3, 1, 1), "there is room"));
    let reader = shared_consumer(shared);
    let (tags, hole) = take_shared(&reader);
    assert!(tags.is_empty() || !hole, "a hole behind a record that is there");
    shortener.join().unwrap();
    format!("{} early{}", tags.len(), if hole { ", hole" } else { "" })
}
