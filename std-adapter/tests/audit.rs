//! Audit files: whatever is done to one shows, and where.
#![cfg(feature = "audit")]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};

use hydra_log::audit::{
    AuditFile, Fault, PublicKey, SecretKey, Verified, verify, verify_file, verify_files,
};
use hydra_log::format::Json;
use hydra_log::sink::Sink;
use hydra_log::{Builder, Layer, Output, audit, info};

const RECORDS: usize = 12;

struct Place {
    home: tempfile::TempDir,
    key: SecretKey,
}

impl Place {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let key = SecretKey::generate(home.path().join("audit.key")).unwrap();
        Self { home, key }
    }

    fn file(&self) -> PathBuf {
        self.home.path().join("audit.log")
    }

    fn public(&self) -> PublicKey {
        self.key.public()
    }

    fn open(&self) -> AuditFile {
        AuditFile::open(self.file(), self.key.clone()).unwrap()
    }

    /// A process that writes so many records, each call confirmed.
    fn session(&self, json: bool) {
        self.write(json, RECORDS);
    }

    fn write(&self, json: bool, records: usize) {
        let output = Output::new(self.open());
        let output = if json { output.format(Json::new()) } else { output };
        let engine = Builder::new().layer(Layer::new("AUDIT").sink(output)).build().unwrap();
        engine.scope(|| {
            for count in 0..records {
                audit!(actor = "ada", action = "open", object = count, outcome = "done");
            }
            info!("not for the audit file");
        });
        assert_eq!(engine.health().confirmed, records as u64, "audits are guaranteed");
        let report = engine.shutdown(Duration::from_secs(10));
        assert_eq!((report.lost, report.pending), (0, 0));
    }

    /// The same by hand, and the file is closed: an engine keeps its sinks for as long as the
    /// process lives.
    fn restart(&self) {
        let mut file = self.open();
        for count in 0..RECORDS {
            file.write(format!("12:00 INFO record {count}\n").as_bytes()).unwrap();
            file.flush().unwrap();
        }
    }

    fn head(&self) -> PathBuf {
        self.home.path().join("audit.log.head")
    }

    fn moved(&self, number: usize) -> PathBuf {
        self.home.path().join(format!("audit.log.{number}"))
    }

    fn lines(&self) -> Vec<String> {
        fs::read_to_string(self.file()).unwrap().lines().map(str::to_owned).collect()
    }

    fn put(&self, lines: &[String]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(self.file(), text).unwrap();
    }

    fn verified(&self) -> Verified {
        verify_file(self.file(), &self.public()).unwrap()
    }

    /// What is wrong after the lines were changed.
    fn faults(&self, change: impl FnOnce(&mut Vec<String>)) -> Vec<Fault> {
        let before = self.lines();
        let mut lines = before.clone();
        change(&mut lines);
        self.put(&lines);
        let faults = self.verified().faults;
        self.put(&before);
        faults
    }

    /// The line of a record, from 0.
    fn line_of(&self, record: u64) -> usize {
        let plain = format!(" #{record} ");
        let object = format!("\"audit\":\"{record} ");
        let is_it = |line: &String| line.contains(&plain) || line.contains(&object);
        self.lines().iter().position(is_it).unwrap()
    }
}

#[test]
fn what_nobody_touched_is_whole() {
    for json in [false, true] {
        let place = Place::new();
        place.session(json);
        let verified = place.verified();
        assert!(verified.is_whole(), "{verified:?}");
        assert_eq!((verified.records, verified.sessions), (RECORDS as u64, 1));
        assert_eq!((verified.signed, verified.unsigned), (RECORDS as u64, 0));
        if json {
            for line in place.lines() {
                let _object: serde_json::Value = serde_json::from_str(&line).unwrap();
            }
        }
    }
}

#[test]
fn a_restart_goes_on_and_a_third_one_too() {
    let place = Place::new();
    (0..3).for_each(|_| place.restart());
    let verified = place.verified();
    assert!(verified.is_whole(), "{verified:?}");
    assert_eq!((verified.records, verified.sessions), (3 * RECORDS as u64, 3));
}

#[test]
fn a_cut_at_any_byte_shows() {
    let place = Place::new();
    place.write(false, 3);
    let bytes = fs::read(place.file()).unwrap();
    for kept in 0..bytes.len() {
        fs::write(place.file(), &bytes[..kept]).unwrap();
        let faults = place.verified().faults;
        let is_end = |fault: &&Fault| matches!(fault, Fault::End { expected: 3, .. });
        assert_eq!(faults.iter().filter(is_end).count(), 1, "{kept}: {faults:?}");
        let is_half = kept > 0 && bytes[kept - 1] != b'\n';
        let line = bytes[..kept].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        let is_unfinished = faults.contains(&Fault::Unfinished { line });
        assert_eq!(is_unfinished, is_half, "{kept}: {faults:?}");
    }
}

/// A cut that was made while nobody wrote is not signed over by the next start.
#[test]
fn a_cut_before_a_restart_shows_ever_after() {
    let whole = RECORDS as u64;
    for kept in [1, 2, 7, 2 * RECORDS] {
        let place = Place::new();
        place.restart();
        let mut lines = place.lines();
        assert_eq!(lines.len(), 1 + 2 * RECORDS);
        lines.truncate(kept);
        place.put(&lines);
        (0..2).for_each(|_| place.restart());
        let cut = Fault::Cut { line: kept as u64 + 1, records: whole };
        assert_eq!(place.verified().faults, [cut], "{kept}");
        // Nor where the file beside was removed with it.
        let place = Place::new();
        place.restart();
        let mut lines = place.lines();
        lines.truncate(kept);
        place.put(&lines);
        fs::remove_file(place.head()).unwrap();
        (0..2).for_each(|_| place.restart());
        // A file of one line is what a process leaves that was killed while it began.
        if kept > 1 {
            let gone = Fault::HeadGone { line: kept as u64 + 1 };
            assert_eq!(place.verified().faults, [gone], "{kept}");
        }
    }
}

/// Records that nobody signed yet can be made by anybody; not in the place of signed ones.
#[test]
fn forged_records_behind_a_cut_show_after_a_restart() {
    let (place, other) = (Place::new(), Place::new());
    place.restart();
    // The same first line in another file gives tags that fit: chained, not signed.
    fs::copy(place.file(), other.file()).unwrap();
    fs::copy(place.head(), other.head()).unwrap();
    let mut lines = place.lines();
    let theirs = {
        let other = Place { home: other.home, key: place.key.clone() };
        let mut file = other.open();
        (0..RECORDS).for_each(|_| file.write(b"12:00 INFO forged\n").unwrap());
        other.lines()
    };
    lines.truncate(2 * RECORDS - 1);
    lines.extend_from_slice(&theirs[2 * RECORDS + 2..]);
    place.put(&lines);
    place.restart();
    assert!(place.verified().faults.iter().any(|it| matches!(it, Fault::Cut { .. })));
}

#[test]
fn what_a_killed_process_had_not_signed_is_said() {
    let place = Place::new();
    place.restart();
    let mut file = place.open();
    (0..3).for_each(|_| file.write(b"12:00 INFO not signed yet\n").unwrap());
    drop(file);
    let verified = place.verified();
    assert!(verified.is_whole(), "{verified:?}");
    assert_eq!((verified.signed, verified.unsigned), (RECORDS as u64, 3));
    // Once another process has begun, an edit shows, and the number says what could be cut.
    place.restart();
    let verified = place.verified();
    assert!(verified.is_whole(), "{verified:?}");
    assert_eq!((verified.unsigned, verified.adopted), (0, 3));
    let at = place.line_of(RECORDS as u64 + 2);
    let faults = place.faults(|lines| lines[at] = lines[at].replacen("yet", "now", 1));
    let record = RECORDS as u64 + 2;
    assert_eq!(faults, [Fault::Edited { line: at as u64 + 1, record }]);
}

#[test]
fn a_cut_beginning_shows() {
    let place = Place::new();
    place.session(false);
    for cut in 1..6 {
        let faults = place.faults(|lines| drop(lines.drain(..cut)));
        assert_eq!(faults.first(), Some(&Fault::Beginning), "{cut}: {faults:?}");
    }
}

#[test]
fn a_removed_line_shows() {
    let place = Place::new();
    place.session(false);
    for record in 1..RECORDS as u64 {
        let at = place.line_of(record);
        let faults = place.faults(|lines| drop(lines.remove(at)));
        let is_it = |fault: &Fault| match fault {
            Fault::Removed { from, to, .. } => (*from, *to) == (record, record),
            _ => false,
        };
        assert!(faults.len() == 1 && is_it(&faults[0]), "record {record}: {faults:?}");
    }
}

#[test]
fn a_removed_checkpoint_shows() {
    let place = Place::new();
    place.restart();
    place.restart();
    let lines = place.lines();
    let checkpoints = (1..lines.len()).filter(|at| lines[*at].starts_with("{\"hydra_audit\""));
    for at in checkpoints {
        let faults = place.faults(|lines| drop(lines.remove(at)));
        assert!(!faults.is_empty(), "line {}", at + 1);
    }
}

#[test]
fn every_edited_byte_shows_at_its_line() {
    let place = Place::new();
    // Each byte costs a signature's check or several.
    place.write(false, 2);
    let bytes = fs::read(place.file()).unwrap();
    let public = place.public();
    let mut line = 1;
    for at in 0..bytes.len() {
        let mut edited = bytes.clone();
        edited[at] ^= 1;
        let verified = verify(edited.as_slice(), &public).unwrap();
        assert!(!verified.is_whole(), "byte {at}, line {line}");
        let text = verified.faults[0].to_string();
        let named = text.strip_prefix("line ").and_then(|rest| rest.split(':').next());
        let named: u64 = named.unwrap().parse().unwrap();
        assert!(named.abs_diff(line) <= 1, "byte {at}, line {line}: {text}");
        line += u64::from(bytes[at] == b'\n');
    }
}

#[test]
fn two_lines_that_changed_places_show() {
    let place = Place::new();
    place.session(false);
    for record in 1..RECORDS as u64 {
        let (one, two) = (place.line_of(record), place.line_of(record + 1));
        let faults = place.faults(|lines| lines.swap(one, two));
        let is_moved =
            |fault: &Fault| matches!(fault, Fault::Moved { record: it, .. } if *it == record);
        assert!(faults.iter().any(is_moved), "record {record}: {faults:?}");
    }
}

#[test]
fn a_doubled_line_and_a_foreign_one_show() {
    let place = Place::new();
    place.session(false);
    let seven = place.line_of(7);
    for at in 1..=place.lines().len() {
        let line = at as u64 + 1;
        let faults = place.faults(|lines| lines.insert(at, "12:00 INFO mine".to_owned()));
        assert_eq!(faults, [Fault::Foreign { line }]);
        let faults = place.faults(|lines| lines.insert(at, lines[seven].clone()));
        let first = faults.first().unwrap();
        let expected = if at > seven {
            Fault::Doubled { line, record: 7 }
        } else {
            // It is taken for the one; those before it are behind it, and it comes again.
            assert!(faults.iter().any(|it| it.to_string().contains("record 7 ")), "{faults:?}");
            first.clone()
        };
        assert_eq!(*first, expected, "{faults:?}");
    }
}

#[test]
fn two_files_in_one_show() {
    let (place, other) = (Place::new(), Place::new());
    let other = Place { home: other.home, key: place.key.clone() };
    place.restart();
    other.restart();
    let (ours, theirs) = (place.lines(), other.lines());
    let faults = place.faults(|lines| lines.extend_from_slice(&theirs));
    assert_eq!(faults.first(), Some(&Fault::Spliced { line: ours.len() as u64 + 1 }));
    // The one's beginning, the other's end: the text differs nowhere, but the times of signing do.
    for at in 1..ours.len() {
        let faults = place.faults(|lines| lines[at..].clone_from_slice(&theirs[at..]));
        let line = at as u64 + 1;
        let named = |fault: &Fault| fault.to_string().starts_with(&format!("line {line}:"));
        assert!(faults.first().is_some_and(named), "{at}: {faults:?}");
    }
}

#[test]
fn files_that_were_moved_away_go_on_in_the_next_one() {
    let place = Place::new();
    let moved: Vec<PathBuf> = (1..4).map(|number| place.moved(number)).collect();
    for path in &moved {
        place.restart();
        fs::rename(place.file(), path).unwrap();
    }
    place.restart();
    let paths = |order: &[usize]| -> Vec<PathBuf> {
        let all: Vec<PathBuf> = moved.iter().cloned().chain([place.file()]).collect();
        order.iter().map(|at| all[*at].clone()).collect()
    };
    let faults = |order: &[usize]| -> Vec<Vec<Fault>> {
        let verified = verify_files(&paths(order), &place.public()).unwrap();
        verified.into_iter().map(|file| file.faults).collect()
    };
    assert_eq!(faults(&[0, 1, 2, 3]), vec![Vec::new(); 4]);
    let records = RECORDS as u64;
    // The oldest is not there, or one of them, or they are in another order.
    assert_eq!(faults(&[1, 2, 3]), [vec![Fault::Before { record: records }], vec![], vec![]]);
    let removed = Fault::Removed { line: 1, from: records + 1, to: 2 * records };
    assert_eq!(faults(&[0, 2, 3])[1], [removed]);
    assert_eq!(faults(&[0, 2, 1, 3])[2][0], Fault::Joint);
    assert_eq!(faults(&[0]), [[Fault::Head]], "its end is known by the next one");
    // The end of one that was moved away was cut.
    let text = fs::read_to_string(&moved[1]).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    fs::write(&moved[1], lines[..lines.len() - 1].join("\n") + "\n").unwrap();
    let said = faults(&[0, 1, 2, 3]);
    let removed = Fault::Removed { line: 1, from: 2 * records, to: 2 * records };
    assert_eq!(said[2], [removed], "the last record is there, and not signed: {said:?}");
    // All of the last one was removed, and a new one begun.
    fs::remove_file(place.file()).unwrap();
    place.restart();
    assert_eq!(place.verified().faults, [Fault::Before { record: 4 * records }]);
}

#[test]
fn another_key_shows() {
    let (place, other) = (Place::new(), Place::new());
    place.restart();
    let verified = verify_file(place.file(), &other.public()).unwrap();
    assert!(!verified.is_whole());
    let is_key = |fault: &Fault| matches!(fault, Fault::Signature { .. } | Fault::Head);
    assert!(verified.faults.iter().all(is_key), "{verified:?}");
    let error = AuditFile::open(place.file(), other.key.clone()).unwrap_err();
    assert!(error.to_string().contains("another key"), "{error}");
}

#[test]
fn a_stretch_chained_anew_without_the_key_shows() {
    let (place, other) = (Place::new(), Place::new());
    place.session(false);
    other.session(false);
    let theirs = other.lines();
    let from = place.line_of(5);
    let faults = place.faults(|lines| {
        let to = lines.len();
        lines[from..].clone_from_slice(&theirs[from..to]);
    });
    assert!(faults.iter().any(|it| matches!(it, Fault::Signature { .. })), "{faults:?}");
}

#[test]
fn an_unfinished_line_is_told_of_and_gone_on_behind() {
    let place = Place::new();
    place.restart();
    let mut text = fs::read(place.file()).unwrap();
    text.extend_from_slice(b"12:00 INFO cut in tw");
    fs::write(place.file(), &text).unwrap();
    place.restart();
    let verified = place.verified();
    assert!(verified.is_whole(), "{verified:?}");
    assert_eq!((verified.torn, verified.records), (1, 2 * RECORDS as u64));
    let torn = place.lines().iter().position(|line| line.ends_with("in tw")).unwrap();
    let faults = place.faults(|lines| lines[torn].push('!'));
    assert!(!faults.is_empty(), "what was unfinished is chained, too");
}

#[test]
fn one_process_writes_at_a_time_and_no_other_file_is_taken() {
    let place = Place::new();
    let _first = place.open();
    if cfg!(target_os = "linux") {
        let error = AuditFile::open(place.file(), place.key.clone()).unwrap_err();
        assert!(error.to_string().contains("another process"), "{error}");
    }
    let plain = place.home.path().join("plain.log");
    fs::write(&plain, "12:00 INFO plain\n").unwrap();
    let error = AuditFile::open(&plain, place.key.clone()).unwrap_err();
    assert!(error.to_string().contains("name another file"), "{error}");
    assert_eq!(fs::read(&plain).unwrap(), b"12:00 INFO plain\n", "it is left as it was");
}

#[test]
fn files_belong_to_their_owner_and_hold_no_secret() {
    let place = Place::new();
    place.session(true);
    let secret = fs::read_to_string(place.home.path().join("audit.key")).unwrap();
    let secret = secret.trim_end().rsplit(' ').next().unwrap();
    for name in ["audit.log", "audit.log.head"] {
        let path = place.home.path().join(name);
        assert!(!fs::read_to_string(&path).unwrap().contains(secret), "{name}");
        assert_eq!(mode(&path), 0o600, "{name}");
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> u32 {
    0o600
}
