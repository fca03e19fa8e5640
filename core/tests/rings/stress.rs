//! Threads at full speed: what a race detector and an interpreter watch.

use crate::effort::count;
use crate::memory::{Held, log, mpsc_ring, share, spsc_ring, tag_of, take};
use core::cell::UnsafeCell;
use hydra_log_core::flush::Flush;
use hydra_log_core::ring::mpsc::claim::{ByCas, Claim, InSection};
use hydra_log_core::ring::mpsc::{Peek, Ring};
use hydra_log_core::token::Token;
use std::thread;

#[test]
fn one_producer_one_consumer() {
    let ring = spsc_ring(512, 128, usize::MAX - 1000);
    let shared = ring.get();
    let total = u32::try_from(count(100_000)).unwrap();
    let logger = thread::spawn(move || {
        // SAFETY: this thread is the only producer.
        let producer = unsafe { shared.producer() };
        for tag in 0..total {
            while !log(&producer, 8 + (tag as usize * 7) % 121, tag) {
                thread::yield_now();
            }
        }
        producer.close();
    });
    // SAFETY: this thread is the only consumer.
    let consumer = unsafe { shared.consumer() };
    let mut next = 0;
    loop {
        let seen = consumer.observe();
        while let Some(record) = consumer.peek() {
            assert_eq!(tag_of(record), next, "in order");
            consumer.advance(record.len());
            next += 1;
        }
        consumer.release();
        if seen.closed {
            break;
        }
        thread::yield_now();
    }
    logger.join().unwrap();
    assert_eq!(next, total, "a drain that saw the ring closed has had all");
    assert_eq!(u64::from(total) + ring.lost().iter().sum::<u64>(), ring.emitted());
    assert_eq!(take(&consumer), None);
}

#[test]
fn several_producers_by_compare_and_swap() {
    several_producers(ByCas);
}

#[test]
fn several_producers_in_a_section() {
    several_producers(InSection::new());
}

fn several_producers<C: Claim + Send + Sync>(claim: C) {
    const PRODUCERS: u32 = 3;
    let ring = mpsc_ring(512, 128, usize::MAX - 1000, claim);
    let total = u32::try_from(count(30_000)).unwrap();
    let loggers: Vec<_> = (0..PRODUCERS)
        .map(|producer| {
            let shared = ring.get();
            thread::spawn(move || {
                for tag in 0..total {
                    if tag % 16 == 3 {
                        // A call that changes its mind.
                        drop(shared.reserve(40));
                    }
                    while !share(shared, 8 + (tag as usize * 7) % 121, producer << 24 | tag) {
                        thread::yield_now();
                    }
                }
            })
        })
        .collect();
    // SAFETY: this thread is the only consumer.
    let consumer = unsafe { ring.consumer() };
    let mut next = [0; PRODUCERS as usize];
    while next != [total; PRODUCERS as usize] {
        while let Peek::Record(record) = consumer.peek() {
            let tag = tag_of(record);
            let own = &mut next[(tag >> 24) as usize];
            assert_eq!(tag & 0xff_ffff, *own, "in each producer's order");
            *own += 1;
            consumer.advance(record.len());
        }
        consumer.release();
        thread::yield_now();
    }
    for logger in loggers {
        logger.join().unwrap();
    }
    assert_eq!(ring.published(), u64::from(PRODUCERS * total));
    assert_eq!(consumer.pending(), 0);
}

/// What the holder of the token may touch.
struct Shared {
    token: Token,
    sink: UnsafeCell<Vec<u32>>,
    ring: Held<Ring<ByCas>>,
}

// SAFETY: the sink is touched by the token's holder only.
unsafe impl Sync for Shared {}

impl Shared {
    /// Drains and then writes `tag`, if nobody else is at it.
    fn direct(&self, tag: Option<u32>) -> bool {
        let Some(_taken) = self.token.try_take() else { return false };
        // SAFETY: the token is held.
        let (consumer, sink) = unsafe { (self.ring.consumer(), &mut *self.sink.get()) };
        while let Peek::Record(record) = consumer.peek() {
            sink.push(tag_of(record));
            consumer.advance(record.len());
        }
        consumer.release();
        sink.extend(tag);
        true
    }
}

#[test]
fn a_full_ring_is_drained_by_whoever_finds_it_full() {
    const PRODUCERS: u32 = 3;
    let shared = Shared {
        token: Token::new(),
        sink: UnsafeCell::new(Vec::new()),
        ring: mpsc_ring(64, 64, 0, ByCas),
    };
    let total = u32::try_from(count(20_000)).unwrap();
    thread::scope(|scope| {
        for producer in 0..PRODUCERS {
            let shared = &shared;
            scope.spawn(move || {
                for tag in 0..total {
                    let tag = producer << 24 | tag;
                    while !share(&shared.ring, 16, tag) && !shared.direct(Some(tag)) {
                        thread::yield_now();
                    }
                }
            });
        }
    });
    assert!(shared.direct(None));
    let mut sink = shared.sink.into_inner();
    sink.sort_unstable();
    sink.dedup();
    assert_eq!(sink.len(), (PRODUCERS * total) as usize, "all, once");
}

#[test]
fn a_flush_is_done_when_its_records_are_out() {
    let ring = spsc_ring(256, 64, 0);
    let flush: Flush = Flush::new();
    let out = hydra_log_core::sync::AtomicUsize::new(0);
    let total = u32::try_from(count(5_000)).unwrap();
    thread::scope(|scope| {
        let (flush, out, shared) = (&flush, &out, ring.get());
        scope.spawn(move || {
            // SAFETY: this thread is the only producer.
            let producer = unsafe { shared.producer() };
            for tag in 1..=total {
                assert!(log(&producer, 16, tag));
                let ticket = flush.request();
                while !flush.is_done(&ticket) {
                    thread::yield_now();
                }
                assert!(out.load(hydra_log_core::ord::count()) >= tag as usize, "out");
            }
            producer.close();
        });
        // SAFETY: this thread is the only consumer.
        let consumer = unsafe { shared.consumer() };
        loop {
            let (closed, request) = (consumer.closed(), flush.pending());
            while let Some((tag, _)) = take(&consumer) {
                out.store(tag as usize, hydra_log_core::ord::count());
            }
            if let Some(request) = request {
                flush.acknowledge(request);
            }
            if closed {
                break;
            }
            thread::yield_now();
        }
    });
    assert_eq!(out.into_inner(), total as usize);
}
