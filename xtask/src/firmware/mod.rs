//! `cargo xtask firmware`: builds the firmware, runs it under QEMU, compares what it logged.
//!
//! | step                                   | module      |
//! |----------------------------------------|-------------|
//! | targets and QEMU, where they can be had | [`setup`]   |
//! | crates and their targets               | [`package`] |
//! | machines, time limits                  | [`machine`] |
//! | which program on which machine         | [`programs`] |
//! | Hydra's programs, defmt's               | [`hydra`], [`storm`], [`anchors`] |
//! | a server's records, streams, hosts     | [`golden`], [`streams`], [`hosts`], [`switched`] |
//! | instructions, flash, RAM               | [`count`], [`trace`], [`elf`], [`budget`] |
//! | a callsite: code, the caller's stack   | [`sites`]   |

mod anchors;
mod budget;
mod compare;
mod count;
mod elf;
mod gdb;
mod golden;
mod hosts;
mod hydra;
mod late;
mod machine;
mod package;
mod programs;
mod rtt;
mod setup;
mod sites;
mod storm;
mod streams;
mod sweep;
mod switched;
mod trace;

use crate::term::{bad, good, heading, skipped};
use crate::{Command, Failure, Outcome, only};
use compare::Expected;
use package::PACKAGES;
use setup::Setup;

pub(crate) const COMMAND: Command = Command {
    name: "firmware",
    summary: "build the firmware, run it under QEMU, compare what it logged; count instructions",
    help: "\
cargo xtask firmware [--quick] [--built] [--only TEXT] [--count] [--update]

Adds the targets with rustup and installs qemu-system-arm and qemu-system-misc with apt-get where
they are missing; what can't be had gets one line that says why, and is no failure. Then builds the
crates under examples/firmware for all their targets, runs the programs under QEMU, each within a
time limit, decodes what they logged and compares it with the text beside the source (`x.rs`,
`x.out`). Counts at the end.

Options:
  --count     only count: instructions of a call, how many of them with interrupts masked, flash
              and RAM, beside defmt's, against examples/firmware/budgets.csv
  --quick     build for one target of each kind, leave calls by a panic alone: a few minutes
  --built     build nothing, run what was built before
  --only TEXT only the programs with this in what the table says of them; nothing is counted
  --update    write what was logged into the expected texts

Examples:
  cargo xtask firmware
  cargo xtask firmware --count
",
    run,
};

/// What was asked for.
struct Asked {
    is_quick: bool,
    /// Of the programs, those with this text in their names.
    part: Option<String>,
    mode: Expected,
}

/// What was done, told as it is done: what failed, and of how many.
#[derive(Default)]
struct Rows {
    failed: Vec<String>,
    count: usize,
}

impl Rows {
    fn add(&mut self, what: &str, result: Result<String, String>) {
        self.count += 1;
        match result {
            Ok(told) => good(&format!("{what}: {told}")),
            Err(reason) => {
                bad(&format!("{what}: {reason}"));
                self.failed.push(what.to_owned());
            }
        }
    }

    fn end(self) -> Outcome {
        let told = format!("firmware: {} of {} failed", self.failed.len(), self.count);
        match self.failed.is_empty() {
            true => {
                good(&format!("firmware: all {} as they should be", self.count));
                Ok(())
            }
            false => Err(Failure::Check(format!("{told}: {}", self.failed.join(", ")))),
        }
    }
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut part = None;
    let mut words = arguments.to_vec();
    if let Some(at) = words.iter().position(|word| word == "--only") {
        words.remove(at);
        let missing = || Failure::Usage("`--only` needs a text".to_owned());
        part = Some(if at < words.len() { words.remove(at) } else { return Err(missing()) });
    }
    only(&words, &["--count", "--update", "--quick", "--only", "--built"])?;
    let is_given = |option: &str| words.iter().any(|word| word == option);
    let mode = if is_given("--update") { Expected::Written } else { Expected::Compared };
    let asked = Asked { is_quick: is_given("--quick"), part, mode };
    let setup = Setup::make();
    let mut rows = Rows::default();
    if !is_given("--count") {
        if !is_given("--built") {
            build(&setup, &asked, &mut rows);
        }
        if setup.has_qemu {
            programs::run(&setup, &asked, &mut rows);
        }
    }
    if setup.has_qemu && asked.part.is_none() {
        let counted = count::run(&setup.targets).map(|()| "within the budgets".to_owned());
        rows.add("counts", counted);
    }
    rows.end()
}

/// Builds every crate for each of its targets.
fn build(setup: &Setup, asked: &Asked, rows: &mut Rows) {
    heading("build");
    for package in PACKAGES.iter().filter(|package| !asked.is_quick || package.is_run()) {
        for target in package.targets {
            let what = format!("{} for {target}", package.folder);
            if !setup.has(target) {
                skipped(&format!("{what}: the target is not installed"));
                continue;
            }
            rows.add(&what, package.build(target).map(|()| "built".to_owned()));
        }
    }
    rows.add("the `hydra` command", hydra::build_decoder().map(|()| "built".to_owned()));
}
