//! `hydra pipe` as a process: as many lines come out as went in, whatever they are.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

fn hydra(words: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hydra"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The other end may stop reading: that is what some of the tests are about.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn scratch(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_file(&path));
    path
}

#[test]
fn a_hundred_thousand_lines_come_out_in_order() {
    let input: String =
        (0..100_000).map(|n| format!("2026-01-02 INFO worker: item {n} done\n")).collect();
    let path = scratch("hundred-thousand.log");
    let output = hydra(&["pipe", "--out", path.to_str().unwrap()], input.as_bytes());
    let said = "lines in = 100000, records written = 100000, lost = 0";
    assert_eq!((output.status.code(), stderr(&output).trim()), (Some(0), said));
    let log = fs::read_to_string(&path).unwrap();
    assert_eq!(log.lines().count(), 100_000);
    for (n, line) in log.lines().enumerate() {
        assert!(line.ends_with(&format!("item {n} done")), "{line}");
    }
}

#[test]
fn any_bytes_and_no_final_newline() {
    let output = hydra(&["pipe"], b"plain\n\xff\xfe binary \x1b[31m\n\n\x00\r\nlast");
    let said = "lines in = 5, records written = 5, lost = 0";
    assert_eq!((output.status.code(), stderr(&output).trim()), (Some(0), said));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 5, "{text}");
    assert!(text.contains("\\xff\\xfe binary") && !text.contains('\x1b'), "{text}");
    assert!(text.trim_end().ends_with("last"), "{text}");
}

#[test]
fn an_empty_input_is_no_line() {
    let output = hydra(&["pipe"], b"");
    assert_eq!(stderr(&output).trim(), "lines in = 0, records written = 0, lost = 0");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
}

#[test]
fn a_long_line_is_cut_and_says_so() {
    let mut input = vec![b'x'; 1_000_000];
    input.extend_from_slice(b"\nshort\n");
    let output = hydra(&["pipe"], &input);
    let said = "lines in = 2, records written = 2, lost = 0, cut = 1";
    assert_eq!((output.status.code(), stderr(&output).trim()), (Some(0), said));
    let text = String::from_utf8(output.stdout).unwrap();
    let (long, short) = text.trim_end().split_once('\n').unwrap();
    assert!(long.ends_with("xxx [cut: 61440 of 1000000 bytes]"));
    assert!(short.ends_with("short"));
}

#[test]
fn json_lines_have_the_level_that_the_line_names() {
    let input = b"WARN low\nplain\n{\"level\":\"error\",\"a\":\"\xc3\xbc\"}\n";
    let output = hydra(&["pipe", "--format", "json", "--level", "debug"], input);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for (line, level) in lines.iter().zip(["WARN", "DEBUG", "ERROR"]) {
        assert!(line.contains(&format!("\"level\":\"{level}\"")), "{line}");
        assert!(line.starts_with('{') && line.ends_with('}'), "{line}");
    }
    assert_eq!(lines.len(), 3);
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let output = hydra(&["pipe", "--out", "no/such/folder/a.log"], b"a\n");
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("no/such/folder/a.log"), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn a_closed_output_ends_it_with_an_error_and_the_sum() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hydra"))
        .arg("pipe")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let line = [b'a'; 99];
    // Stops by itself when nobody reads any more.
    while stdin.write_all(&line).and_then(|()| stdin.write_all(b"\n")).is_ok() {}
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("lines in = ") && said.contains("stdout"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_it_with_an_error() {
    let input = "a line\n".repeat(10_000);
    let output = hydra(&["pipe", "--out", "/dev/full"], input.as_bytes());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("/dev/full"), "{}", stderr(&output));
}

#[test]
fn help_is_on_stdout_and_mistakes_are_on_stderr() {
    for words in [&["--help"][..], &["pipe", "--help"], &["--version"]] {
        let output = hydra(words, b"");
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty() && output.stderr.is_empty());
    }
    let output = hydra(&["pipe", "--format", "yaml"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`--format yaml`") && output.stdout.is_empty());
}
