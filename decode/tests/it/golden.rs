//! The format does not change by accident: a log that is checked in, and a reader that is not ours.

use core::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use hydra_log::binary::{Packer, end_block, threads_block};
use hydra_log::format::ThreadInfo;
use hydra_log_core::block::{self, Kind};
use hydra_log_core::record::dictionary::{self, Entry};
use hydra_log_core::record::{Flags, encode_words};
use hydra_log_core::site::{SiteId, gap_site};
use hydra_log_core::value::Args;
use hydra_log_decode::{Found, Reader};

use crate::support::session;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("golden")
}

fn sealed(kind: Kind, payload: &[u8]) -> Vec<u8> {
    [&block::head(kind, 0, payload).unwrap()[..], payload].concat()
}

/// The gap record's descriptor, as if the linker had put it at 7.
fn sites() -> Vec<u8> {
    let entry = Entry { id: SiteId(7), line: 12, ..Entry::of(gap_site()) };
    let mut payload = Vec::new();
    let Ok(()) = dictionary::write_entries([entry], |part| {
        payload.extend_from_slice(part);
        Ok::<_, core::convert::Infallible>(())
    });
    sealed(Kind::Dictionary, &payload)
}

fn push(packer: &mut Packer, thread: u32, site: u32, time: u64, args: &impl Args) {
    let mut words = vec![0; 8192];
    let used = encode_words(&mut words, SiteId(site), time, args, Flags::NONE);
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).take(used).collect();
    packer.push(thread, &bytes);
}

/// Every way of telling a shape, a thread, a time and a word.
fn log() -> Vec<u8> {
    let mut packer = Packer::new();
    let start = 1_795_255_940_123_456_789;
    for n in 0..300_u64 {
        let site = 7 + u32::try_from(n % 290).unwrap();
        let thread = u32::try_from(1 + n / 100).unwrap();
        let float = n as f64 * 0.25;
        push(&mut packer, thread, site, start + n * n * n, &(n * 1000, (-(n as i32), (float, ()))));
    }
    for n in 0..20_u64 {
        let text = &"a text that is longer than sixteen words ".repeat(6)[..(11 * n) as usize];
        push(&mut packer, 1, 7, start - n, &(text, (u128::MAX / (u128::from(n) + 1), ())));
        push(&mut packer, 2, 8, start + (n << 33), &(u64::MAX >> n, (-1.5e300 / n as f64, ())));
    }
    let first = packer.finish().to_vec();
    packer.clear();
    push(&mut packer, 3, 9, 5, &());
    let names = [Some("main".to_owned()), None, Some("é".to_owned())];
    let infos: Vec<ThreadInfo> =
        (70..).zip(names).map(|(id, name)| ThreadInfo { id, name }).collect();
    let threads = threads_block((1..).zip(&infos));
    [session(42), sites(), threads, first, packer.finish().to_vec(), end_block()].concat()
}

#[test]
fn the_format_is_what_it_was() {
    let path = folder().join("app.hlog");
    if std::env::var_os("HYDRA_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, log()).unwrap();
    }
    let golden = std::fs::read(&path).unwrap();
    assert!(golden == log(), "another format: a new version, or HYDRA_WRITE_GOLDEN=1");
}

#[test]
fn another_reader_reads_the_same() {
    let mut ours = String::new();
    let golden = std::fs::read(folder().join("app.hlog")).unwrap();
    let mut reader = Reader::new(&golden[..]);
    while let Some(found) = reader.next() {
        let Found::Event(event) = found else { panic!("{found:?}") };
        write!(ours, "record {} ", event.thread).unwrap();
        event.record.bytes().iter().for_each(|byte| write!(ours, "{byte:02x}").unwrap());
        ours.push('\n');
    }
    let script = Command::new("python3")
        .arg(folder().join("read.py"))
        .arg(folder().join("app.hlog"))
        .output();
    let Ok(output) = script else { return eprintln!("skipped: there is no python3") };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let (records, others): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("record "));
    assert!(records == ours.lines().collect::<Vec<_>>(), "the same records");
    assert_eq!(
        others,
        [
            "session 1795255940123456789 1000000000 0 42 test",
            "site 7 12 7 2 0 hydra {0} records lost \
             ['ring', 'error', 'warn', 'info', 'debug', 'trace']",
            "thread 1 70 main",
            "thread 2 71 ",
            "thread 3 72 é",
            "end"
        ]
    );
}

#[test]
fn the_example_of_the_format_is_what_is_written() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/format.md");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().skip_while(|line| *line != "binary log:").skip(1);
    let documented: Vec<u8> = lines
        .take_while(|line| *line != "```")
        .flat_map(|line| line.split("  ").next().unwrap().split(' '))
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect();
    let session = hydra_log::binary::Session {
        start_ns: 1000,
        ticks_per_second: 1_000_000_000,
        epoch_ns: 0,
        process: 7,
        program: "p".to_owned(),
        recovered: false,
    };
    let thread = ThreadInfo { id: 9, name: Some("t".to_owned()) };
    let mut packer = Packer::new();
    push(&mut packer, 1, 7, 1000, &(7_u64, (-2_i32, (0.5_f64, ()))));
    let written = [
        hydra_log::binary::session_block(&session),
        threads_block([(1, &thread)]),
        packer.finish().to_vec(),
        end_block(),
    ]
    .concat();
    assert_eq!(format!("{documented:02x?}"), format!("{written:02x?}"));
}
