//! Records as defmt's frames: what never fits into the sink is counted, and holds back nothing.
#![cfg(feature = "defmt")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use hydra_log_embedded::defmt::{Defmt, drain_frames};
use hydra_log_embedded::{LevelFilter, Outlet, Sink, defmt_ring, info, switch_all};

defmt_ring!(1408, frame = 64, nesting = 2);
defmt::timestamp!("{=u8}", 7);

/// Has room for frames of 63 bytes while `is_there`, and never for more.
struct Small {
    frames: Vec<Vec<u8>>,
    is_there: bool,
}

impl Sink for Small {
    fn write(&mut self, head: &[u8], frame: &[u8]) -> bool {
        let has_room = self.is_there && head.len() + frame.len() <= self.most();
        if has_room {
            self.frames.push(decoded(frame));
        }
        has_room
    }

    fn most(&self) -> usize {
        63
    }
}

/// What a frame holds: zeros were taken out of it, and a byte says where they were, from its end.
fn decoded(frame: &[u8]) -> Vec<u8> {
    // The first one ends what may have been before it.
    let (end, rest) = frame.strip_prefix(&[0]).unwrap_or(frame).split_last().unwrap();
    assert_eq!(*end, 0);
    let (mut rest, mut bytes) = (rest.iter().rev().copied(), Vec::new());
    while let Some(mask) = rest.next() {
        match mask {
            0 => panic!("a zero inside of a frame"),
            1..0x80 => {
                let zero = |at: u8| mask & (0x40 >> at) != 0;
                bytes.extend((0..7).map(|at| if zero(at) { 0 } else { rest.next().unwrap() }));
            }
            0x80..0xFF => {
                bytes.push(0);
                bytes.extend((0..(mask & 0x7F) + 7).map(|_| rest.next().unwrap()));
            }
            0xFF => bytes.extend((0..134).map(|_| rest.next().unwrap())),
        }
    }
    bytes.reverse();
    bytes
}

/// Behind the frame's number and the stamp, how many records it tells of, or how many bytes of a
/// record it holds.
fn count(frame: &[u8]) -> u32 {
    assert_eq!(frame[2], 7, "the stamp");
    u32::from_le_bytes(frame[3..7].try_into().unwrap())
}

#[test]
fn a_frame_that_never_fits_is_counted_and_holds_back_no_other() {
    switch_all(LevelFilter::Trace);
    let mut outlet = Outlet::new(Defmt::<_>::new(Small { frames: Vec::new(), is_there: true }));
    info!("x={}", 1_u32);
    for _ in 0..3 {
        info!("long {}", "text".repeat(20).as_str());
    }
    info!("x={}", 2_u32);
    assert!(drain_frames(&mut outlet).is_empty);
    let frames = core::mem::take(&mut outlet.sink().sink().frames);
    // A record, one lost in front of each that comes behind, a record.
    assert_eq!(frames.iter().map(|frame| count(frame)).collect::<Vec<_>>(), [16, 1, 1, 1, 16]);
    assert_eq!(frames[0][..2], frames[4][..2]);
    assert_ne!(frames[0][..2], frames[1][..2]);

    // The number waits for room as records do.
    info!("long {}", "text".repeat(20).as_str());
    info!("x={}", 3_u32);
    outlet.sink().sink().is_there = false;
    assert!(!drain_frames(&mut outlet).is_empty);
    outlet.sink().sink().is_there = true;
    assert!(drain_frames(&mut outlet).is_empty);
    let counts: Vec<_> = outlet.sink().sink().frames.iter().map(|frame| count(frame)).collect();
    assert_eq!(counts, [1, 16]);
}
