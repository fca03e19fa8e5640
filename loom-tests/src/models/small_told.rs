//! Is every record that a microcontroller's ring lost told of, once, whoever finds room meanwhile?

use crate::explore::{Model, bounded};
use crate::small::{Noted, Taken, drop_newest, log, ring, take};
use loom::thread;

/// A ring that is full up to one record, two producers of one record each, and a reader.
pub const MODEL: Model = Model {
    name: "small_told",
    body,
    full: bounded(3, 15_000),
    quick: bounded(2, 3_000),
    outcomes: &["0 lost", "1 lost"],
};

fn body() -> String {
    let held = ring();
    let ring: &'static Noted = held.get();
    (1..=3).for_each(|tag| assert!(log(ring, tag, drop_newest), "there is room for four"));
    let producers = [4, 5].map(|tag| thread::spawn(move || log(ring, tag, drop_newest)));
    let mut taken = Taken::default();
    take(&ring.try_read().expect("nobody else reads"), &mut taken);
    let logged = producers.map(|producer| producer.join().unwrap());
    // The next call that fits tells of what was lost, or the reader that finds nothing more.
    assert!(log(ring, 6, drop_newest), "the reader made room");
    take(&ring.try_read().expect("nobody else reads"), &mut taken);
    take(&ring.try_read().expect("nobody else reads"), &mut taken);
    let lost = logged.iter().filter(|logged| !**logged).count();
    assert_eq!(taken.told as usize, lost, "told of, once");
    assert_eq!(ring.lost().iter().sum::<usize>(), 0, "nothing waits to be told of");
    assert_eq!(taken.tags.len() + lost, 6, "emitted = written + lost: {taken:?}");
    assert_eq!(taken.tags[..3], [1, 2, 3], "in order");
    assert_eq!(taken.tags.last(), Some(&6));
    format!("{lost} lost")
}
