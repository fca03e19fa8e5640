//! Sinks: each has its own count of losses, and a host's nonsense does no harm.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::sync::Mutex;

use hydra_log_embedded::policy::KeepNewest;
use hydra_log_embedded::{LevelFilter, Outlet, Sink, drain, info, ring, rtt, switch_all, take};

ring!(1408, policy = KeepNewest);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Keeps so many blocks.
struct Bounded {
    blocks: Vec<Vec<u8>>,
    room: usize,
}

impl Sink for Bounded {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        if self.room == 0 {
            return false;
        }
        if head[2] & 0xF == 6 {
            // The image's block.
            assert_eq!((head.len(), payload.len()), (12, 16));
            return true;
        }
        self.room -= 1;
        assert_eq!(head[..2], [0xFB, 0x48]);
        assert_eq!(usize::from(u16::from_le_bytes([head[4], head[5]])), payload.len() + 4);
        self.blocks.push(payload.to_vec());
        true
    }
}

fn outlet(room: usize) -> Outlet<Bounded> {
    Outlet::new(Bounded { blocks: Vec::new(), room })
}

fn told(block: &[u8]) -> u32 {
    assert_eq!(block[..4], [0, 0, 8, 4]);
    (12..32).step_by(4).map(|at| u32::from_le_bytes(block[at..at + 4].try_into().unwrap())).sum()
}

#[test]
fn late_attach_gets_the_newest_and_the_count_of_the_rest() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    for number in 0..400_u32 {
        info!("x={number}");
    }
    let mut records = Vec::new();
    take(|record| records.push(record.to_vec()));
    let (note, kept) = records.split_first().unwrap();
    assert!(kept.len() >= 60, "{}", kept.len());
    assert_eq!(told(note) as usize + kept.len(), 400);
    let last = kept.last().unwrap();
    assert_eq!(last[12..16], 399_u32.to_le_bytes());
}

#[test]
fn who_has_no_room_misses_what_others_took() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    let mut both = (outlet(100), outlet(1));
    info!("one");
    assert!(drain(&mut both).is_empty);
    info!("two");
    info!("three");
    assert_eq!(drain(&mut both).records, 2);
    assert_eq!(both.1.lost(), [0, 0, 2, 0, 0]);
    both.1.sink().room = 2;
    info!("four");
    drain(&mut both);
    assert_eq!(both.1.lost(), [0; 5]);
    let blocks = &both.1.sink().blocks;
    assert_eq!((blocks.len(), told(&blocks[1])), (3, 2));
}

#[test]
fn what_nobody_takes_stays() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    info!("stays");
    let mut none = outlet(0);
    assert_eq!((drain(&mut none).records, none.lost()), (0, [0; 5]));
    none.sink().room = 1;
    assert_eq!(drain(&mut none).records, 1);
}

#[test]
fn a_host_may_write_anything() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut rtt = rtt!(64).unwrap();
    assert!(!rtt.write(&[0; 8], &[1; 56]), "63 bytes at the most");
    assert!(rtt.write(&[0; 8], &[1; 24]));
    for nonsense in [64, 65, usize::MAX, 1 << 31] {
        rtt.block().host_read(nonsense);
        assert!(!rtt.write(&[0; 1], &[]), "{nonsense}");
    }
    for round in 0..200_usize {
        let at = rtt.block().written();
        rtt.block().host_read(at);
        assert!(rtt.write(&[7; 8], &[9; 20]), "{round}");
        assert_eq!(rtt.block().written(), (at + 28) % 64);
    }
    // A host that claims to have read what was never written frees some bytes too many, no others.
    rtt.block().host_read((rtt.block().written() + 1) % 64);
    assert!(!rtt.write(&[0; 2], &[]));
}

/// Has room for blocks of 63 bytes, and never for more.
struct Small(Vec<Vec<u8>>);

impl Sink for Small {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        let has_room = head.len() + payload.len() <= self.most();
        if has_room && head[2] & 0xF == 7 {
            self.0.push(payload.to_vec());
        }
        has_room
    }

    fn most(&self) -> usize {
        63
    }
}

#[test]
fn no_block_is_longer_than_the_room_that_there_ever_is() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    take(|_| {});
    let mut outlet = Outlet::new(Small(Vec::new()));
    for number in 0..20_u32 {
        info!("x={number}");
    }
    // 80 bytes: this one never fits, and must not hold back the others.
    info!("long {}", "text".repeat(17).as_str());
    info!("x={}", 20_u32);
    assert!(drain(&mut outlet).is_empty);
    let blocks = core::mem::take(&mut outlet.sink().0);
    let (notes, records): (Vec<_>, Vec<_>) =
        blocks.iter().partition(|block| block[..4] == [0, 0, 8, 4]);
    assert_eq!(notes.iter().map(|note| told(note)).sum::<u32>(), 1);
    assert_eq!(records.iter().map(|block| block.len()).sum::<usize>(), 21 * 16);
    assert!(records.len() > 10);
}
