//! `hydra config`: what it says of right and wrong files, and what it ends with.
#![allow(missing_docs, reason = "tests are named after what they show")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn hydra(words: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hydra"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HYDRA_LOG")) {
        command.env_remove(name);
    }
    command.args(words).envs(variables.iter().copied()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A file with this text, in a directory that goes with the first value.
fn file(name: &str, text: &str) -> (tempfile::TempDir, String) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join(name);
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (place, path)
}

#[test]
fn right_files_are_right_and_nothing_is_made() {
    let (place, path) = file("hydra.toml", "root = \"logs\"\nfile = \"app.log\"\n");
    let (_place, other) = file("hydra.yaml", "level: off\n");
    let output = hydra(&["config", "check", &path, &other], &[]);
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""), "{output:?}");
    assert!(!place.path().join("logs").exists());
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let text = "wokers = 2\nring_bytes = \"100KiB\"\nlevel = \"loud\n";
    let (_place, path) = file("hydra.toml", text);
    let output = hydra(&["config", "check", &path, "none.toml"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let told = said(&output);
    let expected = format!(
        "{path}:1:1: unknown key `wokers`\n  help: did you mean `workers`?\n\
         {path}:2:14: `ring_bytes` is 100KiB\n  help: use a power of two: 64KiB or 128KiB\n\
         {path}:3:"
    );
    assert!(told.starts_with(&expected), "{told}");
    assert!(told.contains("none.toml: can't be read: "), "{told}");
    assert!(!told.contains('\x1b'), "no colours but on a terminal");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "hydra: 4 problems\n");
}

#[test]
fn a_preset_of_the_program_is_known_when_it_is_said() {
    let (_place, path) = file("hydra.toml", "preset = \"my_app\"\n");
    assert_eq!(hydra(&["config", "check", &path], &[]).status.code(), Some(1));
    let output = hydra(&["config", "check", "--preset", "my_app", &path], &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn values_are_explained() {
    let (_place, path) = file("hydra.toml", "preset = \"minimal\"\nring_bytes = \"128KiB\"\n");
    let level = [("HYDRA_LOG_LEVEL", "debug")];
    let output = hydra(&["config", "explain", &path], &level);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let lines: Vec<String> = said(&output)
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for expected in [
        format!("preset = \"minimal\" # {path}:1:10"),
        "level = \"debug\" # HYDRA_LOG_LEVEL".to_owned(),
        format!("ring_bytes = \"128KiB\" # {path}:2:14"),
        "spool_bytes = \"256KiB\" # preset minimal".to_owned(),
        "theme = \"default\" # default".to_owned(),
    ] {
        assert!(lines.contains(&expected), "{expected}\n{lines:#?}");
    }
    let named = [("HYDRA_LOG_CONFIG", path.as_str()), ("HYDRA_LOG_LEVEL", "debug")];
    assert_eq!(said(&hydra(&["config", "--explain"], &named)), said(&output));
    let output = hydra(&["config", "explain"], &[("HYDRA_LOG_LEVL", "debug")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("did you mean `HYDRA_LOG_LEVEL`?"), "{output:?}");
}

#[test]
fn bad_words_are_named() {
    for (words, named) in [
        (&["config"][..], "check, explain"),
        (&["config", "chekc"], "`chekc`"),
        (&["config", "check"], "no file"),
        (&["config", "explain", "a", "b"], "more than one"),
        (&["config", "check", "--loud"], "`--loud`"),
        (&["config", "check", "--preset"], "`--preset`"),
    ] {
        let output = hydra(words, &[]);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(named), "{words:?}: {told}");
    }
}

#[test]
fn what_is_published_is_what_the_program_says() {
    for (task, path) in [("schema", "docs/hydra.schema.json"), ("keys", "docs/configuration.md")] {
        let said = said(&hydra(&["config", task], &[]));
        let published = fs::read_to_string(repository(path)).unwrap();
        assert!(published.contains(&said), "`hydra config {task}` is not what {path} has");
    }
    let schema = said(&hydra(&["config", "schema"], &[]));
    assert_eq!(fs::read_to_string(repository("docs/hydra.schema.json")).unwrap(), schema);
}

/// A validator that is none of ours says the same of right and wrong files: Python's `jsonschema`.
#[test]
fn another_validator_says_the_same() {
    let has_one = Command::new("python3").args(["-c", "import jsonschema, tomllib"]).output();
    if !has_one.is_ok_and(|output| output.status.success()) {
        println!("no python3 with jsonschema: nothing to compare with");
        return;
    }
    let docs = fs::read_to_string(repository("docs/configuration.md")).unwrap();
    let example = docs.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    let right = [
        example.unwrap(),
        "",
        "chains.best_effort = \"drop\"",
        "ring_bytes = 65536",
        "overflow = \"wait 10ms\"",
        "layers = [{ name = \"A\", targets = \"a\" }]",
        "sinks = [{ path = \"x\", rotation = { every = \"15m\" } }]",
    ];
    let wrong = [
        "wokers = 1",
        "workers = 17",
        "workers = \"1\"",
        "ring_bytes = 65537",
        "ring_bytes = \"64kib\"",
        "stall = 10",
        "stall = \"10\"",
        "level = \"loud\"",
        "overflow = \"spill\"",
        "chains.best_effort = []",
        "chains.best_effort = [\"wait\"]",
        "chains.all = [\"drop\"]",
        "sinks = {}",
        "sinks = [{ kind = \"tape\" }]",
        "sinks = [{ path = \"\" }]",
        "sinks = [{ path = \"x\", rotation = { every = \"weekly\" } }]",
        "layers = [{ level = \"info\" }]",
        "deliveries = [{ class = \"always\" }]",
        "theme = true",
    ];
    let place = tempfile::tempdir().unwrap();
    let mut words = vec![repository("docs/hydra.schema.json").to_str().unwrap().to_owned()];
    for (at, (text, is_right)) in right
        .iter()
        .map(|text| (text, true))
        .chain(wrong.iter().map(|text| (text, false)))
        .enumerate()
    {
        let path = place.path().join(format!("{at}.toml"));
        fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap().to_owned();
        let code = hydra(&["config", "check", &path], &[]).status.code();
        assert_eq!(code, Some(i32::from(!is_right)), "{text}");
        words.extend([path, u8::from(is_right).to_string()]);
    }
    let script = "import json, sys, tomllib, jsonschema\n\
        schema = json.load(open(sys.argv[1]))\n\
        jsonschema.Draft202012Validator.check_schema(schema)\n\
        validator = jsonschema.Draft202012Validator(schema)\n\
        for path, right in zip(sys.argv[2::2], sys.argv[3::2]):\n\
        \x20   told = [e.message for e in validator.iter_errors(tomllib.load(open(path, 'rb')))]\n\
        \x20   assert (not told) == (right == '1'), (open(path).read(), told)\n";
    let output = Command::new("python3").args(["-c", script]).args(&words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
