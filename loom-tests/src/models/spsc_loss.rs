//! Is every record that a full ring refused counted, and reported behind all that came before it?

use crate::bench::{conserve, consumer, log, producer, spsc_ring, take_one};
use crate::explore::{Model, all, bounded};
use loom::thread;

/// Four records into a ring of two.
pub const MODEL: Model = Model {
    name: "spsc_loss",
    body,
    full: all(32_000),
    quick: bounded(2, 200),
    outcomes: &["0 lost in 0 gaps", "1 lost in 1 gaps", "2 lost in 1 gaps", "2 lost in 2 gaps"],
};

fn body() -> String {
    let ring = spsc_ring(32, 32, usize::MAX - 31);
    let shared = ring.get();
    let logger = thread::spawn(move || {
        let producer = producer(shared);
        [1, 2, 3, 4].map(|tag| log(&producer, 2, tag))
    });
    let reader = consumer(shared);
    // What the drain writes: a tag, or a gap and how many losses it is for.
    let mut taken = Vec::new();
    let mut gaps = Vec::new();
    for _ in 0..2 {
        pass(&reader, &mut taken, &mut gaps);
    }
    let logged = logger.join().unwrap();
    pass(&reader, &mut taken, &mut gaps);
    pass(&reader, &mut taken, &mut gaps);

    let kept: Vec<_> = (1..=4).zip(logged).filter_map(|(tag, kept)| kept.then_some(tag)).collect();
    assert_eq!(taken, kept, "all, once, in order");
    let lost: u64 = gaps.iter().map(|(_, lost)| lost).sum();
    assert_eq!(lost, 4 - kept.len() as u64, "every loss is reported, once");
    // The last loss of a gap came after so many records.
    let behind: Vec<_> = (1..=4_u16)
        .zip(logged)
        .filter(|(_, kept)| !kept)
        .map(|(tag, _)| kept.iter().filter(|kept| **kept < tag).count())
        .collect();
    let mut reported = 0;
    for (place, lost) in &gaps {
        reported += usize::try_from(*lost).unwrap();
        assert!(*place >= behind[reported - 1], "a gap in front of what came before it: {gaps:?}");
    }
    conserve(shared, taken.len(), reader.pending());
    format!("{} lost in {} gaps", lost, gaps.len())
}

fn pass(
    reader: &hydra_log_core::ring::spsc::Consumer<'_>,
    taken: &mut Vec<u16>,
    gaps: &mut Vec<(usize, u64)>,
) {
    taken.extend(take_one(reader));
    if let Some(lost) = reader.gap() {
        gaps.push((taken.len(), lost.iter().sum()));
    }
}
