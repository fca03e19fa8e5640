//! What a killed process left is redacted before it is written, in text and in a binary log.
#![allow(unsafe_code, reason = "a child kills itself")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use hydra_log::crash::Recovery;
use hydra_log::redact::Redaction;
use hydra_log::sink::{File, Memory};
use hydra_log::{Builder, Engine, Output, Secret, info};

use crate::common::Gated;

const NEVER: [&str; 2] = ["ada@example", "hunter2"];

fn engine(place: &Path, is_shut: bool) -> Engine {
    let output = if is_shut {
        Output::new(Gated::shut())
    } else {
        Output::new(File::open(place.join("app.log")).unwrap())
    };
    let builder = Builder::new().crash_proof(place.join("rings"));
    builder.sink(output.redact(Redaction::new())).build().unwrap()
}

/// Of no type that can be stored.
#[derive(Debug)]
struct Opaque(String);

#[derive(Debug, hydra_log::Record)]
struct Login {
    #[record(rename = "user.id")]
    user: u32,
    #[record(redact)]
    password: Opaque,
}

#[test]
fn a_redacted_field_of_a_struct_is_not_in_its_record() {
    let records = hydra_log::testing::capture(|| {
        let login = Login { user: 7, password: Opaque(secret()) };
        info!("{login:?}");
        info!("login", login);
    });
    let lines: Vec<_> = records.iter().map(|record| record.line.as_str()).collect();
    let shown = "Login { user.id: 7, password: \"[redacted]\" }";
    assert!(lines.iter().all(|line| line.contains(shown)), "{lines:?}");
}

/// Runs a child that logs and is killed.
fn child(place: &Path, what: &str) {
    let name = "redaction::recovered::as_child";
    Command::new(env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture", "--test-threads=1"])
        .env("HYDRA_TEST_CHILD", what)
        .env("HYDRA_TEST_PLACE", place)
        .output()
        .unwrap();
}

/// Not a text of the program: those are in its dictionary.
fn secret() -> String {
    format!("zzq{}", env!("CARGO_PKG_NAME").len() * 7919)
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn recovery_writes_what_was_redacted() {
    let place = tempfile::tempdir().unwrap();
    child(place.path(), "shut");
    let memory = Memory::new();
    let plain = Memory::new();
    Recovery::new(place.path().join("rings")).output(plain.clone()).keep(true).run().unwrap();
    assert!(plain.lines().iter().any(|line| line.contains("ada@example.org")), "nothing was left");
    let output = Output::new(memory.clone()).binary().redact(Redaction::new());
    Recovery::new(place.path().join("rings")).output(output).keep(true).run().unwrap();
    let binary = memory.take();
    assert!(NEVER.iter().all(|secret| !has(&binary, secret)));
    assert!(has(&binary, "own [email]"), "the callsite's own text");
    drop(engine(place.path(), false));
    let text = fs::read_to_string(place.path().join("app.log")).unwrap();
    assert!(text.contains("mail [email] password=[redacted] [recovered]"), "{text}");
    assert!(text.contains("own [email]"), "{text}");
    assert!(NEVER.iter().all(|secret| !text.contains(secret)), "{text}");
}

#[test]
fn a_secret_value_is_not_even_in_the_rings_of_a_killed_process() {
    let place = tempfile::tempdir().unwrap();
    child(place.path(), "secret");
    let rings = fs::read_dir(place.path().join("rings")).unwrap();
    let bytes: Vec<u8> = rings.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(has(&bytes, "in the ring"), "the rings are not there");
    assert!(has(&bytes, "[redacted]") && !has(&bytes, &secret()));
}

#[test]
#[ignore = "run by the other tests, in a process of its own"]
fn as_child() {
    let Some(place) = env::var_os("HYDRA_TEST_PLACE").map(PathBuf::from) else { return };
    let what = env::var("HYDRA_TEST_CHILD").unwrap();
    let engine = engine(&place, true);
    engine.scope(|| {
        if what == "secret" {
            let password = Secret::new(secret().repeat(3));
            info!("login {} with {password}", "in the ring");
            let login = Login { user: 7, password: Opaque(secret()) };
            assert_eq!(login.password.0.len(), secret().len());
            info!("login", login);
        } else {
            info!("own ada@example.org");
            (0..100).for_each(|_| info!("mail {}", "ada@example.org", password = "hunter2"));
        }
    });
    // SAFETY: takes a number.
    unsafe { libc::raise(libc::SIGKILL) };
}
