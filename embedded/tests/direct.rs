//! A full ring is written out by the call that finds no room; nobody waits for anybody.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use core::sync::atomic::AtomicBool;
use std::sync::Mutex;

use hydra_log_core::ord;
use hydra_log_core::record::firmware::Header;
use hydra_log_embedded::policy::Direct;
use hydra_log_embedded::{
    Level, LevelFilter, Outlet, Port, Sink, Through, drain, info, ring, switch_all, take, warn,
};

ring!(704, policy = Direct<Wire>);

struct Wire;

static WIRE: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static IS_CUT: AtomicBool = AtomicBool::new(false);
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

impl Port for Wire {
    fn write(bytes: &[u8]) -> bool {
        if IS_CUT.load(ord::count()) {
            return false;
        }
        WIRE.lock().unwrap().extend_from_slice(bytes);
        true
    }
}

/// What came through the wire: each record's last word, or how many are lost.
fn arrived() -> Vec<Result<u32, u32>> {
    let stream = core::mem::take(&mut *WIRE.lock().unwrap());
    let mut found = Vec::new();
    for payload in payloads(&stream) {
        let mut rest = payload;
        while let Ok(header) = Header::parse(rest) {
            found.push(read(rest));
            rest = rest.get(header.bytes.next_multiple_of(8)..).unwrap_or_default();
        }
    }
    found
}

/// A record's last word, or how many are lost.
fn read(record: &[u8]) -> Result<u32, u32> {
    let header = Header::parse(record).unwrap();
    if header.is_note() {
        return Err(header.losses(record, |_| Level::Info).iter().sum());
    }
    Ok(u32::from_le_bytes(*record[..header.bytes].last_chunk().unwrap()))
}

fn drain_all() -> bool {
    drain(&mut Outlet::new(Through::<Wire>::new())).is_empty
}

#[test]
fn nothing_is_lost_and_the_order_stays() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    for number in 0..1000_u32 {
        info!("x={number}");
    }
    assert!(drain_all());
    assert_eq!(arrived(), (0..1000).map(Ok).collect::<Vec<_>>());
}

#[test]
fn a_call_that_interrupts_the_drain_loses_its_record_and_says_so() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    for number in 0..28_u32 {
        info!("x={number}");
    }
    let mut found = Vec::new();
    take(|record| {
        if found.is_empty() {
            (100..110_u32).for_each(|number| info!("x={number}"));
            // It has room where others have none.
            let number = 200_u32;
            warn!("x={number}");
        }
        found.push(read(record));
    });
    let mut expected: Vec<_> = (0..28).map(Ok).collect();
    expected.extend([Err(10), Ok(200)]);
    assert_eq!(found, expected);
    assert_eq!(arrived(), []);
}

#[test]
fn a_wire_that_is_cut_costs_what_does_not_fit() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    IS_CUT.store(true, ord::count());
    for number in 0..40_u32 {
        info!("x={number}");
    }
    assert!(!drain_all());
    IS_CUT.store(false, ord::count());
    assert!(drain_all());
    let mut expected: Vec<_> = (0..28).map(Ok).collect();
    expected.push(Err(12));
    assert_eq!(arrived(), expected);
}

#[test]
fn losses_that_nobody_could_be_told_of_are_told_later() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    take(|_| {});
    IS_CUT.store(true, ord::count());
    (0..30_u32).for_each(|number| info!("x={number}"));
    // The records go, the note has nowhere to go.
    let mut taken = 0;
    drain(&mut Outlet::new(Some28(&mut taken)));
    assert!(!drain_all());
    IS_CUT.store(false, ord::count());
    assert!(drain_all());
    assert_eq!(arrived(), [Err(2)]);
}

/// Has room for 28 records of 16 bytes.
struct Some28<'t>(&'t mut usize);

impl Sink for Some28<'_> {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        if head.len() == 16 {
            *self.0 += payload.len();
        }
        *self.0 <= 28 * 16
    }
}

/// The payloads of a stream of blocks.
fn payloads(stream: &[u8]) -> Vec<&[u8]> {
    let mut rest = stream;
    let mut payloads = Vec::new();
    while let Some((head, behind)) = rest.split_at_checked(16) {
        if head[2] & 0xF == 6 {
            // The image's block: its payload begins behind 12 bytes.
            rest = &rest[12 + usize::from(head[4])..];
            continue;
        }
        // The block's length counts the tag behind its head.
        let len = usize::from(u16::from_le_bytes([head[4], head[5]])) - 4;
        payloads.push(&behind[..len]);
        rest = &behind[len..];
    }
    payloads
}
