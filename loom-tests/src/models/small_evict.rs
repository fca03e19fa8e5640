//! Does a producer that evicts keep clear of the reader, and are the evicted records told of?

use crate::explore::{Model, all, bounded};
use crate::small::{Noted, Taken, drop_newest, keep_newest, log, ring, take};
use loom::thread;

/// A full ring, a producer that evicts the oldest records for its own, and a reader.
pub const MODEL: Model = Model {
    name: "small_evict",
    body,
    full: all(2_000),
    quick: bounded(3, 200),
    outcomes: &["0 lost", "1 lost", "3 lost"],
};

fn body() -> String {
    let held = ring();
    let ring: &'static Noted = held.get();
    (1..=4).for_each(|tag| assert!(log(ring, tag, drop_newest), "there is room for four"));
    let producer = thread::spawn(move || log(ring, 5, |bytes| keep_newest(ring, bytes)));
    let mut taken = Taken::default();
    if let Some(reader) = ring.try_read() {
        take(&reader, &mut taken);
    }
    let logged = producer.join().unwrap();
    for _ in 0..2 {
        take(&ring.try_read().expect("nobody else reads"), &mut taken);
    }
    let lost = 5 - taken.tags.len();
    assert_eq!(taken.told as usize, lost, "emitted = written + lost: {taken:?}");
    assert!(taken.tags.is_sorted(), "in order: {taken:?}");
    assert_eq!(taken.tags.last() == Some(&5), logged);
    format!("{lost} lost")
}
