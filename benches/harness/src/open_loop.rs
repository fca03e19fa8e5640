//! Each call timed alone, at a fixed rate, from the moment when it should have begun.
//!
//! So a call that comes late because the one before it took long counts as late: nothing that
//! stalls the caller is left out. A sample holds one reading of the clock besides the call.

use core::hint::black_box;

use crate::Figure;
use crate::clock::ticks;
use crate::histogram::Histogram;

/// Calls a second.
pub const RATE: u32 = 1_000_000;

/// Calls that are not counted: the first tenth of a second.
const WARM_UP: u64 = 100_000;

/// How many calls [`run`] makes.
#[must_use]
pub fn calls(seconds: u32) -> u64 {
    WARM_UP + u64::from(RATE) * u64::from(seconds)
}

/// The ticks of each call.
#[inline(always)]
pub fn run(seconds: u32, ns_per_tick: f64, mut call: impl FnMut(u64)) -> Histogram {
    let mut histogram = Histogram::new();
    let interval = 1e9 / f64::from(RATE) / ns_per_tick;
    let start = ticks();
    for n in 0..calls(seconds) {
        let intended = start + span(n, interval);
        while ticks() < intended {}
        call(black_box(n));
        let end = ticks();
        if n >= WARM_UP {
            histogram.add(end.wrapping_sub(intended));
        }
    }
    histogram
}

#[inline(always)]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "minutes in ticks, exact to a tick"
)]
fn span(n: u64, interval: f64) -> u64 {
    (n as f64 * interval) as u64
}

/// p50, p99, p99.9, p99.99 and the longest.
#[must_use]
pub fn quantiles(name: &str, samples: &Histogram, ns_per_tick: f64, lost: u64) -> Vec<Figure> {
    [("p50", 5000), ("p99", 9900), ("p999", 9990), ("p9999", 9999), ("max", 10_000)]
        .map(|(label, parts)| {
            #[expect(clippy::cast_precision_loss, reason = "a time, to 1.6 %")]
            let ns = samples.quantile(parts) as f64 * ns_per_tick;
            Figure::new(format!("{name}_{label}_ns"), ns, "ns", lost)
        })
        .into()
}
