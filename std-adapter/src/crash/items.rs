//! What a dead process left, in the order in which it would have been written.

use core::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use hydra_log_core::record::{Flags, RecordRef, ValueRef};
use hydra_log_core::recover::{Found, Report};
use hydra_log_core::spool::UNCOUNTED;

use super::image::{Image, Ring, add};

/// How far stamps that were converted twice may differ.
const SLACK_NS: u64 = 1_000_000;

/// One line to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'i> {
    Record {
        bytes: &'i [u8],
        thread: u32,
        time_ns: u64,
        counted: bool,
    },
    /// Losses of which the output was not told.
    Gap {
        ring: u32,
        lost: [u64; 5],
        time_ns: u64,
    },
}

/// Everything behind a position of the spool: the rest of the spool, what the flight recorder kept,
/// then the rings, merged.
pub(crate) fn items<'i>(image: &Image<'i>, from: usize) -> (Vec<Item<'i>>, Report) {
    let mut report = Report::default();
    let mut items = Vec::new();
    let mut last = 0;
    let take = |found: Found<'i>, last: &mut u64| {
        let time_ns = RecordRef::parse(found.bytes).map_or(*last, |record| record.stamp());
        *last = time_ns;
        let (thread, counted) = (found.tag & !UNCOUNTED, found.tag & UNCOUNTED == 0);
        Item::Record { bytes: found.bytes, thread, time_ns, counted }
    };
    let mut walk = image.spool(from);
    let mut newest = None;
    for found in walk.by_ref() {
        newest = Some(found.bytes);
        items.push(take(found, &mut last));
    }
    add(&mut report, walk.report());
    if let Some(mut walk) = image.recorder() {
        let mut time = 0;
        for found in walk.by_ref() {
            // The one that was being moved to the spool may stand in both.
            if newest.take() != Some(found.bytes) {
                items.push(take(found, &mut time));
            }
        }
        add(&mut report, walk.report());
    }
    let mut rings: Vec<_> =
        image.rings.iter().map(|ring| of_ring(image, ring, &mut report)).collect();
    let front = |rings: &[VecDeque<(u64, Item<'i>)>], ring: usize| {
        rings.get(ring).and_then(VecDeque::front).map(|(stamp, _)| Reverse((*stamp, ring)))
    };
    let mut fronts: BinaryHeap<_> = (0..rings.len()).filter_map(|i| front(&rings, i)).collect();
    while let Some(Reverse((stamp, ring))) = fronts.pop() {
        let Some((_, mut item)) = rings.get_mut(ring).and_then(VecDeque::pop_front) else { break };
        let time = image.time(stamp);
        // The drain's line from ticks to time was a little finer than the one that is left.
        let time = if time < last && last - time < SLACK_NS { last } else { time };
        last = last.max(time);
        match &mut item {
            Item::Record { time_ns, .. } | Item::Gap { time_ns, .. } => *time_ns = time,
        }
        items.push(item);
        fronts.extend(front(&rings, ring));
    }
    (items, report)
}

/// What is left in a ring, by stamps that never fall; its notes turned into gaps.
fn of_ring<'i>(
    image: &Image<'i>,
    ring: &Ring<'i>,
    report: &mut Report,
) -> VecDeque<(u64, Item<'i>)> {
    let mut left = VecDeque::new();
    let mut told = ring.told;
    let mut last = 0;
    let end = image.spool_end();
    // A note that was moved is told of in the spool, and its counts are not in the ring yet.
    let moved = ring.moved(end).and_then(|bytes| RecordRef::parse(bytes).ok());
    if let Some(lost) = moved.filter(|moved| moved.flags().contains(Flags::CONTROL)) {
        told = note(&lost).unwrap_or(told);
    }
    let mut walk = ring.walk(end);
    for found in walk.by_ref() {
        let Ok(record) = RecordRef::parse(found.bytes) else {
            left.push_back((last, of(ring, found.bytes)));
            continue;
        };
        last = record.stamp().max(last);
        if !record.flags().contains(Flags::CONTROL) {
            left.push_back((last, of(ring, found.bytes)));
        } else if let Some(lost) = note(&record) {
            left.extend(gap(ring.number, &mut told, lost).map(|gap| (last, gap)));
        }
    }
    left.extend(gap(ring.number, &mut told, ring.lost).map(|gap| (last, gap)));
    add(report, walk.report());
    left
}

fn of<'i>(ring: &Ring<'i>, bytes: &'i [u8]) -> Item<'i> {
    Item::Record { bytes, thread: ring.thread, time_ns: 0, counted: true }
}

/// What was lost beyond `told`, if anything was.
fn gap(ring: u32, told: &mut [u64; 5], lost: [u64; 5]) -> Option<Item<'static>> {
    let mut fresh = lost;
    for (count, told) in fresh.iter_mut().zip(told.iter_mut()) {
        *count = count.saturating_sub(*told);
        *told = told.saturating_add(*count);
    }
    (fresh != [0; 5]).then_some(Item::Gap { ring, lost: fresh, time_ns: 0 })
}

/// The counts of a producer's note.
fn note(record: &RecordRef<'_>) -> Option<[u64; 5]> {
    let mut lost = [0; 5];
    let mut values = record.values().skip(2);
    for count in &mut lost {
        let Some(Ok(ValueRef::U64(number))) = values.next() else { return None };
        *count = number;
    }
    Some(lost)
}
