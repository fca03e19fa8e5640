//! Logs as they are written, read, damaged and cut.
#![allow(missing_docs, unreachable_pub, reason = "tests are named after what they show")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::cast_possible_truncation, reason = "numbers of tests are small")]

mod damage;
mod engine;
mod firmware;
mod golden;
mod packed;
mod recovered;
mod redacted;
mod support;
