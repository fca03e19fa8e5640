//! The server example from end to end, with a small load: what it answers, what it leaves behind.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

fn run(words: &[&str]) -> String {
    let code: ExitCode = hydra_log_examples::server::main(words.iter().map(OsString::from));
    format!("{code:?}")
}

fn code(number: u8) -> String {
    format!("{:?}", ExitCode::from(number))
}

#[test]
fn bad_arguments_end_with_2() {
    for words in [&["--records", "0"][..], &["--threads", "x"], &["--preset", "fast"]] {
        assert_eq!(run(words), code(2), "{words:?}");
    }
    assert_eq!(run(&["--records", "2", "--out", "no/such/folder/a.log"]), code(2));
    assert_eq!(run(&["--help"]), code(0));
}

/// One test, as a process has one global engine.
#[test]
fn every_record_is_a_line_of_the_log() {
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("server-test.log");
    let path = out.to_string_lossy().into_owned();
    assert_eq!(run(&["--records", "2000", "--threads", "3", "--out", &path]), code(0));
    let log = fs::read_to_string(&out).unwrap();
    // Two records a request, and two a connection.
    assert_eq!(log.lines().count(), 2006);
    for connection in 0..3 {
        let received = format!("request {connection}.1 received");
        let answered = format!("request {connection}.1 answered");
        assert_eq!(log.lines().filter(|line| line.contains(&received)).count(), 1);
        assert_eq!(log.lines().filter(|line| line.contains(&answered)).count(), 1);
    }
    fs::remove_file(&out).unwrap();
}
