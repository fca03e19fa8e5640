//! Do three producers of a shared ring get bytes of their own?

use super::shared::explore;
use crate::explore::{Model, bounded};
use hydra_log_core::ring::mpsc::claim::ByCas;

/// Three producers of one record each, in a ring of two.
pub const MODEL: Model = Model {
    name: "mpsc_three",
    body,
    full: bounded(3, 71_000),
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
    ],
};

fn body() -> String {
    explore(ByCas, 32, 0, &[&[2], &[2], &[2]], 1)
}
