//! `cargo xtask miri`: the core's tests under an interpreter that sees undefined behaviour.

use crate::nightly::{self, Table};
use crate::term::skipped;
use crate::{Command, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "miri",
    summary: "look for undefined behaviour in the core, on three targets",
    help: "\
cargo xtask miri [--quick]

Runs the core's tests of rings, registry, spool, drain, recovery and records, and those of
firmware's retained memory, under Miri with strict provenance and symbolic alignment: for this
machine, then for i686-unknown-linux-gnu (32 bits) and s390x-unknown-linux-gnu (big endian) by the
rules of Tree Borrows. The test `small` runs with many seeds, which are orders of threads, old
values and weak compare-and-swaps that fail. Leaks are not looked for where memory is leaked on
purpose: in `spool`, `drain`, `recover`, `small_lane` and `retained`. Prints a table at the end.

Needs nightly with miri and rust-src, and asks rustup for them; where they cannot be had, one line
says so, and that is no failure. MIRIFLAGS are kept.

Options:
  --quick    this machine only, with fewer seeds, without the longest tests

Examples:
  cargo xtask miri --quick
  cargo xtask miri
  MIRIFLAGS=-Zmiri-seed=7 cargo xtask miri --quick
",
    run,
};

const STRICT: &str = "-Zmiri-strict-provenance -Zmiri-symbolic-alignment-check";
const OTHERS: [&str; 2] = ["i686-unknown-linux-gnu", "s390x-unknown-linux-gnu"];

/// Tests that run together.
struct Group {
    /// Which tests of the core; with a package's name in front, of that.
    tests: &'static str,
    /// Flags that they need.
    flags: &'static str,
    /// Only in the whole run: too long for a quick one.
    long: bool,
}

/// Leaks its memory.
const LEAKS: &str = "-Zmiri-ignore-leaks";
/// Asks for the directory that it is in, or reads `docs/format.md`.
const FILES: &str = "-Zmiri-disable-isolation";

const GROUPS: [Group; 9] = [
    Group { tests: "--test rings", flags: "", long: true },
    Group { tests: "--test small_lane", flags: LEAKS, long: false },
    Group { tests: "-p hydra-log-embedded --test retained", flags: LEAKS, long: true },
    Group { tests: "--test drain", flags: LEAKS, long: false },
    Group {
        tests: "--test spool",
        flags: "-Zmiri-ignore-leaks -Zmiri-disable-isolation",
        long: true,
    },
    Group { tests: "--test recover", flags: LEAKS, long: true },
    Group { tests: "--test record_dictionary --test record_format", flags: FILES, long: false },
    Group { tests: "--test record_bytes -- arguments compound", flags: FILES, long: false },
    Group { tests: "--test record_bytes -- cut refused", flags: FILES, long: true },
];

/// How many seeds the small tests get: on this machine, on the others, in a quick run.
const SEEDS: [usize; 3] = [64, 24, 16];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &["--quick"])?;
    if let Err(reason) = nightly::ready(nightly::TOOLCHAIN, &["miri", "rust-src"]) {
        skipped(&format!("miri did not run: {reason}"));
        return Ok(());
    }
    let mut table = Table::default();
    let [here, others, quick] = SEEDS;
    if arguments.is_empty() {
        on(&mut table, None, here, false);
        OTHERS.iter().for_each(|target| on(&mut table, Some(target), others, false));
    } else {
        on(&mut table, None, quick, true);
    }
    table.end("miri")
}

/// Runs the tests for one target; `None` is this machine.
fn on(table: &mut Table, target: Option<&str>, seeds: usize, is_quick: bool) {
    let many = format!("-Zmiri-many-seeds=0..{seeds}");
    tests(table, target, "--test small", &many, seeds);
    for Group { tests: names, flags, long } in &GROUPS {
        if !(*long && is_quick) {
            tests(table, target, names, flags, 1);
        }
    }
}

fn tests(table: &mut Table, target: Option<&str>, names: &str, flags: &str, seeds: usize) {
    let own = std::env::var("MIRIFLAGS").unwrap_or_default();
    let rules = if target.is_some() { "-Zmiri-tree-borrows" } else { "" };
    let flags: Vec<&str> =
        [&own, STRICT, rules, flags].into_iter().filter(|flags| !flags.is_empty()).collect();
    let package = if names.starts_with("-p ") { "" } else { "-p hydra-log-core" };
    let mut tool = nightly::cargo("miri test").words(package);
    if let Some(target) = target {
        tool = tool.words("--target").argument(target);
    }
    let tool = tool.words(names).env("MIRIFLAGS", &flags.join(" "));
    let names = names.replace("--test ", "").replace("-p ", "");
    table.run(target.unwrap_or("this machine"), &names, seeds, &tool);
}
