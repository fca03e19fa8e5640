//! B1p: each call timed alone at a million calls a second, and how long a record is on its way.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use harness::clock::{ns_per_tick, ticks};
use harness::histogram::Histogram;
use harness::values::arguments;
use harness::{Figure, Size, become_producer, open_loop};
use hydra_log::sink::{File, Sink, WriteError};
use hydra_log::{Output, info};

use super::engine;

/// Of so many lines in a batch one is looked at, and the first and the last of each batch.
const STRIDE: usize = 64;
const BEFORE_STAMP: &str = "Logging at ";

/// The record's first value is the counter at the call; the sink compares after the write.
pub(super) fn run(size: &Size) -> Result<Vec<Figure>, String> {
    let ages = Arc::new(Mutex::new(Histogram::new()));
    let sink = Timed { file: engine::open(&size.file)?, ages: Arc::clone(&ages) };
    let guard = engine::start(engine::builder().sink(Output::new(sink)))?;
    become_producer();
    let ns_per_tick = ns_per_tick();
    let samples = open_loop::run(size.seconds, ns_per_tick, |n| {
        let (integer, double) = arguments(n);
        info!(target: "bench", "Logging at {} int {} double {}", ticks(), integer, double);
    });
    let content = engine::finish(guard, &size.file)?;
    let lost = open_loop::calls(size.seconds).saturating_sub(content.lines);
    let mut figures = open_loop::quantiles("b1p", &samples, ns_per_tick, lost);
    let ages = ages.lock().unwrap_or_else(PoisonError::into_inner);
    figures.extend([("p50", 5000), ("p99", 9900), ("p999", 9990)].map(|(label, parts)| {
        #[expect(clippy::cast_precision_loss, reason = "a time")]
        let us = ages.quantile(parts) as f64 * ns_per_tick / 1e3;
        Figure::new(format!("call_to_file_{label}_us"), us, "us", lost)
    }));
    Ok(figures)
}

/// A file that notes how old lines are when they have been written.
struct Timed {
    file: File,
    ages: Arc<Mutex<Histogram>>,
}

impl Sink for Timed {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        self.file.write(lines)?;
        let now = ticks();
        let mut ages = self.ages.lock().unwrap_or_else(PoisonError::into_inner);
        let text = core::str::from_utf8(lines).unwrap_or_default();
        for line in text.lines().step_by(STRIDE).chain(text.lines().next_back()) {
            if let Some(stamp) = stamp(line) {
                ages.add(now.saturating_sub(stamp));
            }
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.file.path().display().to_string()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn stamp(line: &str) -> Option<u64> {
    let (_, behind) = line.split_once(BEFORE_STAMP)?;
    behind.split(' ').next()?.parse().ok()
}
