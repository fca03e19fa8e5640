//! Interrupts before every shared access: both rings, up to three nested, at every position.
//!
//! An interrupt runs to its end while what it interrupted stands still, in the middle of a claim, a
//! commit or a drain. Every combination of positions is run. Afterwards nothing is lost, nothing is
//! there twice, and no interrupt ever took more than a fixed number of steps, so none waited.
#![cfg(hydra_isr)]
#![allow(missing_docs, reason = "tests are named after what they show")]
#![allow(unsafe_code, reason = "the tests keep the rings' promises themselves")]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::multiple_unsafe_ops_per_block,
    clippy::print_stdout,
    reason = "a test fails by panicking, its numbers are small, and it prints a table"
)]

mod inject;
#[path = "../../../core/tests/models/memory.rs"]
mod memory;
mod world;

use hydra_log_core::ring::mpsc::claim::{ByCas, Claim, InSection};
use hydra_log_core::seed::Seed;
use hydra_log_core::sync::plant;
use std::panic::catch_unwind;
use std::sync::{Mutex, PoisonError};
use world::Action::{self, Drain, Drop, Log, Share, Short};
use world::World;

/// What the interrupted code does.
const SCRIPTS: [(&str, &[Action]); 5] = [
    ("thread logs", &[Log, Log]),
    ("log and drain", &[Log, Drain, Log, Drain]),
    ("share and drain", &[Share, Drain, Share, Drain]),
    ("short, dropped", &[Short, Drop, Share, Drain]),
    ("fill", &[Share, Log, Share, Log]),
];

/// What the interrupts do, the outermost first.
const NESTS: [[Action; 3]; 8] = [
    [Share, Share, Share],
    [Log, Log, Log],
    [Drain, Share, Drain],
    [Share, Drain, Share],
    [Log, Drain, Log],
    [Drain, Log, Log],
    [Short, Drop, Share],
    [Drop, Share, Drain],
];

/// No interrupt takes more steps, those of the ones inside it included.
const STEPS_MAX: usize = 120;

/// Where positions begin.
const STARTS: [usize; 2] = [0, usize::MAX - 15];

/// One test at a time: a planted bug is everybody's.
static ONE: Mutex<()> = Mutex::new(());

#[test]
fn nothing_is_lost_and_nobody_waits() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    println!("| interrupted | claim | schedules | longest interrupt |");
    println!("|---|---|---|---|");
    for (name, script) in SCRIPTS {
        line(name, "compare-and-swap", explore(script, || ByCas));
        line(name, "critical section", explore(script, InSection::new));
    }
}

fn line(name: &str, claim: &str, (schedules, longest): (usize, usize)) {
    println!("| {name:<15} | {claim} | {schedules:>8} | {longest:>3} steps |");
    assert!(schedules > if cfg!(miri) { 10 } else { 10_000 }, "too few schedules");
    assert!(longest <= STEPS_MAX, "an interrupt that takes {longest} steps");
}

/// Runs a script under every nest, at every position.
fn explore<C: Claim>(script: &'static [Action], claim: fn() -> C) -> (usize, usize) {
    let (mut schedules, mut longest) = (0, 0);
    let nests = if cfg!(miri) { &NESTS[2..3] } else { &NESTS[..] };
    let starts = if cfg!(miri) { &STARTS[1..] } else { &STARTS[..] };
    for nest in nests {
        for start in starts {
            let (runs, steps) =
                inject::every_position(|| World::new(*start, claim()), script, nest);
            schedules += runs;
            longest = longest.max(steps);
        }
    }
    (schedules, longest)
}

/// The bugs that only an interrupt brings out, or that it has to bring out too. A token taken by
/// load and store is none of them: an interrupt that takes it in between gives it back in between.
const SEEDS: [Seed; 5] = [
    Seed::SpscMarkIgnored,
    Seed::MpscClaimByStore,
    Seed::SectionRemoved,
    Seed::MpscNoGuard,
    Seed::MpscDropUnmarked,
];

#[test]
#[ignore = "a matrix of bugs: `cargo xtask mutants`"]
fn every_planted_bug_is_caught() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    std::panic::set_hook(Box::new(|_| {}));
    println!("| planted | caught by | how |");
    println!("|---|---|---|");
    let mut survivors = Vec::new();
    for seed in SEEDS {
        plant(Some(seed));
        let caught = SCRIPTS.iter().find_map(|(name, script)| {
            let by_cas = catch_unwind(|| explore(script, || ByCas)).err();
            let panic =
                by_cas.or_else(|| catch_unwind(|| explore(script, InSection::new)).err())?;
            inject::forget();
            let literal = panic.downcast_ref::<&str>().copied().unwrap_or("a panic");
            let text = panic.downcast_ref::<String>().map_or(literal, String::as_str);
            let text = text.lines().next().unwrap_or_default().to_owned();
            Some(format!("interrupts of \"{name}\" | {text}"))
        });
        plant(None);
        println!("| {} | {} |", seed.text(), caught.as_deref().unwrap_or("**nobody** |"));
        if caught.is_none() {
            survivors.push(seed);
        }
    }
    assert!(survivors.is_empty(), "nobody caught {survivors:?}");
}
