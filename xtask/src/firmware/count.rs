//! `cargo xtask firmware --count`: instructions a call, masked ones, flash and RAM, beside defmt's.
//!
//! Both crates build a program `…_calls` with the same functions, and `…_empty` and `…_one`, whose
//! difference is what logging adds.

use std::fs::{self, File};
use std::io::BufReader;

use super::budget::Budgets;
use super::elf::{Elf, Footprint};
use super::machine::{self, Machine, Run, target_directory};
use super::package::Package;
use super::sites;
use super::trace::{self, Span};
use crate::term::{heading, say};

/// The functions of `calls` in their order; those behind the first five are Hydra's alone.
const SHAPES: [&str; 6] = [NOTHING, "no_argument", "one_u32", "four_u32", "string", OFF];
/// `one_u32` once more, when its gate is off.
const OFF: &str = "off";
/// A function that does nothing.
const NOTHING: &str = "nothing";
/// How often each is called; the last time counts, as the first may set something up.
const REPEATS: usize = 3;

const TARGETS: [&str; 2] = ["thumbv7em-none-eabihf", "thumbv6m-none-eabi"];

/// What one crate's programs came to on one target.
struct Figures {
    name: &'static str,
    /// One for each of the first of `SHAPES`, with the size of its function.
    calls: Vec<(Span, u32)>,
    added: Footprint,
}

/// Counts the calls of all crates and compares Hydra's figures with the budgets.
pub(super) fn run(targets: &[&str]) -> Result<(), String> {
    let mut budgets = Budgets::read()?;
    for target in TARGETS.iter().filter(|target| targets.contains(target)) {
        heading(&format!("counts: {target}"));
        let Some(machine) = machine::of(target) else { continue };
        let anchor = Figures::take("anchor", &Package::ANCHOR, machine)?;
        let backend = Figures::take("backend", &Package::BACKEND, machine)?;
        let ours = Figures::take("count", &Package::COUNT, machine)?;
        table(&[&ours, &backend, &anchor]);
        ours.judge(target, &mut budgets);
        backend.judge(target, &mut budgets);
        // Known figures, so that a change of the counting itself shows.
        anchor.judge(target, &mut budgets);
        nested(machine, &mut budgets)?;
        let calls = Elf::read(&machine::program(target, "count_calls"))?;
        sites::frames(target, &calls, &mut budgets)?;
    }
    sites::run(targets, &mut budgets)?;
    budgets.end()
}

impl Figures {
    fn take(name: &'static str, package: &Package, machine: &Machine) -> Result<Self, String> {
        package.build(machine.target)?;
        let elf = |program: &str| {
            Elf::read(&machine::program(machine.target, &format!("{name}_{program}")))
        };
        let calls = elf("calls")?;
        let spans = spans(machine, &format!("{name}_calls"), &calls)?;
        // A gate that is off is the same function once more.
        let size = |shape: &str| if shape == OFF { Ok(0) } else { calls.size_of(shape) };
        let calls = SHAPES.iter().zip(spans).map(|(shape, span)| Ok((span, size(shape)?)));
        let calls = calls.collect::<Result<_, String>>()?;
        let (empty, one) = (elf("empty")?.footprint(), elf("one")?.footprint());
        let added = Footprint {
            flash: one.flash.saturating_sub(empty.flash),
            ram: one.ram.saturating_sub(empty.ram),
        };
        Ok(Self { name, calls, added })
    }

    /// Of the shape of this name, if this crate has it.
    fn instructions(&self, shape: &str) -> Option<u32> {
        let at = SHAPES.iter().position(|name| *name == shape)?;
        self.calls.get(at).map(|(span, _)| span.instructions)
    }

    fn judge(&self, target: &str, budgets: &mut Budgets) {
        for (shape, (span, size)) in SHAPES.iter().zip(&self.calls) {
            let what = format!("{} {shape}", self.name);
            budgets.judge(target, &what, (span.instructions, span.masked));
            budgets.judge(target, &format!("{what} bytes"), (*size, 0));
        }
        // A call that is off is what it adds to a function, which has a frame of its own.
        if let (Some(off), Some(nothing)) = (self.instructions(OFF), self.instructions(NOTHING)) {
            let what = format!("{} {OFF} added", self.name);
            budgets.judge(target, &what, (off.saturating_sub(nothing), 0));
        }
        budgets.judge(target, &format!("{} flash", self.name), (self.added.flash, 0));
        budgets.judge(target, &format!("{} ram", self.name), (self.added.ram, 0));
    }
}

/// The same calls into a ring for each depth of nesting.
fn nested(machine: &Machine, budgets: &mut Budgets) -> Result<(), String> {
    const PROGRAM: &str = "nested_calls";
    let elf = Elf::read(&machine::program(machine.target, PROGRAM))?;
    for (shape, span) in SHAPES.iter().zip(spans(machine, PROGRAM, &elf)?) {
        let what = format!("nested {shape}");
        say(&format!("{what}: {} / {} masked", span.instructions, span.masked));
        budgets.judge(machine.target, &what, (span.instructions, span.masked));
    }
    Ok(())
}

/// The last span of each shape.
fn spans(machine: &Machine, program: &str, elf: &Elf) -> Result<Vec<Span>, String> {
    let trace = target_directory().join(format!("{program}-{}.trace", machine.target));
    let path = machine::program(machine.target, program);
    Run::new(machine, &path)
        .options(machine::one_instruction_a_block())
        .options("-serial null -d exec,nochain")
        .option("-D", &trace.to_string_lossy())
        .finish()?;
    let file = File::open(&trace).map_err(|error| format!("{}: {error}", trace.display()))?;
    let spans = trace::spans(BufReader::new(file), elf, machine.is_arm())?;
    drop(fs::remove_file(&trace));
    if spans.is_empty() || spans.len() % REPEATS != 0 {
        return Err(format!("{program}: {} spans, not {REPEATS} of each shape", spans.len()));
    }
    Ok(spans.chunks(REPEATS).filter_map(|repeats| repeats.last().copied()).collect())
}

/// Who needs what: a line a shape, a column a crate.
fn table(all: &[&Figures]) {
    let mut line = format!("{:<14}", "instructions");
    for figures in all {
        line.push_str(&format!("{:>28}", figures.name));
    }
    say(&line);
    for (index, shape) in SHAPES.iter().enumerate() {
        let mut line = format!("{shape:<14}");
        for figures in all {
            let cell = figures.calls.get(index).map_or_else(
                || "-".to_owned(),
                |(span, size)| {
                    format!("{} / {} masked, {size:>3} B", span.instructions, span.masked)
                },
            );
            line.push_str(&format!("{cell:>28}"));
        }
        say(&line);
    }
    let mut line = format!("{:<14}", "flash, RAM");
    for Figures { added, .. } in all {
        line.push_str(&format!("{:>28}", format!("{} B, {} B", added.flash, added.ram)));
    }
    say(&line);
}
