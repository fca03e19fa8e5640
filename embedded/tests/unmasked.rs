//! What cannot be masked has a ring of its own: its records come among the others, losses exact.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use core::fmt;
use core::sync::atomic::AtomicU32;
use std::sync::Mutex;
use std::thread;

use hydra_log_core::ord;
use hydra_log_core::record::firmware::Header;
use hydra_log_embedded::clock::Ticks;
use hydra_log_embedded::{
    Level, LevelFilter, Outlet, Sink, drain, info, ring, switch_all, take, unmasked,
};

/// Counts how often it is read.
struct Counter;

static COUNT: AtomicU32 = AtomicU32::new(u32::MAX - 20);

impl Ticks for Counter {
    const HERTZ: u32 = 1;

    fn now() -> u32 {
        COUNT.fetch_add(1, ord::count())
    }
}

ring!(1408, clock = Counter, unmasked = 256);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A record's last word, or how many are lost.
fn read(record: &[u8]) -> Result<u32, u32> {
    let header = Header::parse(record).unwrap();
    if header.is_note() {
        return Err(header.losses(record, |_| Level::Info).iter().sum());
    }
    Ok(u32::from_le_bytes(*record[..header.bytes].last_chunk().unwrap()))
}

fn found() -> Vec<Result<u32, u32>> {
    let mut found = Vec::new();
    assert!(take(|record| found.push(read(record))).is_empty);
    found
}

#[test]
fn records_come_in_the_order_of_their_stamps() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    // Over the wrap of the clock.
    for number in 0..40 {
        match number % 5 {
            3 => unmasked::warn!("{number}"),
            4 => unmasked::trace!(number),
            _ => info!("{number}"),
        }
        if number % 10 == 9 {
            assert_eq!(found(), (number - 9..=number).map(Ok).collect::<Vec<_>>());
        }
    }
}

/// Takes blocks of records.
struct Blocks(Vec<Vec<u8>>);

impl Sink for Blocks {
    fn write(&mut self, _head: &[u8], payload: &[u8]) -> bool {
        self.0.push(payload.to_vec());
        true
    }
}

#[test]
fn a_block_does_not_go_past_a_stamp() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    for number in 0..12_u32 {
        if number == 5 {
            unmasked::error!("{number}");
        } else {
            info!("{number}");
        }
    }
    let mut outlet = Outlet::new(Blocks(Vec::new()));
    assert_eq!(drain(&mut outlet).records, 12);
    let mut numbers = Vec::new();
    // The first one tells of the image.
    for block in &outlet.sink().0[1..] {
        let mut rest = &block[..];
        while let Ok(header) = Header::parse(rest) {
            numbers.push(read(rest).unwrap());
            rest = rest.get(header.bytes.next_multiple_of(8)..).unwrap_or_default();
        }
    }
    assert_eq!(numbers, (0..12).collect::<Vec<_>>());
}

#[test]
fn what_finds_no_room_is_counted_and_takes_none_of_the_rings() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    (0..100_u32).for_each(|number| unmasked::info!("{number}"));
    info!("{}", 100_u32);
    let found = found();
    // Records of 16 bytes in 128.
    let kept: Vec<_> = (0..8).chain([100]).map(Ok).chain([Err(92)]).collect();
    assert_eq!(found, kept);
}

/// An argument whose text logs: as an NMI does in the middle of a HardFault's call.
struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        unmasked::error!("in the middle");
        f.write_str("text")
    }
}

#[test]
fn a_call_in_the_middle_of_another_is_counted_and_harms_nothing() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    unmasked::info!("{}", Interrupted);
    unmasked::info!("{}", 7_u32);
    let found = found();
    assert_eq!((found.len(), &found[1..]), (3, &[Ok(7), Err(1)][..]));
}

#[test]
fn produced_is_delivered_and_lost() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    const EACH: u32 = if cfg!(miri) { 40 } else { 5_000 };
    let producers = [0, 1, 2].map(|who| {
        thread::spawn(move || {
            for number in 0..EACH {
                unmasked::info!("{}", who * EACH + number);
            }
        })
    });
    let (mut delivered, mut lost) = ([const { Vec::new() }; 3], 0);
    loop {
        let is_over = producers.iter().all(thread::JoinHandle::is_finished);
        take(|record| match read(record) {
            Ok(number) => delivered[(number / EACH) as usize].push(number),
            Err(more) => lost += more,
        });
        if is_over {
            break;
        }
    }
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    let count: usize = delivered.iter().map(Vec::len).sum();
    assert_eq!(count + lost as usize, 3 * EACH as usize);
    assert!(delivered.iter().all(|numbers| numbers.is_sorted()));
}
