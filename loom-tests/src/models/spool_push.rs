//! When the writer pushes a slow reader on, is every entry either read or counted as passed?

use crate::bench::{append, push_on, read, spool};
use crate::explore::{Model, bounded};
use loom::thread;

/// Five entries through a spool of four; the writer makes room unless the reader is copying.
pub const MODEL: Model = Model {
    name: "spool_push",
    body,
    full: bounded(4, 48_000),
    quick: bounded(3, 5_500),
    outcomes: &[
        "0 early, 1 passed",
        "1 early, 0 passed",
        "1 early, 1 passed",
        "2 early, 0 passed",
        "2 early, 1 passed",
        "3 early, 0 passed",
        "3 early, 1 passed",
        "4 early, 0 passed",
        "4 early, 1 passed",
        "5 early, 0 passed",
    ],
};

fn body() -> String {
    let spool = spool();
    let shared = spool.get();
    let writer = thread::spawn(move || {
        let mut passed = 0;
        let appended: Vec<u16> = (1..=5)
            .filter(|tag| {
                append(shared, *tag) || {
                    passed += push_on(shared);
                    append(shared, *tag)
                }
            })
            .collect();
        (appended, passed)
    });
    let mut taken = read(shared);
    taken.extend(read(shared));
    let early = taken.len();
    let (appended, passed) = writer.join().unwrap();
    taken.extend(read(shared));
    assert!(taken.is_sorted_by(|a, b| a < b), "once, in order: {taken:?}");
    assert!(taken.iter().all(|tag| appended.contains(tag)), "only what was appended");
    assert_eq!(taken.len() + passed, appended.len(), "read, or counted as passed");
    format!("{early} early, {passed} passed")
}
