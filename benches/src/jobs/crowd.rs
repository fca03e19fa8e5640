//! Several threads at once, and a thousand that log now and then.

use core::time::Duration;
use std::fs;
use std::sync::Barrier;
use std::thread;

use harness::clock::ns_per_tick;
use harness::values::arguments;
use harness::{Figure, Size, bursts, crowd, sys};
use hydra_log::info;

use super::engine;

const THREADS: u64 = 1000;
/// Records of the one thread that goes on logging, a millisecond apart.
const RECORDS: u64 = 1000;

/// Two threads, one of them on the drain's core.
pub(super) fn two(size: &Size) -> Result<Vec<Figure>, String> {
    several("two", 2, size)
}

/// Four threads on two cores.
pub(super) fn four(size: &Size) -> Result<Vec<Figure>, String> {
    several("four", 4, size)
}

fn several(name: &str, threads: usize, size: &Size) -> Result<Vec<Figure>, String> {
    let guard = engine::text(&size.file)?;
    let ns_per_tick = ns_per_tick();
    let count = size.bursts / 2;
    let samples = crowd::run(threads, count, |n| {
        let (integer, double) = arguments(n);
        info!("Logging iteration {} int {} double {}", n, integer, double);
    });
    let content = engine::finish(guard, &size.file)?;
    let lost = (bursts::calls(count) * threads as u64).saturating_sub(content.lines);
    Ok(bursts::quantiles(name, samples, ns_per_tick, lost))
}

/// What the worker takes for one thread's traffic, first alone, then beside 999 rings at rest,
/// and the memory when all of a thousand have logged.
pub(super) fn many(size: &Size) -> Result<Vec<Figure>, String> {
    let guard = engine::text(&size.file)?;
    let alone = traffic();
    let (begin, end) = (Barrier::new(1000), Barrier::new(1000));
    let (crowded, resident) = thread::scope(|scope| {
        for n in 0..THREADS - 1 {
            let (begin, end) = (&begin, &end);
            scope.spawn(move || {
                info!("thread {} is there", n);
                begin.wait();
                end.wait();
                info!("thread {} is over", n);
            });
        }
        begin.wait();
        // Until the worker has seen them all and rests again.
        thread::sleep(Duration::from_millis(200));
        let figures = (traffic(), sys::resident_bytes());
        end.wait();
        figures
    });
    let content = engine::finish(guard, &size.file)?;
    let lost = (2 * RECORDS + 2 * (THREADS - 1)).saturating_sub(content.lines);
    Ok(vec![
        Figure::new("drain_1_ring_us", alone, "us CPU a second", lost),
        Figure::new("drain_1000_rings_us", crowded, "us CPU a second", lost),
        Figure::new("rss_1000_threads_mb", resident / 1e6, "MB", lost),
    ])
}

/// A second of a record a millisecond; returns the processor time of all other threads in it.
fn traffic() -> f64 {
    let (all, own) = (sys::cpu_ns(None), sys::cpu_ns(own_thread()));
    for n in 0..RECORDS {
        info!("one of {}", n);
        thread::sleep(Duration::from_millis(1));
    }
    let (all, own) = (sys::cpu_ns(None) - all, sys::cpu_ns(own_thread()) - own);
    (all - own) / 1e3
}

/// This thread's number, as its folder says.
fn own_thread() -> Option<u64> {
    let link = fs::read_link("/proc/thread-self").ok()?;
    link.file_name()?.to_str()?.parse().ok()
}
