//! `cargo xtask firmware`: builds the firmware, runs it under QEMU, compares what it logged.
//!
//! | step                                   | module      |
//! |----------------------------------------|-------------|
//! | targets and QEMU, where they can be had | [`setup`]   |
//! | crates and their targets               | [`package`] |
//! | machines, time limits                  | [`machine`] |
//! | Hydra's programs, defmt's               | [`hydra`], [`storm`], [`anchors`] |
//! | instructions, flash, RAM               | [`count`], [`trace`], [`elf`], [`budget`] |

mod anchors;
mod budget;
mod compare;
mod count;
mod elf;
mod gdb;
mod hydra;
mod machine;
mod package;
mod rtt;
mod setup;
mod storm;
mod sweep;
mod trace;

use crate::term::{bad, good, heading, skipped};
use crate::{Command, Failure, Outcome, only};
use compare::Expected;
use machine::{DUAL_CORE, MACHINES, Machine, of};
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
    let result = hydra::build_decoder().map(|()| "built".to_owned());
    rows.push(Row { what: "decoder".to_owned(), result });
}

const V6M: &str = "thumbv6m-none-eabi";
const V7EM: &str = "thumbv7em-none-eabihf";

/// Hydra's programs, each on the machines that it is about.
const HYDRA: [(&str, hydra::Program); 9] = [
    (V6M, hydra::LATE_OLDEST),
    (V7EM, hydra::LATE_OLDEST),
    (V6M, hydra::STORM),
    (V7EM, hydra::STORM),
    (V6M, hydra::CORTEX_M0),
    (V7EM, hydra::CORTEX_M4),
    (V7EM, hydra::EMBASSY),
    ("riscv32imac-unknown-none-elf", hydra::RISCV),
    ("riscv32imc-unknown-none-elf", hydra::RISCV),
];

/// Runs what there is to run.
fn programs(setup: &Setup, mode: Expected, rows: &mut Vec<Row>) {
    heading("run");
    let mut on = |target: &str, what: &str, run: &dyn Fn(&Machine) -> Result<String, String>| {
        if let Some(machine) = of(target).filter(|_| setup.has(target)) {
            rows.push(Row { what: format!("{what} on {target}"), result: run(machine) });
        }
    };
    for machine in &MACHINES {
        on(machine.target, "every kind of argument", &|machine| hydra::KINDS.check(machine, mode));
    }
    for (target, program) in HYDRA {
        on(target, program.name, &|machine| program.check(machine, mode));
    }
    for target in [V6M, V7EM] {
        on(target, "panic anywhere", &|machine| swept(machine, &sweep::PANIC));
        on(target, "fault anywhere", &|machine| swept(machine, &sweep::FAULT));
    }
    on(DUAL_CORE.target, "two cores", &|_| hydra::DUAL_CORE.check(&DUAL_CORE, mode));
    on(V7EM, "defmt application", &|machine| anchors::application(machine, mode));
    on(V7EM, "defmt, late host", &|machine| {
        anchors::late_host(machine).map(|count| format!("{count} of 400 records, no count"))
    });
}

/// Where a call may be left without a loss, against the budget.
fn swept(machine: &Machine, way: &sweep::WayOut) -> Result<String, String> {
    let (count, failed) = sweep::check(machine, way)?;
    let mut budgets = budget::Budgets::read()?;
    let losses = u32::try_from(failed.len()).unwrap_or(u32::MAX);
    budgets.judge(machine.target, &format!("{} losses", way.symbol), (losses, 0));
    budgets.end()?;
    Ok(format!("records lost after {losses} of {count} instructions"))
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
