//! The rings, their registry, the token and the flush, from outside.
#![allow(missing_docs, reason = "tests are named after what they show")]
#![allow(unsafe_code, reason = "the tests keep the rings' promises themselves")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::multiple_unsafe_ops_per_block,
    reason = "a test fails by panicking, and its numbers are small"
)]

mod edges;
mod effort;
#[path = "../models/memory.rs"]
mod memory;
#[path = "../models/mpsc.rs"]
mod mpsc;
mod mpsc_model;
mod oracle;
mod registry;
#[path = "../models/spsc.rs"]
mod spsc;
mod spsc_model;
mod stress;
