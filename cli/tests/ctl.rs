//! `hydra ctl`, and a process that runs: this one.
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Output};

use hydra_log::sink::Memory;
use hydra_log::{Builder, debug};

fn ctl(directory: &Path, words: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hydra"));
    command.arg("ctl").args(words.split_whitespace());
    command.arg("--dir").arg(directory).output().unwrap()
}

fn said(output: &Output) -> (i32, String) {
    let text = if output.status.success() { &output.stdout } else { &output.stderr };
    (output.status.code().unwrap(), String::from_utf8_lossy(text).into_owned())
}

#[test]
fn changes_what_a_process_logs() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("control");
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).control(&directory).build().unwrap();
    let process = std::process::id();
    let ask = |words: &str| said(&ctl(&directory, &format!("{process} {words}")));
    let (code, text) = ask("level ctl=debug --for 60s --as now");
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("ctl=debug for ") && text.contains(" as now (1 callsites)"), "{text}");
    engine.scope(|| debug!(target: "ctl::net", "seen"));
    assert_eq!(ask("flush"), (0, "everything is written\n".to_owned()));
    assert_eq!(memory.lines().len(), 1);
    assert!(ask("levels").1.contains("override ctl=debug for "));
    assert!(ask("stats").1.starts_with("emitted 1\n"));
    assert!(ask("health").1.starts_with("strategy "));
    assert_eq!(ask("reset"), (0, "1 overrides ended\n".to_owned()));
    let (code, text) = ask("level ctl=debgu");
    assert_eq!((code, text.contains("did you mean `debug`?")), (1, true), "{text}");
    let (code, text) = said(&ctl(&directory, "1 levels"));
    assert_eq!((code, text.contains(&format!("these do: {process}"))), (4, true), "{text}");
    let (code, text) = ask("levle x");
    assert_eq!((code, text.contains("unknown command `levle`")), (2, true), "{text}");
}
