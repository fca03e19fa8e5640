//! Are records of all sizes whole, up to the last free granule of a shared ring?

use super::shared::explore;
use crate::explore::{Model, bounded};
use hydra_log_core::ring::mpsc::claim::ByCas;

/// Records of three, two and one granules, in a ring of four: some spill, some do not fit.
pub const MODEL: Model = Model {
    name: "mpsc_mixed",
    body,
    full: bounded(3, 41_000),
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
    ],
};

fn body() -> String {
    explore(ByCas, 32, usize::MAX - 7, &[&[3, 2], &[2, 1]], 2)
}
