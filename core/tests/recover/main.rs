//! Recovery walks, over images made by hand, by real rings and by chance.
#![allow(missing_docs, reason = "tests are named after what they show")]
#![allow(unsafe_code, reason = "the tests keep the rings' promises themselves")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::host_endian_bytes,
    clippy::multiple_unsafe_ops_per_block,
    reason = "a test fails by panicking, and its numbers are small"
)]

mod chance;
mod edges;
mod killed;

use proptest::test_runner::Config;

/// How many cases a property gets: few where an interpreter runs them.
fn cases(count: u32) -> Config {
    let cases = if cfg!(miri) { 6 } else { count };
    Config { cases, failure_persistence: None, ..Config::default() }
}
