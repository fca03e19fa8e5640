//! B1: bursts of 20 calls between pauses.
//!
//! ```text
//! pause 1.0 to 1.2 ms, busy | clock | 20 calls | clock | pause ...
//! ```
//!
//! A sample is a burst's time divided by 20. The first 200 bursts are not counted.

use core::hint::black_box;
use core::time::Duration;
use std::time::Instant;

use crate::Figure;
use crate::clock::ticks;

const CALLS: u32 = 20;
const WARM_UP: u32 = 200;

/// The ticks of each burst; `call` gets the number of the call, `idle` is called all through a
/// pause.
#[inline(always)]
pub fn run(count: u32, mut call: impl FnMut(u64), mut idle: impl FnMut()) -> Vec<u64> {
    let mut samples = Vec::with_capacity(count as usize);
    let mut n = 0;
    for burst in 0..WARM_UP + count {
        pause(burst, &mut idle);
        let begin = ticks();
        for _ in 0..CALLS {
            call(black_box(n));
            n += 1;
        }
        let end = ticks();
        if burst >= WARM_UP {
            samples.push(end.wrapping_sub(begin));
        }
    }
    samples
}

/// How many calls [`run`] makes.
#[must_use]
pub fn calls(count: u32) -> u64 {
    u64::from(WARM_UP + count) * u64::from(CALLS)
}

/// Busy, so that the core neither sleeps nor slows; of changing length, so that no timer of a
/// logger stays in step.
fn pause(burst: u32, idle: &mut impl FnMut()) {
    let length = Duration::from_micros(u64::from(1000 + burst * 37 % 200));
    let begin = Instant::now();
    while begin.elapsed() < length {
        idle();
    }
}

/// p50, p90, p99 and p99.9 of a call.
#[must_use]
pub fn quantiles(name: &str, mut samples: Vec<u64>, ns_per_tick: f64, lost: u64) -> Vec<Figure> {
    samples.sort_unstable();
    let last = samples.len().saturating_sub(1);
    [("p50", 500), ("p90", 900), ("p99", 990), ("p999", 999)]
        .map(|(label, per_mille)| {
            let ticks = samples.get(last * per_mille / 1000).copied().unwrap_or(0);
            #[expect(clippy::cast_precision_loss, reason = "the time of a burst")]
            let ns = ticks as f64 * ns_per_tick / f64::from(CALLS);
            Figure::new(format!("{name}_{label}_ns"), ns, "ns", lost)
        })
        .into()
}
