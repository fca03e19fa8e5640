//! Do two producers of a shared ring get bytes of their own, and the reader both records?

use super::shared::explore;
use crate::explore::{Model, all, bounded};
use hydra_log_core::ring::mpsc::claim::ByCas;

/// Two producers of one record each, and room for both.
pub const MODEL: Model = Model {
    name: "mpsc_two",
    body,
    full: all(9_100),
    quick: bounded(3, 200),
    outcomes: &[
        "0 early of 2",
        "0 early of 2, hole",
        "1 early of 2",
        "1 early of 2, hole",
        "2 early of 2",
    ],
};

fn body() -> String {
    explore(ByCas, 32, 0, &[&[2], &[2]], 1)
}
