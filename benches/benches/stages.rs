//! The drain's stages, one by one: rings to output by time, records to blocks, blocks to records.
#![expect(unsafe_code, reason = "drives both halves of the rings by hand")]

use core::hint::black_box;
use core::ptr::NonNull;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hydra_log::binary::{Packer, Session, dictionary_blocks, session_block};
use hydra_log_core::drain::{self, Lane, Limits, Output, Stop};
use hydra_log_core::gap;
use hydra_log_core::record::dictionary::Entry;
use hydra_log_core::record::{self, Flags};
use hydra_log_core::ring::Storage;
use hydra_log_core::ring::spsc::{self, LEVELS};
use hydra_log_core::site::{SiteId, gap_site};
use hydra_log_decode::{Found, Reader};

const BATCH: u64 = 64;
const RECORD_BYTES: usize = 40;
const CAPACITY: usize = 64 << 10;
const SPILL: usize = 1 << 10;

/// Takes records and does nothing with them.
#[derive(Default)]
struct Counted(u64);

impl Output for Counted {
    fn record(&mut self, _lane: u32, bytes: &[u8], _flags: Flags) -> Result<(), Stop> {
        self.0 += black_box(bytes).len() as u64;
        Ok(())
    }

    fn has_room(&self) -> bool {
        true
    }

    fn gap(&mut self, _lane: u32, _stamp: u64, _lost: [u64; LEVELS]) {}
}

/// A ring for as long as the process runs.
fn ring() -> &'static spsc::Ring {
    let bytes = spsc::bytes_for(CAPACITY, SPILL);
    let words = vec![0_u64; bytes.div_ceil(8)].leak();
    // SAFETY: bounds: at least `bytes` aligned, zeroed bytes; race: leaked, so nobody else's.
    let storage = unsafe { Storage::from_raw(NonNull::from(words).cast(), bytes) };
    let ring = spsc::Ring::new(storage, CAPACITY, SPILL).unwrap_or_else(|error| panic!("{error}"));
    Box::leak(Box::new(ring))
}

fn fill(producer: &spsc::Producer<'_>, from: u64, step: u64) {
    for n in 0..BATCH {
        if !producer.enter() {
            continue;
        }
        let room = producer.claim(RECORD_BYTES);
        if let Some(at) = room.or_else(|| producer.refresh(RECORD_BYTES).ok()) {
            let arguments = (black_box(n), (-3_i32, (0.25_f64, ())));
            let stamp = from + n * step;
            let to = at.as_ptr();
            // SAFETY: bounds: 40 bytes were claimed; race: they are the producer's.
            unsafe { record::encode(to, RECORD_BYTES, SiteId(7), stamp, &arguments, Flags::NONE) };
            // SAFETY: one whole record of the length that was claimed.
            unsafe { producer.publish(RECORD_BYTES) };
        }
        producer.leave();
    }
}

/// Writing 64 records of each ring is part of it: subtract `hydra spsc` of the rings' bench.
fn drain_step(c: &mut Criterion) {
    let mut group = c.benchmark_group("drain step");
    for count in [1_u32, 4] {
        let rings: Vec<_> = (0..count).map(|_| ring()).collect();
        // SAFETY: race: one thread has both halves.
        let producers: Vec<_> = rings.iter().map(|ring| unsafe { ring.producer() }).collect();
        let lane = |(id, ring): (u32, &&'static spsc::Ring)| {
            // SAFETY: race: one thread has both halves.
            Lane::spsc(id, unsafe { ring.consumer() })
        };
        let mut lanes: Vec<_> = (0..).zip(&rings).map(lane).collect();
        let (mut out, mut now, mut newest) = (Counted::default(), 1, 0);
        group.throughput(Throughput::Elements(BATCH * u64::from(count)));
        group.bench_function(format!("{count} rings"), |b| {
            b.iter(|| {
                for (producer, first) in producers.iter().zip(now..) {
                    fill(producer, first, u64::from(count));
                }
                now += BATCH * u64::from(count) + 10;
                let limits = Limits { now, grace: 0, patience: 1000, records: 1 << 20 };
                drain::step(&mut lanes, &limits, &mut newest, &mut out)
            });
        });
        black_box(out.0);
    }
    group.finish();
}

/// A gap record: five numbers, and a site that every program has.
fn sample(n: u64) -> Vec<u8> {
    bytemuck::cast_slice(&gap::write(3, 1_000_000 + 40 * n, [0, n % 7, 20, 0, 0])).to_vec()
}

fn binary_log(c: &mut Criterion) {
    let records: Vec<_> = (0..BATCH).map(sample).collect();
    let mut group = c.benchmark_group("binary log");
    group.throughput(Throughput::Elements(BATCH));
    let mut packer = Packer::new();
    group.bench_function("pack", |b| {
        b.iter(|| {
            packer.clear();
            for record in &records {
                packer.push(1, black_box(record));
            }
            black_box(packer.finish()).len()
        });
    });
    packer.clear();
    records.iter().for_each(|record| {
        packer.push(1, record);
    });
    let prelude =
        [session_block(&Session::of_this_process()), dictionary_blocks([Entry::of(gap_site())])];
    let log = [prelude.concat(), packer.finish().to_vec()].concat();
    group.bench_function("decode, a block with its session", |b| {
        b.iter(|| {
            let mut reader = Reader::new(black_box(&log[..]));
            let mut count = 0;
            while let Some(Found::Event(event)) = reader.next() {
                black_box(event.time_ns());
                count += 1;
            }
            count
        });
    });
    group.finish();
}

criterion_group!(benches, drain_step, binary_log);
criterion_main!(benches);
