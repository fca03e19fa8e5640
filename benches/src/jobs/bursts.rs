//! B1: bursts of 20 calls between pauses, and the same loop around the ideal ring.

use core::hint::spin_loop;

use harness::clock::ns_per_tick;
use harness::values::{Texts, arguments};
use harness::{Figure, Size, become_producer, bursts};
use hydra_log::{bridge, info};

use super::engine;
use crate::ideal::Ideal;

/// `(u64, i32, f64)`.
pub(super) fn three(size: &Size) -> Result<Vec<Figure>, String> {
    let mut figures = logged("b1", size, |n| {
        let (integer, double) = arguments(n);
        info!("Logging iteration {} int {} double {}", n, integer, double);
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
    let texts = Texts::default();
    logged("string", size, |n| info!("Request for {}", texts.of(n)))
}

/// As [`three`], by a library that knows of the core alone.
pub(super) fn core(size: &Size) -> Result<Vec<Figure>, String> {
    logged("core", size, |n| {
        let (integer, double) = arguments(n);
        hydra_log_core::info!("Logging iteration {} int {} double {}", n, integer, double);
    })
}

/// As [`three`], over the bridge from the `log` crate.
pub(super) fn over_log(size: &Size) -> Result<Vec<Figure>, String> {
    bridge::log::install().map_err(|error| error.to_string())?;
    logged("log", size, |n| {
        let (integer, double) = arguments(n);
        log::info!("Logging iteration {n} int {integer} double {double}");
    })
}

/// As [`three`], as fields over the bridge from `tracing`.
pub(super) fn over_tracing(size: &Size) -> Result<Vec<Figure>, String> {
    let subscriber = bridge::tracing::Subscriber::new();
    tracing::subscriber::set_global_default(subscriber).map_err(|error| error.to_string())?;
    logged("tracing", size, |n| {
        let (integer, double) = arguments(n);
        tracing::info!(n, integer, double, "Logging iteration");
    })
}

/// The ideal ring with the bytes of [`three`].
pub(super) fn ideal(size: &Size) -> Result<Vec<Figure>, String> {
    let ns_per_tick = ns_per_tick();
    let (samples, records) = Ideal::default().run(|producer| {
        become_producer();
        let push = |n| {
            let (integer, double) = arguments(n);
            producer.push(n, integer, double);
        };
        bursts::run(size.bursts, push, spin_loop)
    });
    let lost = bursts::calls(size.bursts).saturating_sub(records as u64);
    Ok(bursts::quantiles("ideal", samples, ns_per_tick, lost))
}

/// Runs the bursts through the engine and counts the lines.
fn logged(name: &str, size: &Size, call: impl FnMut(u64)) -> Result<Vec<Figure>, String> {
    let guard = engine::text(&size.file)?;
    become_producer();
    let ns_per_tick = ns_per_tick();
    let samples = bursts::run(size.bursts, call, spin_loop);
    let content = engine::finish(guard, &size.file)?;
    let lost = bursts::calls(size.bursts).saturating_sub(content.lines);
    Ok(bursts::quantiles(name, samples, ns_per_tick, lost))
}
