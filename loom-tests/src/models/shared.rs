//! The body that the questions about several producers have in common.

use crate::bench::{conserve_shared, mpsc_ring, share, shared_consumer, take_shared};
use hydra_log_core::ring::mpsc::claim::Claim;
use loom::thread;

/// What a producer logs: how long each record is, in granules.
pub(super) type Lengths = &'static [usize];

/// Each producer logs its records, while the drain takes what it finds `passes` times. Afterwards
/// everything that was not refused has been read, once, whole, and in each producer's order.
pub(super) fn explore<C: Claim>(
    claim: C,
    capacity: usize,
    start: usize,
    producers: &[Lengths],
    passes: usize,
) -> String {
    let ring = mpsc_ring(capacity, 32, start, claim);
    let shared = ring.get();
    let loggers: Vec<_> = (1..)
        .zip(producers)
        .map(|(producer, lengths)| {
            let lengths: Lengths = lengths;
            let log = move |(tag, words): (u16, &usize)| share(shared, *words, tag).then_some(tag);
            thread::spawn(move || {
                (producer * 16..).zip(lengths).filter_map(log).collect::<Vec<_>>()
            })
        })
        .collect();
    let reader = shared_consumer(shared);
    let mut tags = Vec::new();
    let mut holes = 0;
    for _ in 0..passes {
        let (more, hole) = take_shared(&reader);
        tags.extend(more);
        holes += usize::from(hole);
    }
    let early = tags.len();
    let mut logged = 0;
    let accepted: Vec<_> = loggers.into_iter().map(|logger| logger.join().unwrap()).collect();
    let (more, hole) = take_shared(&reader);
    assert!(!hole, "nobody is in the middle of a record any more");
    tags.extend(more);
    for (producer, accepted) in (1..).zip(accepted) {
        let own: Vec<_> = tags.iter().copied().filter(|tag| tag / 16 == producer).collect();
        assert_eq!(own, accepted, "all, once, in the producer's order");
        logged += own.len();
    }
    assert_eq!(tags.len(), logged, "nothing that nobody logged");
    conserve_shared(shared, tags.len(), reader.pending());
    let hole = if holes > 0 { ", hole" } else { "" };
    format!("{early} early of {logged}{hole}")
}
