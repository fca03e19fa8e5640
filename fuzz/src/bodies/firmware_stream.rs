//! Any bytes as a firmware's program, and as what it sent: read to its end, whatever is in it.

use hydra_log::format::{Buffer, Event, Format, SiteInfo, Text, ThreadInfo};
use hydra_log_core::block::{self, HEAD_BYTES, Head, Kind};
use hydra_log_core::record::dictionary::{self, Entry};
use hydra_log_core::site::{SiteId, gap_site};
use hydra_log_decode::{FirmwareReader, Found, Image, symbol};

use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "firmware_stream",
    body,
    // Entries of dictionaries in tables that double.
    bytes_per_byte: 64,
    // The reader's buffer, and the text of a record.
    bytes_at_least: 4 << 20,
    seeds,
};

/// Instead of `MESSAGE_BYTES`, so that a limit is reached often and soon.
const LINE_BYTES: usize = 1 << 14;

fn body(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    match choice % 4 {
        0 => drop(Image::read(data).map(|image| image.site(7).is_some())),
        1 => drop((Image::of(data, &[]), symbol(data, "_SEGGER_RTT"))),
        2 => read(data),
        _ => read(&mended(data)),
    }
}

fn read(stream: &[u8]) {
    let images = vec![known(&[1, 2, 3, 4]), known(&[5, 6, 7, 8])];
    let mut reader = FirmwareReader::new(stream, images).start_at(1);
    let mut text = Buffer::new();
    let (mut records, mut problems) = (0_usize, 0_usize);
    while let Some(found) = reader.next() {
        let Found::Event(event) = found else {
            problems += 1;
            continue;
        };
        records += 1;
        let Some(site) = event.site().filter(|_| records < 100) else { continue };
        let event = Event {
            time_ns: event.time_ns(),
            level: site.level,
            site: &SiteInfo::of(&site),
            record: event.record,
            thread: &ThreadInfo::default(),
            types: &**event.session,
            recovered: false,
        };
        text.clear();
        Text::new().line_bytes(LINE_BYTES).write(&event, &mut text);
        assert_eq!(text.as_bytes().iter().filter(|byte| **byte == b'\n').count(), 1);
    }
    assert!(records <= stream.len() / 8, "{records} records out of {} bytes", stream.len());
    assert!(problems <= stream.len() + 1, "{problems} problems in {} bytes", stream.len());
    assert!(reader.next().is_none(), "the end stays the end");
}

/// The blocks of a stream with their sums made right.
fn mended(stream: &[u8]) -> Vec<u8> {
    let mut stream = stream.to_vec();
    let mut at = 0;
    while let Some(Ok(head)) = stream.get(at..).and_then(<[u8]>::first_chunk).map(Head::parse) {
        let Some(payload) = stream.get(at + HEAD_BYTES..at + HEAD_BYTES + head.len) else { break };
        let kind = head.kind().unwrap_or(Kind::Firmware);
        let Some(mended) = block::head(kind, head.flags, payload) else { break };
        stream[at..at + HEAD_BYTES].copy_from_slice(&mended);
        at += HEAD_BYTES + head.len;
    }
    stream
}

/// A program with one call.
fn known(id: &[u8]) -> Image {
    Image::of(&section(), id).expect("a section of ours")
}

fn section() -> Vec<u8> {
    let mut dictionary = Vec::new();
    let entry = Entry { id: SiteId(0), ..Entry::of(gap_site()) };
    let written = dictionary::write_entries([entry], |part| {
        dictionary.extend_from_slice(part);
        Ok::<_, core::convert::Infallible>(())
    });
    assert!(written.is_ok());
    let entry = &dictionary[12..dictionary.len() - 4];
    let mut section = [&0x2000_0007_u32.to_le_bytes(), entry].concat();
    section.resize(section.len().next_multiple_of(4), 0);
    section
}

fn seeds() -> Vec<Vec<u8>> {
    let record = [7 | 5 << 16, 99, 0x81, 5, 0].map(u32::to_le_bytes).concat();
    let note = [4 << 24 | 8 << 16, 100, 0x1_1111, 0, 0, 5, 0, 0].map(u32::to_le_bytes).concat();
    let payload = [&[1, 2, 3, 4], &record[..], &[0; 4], &note].concat();
    let facts = [1, 2, 3, 4, 64, 66, 15, 0, 4, 1, 4, 0, 0, 0, 0, 0, 1, 2, 3, 4];
    let mut stream = Vec::new();
    for (kind, payload) in [(Kind::Image, &facts[..]), (Kind::Firmware, &payload)] {
        stream.extend(block::head(kind, 0, payload).expect("a short one"));
        stream.extend(payload);
    }
    vec![
        [&[1], &section()[..]].concat(),
        [&[2], &stream[..]].concat(),
        [&[3], &stream[..]].concat(),
        [&[2], &stream[5..], &stream].concat(),
    ]
}
