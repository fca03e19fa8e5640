//! Does a spool that keeps take no byte back before its reader is done with it?

use crate::bench::{append, finish, kept, read};
use crate::explore::{Model, bounded};
use loom::thread;

/// Five entries through a spool of four, of which the reader is done with what it took.
pub const MODEL: Model = Model {
    name: "spool_keep",
    body,
    full: bounded(4, 5_000),
    quick: bounded(2, 50),
    outcomes: &[
        "0 done of 4",
        "1 done of 4",
        "1 done of 5",
        "2 done of 4",
        "2 done of 5",
        "3 done of 4",
        "3 done of 5",
        "4 done of 4",
        "4 done of 5",
    ],
};

fn body() -> String {
    let spool = kept();
    let shared = spool.get();
    let writer =
        thread::spawn(move || (1..=5).filter(|tag| append(shared, *tag)).collect::<Vec<_>>());
    let mut taken = read(shared);
    let first = taken.len();
    finish(shared);
    taken.extend(read(shared));
    let appended = writer.join().unwrap();
    taken.extend(read(shared));
    assert_eq!(taken, appended, "all, once, in order");
    assert!(appended.len() == 4 || first > 0, "room that nobody was done with");
    format!("{first} done of {}", appended.len())
}
