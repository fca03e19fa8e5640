//! Calls through the macros end up in the application's ring, as firmware records.
#![allow(clippy::unwrap_used, reason = "a test")]

use core::sync::atomic::AtomicU32;
use std::sync::Mutex;

use hydra_log_embedded::clock::Ticks;
use hydra_log_embedded::{LevelFilter, error, info, ring, switch_all, take};

/// Counts how often it is read.
struct Counter;

static COUNT: AtomicU32 = AtomicU32::new(100);

impl Ticks for Counter {
    const HERTZ: u32 = 1;

    fn now() -> u32 {
        COUNT.fetch_add(1, hydra_log_core::ord::count())
    }
}

ring!(704, clock = Counter);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn records() -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    take(|record| records.push(record.to_vec()));
    records
}

fn words(record: &[u8]) -> Vec<u32> {
    record.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect()
}

#[test]
fn a_call_is_a_record() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    let adc = 7_u32;
    info!("started");
    info!("adc {adc} is {}", "high");
    let records = records();
    let [first, second] = records.as_slice() else { panic!("{records:?}") };
    let (first, second) = (words(first), words(second));
    assert_eq!((first[0] >> 16, first.len()), (2, 2));
    assert_eq!(second[0] >> 16, 6);
    assert!(second[1] > first[1]);
    assert_eq!(second[2..6], [0x81, 7, 4, u32::from_le_bytes(*b"high")]);
}

#[test]
fn what_finds_no_room_is_counted_in_place() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    for number in 0..100 {
        info!("filler {number}");
    }
    error!("this one has room kept for it");
    let early = records();
    info!("after");
    let late = records();
    // 512 bytes, the last 64 of them for warnings and errors; the error tells of what was lost.
    assert_eq!(early.len(), 448 / 16 + 2);
    assert_eq!(late.len(), 1);
    let note = words(&early[28]);
    assert_eq!((note[0], note[2]), (4 << 24 | 8 << 16, 0x11111));
    assert_eq!(note[3..8], [0, 0, 100 - 28, 0, 0]);
}
