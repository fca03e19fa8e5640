//! Operations on a shared ring, against a queue, with both kinds of claim.
//!
//! The first bytes are the ring's sizes and where it starts; then an operation, its numbers, …

use hydra_log_core::ring::mpsc::claim::{ByCas, InSection};

use crate::models::mpsc::{Step, check};
use crate::input::Input;
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "mpsc_ops",
    body,
    // A step of 24 bytes for each, in a vector that doubles, and the grants that are held.
    bytes_per_byte: 192,
    bytes_at_least: 1 << 14,
    seeds,
};

fn body(data: &[u8]) {
    let mut input = Input::new(data);
    let capacity = 16 << input.up_to(3);
    let spill = 8 * (1 + input.up_to(18));
    let start = usize::MAX - input.up_to(600);
    let mut steps = Vec::new();
    while !input.is_empty() {
        steps.push(step(&mut input));
    }
    check(ByCas, &steps, capacity, spill, start);
    check(InSection::new(), &steps, capacity, spill, start);
}

fn step(input: &mut Input<'_>) -> Step {
    match input.up_to(13) {
        0..4 => Step::Reserve(input.up_to(159)),
        4..7 => {
            let which = input.up_to(15);
            Step::Commit(which, 1 + input.up_to(159))
        }
        7 => Step::Drop(input.up_to(15)),
        8..12 => Step::Take,
        _ => Step::Release,
    }
}

fn seeds() -> Vec<Vec<u8>> {
    vec![
        vec![2, 3, 20, 0, 0, 15, 0, 23, 4, 1, 23, 8, 4, 0, 7, 8, 8, 12, 0, 31, 7, 0, 8, 12],
        vec![0, 1, 9, 0, 0, 8, 0, 8, 0, 8, 7, 1, 4, 0, 3, 8, 8, 12, 0, 16, 4, 0, 16, 8],
    ]
}
