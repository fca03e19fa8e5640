//! What is conserved in a small ring: records in order, losses exact and in their place.

extern crate std;

use super::{NOTE_BYTES, Peek, Ring};
use crate::level::Level;
use crate::record::{Flags, Narrow, encode_as};
use crate::ring::mpsc::claim::{ByCas, Claim, InSection};
use crate::site::SiteId;
use proptest::prelude::*;
use std::vec::Vec;

type Small<C> = Ring<128, 16, 24, C>;

/// In the tag of what has room kept for it.
const URGENT: u16 = 1 << 15;

/// Writes a record of so many numbers under `tag`; whether there was room.
fn log<C: Claim>(ring: &Small<C>, level: Level, tag: u16, numbers: usize) -> bool {
    log_as(ring, level, tag, numbers, false)
}

fn evict<C: Claim>(ring: &Small<C>, bytes: usize) -> bool {
    ring.try_read().is_some_and(|reader| reader.evict(bytes, |_| Level::Info))
}

fn log_as<C: Claim>(
    ring: &Small<C>,
    level: Level,
    tag: u16,
    numbers: usize,
    keeps_newest: bool,
) -> bool {
    let bytes = 8 + numbers * 8;
    let limit = if keeps_newest { 128 } else { Small::<C>::ORDINARY };
    let quick = ring.claim(bytes, limit, || 0);
    let make_room = |bytes| keeps_newest && evict(ring, bytes);
    let Some(claimed) = quick.or_else(|| ring.claim_slowly(level, bytes, limit, || 0, make_room))
    else {
        ring.lose(level);
        return false;
    };
    let at = claimed.at.as_ptr();
    // SAFETY: bounds: so many bytes were claimed; race: by this test alone.
    let used =
        unsafe { encode_as::<Narrow, _>(at, bytes, SiteId(tag.into()), 0, &(), Flags::NONE) };
    // SAFETY: a whole record of `used` bytes was written.
    unsafe { ring.commit(claimed.at, bytes, used) };
    true
}

/// What a reader finds: a record's tag, or how many records were lost in that place.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Found {
    Record(u16),
    Lost(usize),
}

fn read<C: Claim>(ring: &Small<C>, most: usize) -> Vec<Found> {
    let reader = ring.try_read().expect("one reader");
    let mut found = Vec::new();
    while found.len() < most {
        let Peek::Record(record) = reader.peek() else { break };
        let word = |at: usize| u32::from_le_bytes(record[at * 4..][..4].try_into().unwrap());
        let is_note = word(0) >> 24 & u32::from(Flags::CONTROL.bits()) != 0;
        found.push(if is_note {
            assert_eq!(record.len(), NOTE_BYTES);
            Found::Lost((3..8).map(|at| word(at) as usize).sum())
        } else {
            Found::Record(u16::try_from(word(0) & 0xFFFF).unwrap())
        });
        reader.advance(record.len());
    }
    if let Some(lost) = reader.gap() {
        found.push(Found::Lost(lost.iter().map(|lost| *lost as usize).sum()));
    }
    found
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Log(bool, usize),
    Read(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (any::<bool>(), 0_usize..7).prop_map(|(urgent, numbers)| Step::Log(urgent, numbers)),
        1 => (0_usize..6).prop_map(Step::Read),
    ];
    proptest::collection::vec(step, 0..200)
}

/// Each record is read in its turn or told of as lost between those that it was lost between.
fn conserves<C: Claim>(claim: C, start: usize, steps: &[Step]) {
    let ring = Small::with_claim(start, claim);
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    for (tag, step) in steps.iter().enumerate() {
        match *step {
            Step::Log(urgent, numbers) => {
                let level = if urgent { Level::Error } else { Level::Info };
                let tag = tag as u16 | if urgent { URGENT } else { 0 };
                let kept = log(&ring, level, tag, numbers);
                match expected.last_mut() {
                    _ if kept => expected.push(Found::Record(tag)),
                    Some(Found::Lost(lost)) => *lost += 1,
                    _ => expected.push(Found::Lost(1)),
                }
            }
            Step::Read(most) => found.extend(read(&ring, most)),
        }
    }
    found.extend(read(&ring, usize::MAX));
    assert_eq!(in_order(found), in_order(expected));
    assert_eq!(ring.pending_bytes(), 0);
}

/// Losses stand before the warnings that were let through in front of them, and in one piece.
fn in_order(found: Vec<Found>) -> Vec<Found> {
    let mut ordered: Vec<Found> = Vec::new();
    for found in found {
        let urgent = |found: &Found| matches!(found, Found::Record(tag) if tag & URGENT != 0);
        let behind = ordered.iter().rposition(|found| !urgent(found)).map_or(0, |last| last + 1);
        match (found, behind.checked_sub(1).and_then(|last| ordered.get_mut(last))) {
            (Found::Lost(more), Some(Found::Lost(lost))) => *lost += more,
            (Found::Lost(_), _) => ordered.insert(behind, found),
            (Found::Record(_), _) => ordered.push(found),
        }
    }
    ordered
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 256 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn conserves_by_compare_and_swap(steps in steps(), from_end in 0_usize..300) {
        conserves(ByCas, usize::MAX - from_end, &steps);
    }

    #[test]
    fn conserves_in_a_section(steps in steps(), from_end in 0_usize..300) {
        conserves(InSection::new(), usize::MAX - from_end, &steps);
    }
}

#[test]
fn limits_follow_from_the_sizes() {
    fn limits<const K: usize, const E: usize, const L: usize>() -> (usize, usize, usize, bool) {
        let (ordinary, newest) = (Ring::<K, E, L>::ORDINARY, Ring::<K, E, L>::NEWEST);
        (ordinary, newest, Ring::<K, E, L>::LONGEST, Ring::<K, E, L>::HAS_NOTES)
    }
    assert_eq!(limits::<32, 4, 7>(), (32, 32, 32, false));
    assert_eq!(limits::<64, 8, 10>(), (64, 64, 24, false));
    assert_eq!(limits::<64, 8, 11>(), (64, 64, 32, true));
    assert_eq!(limits::<64, 8, 99>(), (64, 64, 64, true));
    assert_eq!(limits::<128, 16, 24>(), (120, 120, 72, true));
    assert_eq!(limits::<256, 32, 40>(), (240, 240, 72, true));
    assert_eq!(limits::<512, 64, 80>(), (448, 480, 136, true));
    assert_eq!(limits::<1024, 128, 160>(), (960, 992, 264, true));
    assert_eq!(limits::<2048, 256, 512>(), (1920, 2016, 1016, true));
}

#[test]
fn a_claim_is_at_most_the_longest_record() {
    let longest = Small::<ByCas>::LONGEST;
    for (bytes, fits) in [(longest - 8, true), (longest, true), (longest + 1, false), (96, false)] {
        let ring = Small::with_claim(0, ByCas);
        let slow = ring.claim_slowly(Level::Error, bytes, 128, || 0, |_| false);
        assert_eq!(slow.is_some(), fits, "{bytes}");
        let ring = Small::with_claim(0, ByCas);
        assert_eq!(ring.claim(bytes, 128, || 0).is_some(), fits, "{bytes}");
    }
}

#[test]
fn calls_are_quick_again_once_room_was_given_back_and_losses_told() {
    let ring = Small::with_claim(0, ByCas);
    let quick = |bytes| ring.claim(bytes, 120, || 0);
    let fill = || (0..15).for_each(|tag| assert!(log(&ring, Level::Info, tag, 0)));
    fill();
    assert!(quick(8).is_none());
    assert_eq!(ring.pending_bytes(), 120);
    assert_eq!(read(&ring, 15).len(), 15);
    assert_eq!(ring.pending_bytes(), 0);
    // What was given back is there without a look at the reader.
    let claimed = quick(8).unwrap();
    // SAFETY: nothing of the claim is used.
    unsafe { ring.commit(claimed.at, 8, 0) };
    assert_eq!(read(&ring, 1), []);

    fill();
    assert!(!log(&ring, Level::Debug, 99, 0));
    assert_eq!(ring.lost(), [0, 0, 0, 1, 0]);
    let reader = ring.try_read().unwrap();
    while let Peek::Record(record) = reader.peek() {
        reader.advance(record.len());
    }
    drop(reader);
    // There is room, but the loss goes first.
    assert!(quick(8).is_none());
    assert_eq!(read(&ring, 1), [Found::Lost(1)]);
    assert!(quick(8).is_some());
}

#[test]
fn as_much_room_is_asked_for_as_lacks() {
    let asked = |level: Level, lost: usize, bytes: usize| {
        let ring = Small::with_claim(0, ByCas);
        (0..15).for_each(|tag| assert!(log(&ring, Level::Info, tag, 0)));
        (0..lost).for_each(|_| ring.lose(Level::Info));
        let mut asked = Vec::new();
        let claimed = ring.claim_slowly(
            level,
            bytes,
            120,
            || 0,
            |bytes| {
                asked.push(bytes);
                asked.len() < 2
            },
        );
        assert!(claimed.is_none());
        asked
    };
    // 120 bytes are in use, of 120 or, for a warning, of 128.
    assert_eq!(asked(Level::Info, 0, 16), [16, 16]);
    assert_eq!(asked(Level::Info, 0, 9), [16, 16]);
    assert_eq!(asked(Level::Info, 1, 16), [16 + NOTE_BYTES, 16 + NOTE_BYTES]);
    assert_eq!(asked(Level::Warn, 0, 16), [8, 8]);
    assert_eq!(asked(Level::Warn, 2, 24), [16 + NOTE_BYTES, 16 + NOTE_BYTES]);
}

#[test]
fn room_is_asked_for_four_times_at_the_most() {
    let ring = Small::with_claim(0, ByCas);
    (0..15).for_each(|tag| assert!(log(&ring, Level::Info, tag, 0)));
    let mut asked = 0;
    let claimed = ring.claim_slowly(
        Level::Info,
        8,
        120,
        || 0,
        |_| {
            asked += 1;
            true
        },
    );
    assert_eq!((claimed, asked), (None, 4));
}

#[test]
fn losses_that_nobody_could_be_told_of_are_counted_again() {
    let ring = Small::with_claim(0, ByCas);
    ring.lose(Level::Warn);
    let reader = ring.try_read().unwrap();
    let lost = reader.gap().unwrap();
    assert_eq!((lost, ring.lost()), ([0, 1, 0, 0, 0], [0; 5]));
    reader.untold(lost);
    assert_eq!(ring.lost(), [0, 1, 0, 0, 0]);
    drop(reader);
    assert!(ring.claim(8, 120, || 0).is_none(), "the loss is told of first");
    assert_eq!(read(&ring, 9), [Found::Lost(1)]);
}

#[test]
fn a_note_alone_is_no_room() {
    let ring = Small::with_claim(0, ByCas);
    (0..4).for_each(|tag| assert!(log(&ring, Level::Info, tag, 0)));
    assert!(!evict(&ring, 8), "its note takes all of it");
    assert_eq!(read(&ring, 9), [Found::Lost(4)]);
}

#[test]
fn what_is_evicted_without_room_for_notes_is_counted() {
    let ring = Ring::<64, 8, 10>::new();
    for _ in 0..4 {
        let claimed = ring.claim(16, 64, || 0).unwrap();
        let at = claimed.at.as_ptr();
        // SAFETY: bounds: 16 bytes were claimed; race: by this test alone.
        let used =
            unsafe { encode_as::<Narrow, _>(at, 16, SiteId(1), 0, &(1_u32, ()), Flags::NONE) };
        // SAFETY: a whole record of `used` bytes was written.
        unsafe { ring.commit(claimed.at, 16, used) };
    }
    let reader = ring.try_read().unwrap();
    assert!(!reader.evict(0, |_| Level::Warn));
    assert!(reader.evict(17, |_| Level::Warn));
    drop(reader);
    assert_eq!((ring.lost(), ring.pending_bytes()), ([0, 2, 0, 0, 0], 32));
}

#[test]
fn evicting_nothing_holds_nobody_back() {
    let ring = Small::with_claim(0, ByCas);
    assert!(!evict(&ring, 8));
    assert_eq!(ring.lost(), [0; 5]);
    assert!(ring.claim(8, 120, || 0).is_some());
}

#[test]
fn it_shows_what_it_holds() {
    let ring = Small::with_claim(0, ByCas);
    assert!(log(&ring, Level::Info, 1, 1));
    ring.lose(Level::Trace);
    let shown = std::format!("{ring:?}");
    let expected = "Ring { capacity: 128, pending_bytes: 16, lost: [0, 0, 0, 0, 1], .. }";
    assert_eq!(shown, expected);
}

#[test]
fn a_hole_stops_the_reader_until_it_is_skipped() {
    let ring = Small::with_claim(0, ByCas);
    let _hole = ring.claim(16, 128, || 0).unwrap();
    assert!(log(&ring, Level::Info, 7, 0));
    assert_eq!(read(&ring, 9), []);
    let reader = ring.try_read().unwrap();
    assert_eq!(reader.peek(), Peek::Hole);
    assert!(ring.try_read().is_none());
    reader.skip_hole();
    assert!(matches!(reader.peek(), Peek::Record(_)));
}

#[test]
fn the_last_sixteenth_is_for_warnings_and_errors() {
    let ring = Small::with_claim(0, ByCas);
    let ordinary = (0..20).filter(|tag| log(&ring, Level::Info, *tag, 0)).count();
    assert_eq!(ordinary, (128 - 8) / 8);
    assert!(log(&ring, Level::Error, 99, 0));
    assert!(!log(&ring, Level::Error, 99, 0));
    let ring = Small::with_claim(0, ByCas);
    for tag in 0..15 {
        assert!(log(&ring, Level::Info, tag, 0));
    }
    assert!(log(&ring, Level::Warn, 99, 0));
}

#[test]
fn what_is_evicted_is_told_of_at_the_head() {
    let ring = Small::with_claim(usize::MAX - 99, ByCas);
    for tag in 0..400 {
        assert!(log_as(&ring, Level::Info, tag, usize::from(tag % 4), true), "{tag}");
    }
    let found = read(&ring, usize::MAX);
    let (first, rest) = found.split_first().unwrap();
    let kept: Vec<_> = (0..400).map(Found::Record).skip(400 - rest.len()).collect();
    assert_eq!((*first, rest), (Found::Lost(400 - rest.len()), kept.as_slice()));
    // Claims of 8 to 32 bytes beside a note of 32.
    assert!(rest.len() >= 3, "{rest:?}");
}

#[test]
fn an_interrupt_over_the_reader_evicts_nothing() {
    let ring = Small::with_claim(0, ByCas);
    let reader = ring.try_read().unwrap();
    let kept = (0..40).filter(|tag| log_as(&ring, Level::Info, *tag, 0, true)).count();
    assert_eq!(kept, 16);
    drop(reader);
    assert_eq!(read(&ring, usize::MAX).last(), Some(&Found::Lost(24)));
}

#[test]
fn a_run_is_several_records_up_to_the_end_of_the_ring() {
    let ring = Small::with_claim(96, ByCas);
    for tag in 0..8 {
        assert!(log(&ring, Level::Info, tag, 0));
    }
    let reader = ring.try_read().unwrap();
    let records = [7, 8, 15, 16, 20, 31].map(|most| reader.peek_run(most).1);
    assert_eq!(records, [0, 1, 1, 2, 2, 3]);
    let (run, records) = reader.peek_run(512);
    assert_eq!((run.len(), records), (32, 4));
    reader.advance_run(0);
    assert_eq!(reader.peek_run(512).1, 4);
    reader.advance_run(24);
    assert_eq!(reader.peek_run(512).1, 1);
    reader.advance_run(8);
    assert_eq!(reader.peek_run(512).1, 4);
    reader.advance_run(16);
    drop(reader);
    assert_eq!(read(&ring, 9), [Found::Record(6), Found::Record(7)]);
}

#[test]
fn a_claim_in_a_section_is_quick_too() {
    let ring = Small::with_claim(0, InSection::new());
    let claims = [16, 24, 88].map(|bytes| ring.claim(bytes, 128, || 7));
    let [first, second, none] = claims;
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(second.at.addr().get() - first.at.addr().get(), 16);
    assert_eq!((first.stamp, second.stamp, none), (7, 7, None));
}
