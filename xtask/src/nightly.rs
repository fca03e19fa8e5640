//! The nightly toolchain: its components are there, are installed, or a sentence says why not.

use std::time::Instant;

use crate::term::{heading, say};
use crate::tool::Tool;
use crate::{Failure, Outcome};

pub(crate) const TOOLCHAIN: &str = "nightly";

/// Nightly's `cargo`. By way of rustup: the `cargo` that runs this program is of one toolchain.
pub(crate) fn cargo(line: &str) -> Tool {
    Tool::new("rustup").words("run").argument(TOOLCHAIN).argument("cargo").words(line)
}

/// Installs what is missing of a toolchain and these components.
pub(crate) fn ready(toolchain: &str, components: &[&str]) -> Result<(), String> {
    // Without a backtrace the last line that rustup prints is the reason.
    let rustup =
        |line: &str| Tool::new("rustup").words(line).argument(toolchain).env("RUST_BACKTRACE", "0");
    let add = match rustup("component list --installed --toolchain").output() {
        Ok(installed) if components.iter().all(|name| has(&installed, name)) => return Ok(()),
        Ok(_) => rustup("component add --toolchain").words(&components.join(" ")),
        Err(_) => rustup("toolchain install --profile minimal")
            .argument("--component")
            .argument(&components.join(",")),
    };
    let wanted = components.join(" and ");
    let explain =
        |reason| format!("{toolchain} with {wanted} is missing and cannot be installed: {reason}");
    add.output().map(drop).map_err(explain)
}

/// Whether a component is in rustup's list, where most carry the name of the machine.
fn has(installed: &str, component: &str) -> bool {
    installed.lines().any(|line| {
        let rest = line.trim().strip_prefix(component);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

/// Runs of tests under one of nightly's tools, a row each.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<String>,
    failed: Vec<String>,
}

impl Table {
    /// Runs tests, with the output shown, and adds their row. They run once a seed.
    pub(crate) fn run(&mut self, target: &str, names: &str, seeds: usize, tool: &Tool) {
        heading(&format!("{target}: {names}"));
        let begun = Instant::now();
        // Seeds run side by side and print at once, so that a line of one may end another's.
        let (mut passed, mut most) = (0, 0);
        let outcome = tool.lines(|line| {
            say(line);
            passed += passed_in(line);
            most = most.max(passed_in(line));
        });
        let seconds = begun.elapsed().as_secs_f64();
        let end = if outcome.is_ok() && passed > 0 { "passed" } else { "**failed**" };
        let tests = if seeds > 1 { most } else { passed };
        self.rows
            .push(format!("| {target} | {names} | {tests} | {seeds} | {seconds:.0} | {end} |"));
        if let Err(reason) = outcome {
            self.failed.push(reason);
        } else if passed == 0 {
            self.failed.push(format!("`{tool}` ran no test"));
        }
    }

    /// Prints the table; fails when a run failed.
    pub(crate) fn end(self, title: &str) -> Outcome {
        heading(&format!("{title}: summary"));
        say("| target | tests | passed | seeds | seconds | outcome |");
        say("|---|---|---|---|---|---|");
        self.rows.iter().for_each(|row| say(row));
        if self.failed.is_empty() {
            return Ok(());
        }
        Err(Failure::Check(format!("{title}: {}", self.failed.join("; "))))
    }
}

/// How many tests a line says have passed.
fn passed_in(line: &str) -> usize {
    let counts = line.split_once("test result: ok. ").map_or("", |(_, counts)| counts);
    counts.split_whitespace().next().and_then(|count| count.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_found_with_and_without_a_machine() {
        let installed = "cargo-x86_64-unknown-linux-gnu\nrust-src\nrust-std-x86_64-apple-darwin\n";
        assert!(has(installed, "cargo") && has(installed, "rust-src"));
        assert!(!has(installed, "miri") && !has(installed, "rust-s") && !has("", "cargo"));
    }

    #[test]
    fn passed_tests_are_counted() {
        assert_eq!(passed_in("test result: ok. 18 passed; 0 failed; 0 ignored"), 18);
        assert_eq!(passed_in("test result: FAILED. 18 passed; 1 failed"), 0);
        assert_eq!(passed_in("test edges::a ... ok"), 0);
    }

    #[test]
    fn a_toolchain_that_cannot_be_had_is_one_line() {
        let Err(reason) = ready("no-such-toolchain", &["miri", "rust-src"]) else { panic!() };
        let start = "no-such-toolchain with miri and rust-src is missing and cannot be installed: ";
        assert!(reason.starts_with(start) && reason.lines().count() == 1, "{reason}");
    }
}
