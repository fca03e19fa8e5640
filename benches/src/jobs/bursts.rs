//! B1: bursts of 20 calls between pauses, and the same loop around the ideal ring.
//!
//! ```text
//! pause 1.0 to 1.2 ms, busy | clock | 20 calls | clock | pause ...
//! ```
//!
//! A sample is a burst's time divided by 20. The first 200 bursts are not counted.

use core::hint::black_box;
use core::time::Duration;
use std::time::Instant;

use hydra_log::clock::ticks;
use hydra_log::info;

use super::clock::ns_per_tick;
use super::{Figure, Size, become_producer, engine};
use crate::ideal::Ideal;

const CALLS: u32 = 20;
const WARM_UP: u32 = 200;

/// `(u64, i32, f64)`.
pub(super) fn three(size: &Size) -> Result<Vec<Figure>, String> {
    let mut figures = logged("b1", size, |n| {
        let (iteration, integer, double) = arguments(n);
        info!("Logging iteration {} int {} double {}", iteration, integer, double);
    })?;
    let record = hydra_log_core::record::wanted(&(1_u64, (1_i32, (1.0_f64, ()))));
    let bytes = f64::from(u32::try_from(record).unwrap_or(u32::MAX));
    figures.push(Figure::new("record_bytes", bytes, "bytes", 0));
    Ok(figures)
}

/// No argument.
pub(super) fn constant(size: &Size) -> Result<Vec<Figure>, String> {
    logged("static", size, |_| info!("Starting backup replica garbage collector thread"))
}

/// A string of 20 bytes.
pub(super) fn string(size: &Size) -> Result<Vec<Figure>, String> {
    let table: Vec<String> = (0..16).map(|n| format!("account-{n:03}-balance!")).collect();
    if table.iter().any(|text| text.len() != 20) {
        return Err("the strings have to be of 20 bytes".to_owned());
    }
    logged("string", size, |n| {
        let index = usize::try_from(n % 16).unwrap_or(0);
        let text = table.get(index).map_or("", String::as_str);
        info!("Request for {}", text);
    })
}

/// The ideal ring with the bytes of [`three`].
pub(super) fn ideal(size: &Size) -> Result<Vec<Figure>, String> {
    let ns_per_tick = ns_per_tick();
    let (samples, records) = Ideal::default().run(|producer| {
        become_producer();
        bursts(size.bursts, |n| {
            let (iteration, integer, double) = arguments(n);
            producer.push(iteration, integer, double);
        })
    });
    let lost = expected(size).saturating_sub(records as u64);
    Ok(quantiles("ideal", samples, ns_per_tick, lost))
}

/// Runs the bursts through the engine and counts the lines.
fn logged(name: &str, size: &Size, call: impl FnMut(u64)) -> Result<Vec<Figure>, String> {
    let guard = engine::text(&size.file)?;
    become_producer();
    let ns_per_tick = ns_per_tick();
    let samples = bursts(size.bursts, call);
    let content = engine::finish(guard, &size.file)?;
    let lost = expected(size).saturating_sub(content.lines);
    Ok(quantiles(name, samples, ns_per_tick, lost))
}

/// Values that the compiler cannot know.
#[inline(always)]
fn arguments(n: u64) -> (u64, i32, f64) {
    let integer = i32::try_from(n & 0xffff).unwrap_or(0);
    (n, integer, f64::from(integer) * 0.25)
}

fn expected(size: &Size) -> u64 {
    u64::from(WARM_UP + size.bursts) * u64::from(CALLS)
}

/// The ticks of each burst.
#[inline(always)]
fn bursts(count: u32, mut call: impl FnMut(u64)) -> Vec<u64> {
    let mut samples = Vec::with_capacity(count as usize);
    let mut n = 0;
    for burst in 0..WARM_UP + count {
        pause(burst);
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

/// Busy, so that the core neither sleeps nor slows; of changing length, so that no timer of the
/// drain stays in step.
fn pause(burst: u32) {
    let length = Duration::from_micros(u64::from(1000 + burst * 37 % 200));
    let begin = Instant::now();
    while begin.elapsed() < length {
        core::hint::spin_loop();
    }
}

fn quantiles(name: &str, mut samples: Vec<u64>, ns_per_tick: f64, lost: u64) -> Vec<Figure> {
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
