//! `cargo xtask firmware`: builds the firmware, runs it under QEMU, compares what it logged.
//!
//! | step                                   | module      |
//! |----------------------------------------|-------------|
//! | targets and QEMU, where they can be had | [`setup`]   |
//! | crates and their targets               | [`package`] |
//! | machines, time limits                  | [`machine`] |
//! | instructions, flash, RAM               | [`count`], [`trace`], [`elf`], [`budget`] |

mod anchors;
mod budget;
mod compare;
mod count;
mod elf;
mod gdb;
mod machine;
mod package;
mod rtt;
mod setup;
mod trace;

use crate::term::{bad, good, heading, skipped};
use crate::{Command, Failure, Outcome, only};
use compare::Expected;
use machine::{Machine, of};
use package::PACKAGES;
use setup::Setup;

pub(crate) const COMMAND: Command = Command {
    name: "firmware",
    summary: "build the firmware, run it under QEMU, compare what it logged; count instructions",
    help: "\
cargo xtask firmware [--count] [--update]

Adds the targets with rustup and installs qemu-system-arm and qemu-system-misc with apt-get where
they are missing; what can't be had gets one line that says why, and is no failure. Then builds the
crates under examples/firmware for all their targets, runs the programs under QEMU, each within a
time limit, decodes what they logged and compares it with the text beside the source (`x.rs`,
`x.out`). Counts at the end.

Options:
  --count     only count: instructions of a call, how many of them with interrupts masked, flash
              and RAM, beside defmt's, against examples/firmware/budgets.csv
  --update    write what was logged into the expected texts

Examples:
  cargo xtask firmware
  cargo xtask firmware --count
",
    run,
};

/// A line of the table at the end.
struct Row {
    what: String,
    /// What it came to, or why it failed.
    result: Result<String, String>,
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &["--count", "--update"])?;
    let is_given = |option: &str| arguments.iter().any(|argument| argument == option);
    let setup = Setup::make();
    let mut rows = Vec::new();
    if !is_given("--count") {
        build(&setup, &mut rows);
        let mode = if is_given("--update") { Expected::Written } else { Expected::Compared };
        if setup.has_qemu {
            programs(&setup, mode, &mut rows);
        }
    }
    if setup.has_qemu {
        let counted = count::run(&setup.targets).map(|()| "within the budgets".to_owned());
        rows.push(Row { what: "counts".to_owned(), result: counted });
    }
    table(&rows)
}

/// Builds every crate for each of its targets.
fn build(setup: &Setup, rows: &mut Vec<Row>) {
    heading("build");
    for package in &PACKAGES {
        for target in package.targets {
            let what = format!("{} for {target}", package.folder);
            if !setup.has(target) {
                skipped(&format!("{what}: the target is not installed"));
                continue;
            }
            let result = package.build(target).map(|()| "built".to_owned());
            rows.push(Row { what, result });
        }
    }
}

/// Runs what there is to run.
fn programs(setup: &Setup, mode: Expected, rows: &mut Vec<Row>) {
    heading("run");
    let mut on = |target: &str, what: &str, run: &dyn Fn(&Machine) -> Result<String, String>| {
        if let Some(machine) = of(target).filter(|_| setup.has(target)) {
            rows.push(Row { what: format!("{what} on {target}"), result: run(machine) });
        }
    };
    on("thumbv7em-none-eabihf", "defmt application", &|machine| {
        anchors::application(machine, mode)
    });
    on("thumbv7em-none-eabihf", "defmt, late host", &|machine| {
        anchors::late_host(machine).map(|count| format!("{count} of 400 records, no count"))
    });
}

fn table(rows: &[Row]) -> Outcome {
    heading("firmware: summary");
    let mut failed = 0;
    for Row { what, result } in rows {
        match result {
            Ok(told) => good(&format!("{what}: {told}")),
            Err(reason) => {
                bad(&format!("{what}: {reason}"));
                failed += 1;
            }
        }
    }
    match failed {
        0 => Ok(()),
        count => Err(Failure::Check(format!("firmware: {count} of {} failed", rows.len()))),
    }
}
