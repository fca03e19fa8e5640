//! Sizes that cannot be, memory that was damaged, and calls inside calls.

use crate::memory::{log, mpsc_ring, share, spsc_ring, tag_of, take, write};
use core::ptr::NonNull;
use hydra_log_core::Level;
use hydra_log_core::ring::mpsc::claim::ByCas;
use hydra_log_core::ring::mpsc::{self, Peek};
use hydra_log_core::ring::{Storage, spsc};

/// A region whose size is only claimed: none of these rings is ever used.
fn storage(bytes: usize) -> Storage {
    // SAFETY: a ring of these sizes is refused, or dropped without being used.
    unsafe { Storage::from_raw(NonNull::<u64>::dangling().cast(), bytes) }
}

#[test]
fn impossible_sizes_are_refused() {
    let sizes = [
        (0, 64),
        (8, 64),
        (24, 64),
        (100, 64),
        (64, 0),
        (64, 12),
        (usize::MAX, 64),
        (1 << (usize::BITS - 1), 64),
        (64, usize::MAX - 7),
    ];
    for (capacity, spill) in sizes {
        let error = spsc::Ring::new(storage(usize::MAX), capacity, spill).unwrap_err();
        assert_eq!((error.capacity, error.spill), (capacity, spill));
        mpsc::Ring::new(storage(usize::MAX), capacity, spill).unwrap_err();
    }
    spsc::Ring::new(storage(127), 64, 64).unwrap_err();
    spsc::Ring::new(storage(128), 64, 64).unwrap();
    mpsc::Ring::new(storage(143), 64, 64).unwrap_err();
    assert!(storage(0).is_empty() && !storage(1).is_empty());
}

#[test]
fn the_largest_and_the_smallest_sizes_are_taken() {
    // A word of two bytes a granule is the map of a shared ring.
    assert_eq!((spsc::bytes_for(128, 64), mpsc::bytes_for(128, 64)), (192, 224));
    let largest = 1 << (usize::BITS - 2);
    for (capacity, spill) in [(16, 8), (largest, largest)] {
        let ring = spsc::Ring::new(storage(usize::MAX), capacity, spill).unwrap();
        assert_eq!((ring.capacity(), ring.longest()), (capacity, spill));
    }
}

#[test]
fn what_was_refused_says_the_numbers() {
    let error = spsc::Ring::new(storage(96), 64, 40).unwrap_err();
    assert_eq!(error.to_string(), "no ring of 64 bytes and 40 bytes of spill in 96 bytes");
    let full = mpsc_ring(64, 64, 0, ByCas).reserve(72).unwrap_err();
    assert_eq!(full.to_string(), "ring full: 72 bytes wanted, 64 free");
}

#[test]
fn a_ring_shows_its_counts() {
    let ring = spsc_ring(128, 64, 0);
    // SAFETY: one thread is the producer.
    let producer = unsafe { ring.producer() };
    assert!(log(&producer, 24, 1) && !log(&producer, 72, 2));
    assert_eq!((producer.emitted(), producer.lost()), (2, [0, 0, 0, 1, 0]));
    assert_eq!((ring.id(), ring.generation(), ring.user()), (u32::MAX, 0, 0));
    let shown = format!("{:?}", *ring);
    let counts = "capacity: 128, pending_bytes: 24, published: 1, lost: [0, 0, 0, 1, 0]";
    assert!(shown.contains(counts) && shown.contains("Open"), "{shown}");

    let shared = mpsc_ring(128, 64, 0, ByCas);
    assert!(share(&shared, 24, 1) && !share(&shared, 72, 2));
    assert_eq!((shared.capacity(), shared.longest(), shared.pending_bytes()), (128, 64, 24));
    let shown = format!("{:?}", *shared);
    assert!(shown.contains(counts), "{shown}");
}

#[test]
fn a_loss_is_counted_by_its_level_and_returned_once() {
    let ring = mpsc_ring(64, 64, 0, ByCas);
    // SAFETY: one thread is the consumer.
    let consumer = unsafe { ring.consumer() };
    assert!(share(&ring, 8, 1));
    assert_eq!(consumer.gap(), None);
    for level in [Level::Error, Level::Trace, Level::Trace] {
        ring.lose(level);
    }
    assert_eq!((ring.lost(), ring.emitted()), ([1, 0, 0, 0, 2], 4));
    assert_eq!(consumer.gap(), Some([1, 0, 0, 0, 2]));
    assert_eq!(consumer.gap(), None);
    ring.lose(Level::Warn);
    assert_eq!(consumer.gap(), Some([0, 1, 0, 0, 0]));
    ring.lose(Level::Info);
    ring.lose(Level::Trace);
    consumer.note_told([1, 1, 1, 0, 2]);
    assert_eq!(consumer.gap(), Some([0, 0, 0, 0, 1]), "what was told of otherwise is not returned");

    let ring = spsc_ring(128, 64, 0);
    // SAFETY: one thread is both.
    let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
    for level in [Level::Debug, Level::Warn, Level::Debug] {
        producer.lose(level);
    }
    consumer.note_told([0, 1, 0, 1, 0]);
    assert_eq!(consumer.gap(), Some([0, 0, 0, 1, 0]));
}

#[test]
fn a_record_as_long_as_the_ring_fits_and_a_longer_one_never() {
    let ring = spsc_ring(64, 64, usize::MAX - 23);
    // SAFETY: one thread is both.
    let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
    for tag in 0..10 {
        assert!(!log(&producer, 65, tag));
        assert!(log(&producer, 64, tag));
        assert!(!log(&producer, 1, tag));
        assert_eq!(take(&consumer), Some((tag, 64)));
    }
    assert_eq!(ring.lost(), [0, 0, 0, 20, 0]);
    assert_eq!(consumer.gap(), Some([0, 0, 0, 20, 0]));
    assert_eq!(consumer.gap(), None);
}

#[test]
fn a_huge_length_is_refused() {
    let ring = spsc_ring(64, 64, 0);
    // SAFETY: one thread is the producer.
    let producer = unsafe { ring.producer() };
    for len in [usize::MAX, usize::MAX - 7, usize::MAX / 2] {
        assert!(producer.claim(len).is_none());
        assert_eq!(producer.refresh(len).unwrap_err().requested, len);
    }
    let shared = mpsc_ring(64, 64, 0, ByCas);
    assert!(shared.reserve(usize::MAX).is_err());
    assert!(shared.reserve(0).is_err(), "a record has a length");
}

#[test]
fn the_limit_reaches_half_a_lap() {
    let ring = spsc_ring(64, 64, 0);
    // SAFETY: one thread is both.
    let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
    let mut refreshes = 0;
    for tag in 0..80 {
        assert!(producer.enter());
        let at = producer.claim(8).unwrap_or_else(|| {
            refreshes += 1;
            producer.refresh(8).unwrap()
        });
        write(at, 8, tag);
        // SAFETY: a whole record was claimed and written.
        unsafe { producer.publish(8) };
        producer.leave();
        assert_eq!(take(&consumer), Some((tag, 8)));
    }
    assert_eq!(refreshes, 20, "twice a lap of eight records");
}

#[test]
fn whole_granules_are_kept() {
    for keep in 0..=64 {
        let ring = spsc_ring(64, 64, 0);
        // SAFETY: one thread is the producer.
        let producer = unsafe { ring.producer() };
        assert!(producer.refresh_keeping(8, keep).is_ok(), "a ring is not kept from everybody");
        let mut claimed = 0;
        while let Some(at) = producer.claim(1) {
            write(at, 8, 0);
            // SAFETY: a whole record was claimed and written.
            unsafe { producer.publish(8) };
            claimed += 8;
            assert!(claimed <= (64 - keep.next_multiple_of(8)).max(8), "{claimed} beside {keep}");
        }
        assert!(claimed > 0);
    }
}

#[test]
fn a_call_inside_a_call_is_told_so() {
    let ring = spsc_ring(64, 64, 0);
    // SAFETY: one thread is both.
    let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
    assert!(!consumer.in_flight());
    assert!(producer.enter());
    assert!(consumer.in_flight());
    // SAFETY: the nested call goes on only if `enter` lets it.
    assert!(!unsafe { ring.producer() }.enter());
    producer.leave();
    assert!(!consumer.in_flight());
    assert!(producer.enter());
}

#[test]
fn a_damaged_length_yields_what_is_left() {
    for length in [0_u64, 7, 0x1fff, !0xe000] {
        let ring = spsc_ring(64, 64, 48);
        // SAFETY: one thread is both.
        let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
        assert!(producer.enter());
        let at = producer.refresh(32).unwrap();
        // SAFETY: 32 bytes were claimed.
        unsafe { at.cast::<[u64; 4]>().write([length.to_le(), 0, 0, 0]) };
        // SAFETY: the bytes were claimed and written; that they are no record is the point.
        unsafe { producer.publish(32) };
        producer.leave();
        assert_eq!(consumer.poll(), 32);
        assert_eq!(consumer.pending(), 1);
        let len = consumer.peek().unwrap().len();
        assert_eq!(len, 32);
        consumer.advance(len);
        assert!(consumer.peek().is_none());
    }
}

#[test]
fn the_reader_stops_at_a_hole_and_finds_what_is_behind_it_later() {
    let ring = mpsc_ring(64, 64, usize::MAX - 15, ByCas);
    // SAFETY: one thread is everything.
    let consumer = unsafe { ring.consumer() };
    assert_eq!(consumer.peek(), Peek::Empty);
    let hole = ring.reserve(24).unwrap();
    assert!(share(&ring, 16, 2));
    assert_eq!(consumer.peek(), Peek::Hole);
    assert_eq!(consumer.pending(), 1, "behind the hole");
    write(hole.at(), 8, 1);
    // SAFETY: a whole record was granted and written.
    unsafe { hole.commit(8) };
    for tag in [1, 2] {
        let Peek::Record(record) = consumer.peek() else { panic!("a record") };
        assert_eq!(tag_of(record), tag);
        consumer.advance(record.len());
    }
    consumer.release();
    assert_eq!(consumer.peek(), Peek::Empty);
    assert_eq!(ring.pending_bytes(), 0);
}

#[test]
fn a_panic_in_the_middle_of_a_record_gives_its_room_back() {
    let ring = mpsc_ring(32, 32, 0, ByCas);
    let shared = ring.get();
    std::thread::spawn(move || {
        let _grant = shared.reserve(32).unwrap();
        std::panic::resume_unwind(Box::new("a Display that panics"));
    })
    .join()
    .unwrap_err();
    // SAFETY: one thread is the consumer.
    let consumer = unsafe { ring.consumer() };
    assert_eq!(consumer.peek(), Peek::Empty);
    consumer.release();
    assert!(share(&ring, 32, 1));
}
