//! The drain step: order, horizon, gaps, and nothing twice, tick by tick.
#![allow(missing_docs, unsafe_code, reason = "a test that is producer and drain at once")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::ptr::NonNull;

use hydra_log_core::drain::{self, Lane, Limits, Output, Pass, Stop};
use hydra_log_core::record::{self, Flags, RecordRef};
use hydra_log_core::ring::spsc::{self, LEVELS};
use hydra_log_core::ring::{Storage, mpsc};
use hydra_log_core::site::SiteId;
use hydra_log_core::{Level, gap};

fn storage(bytes: usize) -> Storage {
    let memory = vec![0_u64; bytes / 8].leak();
    // SAFETY: bounds: leaked, aligned, zeroed; race: nobody else knows it.
    unsafe { Storage::from_raw(NonNull::from(memory).cast(), bytes) }
}

fn spsc_ring(capacity: usize) -> &'static spsc::Ring {
    let storage = storage(spsc::bytes_for(capacity, capacity));
    Box::leak(Box::new(spsc::Ring::new(storage, capacity, capacity).unwrap()))
}

fn producer(ring: &'static spsc::Ring) -> spsc::Producer<'static> {
    // SAFETY: each test has one thread.
    unsafe { ring.producer() }
}

fn lane(id: u32, ring: &'static spsc::Ring) -> Lane<'static> {
    // SAFETY: each test has one thread.
    Lane::spsc(id, unsafe { ring.consumer() })
}

/// Publishes a record without arguments; `false` if it was lost.
fn push(ring: &'static spsc::Ring, stamp: u64) -> bool {
    let producer = producer(ring);
    assert!(producer.enter());
    let pushed = publish(&producer, stamp);
    if !pushed {
        producer.lose(Level::Info);
    }
    producer.leave();
    pushed
}

fn publish(producer: &spsc::Producer<'_>, stamp: u64) -> bool {
    let Some(at) = producer.claim(16).or_else(|| producer.refresh(16).ok()) else { return false };
    // SAFETY: bounds: 16 bytes were claimed; race: one thread.
    let used = unsafe { record::encode(at.as_ptr(), 16, SiteId(1), stamp, &(), Flags::NONE) };
    // SAFETY: a whole record was written.
    unsafe { producer.publish(used) };
    true
}

#[derive(Default)]
struct Seen {
    out: Vec<(u32, u64, bool)>,
    gaps: Vec<(u32, usize, [u64; LEVELS])>,
    room: Option<usize>,
}

impl Output for Seen {
    fn record(&mut self, lane: u32, bytes: &[u8], flags: Flags) -> Result<(), Stop> {
        if self.room == Some(self.out.len()) {
            return Err(Stop);
        }
        let stamp = RecordRef::parse(bytes).unwrap().stamp();
        self.out.push((lane, stamp, flags.contains(Flags::OUT_OF_ORDER)));
        Ok(())
    }

    fn has_room(&self) -> bool {
        self.room != Some(self.out.len())
    }

    fn gap(&mut self, lane: u32, _stamp: u64, lost: [u64; LEVELS]) {
        self.gaps.push((lane, self.out.len(), lost));
    }
}

fn stamps(seen: &Seen) -> Vec<u64> {
    seen.out.iter().map(|(_, stamp, _)| *stamp).collect()
}

fn step(lanes: &mut [Lane<'_>], now: u64, newest: &mut u64, seen: &mut Seen) -> Pass {
    let limits = Limits { now, grace: 10, patience: 1000, records: 1000 };
    drain::step(lanes, &limits, newest, seen)
}

#[test]
fn merges_by_stamp_and_keeps_what_is_too_young() {
    let rings = [spsc_ring(1024), spsc_ring(1024), spsc_ring(1024)];
    for (ring, own) in rings.iter().zip([[1, 4, 9], [2, 3, 60], [5, 7, 8]]) {
        assert!(own.into_iter().all(|stamp| push(ring, stamp)));
    }
    let mut lanes: Vec<_> = (0..).zip(rings).map(|(id, ring)| lane(id, ring)).collect();
    let (mut seen, mut newest) = (Seen::default(), 0);
    let pass = step(&mut lanes, 50, &mut newest, &mut seen);
    assert_eq!(stamps(&seen), [1, 2, 3, 4, 5, 7, 8, 9]);
    assert_eq!((pass.records, pass.horizon, pass.stopped, pass.late), (8, 40, false, 0));
    step(&mut lanes, 100, &mut newest, &mut seen);
    assert_eq!(stamps(&seen).last(), Some(&60));
    assert_eq!(step(&mut lanes, 200, &mut newest, &mut seen).records, 0);
}

#[test]
fn a_call_in_flight_holds_younger_records_back() {
    let (slow, quick) = (spsc_ring(1024), spsc_ring(1024));
    let mut lanes = [lane(0, slow), lane(1, quick)];
    let (mut seen, mut newest) = (Seen::default(), 0);
    step(&mut lanes, 100, &mut newest, &mut seen);
    let stopped = producer(slow);
    assert!(stopped.enter());
    assert!(push(quick, 120));
    // The slow call may have read the clock at 91.
    let pass = step(&mut lanes, 500, &mut newest, &mut seen);
    assert_eq!((stamps(&seen), pass.horizon), (vec![], 90));
    assert!(publish(&stopped, 110));
    stopped.leave();
    step(&mut lanes, 510, &mut newest, &mut seen);
    assert_eq!(stamps(&seen), [110, 120]);
    assert!(seen.out.iter().all(|(_, _, late)| !late));
}

#[test]
fn a_mark_that_shows_late_holds_younger_records_back_too() {
    let (slow, quick) = (spsc_ring(1024), spsc_ring(1024));
    let mut lanes = [lane(0, slow), lane(1, quick)];
    let (mut seen, mut newest) = (Seen::default(), 0);
    // The slow call reads 95, but its mark is not to be seen yet.
    step(&mut lanes, 100, &mut newest, &mut seen);
    let stopped = producer(slow);
    assert!(stopped.enter());
    assert!(push(quick, 98));
    step(&mut lanes, 500, &mut newest, &mut seen);
    assert!(publish(&stopped, 95));
    stopped.leave();
    step(&mut lanes, 510, &mut newest, &mut seen);
    assert_eq!(stamps(&seen), [95, 98]);
    assert!(seen.out.iter().all(|(_, _, late)| !late));
}

#[test]
fn a_call_that_takes_too_long_comes_late_and_is_marked() {
    let (slow, quick) = (spsc_ring(1024), spsc_ring(1024));
    let mut lanes = [lane(0, slow), lane(1, quick)];
    let (mut seen, mut newest) = (Seen::default(), 0);
    step(&mut lanes, 100, &mut newest, &mut seen);
    let stopped = producer(slow);
    assert!(stopped.enter());
    assert!(push(quick, 120));
    step(&mut lanes, 1101, &mut newest, &mut seen);
    assert_eq!(stamps(&seen), [120]);
    assert!(publish(&stopped, 110));
    stopped.leave();
    let pass = step(&mut lanes, 1200, &mut newest, &mut seen);
    assert_eq!(seen.out, [(1, 120, false), (0, 110, true)]);
    assert_eq!(pass.late, 1);
}

/// Leaves a note of what the ring lost so far.
fn note(ring: &'static spsc::Ring, stamp: u64) {
    let producer = producer(ring);
    assert!(producer.enter());
    let at = producer.refresh(gap::BYTES).unwrap();
    // SAFETY: bounds: as many bytes were claimed; race: one thread.
    unsafe { at.cast().write(gap::write(ring.id(), stamp, ring.lost())) };
    // SAFETY: a whole record was written.
    unsafe { producer.publish_note(gap::BYTES) };
    producer.leave();
}

#[test]
fn a_gap_stands_where_the_loss_was() {
    let ring = spsc_ring(256);
    let mut lanes = [lane(7, ring)];
    let (mut seen, mut newest) = (Seen::default(), 0);
    let lost = (1..=18).filter(|stamp| !push(ring, *stamp)).count() as u64;
    assert_eq!(lost, 2);
    seen.room = Some(12);
    assert!(step(&mut lanes, 100, &mut newest, &mut seen).stopped);
    assert_eq!((seen.out.len(), seen.gaps.len()), (12, 0));
    note(ring, 19);
    assert!(push(ring, 20));
    while push(ring, 21) {}
    seen.room = Some(19);
    assert!(step(&mut lanes, 200, &mut newest, &mut seen).stopped);
    assert_eq!((seen.out.len(), seen.gaps.len()), (19, 1));
    note(ring, 22);
    assert!(push(ring, 23));
    seen.room = None;
    step(&mut lanes, 300, &mut newest, &mut seen);
    assert_eq!(seen.gaps[0], (7, 16, [0, 0, 2, 0, 0]));
    let last = seen.out.len() - 1;
    assert_eq!(seen.gaps[1], (7, last, [0, 0, 1, 0, 0]));
    assert_eq!(seen.out[last].1, 23);
    step(&mut lanes, 400, &mut newest, &mut seen);
    assert_eq!(seen.gaps.len(), 2, "each is told once");
}

#[test]
fn a_gap_at_the_end_needs_no_later_record() {
    let ring = spsc_ring(16);
    let mut lanes = [lane(0, ring)];
    let (mut seen, mut newest) = (Seen::default(), 0);
    assert!(push(ring, 1));
    assert!(!push(ring, 2));
    step(&mut lanes, 100, &mut newest, &mut seen);
    step(&mut lanes, 200, &mut newest, &mut seen);
    assert_eq!(seen.gaps, [(0, 1, [0, 0, 1, 0, 0])]);
}

#[test]
fn the_budget_ends_a_pass_and_the_next_goes_on() {
    let ring = spsc_ring(1024);
    let mut lanes = [lane(0, ring)];
    let (mut seen, mut newest) = (Seen::default(), 0);
    assert!((1..=10).all(|stamp| push(ring, stamp)));
    let limits = Limits { now: 100, grace: 10, patience: 1000, records: 4 };
    let pass = drain::step(&mut lanes, &limits, &mut newest, &mut seen);
    assert_eq!((pass.records, pass.stopped), (4, true));
    assert!(pass.horizon < 5, "what is left is not behind the horizon");
    step(&mut lanes, 100, &mut newest, &mut seen);
    assert_eq!(stamps(&seen), (1..=10).collect::<Vec<_>>());
}

#[test]
fn a_hole_in_a_shared_ring_holds_back_what_is_behind_it() {
    let storage = storage(mpsc::bytes_for(1024, 1024));
    let shared: &'static _ = Box::leak(Box::new(mpsc::Ring::new(storage, 1024, 1024).unwrap()));
    let own = spsc_ring(1024);
    // SAFETY: each test has one thread.
    let mut lanes = [Lane::mpsc(0, unsafe { shared.consumer() }), lane(1, own)];
    let (mut seen, mut newest) = (Seen::default(), 0);
    step(&mut lanes, 100, &mut newest, &mut seen);
    let grant = shared.reserve(16).unwrap();
    assert!(push(own, 130));
    step(&mut lanes, 200, &mut newest, &mut seen);
    assert_eq!(stamps(&seen), []);
    // SAFETY: bounds: 16 bytes were granted; race: one thread.
    unsafe { record::encode(grant.at().as_ptr(), 16, SiteId(1), 120, &(), Flags::NONE) };
    // SAFETY: a whole record was written.
    unsafe { grant.commit(16) };
    step(&mut lanes, 300, &mut newest, &mut seen);
    assert_eq!(stamps(&seen), [120, 130]);
}
