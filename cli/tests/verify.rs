//! `hydra verify`, from the key to the fault.
#![cfg(feature = "audit")]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::time::Duration;
use std::fs;
use std::process::{Command, Output};

use hydra_log::audit::{AuditFile, SecretKey};
use hydra_log::sink::Sink;
use hydra_log::{Builder, Layer, audit};

fn verify(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hydra")).arg("verify").args(words).output().unwrap()
}

fn shown(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

#[test]
fn a_key_a_file_and_what_was_done_to_it() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let (key, public, log) = (at("audit.key"), at("audit.key.pub"), at("audit.log"));
    let output = verify(&["--new-key", &key]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let secret = fs::read_to_string(&key).unwrap();
    let secret = secret.trim_end().rsplit(' ').next().unwrap().to_owned();
    assert!(!shown(&output).contains(&secret), "a secret is never shown");
    assert_eq!(verify(&["--new-key", &key]).status.code(), Some(3), "nothing is overwritten");

    let file = AuditFile::open(&log, SecretKey::read(&key).unwrap()).unwrap();
    let engine = Builder::new().layer(Layer::new("AUDIT").sink(file)).build().unwrap();
    engine.scope(|| {
        for count in 0..5 {
            audit!(actor = "ada", action = "open", object = count, outcome = "done");
        }
    });
    assert_eq!(engine.shutdown(Duration::from_secs(10)).pending, 0);

    let output = verify(&[&log, "--key", &public, "--at-least", "5"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(shown(&output).contains("whole: 5 records, 1 sessions, signed up to record 5"));
    let output = verify(&[&log, "--key", &public, "--at-least", "6"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");

    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, text.replacen("ada", "eve", 1)).unwrap();
    let output = verify(&[&log, "--key", &public]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(shown(&output).contains("line 2: record 1 was edited"), "{}", shown(&output));
}

#[test]
fn files_that_were_moved_away_are_named_the_oldest_first() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let key = SecretKey::generate(at("audit.key")).unwrap();
    for moved in ["audit.log.2", "audit.log.1", "audit.log"] {
        let mut file = AuditFile::open(at("audit.log"), key.clone()).unwrap();
        file.write(b"12:00 INFO one\n12:00 INFO two\n").unwrap();
        file.flush().unwrap();
        drop(file);
        fs::rename(at("audit.log"), at(moved)).unwrap();
    }
    let (oldest, older, young) = (at("audit.log.2"), at("audit.log.1"), at("audit.log"));
    let public = at("audit.key.pub");
    let output = verify(&[&oldest, &older, &young, "--key", &public, "--at-least", "6"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = verify(&[&older, &young, "--key", &public]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(shown(&output).contains("behind record 2 of a file"), "{}", shown(&output));
    assert_eq!(verify(&[&older, &young, "--key", &public, "--after", "2"]).status.code(), Some(0));
    assert_eq!(verify(&[&older, &young, "--key", &public, "--after", "3"]).status.code(), Some(1));
}

#[test]
fn bad_words_are_named() {
    for (words, code, named) in [
        (&[][..], 2, "--key"),
        (&["a"], 2, "--key"),
        (&["--key", "k"], 2, "no file"),
        (&["a", "--key"], 2, "`--key`"),
        (&["a", "--new-key", "k"], 2, "alone"),
        (&["a", "--key", "k", "--at-least", "x"], 2, "--at-least x"),
        (&["a", "--key", "k", "--after", "-1"], 2, "--after -1"),
        (&["a", "--key", "/none/k"], 4, "/none/k"),
    ] {
        let output = verify(words);
        assert_eq!(output.status.code(), Some(code), "{words:?}");
        assert!(shown(&output).contains(named), "{words:?}: {}", shown(&output));
    }
    let output = verify(&["--help"]);
    assert!(shown(&output).contains("Examples:\n  hydra verify"), "{output:?}");
}
