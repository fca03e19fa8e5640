//! Is every planted bug caught by a named model, and the code as it is by none?
//!
//! A model catches a bug when one of its own assertions fails, or when loom reports a race on a
//! byte or a plain word. A schedule that only ran too long, or a deadlock, does not count.
#![cfg(hydra_loom)]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "one test, which prints a table"
)]

use hydra_log_core::seed::Seed;
use hydra_log_core::sync::plant;
use hydra_log_loom_tests::explore::{Model, run};
use hydra_log_loom_tests::models::ALL;
use std::panic::catch_unwind;
use std::time::Instant;

/// What loom says when it gives up, instead of a model.
const GAVE_UP: [&str; 2] = ["Model exceeded maximum number of branches", "deadlock"];

/// What no other thread can bring out: `tests/interrupts` catches these.
const BY_INTERRUPTS: [Seed; 1] = [Seed::SpscMarkIgnored];

/// What only read-modify-writes in critical sections can show: built with `--cfg hydra_section`,
/// these are all that is planted.
const BY_SECTIONS: [Seed; 2] = [Seed::SectionLoad, Seed::SectionStore];

#[test]
#[ignore = "a matrix of every bug by every model: `cargo xtask mutants`"]
fn every_planted_bug_is_caught() {
    std::panic::set_hook(Box::new(|_| {}));
    plant(None);
    for model in ALL {
        assert_eq!(caught(model), None, "{}: the control", model.name);
    }
    println!("| planted | caught by | how | seconds |");
    println!("|---|---|---|---|");
    println!("| nothing (control) | no model | | |");
    let mut survivors = Vec::new();
    let is_here = |seed: &&Seed| {
        !BY_INTERRUPTS.contains(seed) && BY_SECTIONS.contains(seed) == cfg!(hydra_section)
    };
    let seeds: Vec<_> = Seed::ALL.iter().filter(is_here).collect();
    for seed in &seeds {
        let start = Instant::now();
        plant(Some(**seed));
        let mut catches =
            likely_first(**seed).into_iter().filter_map(|model| Some((model.name, caught(model)?)));
        let line = match catches.next() {
            Some((model, how)) => format!("{model} | {how}"),
            None => {
                survivors.push(seed);
                "**nobody** |".to_owned()
            }
        };
        println!("| {} | {line} | {:.1} |", seed.text(), start.elapsed().as_secs_f64());
    }
    plant(None);
    let (bugs, models) = (seeds.len(), ALL.len());
    println!("{} of {bugs} bugs caught by {models} models", bugs - survivors.len());
    assert!(survivors.is_empty(), "nobody caught {survivors:?}");
}

/// All models, those of the bug's own part first.
fn likely_first(seed: Seed) -> Vec<&'static Model> {
    let part = seed.text().split(':').next().unwrap_or_default();
    let mut models: Vec<_> = ALL.iter().collect();
    models.sort_by_key(|model| !model.name.starts_with(part));
    models
}

/// How a model fails, in a line.
fn caught(model: &'static Model) -> Option<String> {
    let panic = catch_unwind(|| run(model, model.quick)).err()?;
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or_default();
    if GAVE_UP.iter().any(|reason| text.contains(reason)) {
        return None;
    }
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    Some(line.replace('|', "/"))
}
