//! The ring beside a microcontroller's ring: records whole and in order, losses exact.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]
#![allow(unsafe_code, reason = "is the producer")]

use std::thread;

use hydra_log_core::Level;
use hydra_log_core::record::firmware::Header;
use hydra_log_core::record::{Flags, Narrow, encode_as};
use hydra_log_core::ring::small::{Lane, LaneReader};
use hydra_log_core::site::SiteId;
use proptest::prelude::*;

type Small = Lane<64, 16>;

/// Logs a record of so many numbers under `tag`; whether there was room.
fn log(lane: &Small, tag: u16, numbers: usize) -> bool {
    let bytes = 8 + numbers * 8;
    let Some(claimed) = lane.claim(Level::Warn, bytes, || 7) else { return false };
    let at = claimed.at.as_ptr();
    let site = SiteId(tag.into());
    let number = u32::from(tag);
    let used = match numbers {
        // SAFETY: bounds: so many bytes were claimed; race: until the commit they are this call's.
        0 => unsafe { encode_as::<Narrow, _>(at, bytes, site, 7, &(), Flags::NONE) },
        // SAFETY: as above.
        _ => unsafe { encode_as::<Narrow, _>(at, bytes, site, 7, &(number, ()), Flags::NONE) },
    };
    // SAFETY: a whole record of `used` bytes was written.
    unsafe { lane.commit(used) };
    true
}

/// The tags of what is there, up to `most`, and how many were lost, if that is told of now.
fn take(reader: &LaneReader<'_, 64, 16>, most: usize) -> (Vec<u16>, u32) {
    let mut tags = Vec::new();
    while tags.len() < most {
        let Some(record) = reader.peek() else { break };
        let header = Header::parse(record).unwrap();
        assert_eq!((header.stamp, header.flags), (7, Flags::NONE));
        assert_eq!(record.len(), header.bytes.next_multiple_of(8));
        tags.push(header.site);
        reader.advance(record.len());
    }
    let lost = reader.gap().map_or(0, |lost| {
        reader.told(lost);
        lost.iter().sum()
    });
    (tags, lost)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 8 } else { 256 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_logged_is_read_or_told_of(
        steps in proptest::collection::vec((0_usize..9, 0_usize..5), 0..100),
        from_end in 0_usize..200,
    ) {
        let lane = Small::starting_at(usize::MAX - from_end);
        let (mut logged, mut lost, mut read, mut told) = (Vec::new(), 0, Vec::new(), 0);
        for (tag, (what, most)) in (1_u16..).zip(&steps) {
            if *what < 7 {
                // The longest one is longer than any: 64 bytes of records, 72 in one piece.
                match log(&lane, tag, if *what == 6 { 9 } else { *what / 2 }) {
                    true => logged.push(tag),
                    false => lost += 1,
                }
            } else {
                let (tags, more) = take(&lane.try_read().unwrap(), *most);
                read.extend(tags);
                told += more;
                prop_assert!(more == 0 || told == lost);
            }
        }
        let (tags, more) = take(&lane.try_read().unwrap(), usize::MAX);
        read.extend(tags);
        prop_assert_eq!(read, logged);
        prop_assert_eq!(told + more, lost);
        prop_assert_eq!(take(&lane.try_read().unwrap(), 9), (vec![], 0));
    }
}

#[test]
fn who_comes_in_the_middle_of_a_call_is_counted() {
    let lane = Small::new();
    let claimed = lane.claim(Level::Warn, 16, || 7).unwrap();
    assert!(!log(&lane, 1, 0));
    // Given back: there is no record, and the next one is where it would have been.
    // SAFETY: nothing of it is to be published.
    unsafe { lane.commit(0) };
    assert!(log(&lane, 2, 0));
    let reader = lane.try_read().unwrap();
    assert!(lane.try_read().is_none());
    assert_eq!(reader.peek().map(<[u8]>::as_ptr), Some(claimed.at.as_ptr().cast_const()));
    assert_eq!(take(&reader, 9), (vec![2], 1));
}

#[test]
fn the_longest_record_follows_from_the_sizes() {
    let longest = [Lane::<32, 5>::LONGEST, Lane::<32, 9>::LONGEST, Lane::<64, 16>::LONGEST];
    assert_eq!(longest, [16, 32, 64]);
    assert_eq!(Lane::<2048, 512>::LONGEST, 1016);
    assert_eq!(format!("{:?}", Small::new()), "Lane { capacity: 64, .. }");
}

#[test]
fn a_lane_is_filled_to_its_last_byte() {
    let lane = Small::new();
    assert_eq!((0..9).filter(|tag| log(&lane, *tag, 0)).count(), 8);
    assert_eq!(take(&lane.try_read().unwrap(), 99), ((0..8).collect(), 1));
    let whole = lane.claim(Level::Warn, 64, || 7);
    assert!(whole.is_some());
    let lane = Lane::<64, 10>::new();
    assert!(lane.claim(Level::Warn, 25, || 7).is_none());
    assert!(lane.claim(Level::Warn, 24, || 7).is_some());
}

#[test]
fn losses_are_told_of_where_there_is_no_record() {
    let lane = Small::new();
    let reader = lane.try_read().unwrap();
    assert_eq!(reader.gap(), None);
    assert!(log(&lane, 1, 0) && !log(&lane, 2, 9));
    assert_eq!(reader.gap(), None);
    reader.advance(8);
    assert_eq!(reader.gap(), Some([0, 1, 0, 0, 0]));
    reader.told([0, 1, 0, 0, 0]);
    assert_eq!(reader.gap(), None);
}

#[test]
fn a_record_longer_than_the_lane_is_lost_and_counted() {
    let lane = Small::new();
    assert_eq!(Small::LONGEST, 64);
    assert!(lane.claim(Level::Error, 65, || 7).is_none());
    let lost = lane.try_read().unwrap().gap();
    assert_eq!(lost, Some([1, 0, 0, 0, 0]));
}

#[test]
fn produced_is_read_and_lost() {
    const EACH: u16 = if cfg!(miri) { 30 } else { 20_000 };
    let lane: &'static Small = Box::leak(Box::new(Small::starting_at(usize::MAX - 99)));
    let producers = [0, 1].map(|who| {
        thread::spawn(move || (0..EACH).filter(|tag| log(lane, who * EACH + tag, 1)).count())
    });
    let (mut read, mut told) = (Vec::new(), 0);
    let reader = lane.try_read().unwrap();
    while !producers.iter().all(thread::JoinHandle::is_finished) {
        let (tags, lost) = take(&reader, 100);
        read.extend(tags);
        told += lost;
    }
    let logged: usize = producers.map(|producer| producer.join().unwrap()).iter().sum();
    let (tags, lost) = take(&reader, usize::MAX);
    read.extend(tags);
    assert_eq!(read.len(), logged);
    assert_eq!(logged + (told + lost) as usize, 2 * usize::from(EACH));
    let of = |who: u16| read.iter().copied().filter(move |tag| tag / EACH == who);
    assert!(of(0).is_sorted() && of(1).is_sorted());
}
