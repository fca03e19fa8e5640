//! Do three producers that come back keep what is not read yet?

use super::shared::explore;
use crate::explore::{Model, bounded};
use hydra_log_core::ring::mpsc::claim::ByCas;

/// Three producers of two records each, in a ring of two.
pub const MODEL: Model = Model {
    name: "mpsc_crowd",
    body,
    full: bounded(2, 91_000),
    quick: bounded(1, 200),
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
    explore(ByCas, 32, usize::MAX - 15, &[&[2, 2], &[2, 2], &[2, 2]], 1)
}
