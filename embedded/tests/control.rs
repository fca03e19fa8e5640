//! A host switches calls on and off, through noise, damage and commands for others.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::sync::Mutex;

use hydra_log_core::block::{self, Kind};
use hydra_log_embedded::{Control, LevelFilter, info, ring, rtt, switch_all, take, warn};
use proptest::prelude::*;

ring!(704);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A block for the image with this tag.
fn block(tag: [u8; 4], commands: &[[u8; 8]]) -> Vec<u8> {
    let payload = [&tag[..], commands.concat().as_slice()].concat();
    let head = block::head(Kind::Control, 0, &payload).unwrap();
    [&head[..], payload.as_slice()].concat()
}

const fn by_level(level: u8) -> [u8; 8] {
    [2, level, 0, 0, 0, 0, 0, 0]
}

fn between(on: bool, first: u16, last: u16) -> [u8; 8] {
    let ([a, b], [c, d]) = (first.to_le_bytes(), last.to_le_bytes());
    [1, on.into(), 0, 0, a, b, c, d]
}

/// Which of two calls is on.
fn logged() -> Vec<u16> {
    info!("one");
    warn!("two");
    let mut sites = Vec::new();
    take(|record| sites.push(u16::from_le_bytes([record[0], record[1]])));
    sites
}

#[test]
fn levels_and_numbers_are_switched() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    let [first, second] = *logged() else { panic!("both are on") };
    let mut control = Control::new();
    assert_eq!(control.take(&block([0; 4], &[by_level(2)])), 1);
    assert_eq!(logged(), [second]);
    let commands = [by_level(5), between(false, second, second)];
    assert_eq!(control.take(&block([0; 4], &commands)), 2);
    assert_eq!(logged(), [first]);
    let all = between(true, 0, u16::MAX);
    assert_eq!(control.take(&block([0; 4], &[by_level(0), all])), 2);
    assert_eq!(logged(), [first, second]);
}

#[test]
fn what_is_not_for_this_image_or_damaged_changes_nothing() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    let mut control = Control::new();
    assert_eq!(control.take(&block([1, 0, 0, 0], &[by_level(0)])), 0);
    let good = block([0; 4], &[by_level(0)]);
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        assert_eq!(control.take(&bad), 0, "{at}");
        // What is behind damage is found, even where that began to look like a block.
        assert_eq!(control.take(&block([0; 4], &[by_level(5)])), 1, "{at}");
    }
    // An unknown command is left out, the one behind it is not.
    assert_eq!(control.take(&block([0; 4], &[[9; 8], by_level(4)])), 1);
    assert_eq!(logged().len(), 2);
}

#[test]
fn a_host_speaks_through_the_channel_down() {
    let _alone = ONE_AT_A_TIME.lock();
    switch_all(LevelFilter::Trace);
    let mut rtt = rtt!(64, down = 16).unwrap();
    let mut control = Control::new();
    let mut done = 0;
    for part in block([0; 4], &[by_level(0)]).chunks(11) {
        rtt.block().host_writes(part);
        let mut bytes = [0; 7];
        loop {
            let count = rtt.read(&mut bytes);
            done += control.take(&bytes[..count]);
            if count == 0 {
                break;
            }
        }
    }
    assert_eq!((done, logged().len()), (1, 0));
    switch_all(LevelFilter::Trace);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise_in_front_costs_no_block(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _alone = ONE_AT_A_TIME.lock();
        let mut control = Control::new();
        control.take(&noise);
        // What noise began may swallow one block, but never a second one.
        let good = block([0; 4], &[by_level(5)]);
        prop_assert!(control.take(&good) + control.take(&good) + control.take(&good) >= 1);
    }
}
