//! What one reading of the clock takes, and how long a tick of it is.

use core::hint::black_box;
use core::time::Duration;
use std::time::Instant;

use hydra_log::clock::ticks;

use super::{Figure, Size, become_producer};

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

/// Nanoseconds a tick, over a twentieth of a second.
pub(super) fn ns_per_tick() -> f64 {
    let (begin, first) = (Instant::now(), ticks());
    while begin.elapsed() < Duration::from_millis(50) {
        core::hint::spin_loop();
    }
    let elapsed = begin.elapsed().as_secs_f64() * 1e9;
    #[expect(clippy::cast_precision_loss, reason = "a span of milliseconds")]
    let ticks = ticks().wrapping_sub(first).max(1) as f64;
    elapsed / ticks
}
