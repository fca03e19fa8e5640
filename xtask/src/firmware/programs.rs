//! Which program runs on which machine, and what is expected of it.

use super::machine::{DUAL_CORE, MACHINES, Machine, NMI_BOARD, of};
use super::setup::Setup;
use super::{Asked, Rows, anchors, budget, golden, hosts, hydra, streams, sweep, switched};
use crate::term::heading;

const V6M: &str = "thumbv6m-none-eabi";
const V7EM: &str = "thumbv7em-none-eabihf";
const IMAC: &str = "riscv32imac-unknown-none-elf";
const IMC: &str = "riscv32imc-unknown-none-elf";

/// Hydra's programs, each on the machines that it is about.
const HYDRA: [(&str, hydra::Program); 18] = [
    (V6M, hydra::LATE),
    (V7EM, hydra::LATE),
    (V6M, hydra::LATE_OLDEST),
    (V7EM, hydra::LATE_OLDEST),
    (V6M, hydra::STORM),
    (V7EM, hydra::STORM),
    (V6M, hydra::DIRECT),
    (V7EM, hydra::DIRECT),
    (V6M, hydra::STORM_DIRECT),
    (V7EM, hydra::STORM_DIRECT),
    (V6M, hydra::STORM_NESTED),
    (V7EM, hydra::STORM_NMI),
    (V6M, hydra::CORTEX_M0),
    (V7EM, hydra::CORTEX_M4),
    (V7EM, hydra::EMBASSY),
    (V7EM, hydra::TEXT),
    (IMAC, hydra::RISCV),
    (IMC, hydra::RISCV),
];

/// Adds a row for each program that was asked for, where its target is there.
struct Runner<'a> {
    setup: &'a Setup,
    asked: &'a Asked,
    rows: &'a mut Rows,
}

impl Runner<'_> {
    fn on(
        &mut self,
        target: &str,
        what: &str,
        run: impl FnOnce(&Machine) -> Result<String, String>,
    ) {
        let what = format!("{what} on {target}");
        let is_asked = self.asked.part.as_ref().is_none_or(|part| what.contains(part.as_str()));
        if let Some(machine) = of(target).filter(|_| self.setup.has(target) && is_asked) {
            self.rows.add(&what, run(machine));
        }
    }
}

/// Runs what there is to run.
pub(super) fn run(setup: &Setup, asked: &Asked, rows: &mut Rows) {
    heading("run");
    let mut runner = Runner { setup, asked, rows };
    hydra_programs(&mut runner);
    same_records(&mut runner);
    hosts_of_all_kinds(&mut runner);
    left_calls(&mut runner);
    defmt_programs(&mut runner);
}

fn hydra_programs(runner: &mut Runner<'_>) {
    let mode = runner.asked.mode;
    for machine in &MACHINES {
        let target = machine.target;
        runner.on(target, "every kind of argument", |machine| hydra::KINDS.check(machine, mode));
    }
    for (target, program) in HYDRA {
        runner.on(target, program.name, |machine| program.check(machine, mode));
    }
    runner.on(V6M, "storm_nmi", |_| hydra::STORM_NMI.check(&NMI_BOARD, mode));
    runner.on(DUAL_CORE.target, "two cores", |_| hydra::DUAL_CORE.check(&DUAL_CORE, mode));
}

/// What `kinds` and `late_oldest` left, read again: beside a server's, together, damaged.
fn same_records(runner: &mut Runner<'_>) {
    let mut server = None;
    for machine in &MACHINES {
        runner.on(machine.target, "records as on a server", |machine| {
            golden::check(machine, server.get_or_insert_with(golden::server).as_deref()?)
        });
    }
    for target in [V6M, V7EM] {
        runner.on(target, "two images in one stream", streams::shared);
        runner.on(target, "a damaged stream", streams::damaged);
    }
    for target in [IMAC, IMC] {
        runner.on(target, "what a runtime places behind the gates", streams::behind_the_gates);
    }
    for (target, programs) in [
        (V7EM, ["firmware-cortex-m4", "firmware-embassy"]),
        (IMAC, ["firmware-riscv", "kinds"]),
        (IMC, ["kinds", "firmware-riscv"]),
    ] {
        let what = "a stream of another image";
        runner.on(target, what, |machine| streams::refused(machine, programs));
    }
}

/// Hosts that read, that say something, that misbehave.
fn hosts_of_all_kinds(runner: &mut Runner<'_>) {
    let mode = runner.asked.mode;
    for target in [V6M, V7EM, IMAC] {
        runner.on(target, "a host that reads", |machine| hydra::LIVE.check_live(machine, mode));
        runner.on(target, "a host that comes at the end", hosts::comes_at_the_end);
        runner.on(target, "a host that unplugs", hosts::unplugs);
        runner.on(target, "a host that writes nonsense", hosts::writes_nonsense);
    }
    for target in [V6M, V7EM] {
        runner.on(target, "a host that switches modules", switched::check);
    }
}

fn left_calls(runner: &mut Runner<'_>) {
    for target in [V6M, V7EM] {
        runner.on(target, "panic anywhere", |machine| swept(machine, &sweep::PANIC));
        runner.on(target, "NMI anywhere", |machine| {
            sweep::interrupt(machine)
                .map(|count| format!("nothing lost after {count} instructions"))
        });
        if !runner.asked.is_quick {
            runner.on(target, "fault anywhere", |machine| swept(machine, &sweep::FAULT));
        }
    }
}

fn defmt_programs(runner: &mut Runner<'_>) {
    let mode = runner.asked.mode;
    for name in anchors::APPLICATIONS {
        runner.on(V7EM, name, |machine| anchors::application(machine, name, mode));
    }
    for target in [V6M, V7EM] {
        runner.on(target, "storm of defmt's calls", anchors::storm);
        runner.on(target, "both kinds of call", anchors::mixed);
    }
    runner.on(V7EM, "threads that preempt defmt's calls", anchors::threads);
    runner.on(DUAL_CORE.target, "defmt's calls of two cores", |_| anchors::cores(&DUAL_CORE));
    runner.on(V7EM, "defmt, late host", |machine| {
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
