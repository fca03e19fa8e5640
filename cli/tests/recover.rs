//! `hydra recover` on directories with nothing, with garbage, and on bad command lines.
#![allow(missing_docs, reason = "tests are named after what they show")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};
use std::{env, fs};

fn hydra(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hydra")).args(words).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_empty_directory_has_nothing_and_a_missing_one_is_an_error() {
    let home = env::temp_dir().join(format!("hydra-recover-{}", std::process::id()));
    fs::create_dir_all(&home).unwrap();
    let place = home.to_str().unwrap();
    let output = hydra(&["recover", place]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(told(&output).contains("dead processes = 0, records recovered = 0"));
    let output = hydra(&["recover", &format!("{place}/missing")]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    if cfg!(target_os = "linux") {
        fs::write(home.join("1-a.hydra"), "garbage").unwrap();
        fs::write(home.join("other"), "not ours").unwrap();
        let into = home.join("out.log");
        let output = hydra(&["recover", place, "--into", into.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(told(&output).contains("not a crash file"), "{output:?}");
        assert!(home.join("1-a.hydra-rejected").exists() && home.join("other").exists());
    }
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn bad_words_are_named() {
    for (words, named) in [
        (&["recover"][..], "directory"),
        (&["recover", "a", "b"], "`b`"),
        (&["recover", "a", "--format", "xml"], "text or json"),
        (&["recover", "a", "--into"], "`--into`"),
    ] {
        let output = hydra(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(told(&output).contains(named), "{words:?}: {}", told(&output));
    }
}
