//! Images made by hand: what is refused, and what is stepped over.

use hydra_log_core::recover::{Geometry, Places, Rejected, Walk, mpsc, spool, spsc};

const SIZES: Geometry = Geometry { capacity: 64, longest: 32 };

fn places(head: usize, tail: usize) -> Places {
    Places { head, tail, moved: false }
}

fn rejected(walk: Walk<'_>) -> Option<Rejected> {
    let mut walk = walk;
    assert_eq!(walk.by_ref().count(), walk.report().records);
    walk.report().rejected
}

#[test]
fn refuses_sizes_and_places() {
    let data = [0; 96];
    let refused = [
        rejected(spsc(&data[..95], SIZES, places(0, 0))),
        rejected(spsc(&data, Geometry { capacity: 48, longest: 8 }, places(0, 0))),
        rejected(spsc(&data, Geometry { capacity: 8, longest: 8 }, places(0, 0))),
        rejected(spsc(&data, Geometry { capacity: 0, longest: 8 }, places(0, 0))),
        rejected(spsc(&data, Geometry { longest: usize::MAX, ..SIZES }, places(0, 0))),
        rejected(mpsc(&data, &data[..15], SIZES, places(0, 0))),
        rejected(spool(&data, SIZES, places(0, 0))),
    ];
    assert!(refused.iter().all(|why| matches!(why, Some(Rejected::Geometry { .. }))));
    for (head, tail) in [(0, 72), (8, 0), (4, 8), (0, 9), (0, usize::MAX)] {
        let why = rejected(spsc(&data, SIZES, places(head, tail)));
        assert_eq!(why, Some(Rejected::Places { head, tail }));
    }
    assert_eq!(rejected(spsc(&data, SIZES, places(usize::MAX - 7, usize::MAX - 7))), None);
}

#[test]
fn ends_at_a_length_that_nothing_wrote() {
    let mut data = [0; 96];
    data[0] = 2;
    for units in [0, 5, 200] {
        data[16] = units;
        let mut walk = spsc(&data, SIZES, places(0, 64));
        assert_eq!(walk.by_ref().count(), 1);
        let bytes = usize::from(units) * 8;
        let length = Rejected::Length { position: 16, bytes };
        assert_eq!(walk.report().rejected, Some(length));
        assert_eq!(walk.next(), None);
    }
}

#[test]
fn steps_over_holes() {
    let data = [7; 96];
    let commit = |units: u16| (1_u16 << 15 | units).to_ne_bytes();
    let mut map = [0_u8; 16];
    // Granules: 0-1 a hole, 2 committed, 3 discarded, 4 nonsense, 5-6 committed, 7 a hole.
    for (granule, word) in [
        (2, commit(1)),
        (3, (1_u16 << 14 | 1).to_ne_bytes()),
        (4, 1_u16.to_ne_bytes()),
        (5, commit(2)),
    ] {
        map[granule * 2..][..2].copy_from_slice(&word);
    }
    let mut walk = mpsc(&data, &map, SIZES, places(0, 64));
    let found: Vec<_> = walk.by_ref().map(|found| (found.position, found.bytes.len())).collect();
    assert_eq!(found, [(16, 8), (40, 16)]);
    let report = walk.report();
    assert_eq!((report.records, report.holes, report.hole_bytes), (2, 3, 32));
}

#[test]
fn a_record_that_was_moved_is_not_yielded() {
    let mut data = [0; 96];
    (data[0], data[8]) = (1, 1);
    let moved = Places { moved: true, ..places(0, 16) };
    assert_eq!(spsc(&data, SIZES, moved).map(|found| found.position).collect::<Vec<_>>(), [8]);
    // Its map entry is cleared before the head moves: then it is no record any more.
    let mut map = [0; 16];
    map[2..4].copy_from_slice(&(1_u16 << 15 | 1).to_ne_bytes());
    let rest: Vec<_> = mpsc(&data, &map, SIZES, moved).map(|found| found.position).collect();
    assert_eq!(rest, [8]);
}

#[test]
fn reads_entries() {
    let mut data = [0; 104];
    data[0..8].copy_from_slice(&(9_u64 | 3 << 32).to_le_bytes());
    data[24..32].copy_from_slice(&(33_u64).to_le_bytes());
    let mut walk = spool(&data, SIZES, places(0, 64));
    let found = walk.next().unwrap();
    assert_eq!((found.tag, found.bytes.len(), found.end()), (3, 9, 24));
    assert_eq!(walk.next(), None);
    let length = Rejected::Length { position: 24, bytes: 33 };
    assert_eq!(walk.report().rejected, Some(length));
}

#[test]
fn says_what_is_wrong() {
    let texts = [
        Rejected::Geometry { needed: 9, bytes: 3 },
        Rejected::Places { head: 1, tail: 2 },
        Rejected::Length { position: 8, bytes: 0 },
    ];
    let texts = texts.map(|why| why.to_string());
    assert_eq!(texts[0], "an image of 3 bytes where 9 are needed");
    assert_eq!(texts[1], "no records lie between 1 and 2");
    assert_eq!(texts[2], "the record at 8 says that it has 0 bytes");
}
