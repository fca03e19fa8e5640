//! `cargo xtask miri`: the core's tests under an interpreter that sees undefined behaviour.

use crate::nightly;
use crate::plan::{Done, Plan};
use crate::term::skipped;
use crate::{Command, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "miri",
    summary: "look for undefined behaviour in the rings, the spool and the drain",
    help: "\
cargo xtask miri [--quick]

Runs the core's tests `rings`, `spool` and `drain` under Miri with strict provenance and symbolic
alignment: for this machine, then for i686-unknown-linux-gnu (32 bits) and s390x-unknown-linux-gnu
(big endian) by the rules of Tree Borrows. Leaks are looked for in `rings` only, because the other
two leak their rings on purpose. Needs nightly with miri and rust-src, and asks rustup for them;
where they cannot be had, one line says so, and that is no failure. MIRIFLAGS are kept.

Options:
  --quick    this machine only

Examples:
  cargo xtask miri --quick
  cargo xtask miri
  MIRIFLAGS=-Zmiri-seed=7 cargo xtask miri --quick
",
    run,
};

const STRICT: &str = "-Zmiri-strict-provenance -Zmiri-symbolic-alignment-check";
/// These leak their rings, and proptest asks for the directory that it is in.
const LENIENT: &str = "-Zmiri-ignore-leaks -Zmiri-isolation-error=warn-nobacktrace";
const OTHERS: [&str; 2] = ["i686-unknown-linux-gnu", "s390x-unknown-linux-gnu"];

fn run(arguments: &[String]) -> Outcome {
    only(arguments, &["--quick"])?;
    if let Err(reason) = nightly::ready(nightly::TOOLCHAIN, &["miri", "rust-src"]) {
        skipped(&format!("miri did not run: {reason}"));
        return Ok(());
    }
    let mut plan = Plan::default().step("this machine", || tests("", ""));
    if arguments.is_empty() {
        for target in OTHERS {
            let other = format!("--target {target}");
            plan = plan.step(target, move || tests("-Zmiri-tree-borrows", &other));
        }
    }
    plan.run("miri")
}

fn tests(flags: &str, target: &str) -> Result<Done, String> {
    let own = std::env::var("MIRIFLAGS").unwrap_or_default();
    for (names, more) in [("--test rings", ""), ("--test spool --test drain", LENIENT)] {
        let flags: Vec<&str> =
            [&own, STRICT, flags, more].into_iter().filter(|flags| !flags.is_empty()).collect();
        let tests = nightly::cargo("miri test -p hydra-log-core").words(target).words(names);
        tests.env("MIRIFLAGS", &flags.join(" ")).run()?;
    }
    Ok(Done::Passed)
}
