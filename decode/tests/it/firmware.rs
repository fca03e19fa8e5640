//! A firmware's stream, put together by hand: read, damaged, of another build.

use hydra_log_core::block::{self, HEAD_BYTES, Kind};
use hydra_log_core::record::dictionary::{self, Entry};
use hydra_log_core::site::{SiteId, gap_site};
use hydra_log_decode::{FirmwareReader, Found, Image, ImageError, Trouble};

const ID: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

/// The section of a program with one call: the one that every program on a server has, as site 7.
fn section() -> Vec<u8> {
    let mut dictionary = Vec::new();
    let entry = Entry { id: SiteId(0), ..Entry::of(gap_site()) };
    dictionary::write_entries([entry], |part| {
        dictionary.extend(part);
        Ok::<_, ()>(())
    })
    .unwrap();
    // Behind the dictionary's head, in front of its end.
    let entry = &dictionary[12..dictionary.len() - 4];
    let mut section = 0x2000_0007_u32.to_le_bytes().to_vec();
    section.extend(entry);
    section.resize(section.len().next_multiple_of(4), 0);
    section
}

fn image(id: &[u8]) -> Image {
    Image::of(&section(), id).unwrap()
}

fn block(kind: Kind, payload: &[u8]) -> Vec<u8> {
    [&block::head(kind, 0, payload).unwrap()[..], payload].concat()
}

fn facts(id: &[u8], hertz: u32) -> Vec<u8> {
    let mut payload = id[..4].to_vec();
    payload.extend(hertz.to_le_bytes());
    payload.extend([4, 1, id.len() as u8, 0, 0, 0, 0, 0]);
    payload.extend(id);
    block(Kind::Image, &payload)
}

/// A record with one number.
fn record(stamp: u32, number: u32) -> Vec<u8> {
    [7 | 4 << 16, stamp, 1, number].map(u32::to_le_bytes).concat()
}

fn records(id: &[u8], all: &[Vec<u8>]) -> Vec<u8> {
    block(Kind::Firmware, &[&id[..4], &all.concat()].concat())
}

/// Times and first values, and problems.
fn read(stream: &[u8], images: Vec<Image>) -> (Vec<(u64, u32, String)>, Vec<Trouble>) {
    let mut reader = FirmwareReader::new(stream, images).start_at(1_000_000);
    let (mut events, mut troubles) = (Vec::new(), Vec::new());
    while let Some(found) = reader.next() {
        match found {
            Found::Event(event) => {
                let value = event.record.get(0).unwrap().unwrap();
                events.push((event.time_ns(), event.thread, format!("{value:?}")));
                assert!(event.site().is_some());
            }
            Found::Problem(problem) => troubles.push(problem.trouble),
        }
    }
    (events, troubles)
}

fn times(events: &[(u64, u32, String)]) -> Vec<u64> {
    events.iter().map(|(time, ..)| *time).collect()
}

#[test]
fn stamps_that_wrap_go_on() {
    let all = [record(u32::MAX - 1, 1), record(4, 2), record(10, 3)];
    let stream = [facts(&ID, 1_000_000), records(&ID, &all)].concat();
    let (events, troubles) = read(&stream, vec![image(&ID)]);
    let first = 1_000_000 + u64::from(u32::MAX - 1) * 1000;
    assert_eq!(times(&events), [first, first + 6000, first + 12000]);
    assert!(troubles.is_empty(), "{troubles:?}");
}

#[test]
fn two_images_share_a_stream() {
    let other = [9, 9, 9, 9];
    let parts = [facts(&ID, 0), records(&ID, &[record(1, 1)]), records(&other, &[record(5, 2)])];
    let (events, troubles) = read(&parts.concat(), vec![image(&ID), image(&other)]);
    assert_eq!(events.iter().map(|event| event.1).collect::<Vec<_>>(), [1, 2]);
    assert!(troubles.is_empty(), "{troubles:?}");
}

#[test]
fn each_image_has_the_start_of_its_clock() {
    let other = [9, 9, 9, 9];
    let seven = [record(7, 1)];
    let stream = [
        [facts(&ID, 1_000_000), records(&ID, &seven)].concat(),
        [facts(&other, 1_000_000), records(&other, &seven)].concat(),
    ];
    let stream = stream.concat();
    for (starts, expected) in [
        (&[100, 200_000][..], [7100, 207_000]),
        (&[100], [7100, 7100]),
        (&[], [7000, 7000]),
        (&[1, 2, 3], [7001, 7002]),
    ] {
        let images = vec![image(&ID), image(&other)];
        let mut reader = FirmwareReader::new(&stream[..], images).start_each(starts);
        for time in expected {
            let Some(Found::Event(event)) = reader.next() else { panic!("{starts:?}") };
            assert_eq!(event.time_ns(), time, "{starts:?}");
        }
        assert!(reader.next().is_none());
    }
}

#[test]
fn another_build_is_refused_with_both_ids_and_once() {
    let other = [9, 9, 9, 9, 9, 9, 9, 9];
    let parts = [
        facts(&other, 0),
        records(&other, &[record(1, 1)]),
        records(&ID, &[record(1, 7)]),
        records(&other, &[record(2, 2)]),
    ];
    let (events, troubles) = read(&parts.concat(), vec![image(&ID)]);
    assert_eq!(events.len(), 1);
    let [Trouble::OtherImage { stream, given }] = &troubles[..] else { panic!("{troubles:?}") };
    assert_eq!((stream.as_str(), given.as_str()), ("0909090909090909", "0102030405060708"));
    assert!(troubles[0].to_string().contains("0909090909090909"));
}

#[test]
fn an_id_with_the_same_beginning_is_another_one() {
    let mut other = ID;
    other[7] = 0;
    let (_, troubles) = read(&facts(&other, 0), vec![image(&ID)]);
    assert!(matches!(troubles[..], [Trouble::OtherImage { .. }]), "{troubles:?}");
}

#[test]
fn every_flipped_byte_costs_one_block_at_most() {
    let parts = [
        records(&ID, &[record(1, 1)]),
        records(&ID, &[record(2, 2)]),
        records(&ID, &[record(3, 3)]),
    ];
    let stream = parts.concat();
    let block = parts[0].len();
    for at in 0..stream.len() {
        for flip in [1, 0x80, 0xff] {
            let mut damaged = stream.clone();
            damaged[at] ^= flip;
            let (events, troubles) = read(&damaged, vec![image(&ID)]);
            assert_eq!(events.len(), 2, "{at} {flip:#x}: {troubles:?}");
            assert!(!troubles.is_empty(), "{at} {flip:#x}");
        }
    }
    for cut in 1..stream.len() {
        let (events, troubles) = read(&stream[cut..], vec![image(&ID)]);
        assert_eq!(events.len(), (stream.len() - cut) / block, "{cut}: {troubles:?}");
        let (events, _) = read(&stream[..cut], vec![image(&ID)]);
        assert_eq!(events.len(), cut / block, "{cut}");
    }
}

#[test]
fn a_frame_of_defmt_is_shown_as_it_is() {
    // Site 3: two bytes of padding behind two of the frame.
    let frame = [3 | 3 << 16 | 4 << 24, 9, 0xdead_0201, 0].map(u32::to_le_bytes).concat();
    let (events, troubles) = read(&records(&ID, &[frame]), vec![image(&ID)]);
    assert_eq!(events[0].2, "Bytes([1, 2])");
    assert!(troubles.is_empty(), "{troubles:?}");
}

#[test]
fn a_whole_block_with_nonsense_is_told() {
    let nonsense = [vec![7, 0, 1, 0, 0, 0, 0, 0], record(1, 1)].concat();
    let stream = [records(&ID, &[nonsense]), records(&ID, &[record(2, 2)])].concat();
    let (events, troubles) = read(&stream, vec![image(&ID)]);
    assert_eq!(events.len(), 1);
    assert!(matches!(troubles[..], [Trouble::Payload { .. }]), "{troubles:?}");
    assert_eq!(stream[HEAD_BYTES..][..4], ID[..4]);
}

#[test]
fn a_firmware_stream_says_what_it_wants_and_the_other_way_round() {
    let stream = records(&ID, &[record(1, 1)]);
    let mut reader = hydra_log_decode::Reader::new(&stream[..]);
    let Some(Found::Problem(problem)) = reader.next() else { panic!() };
    assert!(problem.to_string().contains("--elf"), "{problem}");
    let (_, troubles) = read(&block(Kind::Threads, &[]), vec![image(&ID)]);
    assert!(matches!(troubles[..], [Trouble::NotFirmware]), "{troubles:?}");
}

#[test]
fn a_section_that_is_cut_is_refused() {
    let section = section();
    for length in 1..section.len() {
        let image = Image::of(&section[..length], &ID);
        let is_refused = matches!(image, Err(ImageError::Short(_) | ImageError::Entry(_)));
        assert!(is_refused || length < 4 || section.len() - length < 4, "{length}");
    }
}
