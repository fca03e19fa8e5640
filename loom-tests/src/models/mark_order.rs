//! Does a drain that looks at marks and tails write in the order of the clock, over all rings?

use crate::bench::{Held, consumer, producer, put, spsc_ring, tag_of};
use crate::explore::{Model, bounded};
use crate::ord;
use hydra_log_core::ring::spsc::{Consumer, Ring};
use hydra_log_core::sync::AtomicUsize;
use loom::thread;

/// Two threads log two records and one, each marked before the clock is read.
pub const MODEL: Model = Model {
    name: "mark_order",
    body,
    full: bounded(2, 8_500),
    quick: bounded(2, 500),
    outcomes: &["0 early", "1 early", "2 early", "3 early"],
};

fn body() -> String {
    let clock = Held::new(AtomicUsize::new(1));
    let rings = [spsc_ring(64, 32, 0), spsc_ring(64, 32, 0)];
    let time = clock.get();
    let loggers = [(rings[0].get(), 2), (rings[1].get(), 1)]
        .map(|(ring, count)| thread::spawn(move || (0..count).for_each(|_| stamp(ring, time))));
    let readers = rings.each_ref().map(|ring| consumer(ring.get()));
    let mut written = Vec::new();
    for _ in 0..2 {
        pass(&readers, time, &mut written);
    }
    let early = written.len();
    for logger in loggers {
        logger.join().unwrap();
    }
    pass(&readers, time, &mut written);
    assert!(written.is_sorted(), "in the clock's order: {written:?}");
    assert_eq!(written.len(), 3, "all of them");
    format!("{early} early")
}

/// One call: the mark, the clock, the record.
fn stamp(ring: &'static Ring, clock: &AtomicUsize) {
    let producer = producer(ring);
    assert!(producer.enter(), "no call is under way");
    let now = clock.fetch_add(1, ord::clock());
    assert!(put(&producer, 2, u16::try_from(now).unwrap()), "there is room");
    producer.leave();
}

/// Writes what is older than now, as far as no ring may still get something older.
fn pass(readers: &[Consumer<'static>; 2], clock: &AtomicUsize, written: &mut Vec<u16>) {
    let now = u16::try_from(clock.fetch_add(1, ord::clock())).unwrap();
    let seen = readers.each_ref().map(Consumer::observe);
    loop {
        let heads = readers.each_ref().map(|reader| reader.peek().map(tag_of));
        if heads.iter().zip(seen).any(|(head, seen)| head.is_none() && seen.in_flight) {
            return;
        }
        let oldest = (0..2).filter_map(|ring| Some((heads[ring]?, ring))).min();
        let Some((tag, ring)) = oldest.filter(|(tag, _)| *tag < now) else { return };
        written.push(tag);
        readers[ring].advance(16);
    }
}
