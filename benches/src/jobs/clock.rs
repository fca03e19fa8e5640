//! What one reading of the logger's clock takes.

use core::hint::black_box;
use std::time::Instant;

use harness::{Figure, Size, become_producer};
use hydra_log::clock::ticks;

const READINGS: u32 = 1_000_000;
const ROUNDS: usize = 9;

/// Back-to-back readings: the least of nine rounds, as interference only adds.
pub(super) fn run(_size: &Size) -> Result<Vec<Figure>, String> {
    become_producer();
    let round = || {
        let begin = Instant::now();
        for _ in 0..READINGS {
            black_box(ticks());
        }
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(READINGS)
    };
    let least = (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min);
    Ok(vec![Figure::new("clock_ns", least, "ns", 0)])
}
