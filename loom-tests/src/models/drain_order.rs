//! Does the drain step itself write in the order of the clock, over all rings, and never late?

use crate::bench::{Held, consumer, producer, put_words, spsc_ring};
use crate::explore::{Model, bounded};
use crate::ord;
use hydra_log_core::drain::{Lane, Limits, Output, Stop, step};
use hydra_log_core::record::Flags;
use hydra_log_core::ring::spsc::{LEVELS, Ring};
use hydra_log_core::sync::AtomicUsize;
use loom::thread;

/// Two threads log two records and one, while the drain makes two steps.
pub const MODEL: Model = Model {
    name: "drain_order",
    body,
    full: bounded(3, 90_000),
    quick: bounded(2, 500),
    outcomes: &["0 early", "1 early", "2 early", "3 early"],
};

fn body() -> String {
    let clock = Held::new(AtomicUsize::new(1));
    let rings = [spsc_ring(64, 32, 0), spsc_ring(64, 32, 0)];
    let time = clock.get();
    let loggers = [(rings[0].get(), 2), (rings[1].get(), 1)]
        .map(|(ring, count)| thread::spawn(move || (0..count).for_each(|_| stamp(ring, time))));
    let mut lanes = [0, 1].map(|id| Lane::spsc(id, consumer(rings[id as usize].get())));
    let (mut sink, mut newest) = (Sink::default(), 0);
    for _ in 0..2 {
        pass(&mut lanes, time, &mut newest, &mut sink);
    }
    let early = sink.0.len();
    for logger in loggers {
        logger.join().unwrap();
    }
    pass(&mut lanes, time, &mut newest, &mut sink);
    assert!(sink.0.is_sorted(), "in the clock's order: {:?}", sink.0);
    assert_eq!(sink.0.len(), 3, "all of them");
    format!("{early} early")
}

/// One call: the mark, the clock, the record.
fn stamp(ring: &'static Ring, clock: &AtomicUsize) {
    let producer = producer(ring);
    assert!(producer.enter(), "no call is under way");
    let now = clock.fetch_add(1, ord::clock());
    assert!(put_words(&producer, &[2, now as u64]), "there is room");
    producer.leave();
}

fn pass(lanes: &mut [Lane<'_>; 2], clock: &AtomicUsize, newest: &mut u64, sink: &mut Sink) {
    let now = clock.fetch_add(1, ord::clock()) as u64;
    let limits = Limits { now, grace: 0, patience: u64::MAX, records: usize::MAX };
    assert_eq!(step(lanes, &limits, newest, sink).late, 0, "nothing is late");
}

/// The stamps, as they leave.
#[derive(Default)]
struct Sink(Vec<u64>);

impl Output for Sink {
    fn record(&mut self, _lane: u32, bytes: &[u8], _flags: Flags) -> Result<(), Stop> {
        let stamp = bytes.last_chunk().expect("a header has two words");
        self.0.push(u64::from_le_bytes(*stamp));
        Ok(())
    }

    fn has_room(&self) -> bool {
        true
    }

    fn gap(&mut self, _lane: u32, _stamp: u64, _lost: [u64; LEVELS]) {
        unreachable!("nothing is lost");
    }
}
