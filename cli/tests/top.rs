//! `hydra top`, beside a process that runs: this one.
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use hydra_log::sink::{Sink, WriteError};
use hydra_log::{Builder, Overflow, info};

fn top(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hydra")).arg("top").args(words).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Takes nothing before it is dropped.
struct Shut(std::sync::mpsc::Receiver<()>);

impl Sink for Shut {
    fn write(&mut self, _lines: &[u8]) -> Result<(), WriteError> {
        // The sender's end is dropped at the test's.
        let _ended = self.0.recv();
        Ok(())
    }

    fn name(&self) -> String {
        "shut \u{1b}[31m".to_owned()
    }
}

fn snapshot(directory: &Path) -> Vec<(std::path::PathBuf, u64)> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.path(), entry.metadata().unwrap().len())).collect()
}

#[test]
fn shows_a_process_that_runs_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let rings = home.path().join("rings");
    let (open, shut) = std::sync::mpsc::channel();
    let engine = Builder::new()
        .crash_proof(&rings)
        .overflow(Overflow::Drop)
        .max_ring_bytes(64 << 10)
        .spool_bytes(1 << 20)
        .on_error(|_| {})
        .sink(Shut(shut))
        .build()
        .unwrap();
    // Far more than ring and spool hold: the sink takes none of it.
    engine.scope(|| (0..100_000).for_each(|count| info!("count {count}")));
    let before = snapshot(&rings);
    let place = rings.to_str().unwrap();
    let output = top(&[place, "--once", "--format", "json"]);
    assert!(output.status.success(), "{output:?}");
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let process = &value["processes"][0];
    assert_eq!(process["process"], std::process::id());
    assert_eq!((&process["alive"], &process["damaged"]), (&true.into(), &0.into()));
    assert!(process["sinks"][0]["pending_bytes"].as_u64().unwrap() > 0, "{process}");
    let ring = &process["rings"].as_array().unwrap().iter().find(|it| it["ring"] == 0).unwrap();
    assert!(ring["fill"].as_f64().unwrap() > 0.8, "{ring}");
    let (lost, records) =
        (ring["lost"]["info"].as_u64().unwrap(), ring["records"].as_u64().unwrap());
    assert!(lost > 0 && lost + records >= 100_000, "{ring}");
    assert!(!ring["name"].as_str().unwrap().is_empty(), "{ring}");
    let text = top(&[place, "--once"]);
    let shown = String::from_utf8(text.stdout).unwrap();
    assert!(shown.contains("alive") && shown.contains("shared"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "no colour, and no commands of others: {shown}");
    assert_eq!(snapshot(&rings), before);
    drop(open);
    drop(engine);
}

#[test]
fn what_is_no_crash_file_is_named_and_left() {
    let home = tempfile::tempdir().unwrap();
    let place = home.path().to_str().unwrap();
    let output = top(&[place, "--once"]);
    assert!(output.status.success() && output.stdout.starts_with(b"no process"), "{output:?}");
    let garbage = home.path().join("1-a.hydra");
    for bytes in [&b"garbage"[..], &[7; 100_000], b"HYDRACRA"] {
        fs::write(&garbage, bytes).unwrap();
        let output = top(&[place, "--once"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(told(&output).contains("not a crash file"), "{output:?}");
        assert_eq!(fs::read(&garbage).unwrap(), bytes);
    }
    let output = top(&[garbage.to_str().unwrap(), "--once", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(value["problems"][0]["problem"].as_str().unwrap().contains("not a crash file"));
    let output = top(&[&format!("{place}/missing"), "--once"]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
}

#[test]
fn help_has_examples_and_bad_words_are_named() {
    let output = top(&["--help"]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("Examples:\n  hydra top"));
    for (words, named) in
        [(&[][..], "directory"), (&["a", "b"], "`b`"), (&["a", "--every", "0"], "--every 0")]
    {
        let output = top(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(told(&output).contains(named), "{words:?}: {}", told(&output));
    }
}
