//! Operations on a ring of one producer, against a queue.
//!
//! The first bytes are the ring's sizes and where it starts; then an operation, its numbers, …

use crate::models::spsc::{Step, check};
use crate::input::Input;
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "spsc_ops",
    body,
    // A step of 24 bytes for each, in a vector that doubles, and the queue's entries.
    bytes_per_byte: 128,
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
    check(&steps, capacity, spill, start);
}

fn step(input: &mut Input<'_>) -> Step {
    match input.up_to(18) {
        0..4 => {
            let (a, b) = (1 + input.up_to(159), 1 + input.up_to(159));
            Step::Log(a.max(b), a.min(b))
        }
        4 => Step::Abandon(1 + input.up_to(159)),
        5..7 => Step::Poll,
        7..11 => Step::Take,
        11..13 => Step::Release,
        13 => Step::ReleaseNow,
        14..16 => Step::Gap,
        16 => Step::Keep(1 + input.up_to(159), input.up_to(159)),
        17 => Step::Once(1 + input.up_to(159)),
        _ => Step::Note(1 + input.up_to(159)),
    }
}

fn seeds() -> Vec<Vec<u8>> {
    vec![
        vec![1, 3, 20, 0, 0, 15, 7, 0, 31, 31, 5, 7, 11, 0, 9, 9, 5, 7, 13, 0, 23, 23, 5, 7],
        vec![0, 1, 9, 0, 0, 15, 15, 0, 7, 7, 14, 5, 7, 14, 4, 8, 13, 0, 7, 7, 5, 7, 12],
        vec![3, 6, 0, 0, 16, 0, 73, 0, 48, 48, 0, 72, 0, 18, 20, 5, 7, 11, 14, 17, 30],
    ]
}
