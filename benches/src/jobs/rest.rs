//! What the engine costs a program that hardly logs: memory, the first line, an idle processor.

use core::time::Duration;
use std::thread;
use std::time::Instant;

use harness::{Figure, Size, sys};
use hydra_log::info;

use super::engine;

const IDLE: Duration = Duration::from_secs(5);

/// From before the engine is built until the first line is in the file; then at rest.
pub(super) fn run(size: &Size) -> Result<Vec<Figure>, String> {
    let before = sys::resident_bytes();
    let begin = Instant::now();
    let guard = engine::text(&size.file)?;
    info!("the first line of {}", "a program");
    guard.flush().map_err(|error| error.to_string())?;
    let first = begin.elapsed().as_secs_f64();
    thread::sleep(Duration::from_millis(300));
    let resident = sys::resident_bytes();
    let busy = sys::cpu_ns(None);
    thread::sleep(IDLE);
    let busy = (sys::cpu_ns(None) - busy) / 1e9 / IDLE.as_secs_f64();
    let lost = 1 - engine::finish(guard, &size.file)?.lines.min(1);
    Ok(vec![
        Figure::new("rest_rss_mb", resident / 1e6, "MB", lost),
        Figure::new("rest_rss_before_mb", before / 1e6, "MB", 0),
        Figure::new("first_line_ms", first * 1e3, "ms", lost),
        Figure::new("idle_cpu", busy * 1e2, "percent", lost),
    ])
}
