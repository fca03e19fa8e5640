//! Does Python's json and csv read what was logged, whatever was logged?
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says when it could not run"
)]

use std::fs;
use std::process::Command;

use hydra_log::format::{Bunyan, Csv, Ecs, Format, Gcp, Gelf, Json};
use hydra_log::sink::File;
use hydra_log::{Builder, Output, info};

/// Texts that break formats: quotes, ends of lines, NUL, all of Latin-1, far planes, formulas, long
/// ones.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "plain",
        "\"",
        "\"\"\",\"x\":1,\"",
        "a,b;c\td",
        "line\nline\r\nline\rend\n",
        "\0 in the middle \0",
        "\\n is not \n, \\\\ is not \\",
        "=HYPERLINK(\"x\")",
        "@SUM(1)",
        "\u{1b}[31mred\u{1b}[0m \u{7} \u{7f} \u{9b}",
        "\u{2028}\u{2029}\u{85}\u{feff}\u{202e}evil",
        "é 漢字 🦀 \u{10ffff} e\u{301}",
        " leading and trailing ",
        "{\"not\": \"json\"}",
        "'",
    ]
    .map(str::to_owned)
    .into();
    texts.push((1..=0x2ff_u32).filter_map(char::from_u32).collect());
    texts.push("x\",\n".repeat(4_000));
    texts.push("🦀\u{0}".repeat(1_000));
    texts
}

fn check(name: &str, format: impl Format + 'static) {
    let place = tempfile::tempdir().unwrap();
    let (lines, wanted) = (place.path().join("lines"), place.path().join("texts.json"));
    let output = Output::new(File::open(&lines).unwrap()).format(format);
    let engine = Builder::new().sink(output).build().unwrap();
    let texts = texts();
    engine.scope(|| {
        for (number, text) in texts.iter().enumerate() {
            // As a stored string, and as text that the caller rendered.
            if number % 2 == 0 {
                info!("{}", text.as_str(), value = text.as_str(), number);
            } else {
                info!("{}", format_args!("{text}"), value = %text, number);
            }
        }
    });
    engine.flush().unwrap();
    assert_eq!(engine.stats().lost().total(), 0);
    fs::write(&wanted, serde_json::to_string(&texts).unwrap()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/check.py");
    let python = Command::new("python3").arg(script).arg(name).args([&lines, &wanted]).output();
    match python {
        Ok(done) => {
            let errors = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(done.status.success(), "{name}: {errors}");
        }
        Err(reason) => println!("skip: python3 did not read {name}: {reason}"),
    }
}

#[test]
fn json_lines() {
    check("json", Json::new().threads(true).location(true));
}

#[test]
fn json_key_sets() {
    check("ecs", Ecs);
    check("gcp", Gcp);
    check("bunyan", Bunyan::new());
    check("gelf", Gelf::new());
}

#[test]
fn csv_rows() {
    check("csv", Csv::new());
}
