//! Rings that change hands.

use crate::effort::count;
use crate::memory::{log, spsc_ring, tag_of, take};
use hydra_log_core::registry::Registry;
use hydra_log_core::ring::spsc::{Ring, State};
use hydra_log_core::sync::{AtomicUsize, rmw};
use std::sync::Barrier;
use std::thread;

#[test]
fn a_ring_is_numbered_found_closed_freed_and_used_again() {
    let registry = Registry::new();
    let rings = [spsc_ring(64, 64, 0), spsc_ring(128, 64, 0)];
    for ring in &rings {
        registry.join(ring.get());
    }
    assert_eq!(registry.iter().map(Ring::id).collect::<Vec<_>>(), [1, 0]);
    assert!(registry.reuse().is_none(), "both are open");

    let ring = rings[0].get();
    // SAFETY: one thread is both.
    let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
    assert!(log(&producer, 16, 1));
    assert!(!log(&producer, 72, 2));
    ring.set_user(99);
    assert_eq!((ring.user(), rings[1].user(), ring.state()), (99, 0, State::Open));
    assert!(!consumer.retire(), "it is open");
    producer.close();
    assert_eq!(ring.state(), State::Closed);
    assert!(!consumer.retire(), "a record is left");
    assert_eq!(take(&consumer), Some((1, 16)));
    assert!(!consumer.retire(), "a loss was not reported");
    assert!(consumer.gap().is_some());
    assert!(consumer.retire());
    assert_eq!(ring.state(), State::Free);
    assert!(!consumer.retire(), "it is free");

    assert!(registry.reuse_at_least(65).is_none(), "the larger one is open");
    let again = registry.reuse().unwrap();
    assert_eq!((again.id(), again.generation(), again.state()), (0, 1, State::Open));
    // SAFETY: `reuse` gave the producer to this thread.
    let producer = unsafe { again.producer() };
    assert!(log(&producer, 16, 3));
    assert_eq!(take(&consumer), Some((3, 16)));
    assert_eq!((again.emitted(), again.lost().iter().sum::<u64>()), (3, 1));
}

#[test]
fn a_record_alone_or_a_loss_alone_keeps_a_ring_from_being_freed() {
    for (len, fits) in [(16, true), (72, false)] {
        let ring = spsc_ring(64, 64, 0);
        // SAFETY: one thread is both.
        let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
        assert_eq!(log(&producer, len, 1), fits);
        producer.close();
        assert!(!consumer.retire());
        assert_eq!(ring.state(), State::Closed);
        assert_eq!((take(&consumer).is_some(), consumer.gap().is_some()), (fits, !fits));
        assert!(consumer.retire());
    }
}

/// Threads come and go, each with a ring of its own, while one drains.
#[test]
fn nothing_is_lost_or_mixed_up_while_threads_come_and_go() {
    const THREADS: usize = 3;
    static REGISTRY: Registry = Registry::new();
    let registry = &REGISTRY;
    let rounds = count(2000).max(4);
    // As many rings as threads: whoever finds none free waits for the drain.
    let rings: Vec<_> = (0..THREADS).map(|_| spsc_ring(256, 64, usize::MAX - 100)).collect();
    for ring in &rings {
        registry.join(ring.get());
        // SAFETY: this thread made the ring.
        unsafe { ring.producer() }.close();
    }
    let left = AtomicUsize::new(THREADS);
    let start = Barrier::new(THREADS + 1);
    let (order, logged) = (hydra_log_core::ord::flush_request(), AtomicUsize::new(0));
    let written = thread::scope(|scope| {
        for thread in 0..THREADS {
            let (left, start, logged) = (&left, &start, &logged);
            scope.spawn(move || {
                start.wait();
                for round in 0..rounds {
                    let ring = loop {
                        match registry.reuse() {
                            Some(ring) => break ring,
                            None => thread::yield_now(),
                        }
                    };
                    let owner = thread * rounds + round;
                    ring.set_user(owner);
                    // SAFETY: `reuse` gave the producer to this thread.
                    let producer = unsafe { ring.producer() };
                    for record in 0..5 {
                        let done = log(&producer, 16 + record * 8, u32::try_from(owner).unwrap());
                        rmw::add(logged, usize::from(done), order);
                    }
                    producer.close();
                }
                rmw::add(left, usize::MAX, order);
            });
        }
        start.wait();
        drain(registry, &left)
    });
    assert_eq!(written, logged.load(hydra_log_core::ord::count()) as u64);
    for ring in registry {
        // SAFETY: the threads are gone.
        let consumer = unsafe { ring.consumer() };
        assert_eq!((consumer.pending(), consumer.gap()), (0, None));
    }
    let emitted: u64 = registry.iter().map(Ring::emitted).sum();
    assert_eq!(emitted, (THREADS * rounds * 5) as u64);
    let lost: u64 = registry.iter().flat_map(Ring::lost).sum();
    assert_eq!(emitted, written + lost, "emitted = written + lost");
}

/// Drains until all threads are gone and all rings are free; how many records.
fn drain(registry: &'static Registry, left: &AtomicUsize) -> u64 {
    let mut written = 0;
    loop {
        let ending = left.load(hydra_log_core::ord::flush_pending()) == 0;
        for ring in registry {
            // SAFETY: this thread is the only consumer.
            let consumer = unsafe { ring.consumer() };
            consumer.poll();
            while let Some(record) = consumer.peek() {
                assert_eq!(tag_of(record) as usize, ring.user(), "whose record it is");
                consumer.advance(record.len());
                written += 1;
            }
            consumer.release();
            let _ = consumer.gap();
            consumer.retire();
        }
        if ending && registry.iter().all(|ring| ring.state() == State::Free) {
            return written;
        }
        thread::yield_now();
    }
}
