//! One shape of log call, a thousand times, for a tool that counts instructions.
//!
//! `three` counts the calls, `crashproof_three` those whose rings outlive the process; `text_three`
//! and `json_three` count what makes lines of them, from the ring to a sink that writes nowhere,
//! `redact_string` with a search for secrets, and `binary_three` what packs them into a binary log.
//! No drain runs beside the calls and nothing of it depends on time, so the count is the same in
//! every run. `cargo xtask count` starts this under valgrind and compares with `budgets.csv`.

use core::hint::black_box;
use core::net::Ipv4Addr;
use core::time::Duration;
use std::io;
use std::process::ExitCode;

use hydra_log::format::{Json, Text};
use hydra_log::redact::Redaction;
use hydra_log::{Builder, LevelFilter, Output, Preset, bridge, crash, debug, info, sink};

/// As `cargo xtask count` divides by.
const CALLS: u64 = 1000;
/// So many calls first: the thread's ring is there, the page is touched.
const WARM_UP: u64 = 100;
/// Holds all records: no call is the one that finds the limit reached.
const RING_BYTES: usize = 1 << 20;

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    let (format, shape) = name.split_once('_').unwrap_or(("", name.as_str()));
    let is_crash_proof = format == "crashproof";
    let shape: fn(u64) = match shape {
        "off" => shape_off,
        "static" => shape_static,
        "three" => shape_three,
        "string" => shape_string,
        "display" => shape_display,
        "log" => shape_log,
        "tracing" => shape_tracing,
        _ => return ExitCode::from(2),
    };
    let sink = Output::new(sink::Writer::new("nowhere", io::sink()));
    let sink = match format {
        "" | "text" | "crashproof" => sink.format(Text::new()),
        "json" => sink.format(Json::new()),
        "redact" => sink.format(Text::new()).redact(Redaction::new()),
        "binary" => sink.binary(),
        _ => return ExitCode::from(2),
    };
    let engine = Builder::preset(Preset::BareMetal)
        .ring_bytes(RING_BYTES)
        .level(LevelFilter::Info)
        .sink(sink);
    let engine = match is_crash_proof.then(crash::default_directory) {
        Some(Some(directory)) => engine.crash_proof(directory),
        Some(None) => return ExitCode::from(1),
        None => engine,
    };
    let engine = engine.try_init();
    let Ok(guard) = engine else { return ExitCode::from(1) };
    let subscriber = bridge::tracing::Subscriber::new();
    if bridge::log::install().is_err()
        || tracing::subscriber::set_global_default(subscriber).is_err()
    {
        return ExitCode::from(1);
    }
    // The warm-up is another caller of the same code: only what is asked for is counted, by name,
    // from the second time on.
    shape(WARM_UP);
    if is_crash_proof && guard.stats().not_crash_proof > 0 {
        return ExitCode::from(1);
    }
    if format.is_empty() || is_crash_proof {
        shape_counted(&mut || black_box(shape)(black_box(CALLS)));
    } else {
        // Without workers, who flushes drains and writes.
        let mut flush = || assert_eq!(guard.flush(), Ok(()));
        flush();
        shape(CALLS);
        shape_counted(&mut flush);
    }
    let report = guard.shutdown(Duration::from_secs(60));
    if report.lost + report.pending > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

/// The counter is switched on while this runs.
#[inline(never)]
fn shape_counted(work: &mut dyn FnMut()) {
    work();
}

fn shape_off(calls: u64) {
    for n in 0..calls {
        debug!(target: "count", "Logging iteration {} int {}", black_box(n), -1_i32);
    }
}

fn shape_static(calls: u64) {
    for n in 0..calls {
        black_box(n);
        info!(target: "count", "Starting backup replica garbage collector thread");
    }
}

fn shape_three(calls: u64) {
    for n in 0..calls {
        let (n, integer, double) = (black_box(n), black_box(-7_i32), black_box(0.25_f64));
        info!(target: "count", "Logging iteration {} int {} double {}", n, integer, double);
    }
}

fn shape_string(calls: u64) {
    for n in 0..calls {
        black_box(n);
        info!(target: "count", "Request for {}", black_box("account-007-balance!"));
    }
}

fn shape_display(calls: u64) {
    for n in 0..calls {
        black_box(n);
        let peer = black_box(Ipv4Addr::LOCALHOST);
        info!(target: "count", "Request from {}", peer);
    }
}

fn shape_log(calls: u64) {
    for n in 0..calls {
        let (n, integer, double) = (black_box(n), black_box(-7_i32), black_box(0.25_f64));
        log::info!(target: "count", "Logging iteration {n} int {integer} double {double}");
    }
}

fn shape_tracing(calls: u64) {
    for n in 0..calls {
        let (n, integer, double) = (black_box(n), black_box(-7_i32), black_box(0.25_f64));
        tracing::info!(target: "count", n, integer, double, "Logging iteration");
    }
}
