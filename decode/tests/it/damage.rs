//! Flipped, cut, torn and put together again: each costs what it has to, and no more.

use hydra_log_core::block::{self, HEAD_BYTES, Head};
use hydra_log_decode::Trouble;

use crate::support::{end, prelude, read, records, session};

/// A prelude of three blocks, then three blocks of records, and an end.
fn log() -> (Vec<u8>, Vec<usize>) {
    let mut log = prelude(1);
    let mut starts = Vec::new();
    for n in 0..3 {
        starts.push(log.len());
        log.extend(records(10 * n..10 * n + 10));
    }
    starts.push(log.len());
    log.extend(end());
    (log, starts)
}

#[test]
fn a_whole_log_has_no_problem() {
    let (log, _) = log();
    let (stamps, problems) = read(&log);
    assert!(stamps.into_iter().eq(0..30));
    assert!(problems.is_empty(), "{problems:?}");
    assert!(read(&[]).0.is_empty() && read(&[]).1.is_empty());
}

#[test]
fn every_flipped_byte_costs_one_block() {
    let (log, starts) = log();
    for at in 0..log.len() {
        for flip in [0x01, 0xFF] {
            let mut log = log.clone();
            log[at] ^= flip;
            let (stamps, problems) = read(&log);
            assert!(!problems.is_empty(), "{at}: unseen");
            let hit = starts.windows(2).position(|pair| (pair[0]..pair[1]).contains(&at));
            let in_session = at < session(1).len();
            match hit {
                Some(hit) => {
                    let lost = 10 * hit as u64..10 * hit as u64 + 10;
                    assert!(stamps.iter().copied().eq((0..30).filter(|n| !lost.contains(n))));
                }
                // Without its session nothing means anything.
                None if in_session => assert!(stamps.is_empty()),
                None => assert_eq!(stamps.len(), 30, "{at}"),
            }
        }
    }
}

#[test]
fn a_log_cut_anywhere_gives_its_whole_blocks() {
    let (log, starts) = log();
    for len in 0..log.len() {
        let (stamps, problems) = read(&log[..len]);
        let whole = starts.iter().skip(1).filter(|end| **end <= len).count();
        assert_eq!(stamps.len(), 10 * whole, "{len}");
        assert!(problems.len() <= 1, "{problems:?}");
        // Cut between two blocks, nothing is missing that a reader could know of.
        if !problems.is_empty() {
            let trouble = &problems[0].trouble;
            assert!(matches!(trouble, Trouble::Torn { .. } | Trouble::NotALog { .. }), "{trouble}");
        }
    }
}

#[test]
fn what_another_process_appended_is_read() {
    let (first, _) = log();
    let second = [prelude(2), records(100..110), end()].concat();
    for cut in (0..first.len()).step_by(7).chain([first.len()]) {
        let (alone, _) = read(&first[..cut]);
        let (stamps, problems) = read(&[&first[..cut], &second].concat());
        let expected = alone.into_iter().chain(100..110);
        assert!(stamps.into_iter().eq(expected), "{cut}: {problems:?}");
        assert!(problems.len() <= 2, "{problems:?}");
    }
}

#[test]
fn a_hole_in_the_middle_costs_what_it_covers() {
    let (log, starts) = log();
    let mut log = log;
    log[starts[1] + 5..starts[2] + 5].fill(0);
    let (stamps, problems) = read(&log);
    assert!(stamps.into_iter().eq(0..10));
    let skipped = problems.iter().map(|problem| problem.offset).collect::<Vec<_>>();
    assert_eq!(skipped, [starts[1] as u64]);
}

#[test]
fn newer_blocks_are_named_and_left_out() {
    let changed = |at: usize, byte: u8| {
        let block = records(0..1);
        let mut lead = [0; HEAD_BYTES];
        lead.copy_from_slice(&block[..HEAD_BYTES]);
        lead[at] = byte;
        // The check and the sum as a newer writer makes them.
        let check = lead[..7].iter().fold(0_u8, |sum, byte| {
            (0..8).fold(sum ^ byte, |sum, _| sum << 1 ^ if sum & 0x80 == 0 { 0 } else { 7 })
        });
        lead[7] = check;
        let sum = block::crc(block::crc(0, &lead[..8]), &block[HEAD_BYTES..]);
        lead[8..].copy_from_slice(&sum.to_le_bytes());
        assert!(Head::parse(&lead).is_ok());
        [&prelude(1)[..], &lead, &block[HEAD_BYTES..], &records(1..2)].concat()
    };
    for (at, byte, wanted) in [
        (2, 0x24, "version 2, and this reader knows up to 1"),
        (2, 0x1F, "unknown kind 15"),
        (3, 0x80, "unknown flags 0x80"),
        (3, 0x01, "zstd"),
    ] {
        let (stamps, problems) = read(&changed(at, byte));
        assert_eq!(stamps, [1], "{wanted}");
        let text = problems[0].to_string();
        assert!(problems.len() == 1 && text.contains(wanted), "{problems:?}");
        assert_eq!(problems[0].offset, prelude(1).len() as u64);
    }
}

#[test]
fn other_files_are_no_logs() {
    for (bytes, hint) in [
        (&b"2026-11-21T10:12:20Z INFO a: b\n"[..], "looks like text"),
        (b"\x7fELF\x02\x01\x01\x00 and so on, for more than a head", "File::binary"),
        (b"x", "looks like text"),
    ] {
        let (stamps, problems) = read(bytes);
        assert!(stamps.is_empty());
        let text = problems[0].to_string();
        assert!(text.starts_with("byte 0: not a binary log") && text.contains(hint), "{text}");
    }
}

#[test]
fn records_without_a_session_are_a_problem() {
    let (stamps, problems) = read(&[records(0..3), prelude(1), records(3..4)].concat());
    assert_eq!(stamps, [3]);
    assert!(problems[0].to_string().contains("in front of any session"), "{problems:?}");
}
