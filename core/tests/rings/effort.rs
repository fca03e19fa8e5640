//! How much is tried: less where an interpreter runs it.

use proptest::test_runner::Config;

/// How many cases a property gets: few where an interpreter runs them.
pub(crate) fn cases(count: u32) -> Config {
    let cases = if cfg!(miri) { 6 } else { count };
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// A count for loops, smaller where an interpreter runs them.
pub(crate) const fn count(full: usize) -> usize {
    if cfg!(miri) { full / 200 } else { full }
}
