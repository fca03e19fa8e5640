//! Threads that do very little at once: small enough for an interpreter to run in many orders.
//!
//! `cargo xtask miri` runs these with many seeds. Other than in a model, a weak compare-and-swap
//! fails for no reason here, and bytes are bytes: what is wrong is undefined behaviour.
#![allow(missing_docs, reason = "tests are named after what they show")]
#![allow(unsafe_code, reason = "the tests keep the rings' promises themselves")]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::multiple_unsafe_ops_per_block,
    reason = "a test fails by panicking, and uses its part of a helper"
)]

#[path = "models/memory.rs"]
mod memory;

use core::ptr::NonNull;
use hydra_log_core::flush::Flush;
use hydra_log_core::ord;
use hydra_log_core::registry::Registry;
use hydra_log_core::rest::Rest;
use hydra_log_core::ring::mpsc::claim::{ByCas, Claim, InSection};
use hydra_log_core::ring::mpsc::{self, Peek};
use hydra_log_core::ring::spsc::{Ring, State};
use hydra_log_core::spool::{Spool, entries};
use hydra_log_core::sync::{AtomicBool, AtomicUsize, rmw};
use memory::{log, mpsc_ring, share, spsc_ring, tag_of, take};
use std::thread;

/// Nobody looks more often than this before it is told that it looks for ever.
const LOOKS: usize = if cfg!(miri) { 10_000 } else { usize::MAX / 2 };

#[test]
fn records_of_a_thread_come_whole_and_in_order() {
    let ring = spsc_ring(32, 24, usize::MAX - 15);
    let shared = ring.get();
    let logged = thread::spawn(move || {
        // SAFETY: this thread is the only producer.
        let producer = unsafe { shared.producer() };
        let lengths = [16, 8, 24, 8, 16].into_iter().zip(1..);
        let logged: Vec<_> =
            lengths.filter_map(|(len, tag)| log(&producer, len, tag).then_some(tag)).collect();
        producer.close();
        logged
    });
    // SAFETY: this thread is the only consumer.
    let consumer = unsafe { shared.consumer() };
    let mut tags = Vec::new();
    let mut seen = consumer.observe();
    for _ in 0..LOOKS {
        while let Some((tag, _)) = take(&consumer) {
            tags.push(tag);
        }
        if seen.closed {
            break;
        }
        thread::yield_now();
        seen = consumer.observe();
    }
    assert!(seen.closed, "the end is seen");
    assert_eq!(tags, logged.join().unwrap());
    assert_eq!(ring.emitted(), 5);
}

#[test]
fn claims_by_compare_and_swap_are_disjoint() {
    claims_are_disjoint(ByCas);
}

#[test]
fn claims_in_a_section_are_disjoint() {
    claims_are_disjoint(InSection::new());
}

fn claims_are_disjoint<C: Claim + Send + Sync>(claim: C) {
    let ring = mpsc_ring(32, 24, usize::MAX - 7, claim);
    let loggers = [10, 20].map(|first| {
        let shared = ring.get();
        thread::spawn(move || {
            let mut logged = Vec::new();
            for (len, tag) in [16, 8, 24].into_iter().zip(first..) {
                logged.extend(share(shared, len, tag).then_some(tag));
                drop(shared.reserve(8));
            }
            logged
        })
    });
    let mut tags = Vec::new();
    for _ in 0..4 {
        drain(ring.get(), &mut tags);
        thread::yield_now();
    }
    let mut logged: Vec<_> =
        loggers.into_iter().flat_map(|logger| logger.join().unwrap()).collect();
    drain(ring.get(), &mut tags);
    assert!(tags.iter().filter(|tag| **tag < 20).is_sorted());
    assert!(tags.iter().filter(|tag| **tag >= 20).is_sorted());
    tags.sort_unstable();
    logged.sort_unstable();
    assert_eq!(tags, logged, "all, once");
}

fn drain<C: Claim>(ring: &'static mpsc::Ring<C>, tags: &mut Vec<u32>) {
    // SAFETY: one thread of each test drains.
    let consumer = unsafe { ring.consumer() };
    while let Peek::Record(record) = consumer.peek() {
        tags.push(tag_of(record));
        consumer.advance(record.len());
    }
    consumer.release();
}

#[test]
fn a_ring_goes_from_thread_to_thread() {
    static REGISTRY: Registry = Registry::new();
    let registry = &REGISTRY;
    let rings = [spsc_ring(32, 16, 0), spsc_ring(32, 16, 0)];
    registry.join(rings[0].get());
    let (mut epoch, mut active) = (registry.epoch(), vec![rings[0].get()]);
    let own = |ring: &'static Ring, tag| {
        ring.set_user(usize::try_from(tag).unwrap());
        // SAFETY: the ring is this thread's: it made it, or took it.
        let producer = unsafe { ring.producer() };
        let logged = log(&producer, 16, tag) && !log(&producer, 40, tag);
        producer.close();
        logged
    };
    let (first, second) = (rings[0].get(), rings[1].get());
    let owners = [
        thread::spawn(move || own(first, 1)),
        thread::spawn(move || {
            let ring = registry.reuse().unwrap_or_else(|| {
                registry.join(second);
                second
            });
            own(ring, 2)
        }),
    ];
    let (mut tags, mut lost) = (Vec::new(), 0);
    for _ in 0..LOOKS {
        if registry.epoch() != epoch {
            epoch = registry.epoch();
            active = registry.iter().filter(|ring| ring.state() != State::Free).collect();
        }
        for ring in &active {
            // SAFETY: this thread is the only consumer.
            let consumer = unsafe { ring.consumer() };
            consumer.poll();
            if let Some(record) = consumer.peek() {
                assert_eq!(tag_of(record) as usize, ring.user(), "whose record it is");
                tags.push(tag_of(record));
                consumer.advance(record.len());
            }
            consumer.release_now();
            lost += consumer.gap().map_or(0, |gap| gap.iter().sum());
            consumer.retire();
        }
        if tags.len() == 2 && lost == 2 {
            break;
        }
        thread::yield_now();
    }
    assert!(owners.into_iter().all(|owner| owner.join().unwrap()));
    tags.sort_unstable();
    assert_eq!((tags, lost), (vec![1, 2], 2), "each owner's record and loss, once");
}

#[test]
fn what_is_flushed_is_written() {
    let (flush, written) = (Flush::new(), AtomicUsize::new(0));
    let ring = spsc_ring(64, 16, 0);
    let shared = ring.get();
    thread::scope(|scope| {
        scope.spawn(|| {
            // SAFETY: this thread is the only producer.
            let producer = unsafe { shared.producer() };
            for tag in 1..=2 {
                assert!(log(&producer, 16, tag));
                let ticket = flush.request();
                let done = (0..LOOKS).any(|_| {
                    thread::yield_now();
                    flush.is_done(&ticket)
                });
                assert!(done && written.load(ord::count()) >= tag as usize, "written");
            }
        });
        // SAFETY: this thread is the only consumer.
        let consumer = unsafe { shared.consumer() };
        for _ in 0..2 * LOOKS {
            let request = flush.pending();
            while let Some((tag, _)) = take(&consumer) {
                written.store(tag as usize, ord::count());
            }
            if let Some(request) = request {
                flush.acknowledge(request);
                if written.load(ord::count()) == 2 {
                    break;
                }
            }
            thread::yield_now();
        }
    });
}

#[test]
fn a_reader_of_the_spool_gets_what_it_was_not_pushed_past() {
    const LARGEST: usize = 8;
    const CAPACITY: usize = 64;
    let bytes = Spool::bytes_for(CAPACITY, LARGEST);
    let mut memory = vec![0_u64; bytes.div_ceil(8)];
    let start = NonNull::from(memory.as_mut_slice()).cast();
    // SAFETY: bounds: so many aligned bytes, which outlive the spool; race: nobody else's.
    let spool = unsafe { Spool::new(start, CAPACITY, LARGEST, 1) }.unwrap();
    let (tags, passed) = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut passed = 0;
            for tag in 1..=6_u64 {
                // SAFETY: this thread is the only writer.
                unsafe {
                    if spool.append(0, &[&tag.to_le_bytes()]).is_err() {
                        passed += spool.push_on(0, 16);
                        passed += usize::from(spool.append(0, &[&tag.to_le_bytes()]).is_err());
                    }
                }
            }
            passed
        });
        let mut tags = Vec::new();
        for _ in 0..4 {
            read(&spool, &mut tags);
            thread::yield_now();
        }
        let passed = writer.join().unwrap();
        read(&spool, &mut tags);
        (tags, passed)
    });
    assert!(tags.is_sorted() && tags.len() + passed == 6, "{tags:?}, {passed} passed");
}

fn read(spool: &Spool, tags: &mut Vec<u64>) {
    let mut bytes = [0; 64];
    // SAFETY: one thread reads.
    let taken = unsafe { spool.read(0, &mut bytes) };
    let payloads = entries(&bytes[..taken.bytes]).map(|(_, payload)| payload);
    tags.extend(payloads.map(|payload| u64::from_le_bytes(payload.try_into().unwrap())));
}

#[test]
fn a_sleeper_hears_a_call() {
    let (rest, work) = (Rest::new(), AtomicBool::new(false));
    thread::scope(|scope| {
        let sleeper = scope.spawn(|| {
            while !work.load(ord::count()) {
                if rest.lie_down(true) {
                    // Without a bound: a call that is lost is a deadlock, which Miri reports.
                    thread::park();
                    rest.rise();
                }
            }
        });
        rmw::store(&work, true, ord::count());
        if rest.call() {
            sleeper.thread().unpark();
        }
    });
}
