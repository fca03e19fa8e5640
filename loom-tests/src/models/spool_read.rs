//! Does a reader of the spool get what was appended, whole and in order, however full the spool is?

use crate::bench::{append, read, spool};
use crate::explore::{Model, bounded};
use loom::thread;

/// Five entries through a spool of four.
pub const MODEL: Model = Model {
    name: "spool_read",
    body,
    full: bounded(4, 9_000),
    quick: bounded(2, 50),
    outcomes: &[
        "0 early of 4",
        "1 early of 4",
        "1 early of 5",
        "2 early of 4",
        "2 early of 5",
        "3 early of 4",
        "3 early of 5",
        "4 early of 4",
        "4 early of 5",
        "5 early of 5",
    ],
};

fn body() -> String {
    let spool = spool();
    let shared = spool.get();
    let writer =
        thread::spawn(move || (1..=5).filter(|tag| append(shared, *tag)).collect::<Vec<_>>());
    let mut taken = read(shared);
    taken.extend(read(shared));
    let early = taken.len();
    let appended = writer.join().unwrap();
    taken.extend(read(shared));
    assert_eq!(taken, appended, "all, once, in order");
    format!("{early} early of {}", appended.len())
}
