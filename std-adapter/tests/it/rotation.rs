//! Files that make way under load: every record once, in order, over all files.

use core::time::Duration;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use hydra_log::format::Csv;
use hydra_log::sink::{Compression, Rotating, Rotation};
use hydra_log::{Builder, Output, Overflow, info};

use crate::common::conserved;

const RECORDS: usize = 20_000;

/// All lines of a family of files, the oldest first.
fn lines(directory: &Path, name: &str) -> Vec<String> {
    let mut files: Vec<(u64, String)> = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(end) = file.strip_prefix(name) else { continue };
        let end = end.trim_start_matches('.');
        let text = if end.ends_with(".gz") {
            let unpacked = Command::new("gzip").args(["-dc"]).arg(&path).output().unwrap();
            assert!(unpacked.status.success());
            String::from_utf8(unpacked.stdout).unwrap()
        } else {
            fs::read_to_string(&path).unwrap()
        };
        let number = end.trim_end_matches(".gz");
        files.push((if number.is_empty() { u64::MAX } else { number.parse().unwrap() }, text));
    }
    files.sort();
    assert!(files.len() > 3, "{} files", files.len());
    files.iter().flat_map(|(_, text)| text.lines().map(str::to_owned)).collect()
}

fn log(output: Output) {
    let patient = Overflow::Wait(Duration::from_secs(60));
    let engine = Builder::new().overflow(patient).sink(output).build().unwrap();
    engine.scope(|| (0..RECORDS).for_each(|count| info!("count {count}")));
    engine.flush().unwrap();
    conserved(&engine);
}

fn check(lines: &[String]) {
    assert_eq!(lines.len(), RECORDS);
    for (count, line) in lines.iter().enumerate() {
        assert!(line.ends_with(&format!(": count {count}")), "{line}");
    }
}

#[test]
fn every_record_is_in_one_file() {
    let place = tempfile::tempdir().unwrap();
    let rotation = Rotation::new().bytes(256 << 10);
    log(Rotating::open(place.path().join("app.log"), rotation).unwrap().into());
    check(&lines(place.path(), "app.log"));
}

#[test]
fn others_may_move_the_file_meanwhile() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("app.log");
    let rotation = Rotation::new().bytes(256 << 10);
    let sink = Rotating::open(&path, rotation).unwrap();
    let (from, to) = (path.clone(), place.path().join("app.log.0"));
    let mover = thread::spawn(move || {
        let start = Instant::now();
        while fs::metadata(&from).map_or(0, |data| data.len()) < 64 << 10 {
            assert!(start.elapsed() < Duration::from_secs(30));
            thread::yield_now();
        }
        fs::rename(from, to).unwrap();
    });
    log(sink.into());
    mover.join().unwrap();
    let mut found = lines(place.path(), "app.log");
    // The sink went on to the moved file for up to a second, so its lines are not the oldest.
    found.sort_by_key(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap());
    check(&found);
}

#[test]
fn compressed_files_have_every_record() {
    let place = tempfile::tempdir().unwrap();
    let rotation = Rotation::new().bytes(256 << 10).compress(Compression::Gzip);
    log(Rotating::open(place.path().join("app.log"), rotation).unwrap().into());
    let start = Instant::now();
    let is_plain = |name: &str| name != "app.log" && !name.ends_with(".gz");
    loop {
        let names = fs::read_dir(place.path()).unwrap();
        let names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        if !names.iter().any(|name| is_plain(name)) {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{names:?}");
        thread::sleep(Duration::from_millis(5));
    }
    check(&lines(place.path(), "app.log"));
}

#[test]
fn each_file_has_its_header() {
    let place = tempfile::tempdir().unwrap();
    let rotation = Rotation::new().bytes(256 << 10);
    let sink = Rotating::open(place.path().join("app.csv"), rotation).unwrap();
    log(Output::new(sink).format(Csv::new()));
    let lines = lines(place.path(), "app.csv");
    let files = fs::read_dir(place.path()).unwrap().count();
    let headers = lines.iter().filter(|line| line.starts_with("time,level,")).count();
    assert_eq!((headers, lines.len()), (files, RECORDS + files));
}
