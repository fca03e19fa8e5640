//! `hydra decode`, `cat` and `stats` as processes, on logs of engines.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output as Outcome};

use hydra_log::sink::{File, Memory};
use hydra_log::{Builder, Context, Output, info, warn};

fn hydra(words: &[&str]) -> Outcome {
    Command::new(env!("CARGO_BIN_EXE_hydra")).args(words).output().unwrap()
}

fn stdout(outcome: &Outcome) -> Vec<String> {
    String::from_utf8(outcome.stdout.clone()).unwrap().lines().map(str::to_owned).collect()
}

/// Logs to a binary log and to text; gives the text.
fn log(path: &Path, records: u64) -> Vec<String> {
    let text = Memory::new();
    let engine = Builder::new()
        .sink(Output::new(text.clone()))
        .sink(File::binary(path).unwrap())
        .build()
        .unwrap();
    engine.scope(|| {
        for n in 0..records {
            info!(target: "shop::cart", "count {n} of {:.2}", n as f64 / 3.0);
            if n % 10 == 0 {
                warn!(target: "shop", "low, \"very\"", stock = n, item = "tea");
            }
        }
    });
    engine.flush().unwrap();
    text.lines()
}

#[test]
fn text_is_what_the_server_would_have_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.hlog");
    let lines = log(&path, 5000);
    let name = path.to_str().unwrap();
    let decoded = hydra(&["decode", name]);
    assert_eq!(decoded.status.code(), Some(0), "{decoded:?}");
    assert!(stdout(&decoded) == lines, "the same lines");

    let chosen = stdout(&hydra(&["decode", name, "--level", "warn", "--target=shop"]));
    assert_eq!(chosen.len(), 500);
    assert_eq!(stdout(&hydra(&["decode", name, "--target", "shop::cart"])).len(), 5000);
    let found = stdout(&hydra(&["decode", name, "--grep", "count 4[0-9]{3} of"]));
    assert_eq!(found.len(), 1000);
    assert!(stdout(&hydra(&["decode", name, "--until", "1h"])).is_empty());
    assert_eq!(stdout(&hydra(&["decode", name, "--since", "1h"])).len(), 5500);

    let json = stdout(&hydra(&["decode", name, "--format", "json", "--level", "warn"]));
    let value: serde_json::Value = serde_json::from_str(&json[3]).unwrap();
    assert_eq!((&value["fields"]["stock"], &value["target"]), (&30.into(), &"shop".into()));
    let csv = stdout(&hydra(&["decode", name, "--format", "csv", "--level", "warn"]));
    assert_eq!(csv.len(), 501);
    assert!(csv[0].starts_with("time,level,target,"));
    assert!(csv[1].ends_with("\"low, \"\"very\"\"\",\"stock=0 item=tea\""), "{}", csv[1]);
}

#[test]
fn damage_is_named_and_the_rest_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.hlog");
    let first = log(&path, 100);
    let hit = fs::read(&path).unwrap().len() - 40;
    let second = log(&path, 10);
    let mut bytes = fs::read(&path).unwrap();
    bytes[hit] ^= 1;
    fs::write(&path, bytes).unwrap();
    let decoded = hydra(&["decode", path.to_str().unwrap()]);
    assert_eq!(decoded.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&decoded.stderr).into_owned();
    assert!(errors.contains("app.hlog: byte ") && errors.contains("damaged"), "{errors}");
    let lines = stdout(&decoded);
    assert!(lines.ends_with(&second) && lines.len() < first.len() + second.len());

    let text = folder.path().join("text.log");
    fs::write(&text, "a line\n").unwrap();
    let refused = hydra(&["decode", text.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("looks like text"));
    assert_eq!(hydra(&["decode", "/no/such.hlog"]).status.code(), Some(4));
    assert_eq!(hydra(&["decode"]).status.code(), Some(2));
}

#[test]
fn several_logs_are_merged_by_time() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a.hlog", "b.hlog"].map(|name| folder.path().join(name));
    let mut lines = Vec::new();
    for round in 0..4 {
        lines.extend(log(&paths[round % 2], 5));
    }
    let [a, b] = paths.each_ref().map(|path| path.to_str().unwrap());
    let merged = hydra(&["cat", b, a]);
    assert_eq!(merged.status.code(), Some(0));
    assert_eq!(stdout(&merged), lines);
}

#[test]
fn counts_say_which_calls_cost_most() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.hlog");
    log(&path, 1000);
    log(&path, 1000);
    let outcome = hydra(&["stats", path.to_str().unwrap(), "--top", "1"]);
    assert_eq!(outcome.status.code(), Some(0));
    let text = String::from_utf8(outcome.stdout).unwrap();
    assert!(text.contains("records   2200\nlost      0\n"), "{text}");
    assert!(text.contains("sessions  2, 2 of them ended in order"), "{text}");
    let most = text.lines().find(|line| line.contains("shop::cart")).unwrap();
    assert!(most.contains(" 2000 ") && most.contains("count {0} of"), "{text}");
    assert!(text.contains("and 1 more calls"), "{text}");
}

#[test]
fn what_a_context_added_is_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.hlog");
    let text = Memory::new();
    let engine =
        Builder::new().sink(text.clone()).sink(File::binary(&path).unwrap()).build().unwrap();
    engine.scope(|| {
        for n in 0..3000_u64 {
            // Other names at the same callsite, and none.
            let name = if n % 2 == 0 { "request_id" } else { "batch_num" };
            let context = Context::new().with(name, n).with("user", "ada");
            context.scope(|| info!("count {n}", odd = n % 2));
            info!("between");
        }
    });
    engine.flush().unwrap();
    let decoded = hydra(&["decode", path.to_str().unwrap()]);
    assert_eq!(decoded.status.code(), Some(0), "{decoded:?}");
    let lines = stdout(&decoded);
    assert!(lines == text.lines(), "the same lines");
    assert!(lines[2].ends_with(": count 1 odd=1 batch_num=1 user=ada"), "{}", lines[2]);
    assert!(lines[5].ends_with(": between"), "{}", lines[5]);
    let json = stdout(&hydra(&["decode", path.to_str().unwrap(), "--format", "json"]));
    let value: serde_json::Value = serde_json::from_str(&json[8]).unwrap();
    assert_eq!(
        (&value["fields"]["request_id"], &value["fields"]["user"]),
        (&4.into(), &"ada".into())
    );
}
