//! A call whose lines have gone: the caches are walked over between any two.

use core::hint::black_box;
use core::time::Duration;
use std::time::Instant;

use harness::clock::{ns_per_tick, ticks};
use harness::values::arguments;
use harness::{Figure, Size, become_producer};
use hydra_log::info;

use super::engine;

/// More than the second cache of a core holds.
const WALK_BYTES: usize = 8 << 20;
const LINE_BYTES: usize = 64;

/// Single calls; a sample holds one reading of the clock, which is shown beside it.
pub(super) fn run(size: &Size) -> Result<Vec<Figure>, String> {
    let guard = engine::text(&size.file)?;
    become_producer();
    let ns_per_tick = ns_per_tick();
    let mut memory = vec![1_u8; WALK_BYTES];
    let (mut calls, mut clocks) = (Vec::new(), Vec::new());
    let count = u64::from(size.bursts);
    for n in 0..count {
        let (integer, double) = arguments(n);
        walk(&mut memory);
        let begin = ticks();
        info!("Logging iteration {} int {} double {}", n, integer, double);
        calls.push(ticks().wrapping_sub(begin));
        walk(&mut memory);
        let begin = ticks();
        clocks.push(ticks().wrapping_sub(begin));
    }
    let content = engine::finish(guard, &size.file)?;
    let lost = count.saturating_sub(content.lines);
    let quantile = |samples: &mut Vec<u64>, per_cent: usize| {
        samples.sort_unstable();
        let at = samples.len().saturating_sub(1) * per_cent / 100;
        #[expect(clippy::cast_precision_loss, reason = "a time")]
        let ticks = samples.get(at).copied().unwrap_or(0) as f64;
        ticks * ns_per_tick
    };
    Ok(vec![
        Figure::new("cold_p50_ns", quantile(&mut calls, 50), "ns", lost),
        Figure::new("cold_p99_ns", quantile(&mut calls, 99), "ns", lost),
        Figure::new("cold_clock_p50_ns", quantile(&mut clocks, 50), "ns", 0),
    ])
}

fn walk(memory: &mut [u8]) {
    for line in memory.chunks_mut(LINE_BYTES) {
        if let Some(byte) = line.first_mut() {
            *byte = byte.wrapping_add(1);
        }
    }
    black_box(memory);
    // The stores of the walk are on their way for a while; a call would wait behind them.
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_micros(5) {
        core::hint::spin_loop();
    }
}
