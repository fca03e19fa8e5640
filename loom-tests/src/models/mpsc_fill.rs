//! Do two producers that fill a shared ring keep what is not read yet?

use super::shared::explore;
use crate::explore::{Model, bounded};
use hydra_log_core::ring::mpsc::claim::ByCas;

/// Two producers of two records each, in a ring of two.
pub const MODEL: Model = Model {
    name: "mpsc_fill",
    body,
    full: bounded(3, 67_000),
    quick: bounded(2, 500),
    outcomes: &[
        "0 early of 2",
        "0 early of 2, hole",
        "1 early of 2",
        "1 early of 2, hole",
        "1 early of 3",
        "1 early of 3, hole",
        "2 early of 2",
        "2 early of 2, hole",
        "2 early of 3",
        "2 early of 3, hole",
        "2 early of 4",
        "2 early of 4, hole",
        "3 early of 3",
        "3 early of 3, hole",
        "3 early of 4",
        "3 early of 4, hole",
        "4 early of 4",
    ],
};

fn body() -> String {
    explore(ByCas, 32, usize::MAX - 15, &[&[2, 2], &[2, 2]], 2)
}
