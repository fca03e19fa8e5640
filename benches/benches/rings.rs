//! A record of 40 bytes in and out: our rings beside those of other packages, on one thread.
//!
//! Batches of 64, so that a ring's lap and its reader's bookkeeping are part of it. The peers move
//! values of one size; ours move records of any length, and count them.
#![expect(unsafe_code, reason = "drives both halves of the rings by hand")]

use core::hint::black_box;
use core::ptr::NonNull;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use crossbeam_queue::ArrayQueue;
use hydra_log_core::ring::{Storage, mpsc, spsc};
use ringbuf::HeapRb;
use ringbuf::traits::{Consumer as _, Producer as _, Split as _};

/// A record's header, stamp and three values.
type Record = [u64; 5];

const RECORD_BYTES: usize = size_of::<Record>();
const BATCH: u64 = 64;
const SLOTS: usize = 1024;
const CAPACITY: usize = 64 << 10;
const SPILL: usize = 1 << 10;

/// A record as the rings read it: its length, in words of 8 bytes, is in the first 13 bits.
fn record(n: u64) -> Record {
    [5, n, n, n, n]
}

/// Memory for a ring, for as long as the process runs.
fn storage(bytes: usize) -> Storage {
    let words = vec![0_u64; bytes.div_ceil(8)].leak();
    let start = NonNull::from(words).cast();
    // SAFETY: bounds: at least `bytes` aligned, zeroed bytes; race: leaked, so nobody else's.
    unsafe { Storage::from_raw(start, bytes) }
}

fn ours_spsc(c: &mut Criterion) {
    let storage = storage(spsc::bytes_for(CAPACITY, SPILL));
    let ring = spsc::Ring::new(storage, CAPACITY, SPILL).unwrap_or_else(|error| panic!("{error}"));
    // SAFETY: race: one thread has both halves.
    let producer = unsafe { ring.producer() };
    // SAFETY: race: one thread has both halves.
    let consumer = unsafe { ring.consumer() };
    let mut group = c.benchmark_group("rings");
    group.throughput(Throughput::Elements(BATCH));
    group.bench_function("hydra spsc", |b| {
        b.iter(|| {
            for n in 0..BATCH {
                if !producer.enter() {
                    continue;
                }
                let room = producer.claim(RECORD_BYTES);
                if let Some(at) = room.or_else(|| producer.refresh(RECORD_BYTES).ok()) {
                    // SAFETY: bounds: 40 bytes were claimed; race: they are the producer's.
                    unsafe { at.cast::<Record>().write(record(black_box(n))) };
                    // SAFETY: one whole record of the length that was claimed.
                    unsafe { producer.publish(RECORD_BYTES) };
                }
                producer.leave();
            }
            consumer.poll();
            while let Some(bytes) = consumer.peek() {
                let length = black_box(bytes).len();
                consumer.advance(length);
            }
            consumer.release();
        });
    });
    group.finish();
}

fn ours_mpsc(c: &mut Criterion) {
    let storage = storage(mpsc::bytes_for(CAPACITY, SPILL));
    let ring: mpsc::Ring =
        mpsc::Ring::new(storage, CAPACITY, SPILL).unwrap_or_else(|error| panic!("{error}"));
    // SAFETY: race: one thread has both halves.
    let consumer = unsafe { ring.consumer() };
    let mut group = c.benchmark_group("rings");
    group.throughput(Throughput::Elements(BATCH));
    group.bench_function("hydra mpsc", |b| {
        b.iter(|| {
            for n in 0..BATCH {
                let Ok(grant) = ring.reserve(RECORD_BYTES) else { continue };
                // SAFETY: bounds: 40 bytes were granted; race: they are the grant's.
                unsafe { grant.at().cast::<Record>().write(record(black_box(n))) };
                // SAFETY: one whole record of the length that was granted.
                unsafe { grant.commit(RECORD_BYTES) };
            }
            while let mpsc::Peek::Record(bytes) = consumer.peek() {
                let length = black_box(bytes).len();
                consumer.advance(length);
            }
            consumer.release();
        });
    });
    group.finish();
}

fn peers(c: &mut Criterion) {
    let (mut producer, mut consumer) = HeapRb::<Record>::new(SLOTS).split();
    peer(c, "ringbuf", |record| producer.try_push(record).is_ok(), || consumer.try_pop());

    let (mut producer, mut consumer) = rtrb::RingBuffer::<Record>::new(SLOTS);
    peer(c, "rtrb", |record| producer.push(record).is_ok(), || consumer.pop().ok());

    let mut queue = heapless::spsc::Queue::<Record, SLOTS>::new();
    let (mut producer, mut consumer) = queue.split();
    peer(c, "heapless spsc", |record| producer.enqueue(record).is_ok(), || consumer.dequeue());

    let queue = ArrayQueue::<Record>::new(SLOTS);
    peer(c, "crossbeam ArrayQueue", |record| queue.push(record).is_ok(), || queue.pop());
}

/// A queue of whole values.
fn peer(
    c: &mut Criterion,
    name: &str,
    mut push: impl FnMut(Record) -> bool,
    mut pop: impl FnMut() -> Option<Record>,
) {
    let mut group = c.benchmark_group("rings");
    group.throughput(Throughput::Elements(BATCH));
    group.bench_function(name, |b| {
        b.iter(|| {
            for n in 0..BATCH {
                black_box(push(record(black_box(n))));
            }
            while let Some(record) = pop() {
                black_box(record);
            }
        });
    });
    group.finish();
}

criterion_group!(benches, ours_spsc, ours_mpsc, peers);
criterion_main!(benches);
