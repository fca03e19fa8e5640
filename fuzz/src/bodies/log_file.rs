//! Any bytes as a binary log: read to its end, whatever is in it, in memory that does not grow.
//!
//! The input is a log, or records blocks whose sums are made right first: a sum hides what is
//! behind it from a fuzzer.

use hydra_log::binary::{Packer, Session, dictionary_blocks, session_block, threads_block};
use hydra_log::format::{Buffer, Contexts, Event, Format, SiteInfo, Text, ThreadInfo};
use hydra_log_core::block::{self, HEAD_BYTES, Head, Kind};
use hydra_log_core::gap;
use hydra_log_core::record::dictionary::Entry;
use hydra_log_core::record::{Flags, encode_words};
use hydra_log_core::site::gap_site;
use hydra_log_decode::{Found, Reader, Unpacker};

use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "log_file",
    body,
    // Entries of dictionaries and names of threads in tables that double, and their bytes; a shape
    // of a record takes 136 bytes for 9.
    bytes_per_byte: 64,
    // Buffers of reader and unpacker, and of the text of a record.
    bytes_at_least: 4 << 20,
    seeds,
};

/// Instead of `MESSAGE_BYTES`, so that a limit is reached often and soon.
const LINE_BYTES: usize = 1 << 14;

fn body(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    match choice % 4 {
        0 => read(data),
        1 => unpack(data),
        _ => read(&mended(data)),
    }
}

fn read(log: &[u8]) {
    let mut reader = Reader::new(log);
    let (mut records, mut problems, mut last) = (0_usize, 0_usize, 0);
    let (mut text, mut contexts) = (Buffer::new(), Contexts::default());
    while let Some(found) = reader.next() {
        match found {
            Found::Event(event) => {
                records += 1;
                let Some(site) = event.site().filter(|_| records < 100) else { continue };
                let thread = event.thread().map_or_else(ThreadInfo::default, |thread| {
                    ThreadInfo { id: thread.id, name: thread.name.clone() }
                });
                let site = SiteInfo::of(&site);
                let event = Event {
                    time_ns: event.time_ns(),
                    level: site.level,
                    site: contexts.find(records, &site, &event.record),
                    record: event.record,
                    thread: &thread,
                    types: &**event.session,
                    recovered: event.session.recovered,
                };
                text.clear();
                Text::new().threads(true).line_bytes(LINE_BYTES).write(&event, &mut text);
                assert_eq!(text.as_bytes().iter().filter(|byte| **byte == b'\n').count(), 1);
            }
            Found::Problem(problem) => {
                problems += 1;
                assert!(!problem.to_string().is_empty());
                assert!(problem.offset >= last, "problems come in order");
                last = problem.offset;
            }
        }
        assert!(reader.position() <= log.len() as u64);
    }
    assert!(records <= 8 * log.len(), "{records} records out of {} bytes", log.len());
    assert!(problems <= log.len() + 1, "{problems} problems in {} bytes", log.len());
    assert_eq!(reader.position(), log.len() as u64, "all of it");
    assert!(reader.next().is_none(), "the end stays the end");
}

fn unpack(payload: &[u8]) {
    let mut unpacker = Unpacker::new();
    let Ok(mut records) = unpacker.start(payload) else { return };
    let mut packer = Packer::new();
    let (mut packed, mut stamps) = (0, Vec::new());
    while let Some(found) = records.next() {
        let Ok(found) = found else { break };
        packed += found.packed_bytes;
        assert!(found.bytes.len() >= 16 && found.bytes.len().is_multiple_of(8));
        assert!(packed <= payload.len(), "as many bytes as there are");
        if stamps.len() < 1000 {
            packer.push(found.thread, found.bytes);
            stamps.push(found.bytes[8..16].to_vec());
        }
    }
    // What was unpacked packs again, and comes back.
    let block = packer.finish().to_vec();
    let mut records = unpacker.start(&block[HEAD_BYTES..]).expect("a block of ours");
    for stamp in stamps {
        let found = records.next().expect("as many").expect("and whole");
        assert_eq!(found.bytes[8..16], stamp[..]);
    }
    assert!(records.next().is_none());
}

/// The blocks of a log with their sums made right.
fn mended(log: &[u8]) -> Vec<u8> {
    let mut log = log.to_vec();
    let mut at = 0;
    while let Some(Ok(head)) = log.get(at..).and_then(<[u8]>::first_chunk).map(Head::parse) {
        let Some(payload) = log.get(at + HEAD_BYTES..at + HEAD_BYTES + head.len) else { break };
        let kind = head.kind().unwrap_or(Kind::Records);
        let Some(mended) = block::head(kind, head.flags, payload) else { break };
        log[at..at + HEAD_BYTES].copy_from_slice(&mended);
        at += HEAD_BYTES + head.len;
    }
    log
}

fn seeds() -> Vec<Vec<u8>> {
    let session = Session {
        start_ns: 1,
        ticks_per_second: 1_000_000_000,
        epoch_ns: 0,
        process: 7,
        program: "seed".to_owned(),
        recovered: true,
    };
    let thread = ThreadInfo { id: 9, name: Some("main".to_owned()) };
    let mut packer = Packer::new();
    let mut words = [0; 64];
    for n in 0..20_u64 {
        let thread = u32::try_from(n / 7).unwrap_or(0);
        let args = (n, (-2_i32, (0.5_f64, ("text", ()))));
        let used = encode_words(&mut words, gap_site().id(), 1000 * n, &args, Flags::NONE);
        packer.push(thread, &bytemuck::cast_slice(&words)[..used]);
    }
    packer.push(1, bytemuck::cast_slice(&gap::write(3, 99, [0, 1, 20, 0, 0])));
    let records = packer.finish().to_vec();
    let whole = [
        session_block(&session),
        dictionary_blocks([Entry::of(gap_site())]),
        threads_block([(1, &thread)]),
        records.clone(),
    ]
    .concat();
    let twice = [&whole[..whole.len() - 9], &whole].concat();
    vec![
        [&[0], &whole[..]].concat(),
        [&[2], &whole[..]].concat(),
        [&[0], &twice[..]].concat(),
        [&[1], &records[HEAD_BYTES..]].concat(),
    ]
}
