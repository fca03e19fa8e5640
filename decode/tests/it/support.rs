//! A log put together by hand, and what a reader makes of one.

use hydra_log::binary::{Packer, Session, dictionary_blocks, session_block, threads_block};
use hydra_log::format::ThreadInfo;
use hydra_log_core::block::{self, Kind};
use hydra_log_core::record::dictionary::Entry;
use hydra_log_core::record::{Flags, encode_words};
use hydra_log_core::site::gap_site;
use hydra_log_core::value::Args;
use hydra_log_decode::{Found, Problem, Reader};

/// A record of the gap record's site: the one that every program has.
pub fn record(stamp: u64, args: &impl Args) -> Vec<u8> {
    let mut words = vec![0; 8192];
    let used = encode_words(&mut words, gap_site().id(), stamp, args, Flags::NONE);
    bytemuck::cast_slice(&words)[..used].to_vec()
}

pub fn session(process: u32) -> Vec<u8> {
    let session = Session {
        start_ns: 1_795_255_940_123_456_789,
        ticks_per_second: 1_000_000_000,
        epoch_ns: 0,
        process,
        program: "test".to_owned(),
        recovered: false,
    };
    session_block(&session)
}

/// A session, its dictionary and its thread.
pub fn prelude(process: u32) -> Vec<u8> {
    let thread = ThreadInfo { id: 77, name: Some("main".to_owned()) };
    let parts = [
        session(process),
        dictionary_blocks([Entry::of(gap_site())]),
        threads_block([(1, &thread)]),
    ];
    parts.concat()
}

/// One block of these records.
pub fn records(stamps: core::ops::Range<u64>) -> Vec<u8> {
    let mut packer = Packer::new();
    for stamp in stamps {
        packer.push(1, &record(stamp, &(stamp, ("text", (0.25_f64, ())))));
    }
    packer.finish().to_vec()
}

pub fn end() -> Vec<u8> {
    block::head(Kind::End, 0, &[]).unwrap().to_vec()
}

/// What was read: stamps of events, and problems.
pub fn read(log: &[u8]) -> (Vec<u64>, Vec<Problem>) {
    let mut reader = Reader::new(log);
    let (mut stamps, mut problems) = (Vec::new(), Vec::new());
    while let Some(found) = reader.next() {
        match found {
            Found::Event(event) => {
                assert!(event.record.values().all(|value| value.is_ok()));
                stamps.push(event.time_ns());
            }
            Found::Problem(problem) => {
                assert!(problem.to_string().starts_with("byte "));
                problems.push(problem);
            }
        }
        assert!(stamps.len() + problems.len() <= 8 * log.len() + 8, "an end");
    }
    assert!(reader.next().is_none());
    (stamps, problems)
}
