//! Does the ring beside the ring keep whole records in order, and count each loss once, where one
//! producer comes in the middle of another's call?
#![expect(unsafe_code, reason = "promises what the lane asks of its owners")]

use crate::bench::Held;
use crate::explore::{Model, bounded};
use crate::small::write;
use hydra_log_core::Level;
use hydra_log_core::record::firmware::Header;
use hydra_log_core::ring::small::Lane;
use loom::thread;

/// A lane with room for one record behind another, two producers, and a reader; positions wrap.
pub const MODEL: Model = Model {
    name: "lane_two",
    body,
    full: bounded(3, 15_000),
    quick: bounded(2, 2_000),
    outcomes: &["0 lost", "1 lost", "2 lost"],
};

type Two = Lane<32, 6>;

fn log(lane: &Two, tag: u16) -> bool {
    let Some(claimed) = lane.claim(Level::Info, 16, || 0) else { return false };
    write(claimed.at, tag);
    // SAFETY: a whole record of as many bytes as were claimed was written.
    unsafe { lane.commit(16) };
    true
}

#[derive(Default)]
struct Found {
    tags: Vec<u16>,
    /// How many were lost, and behind how many records that was told.
    told: Vec<(u32, usize)>,
}

fn take(lane: &Two, found: &mut Found) {
    let reader = lane.try_read().expect("nobody else reads");
    while let Some(record) = reader.peek() {
        assert_eq!(record.len(), 16, "a record is whole");
        let (first, last) = (record.first_chunk::<4>(), record.last_chunk::<4>());
        assert_eq!(first, last, "a record is whole");
        found.tags.push(Header::parse(record).expect("a whole header").site);
        reader.advance(16);
    }
    if let Some(lost) = reader.gap() {
        reader.told(lost);
        found.told.push((lost.iter().sum(), found.tags.len()));
    }
}

fn body() -> String {
    let held = Held::new(Two::starting_at(usize::MAX - 15));
    let lane = held.get();
    assert!(log(lane, 1), "there is room");
    let producer = thread::spawn(move || [2, 3].map(|tag| log(lane, tag)));
    let other = thread::spawn(move || log(lane, 4));
    let mut found = Found::default();
    take(lane, &mut found);
    let [second, third] = producer.join().unwrap();
    let fourth = other.join().unwrap();
    take(lane, &mut found);
    let logged = 1 + [second, third, fourth].iter().filter(|logged| **logged).count();
    let lost = 4 - logged;
    assert_eq!(found.tags.len(), logged, "all that was logged: {:?}", found.tags);
    let ours: Vec<_> = found.tags.iter().filter(|tag| **tag != 4).collect();
    assert!(ours.is_sorted(), "in order: {ours:?}");
    let told: u32 = found.told.iter().map(|(lost, _)| lost).sum();
    assert_eq!(told as usize, lost, "each loss is told of once");
    if second && !third {
        let at = found.tags.iter().position(|tag| *tag == 2).unwrap();
        assert!(found.told.iter().any(|(_, behind)| *behind > at), "behind what came before");
    }
    format!("{lost} lost")
}
