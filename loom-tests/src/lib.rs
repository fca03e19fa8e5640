//! What the concurrent code of the core may do, explored schedule by schedule.
//!
//! One question a file, in `models`; the file's first line is the question. Each model says which
//! outcomes must occur over all its schedules, and how many schedules there must at least be, so
//! that a model which looks at nothing fails.
//!
//! ```text
//! RUSTFLAGS="--cfg hydra_loom" cargo test -p hydra-log-loom-tests --profile loom
//! ```
//!
//! | you want to               | start at    |
//! |---------------------------|-------------|
//! | read the questions        | `models`    |
//! | see how a model is run    | `explore`   |
//! | write a model             | `bench`     |
//!
//! Without the flag this crate is empty.
#![cfg(hydra_loom)]
#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::must_use_candidate,
    clippy::print_stdout,
    reason = "a model says no by panicking, and prints its line of the table"
)]

pub mod bench;
pub mod explore;
pub mod models;
mod ord;
pub mod small;
