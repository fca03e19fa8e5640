//! Do two producers keep their order over more than a lap of a shared ring?

use super::shared::explore;
use crate::explore::{Model, bounded};
use hydra_log_core::ring::mpsc::claim::ByCas;

/// Two producers of three records each, in a ring of two.
pub const MODEL: Model = Model {
    name: "mpsc_long",
    body,
    full: bounded(3, 57_000),
    quick: bounded(1, 100),
    outcomes: &[
        "0 early of 2",
        "0 early of 2, hole",
        "1 early of 2",
        "1 early of 2, hole",
        "1 early of 3",
        "1 early of 3, hole",
        "2 early of 2",
        "2 early of 3",
        "2 early of 4",
    ],
};

fn body() -> String {
    explore(ByCas, 32, usize::MAX - 15, &[&[2, 2, 2], &[2, 2, 2]], 1)
}
