//! Lines for people: colour only on a terminal and only without `NO_COLOR`.

use std::io::{IsTerminal, Write};

const BOLD: &str = "1";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const RED: &str = "31";

/// Prints a line; a reader that went away is no reason to fail.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// Prints a line to the standard error.
pub(crate) fn warn(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// The line before a step.
pub(crate) fn heading(text: &str) {
    say(&paint(BOLD, &format!("== {text}")));
}

pub(crate) fn good(text: &str) {
    say(&format!("{} {text}", paint(GREEN, "ok  ")));
}

pub(crate) fn skipped(text: &str) {
    say(&format!("{} {text}", paint(YELLOW, "skip")));
}

pub(crate) fn bad(text: &str) {
    say(&format!("{} {text}", paint(RED, "FAIL")));
}

fn paint(colour: &str, text: &str) -> String {
    if is_coloured() { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
}

fn is_coloured() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && std::io::stdout().is_terminal()
}
