//! One worker and two on one sink, free to run on all cores, without a caller beside them.
//!
//! A thread that logs takes a core of its own, and on two cores leaves one for both workers. So the
//! spool is filled first, while the sink waits, and only the time from the sink's start counts.

use core::time::Duration;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

use harness::lines::Content;
use harness::values::arguments;
use harness::{Figure, Size, sys};
use hydra_log::sink::{File, Sink, WriteError};
use hydra_log::{Output, Overflow, info};

use super::engine;

const SPOOL_BYTES: usize = 256 << 20;

/// `text_1_worker_mps` and `text_2_workers_mps`.
pub(super) fn run(size: &Size) -> Result<Vec<Figure>, String> {
    sys::unpin();
    [(1, "text_1_worker_mps"), (2, "text_2_workers_mps")]
        .into_iter()
        .map(|(workers, name)| with(workers, name, size))
        .collect()
}

fn with(workers: usize, name: &str, size: &Size) -> Result<Figure, String> {
    let path = size.file.with_extension(format!("{workers}.log"));
    let door = Arc::new(Door::default());
    let sink = Held { file: engine::open(&path)?, door: Arc::clone(&door) };
    let engine = engine::builder()
        .workers(workers)
        .spool_bytes(SPOOL_BYTES)
        .stall(Duration::from_secs(60))
        .overflow(Overflow::Wait(Duration::from_secs(60)))
        .sink(Output::new(sink))
        .build()
        .map_err(|error| error.to_string())?;
    // What fits into the spool, with room to spare: 56 bytes a record there.
    let records = size.records.min(SPOOL_BYTES as u64 / 80);
    engine.scope(|| {
        for n in 0..records {
            let (integer, double) = arguments(n);
            info!(target: "bench", "Logging iteration {} int {} double {}", n, integer, double);
        }
    });
    let begin = Instant::now();
    door.open();
    engine.flush().map_err(|error| error.to_string())?;
    let seconds = begin.elapsed().as_secs_f64();
    drop(engine);
    let content = Content::of(&path).map_err(|error| error.to_string())?;
    drop(std::fs::remove_file(&path));
    let lost = records.saturating_sub(content.lines);
    #[expect(clippy::cast_precision_loss, reason = "millions, shown in three digits")]
    let millions = records as f64 / 1e6;
    Ok(Figure::new(name, millions / seconds, "M records/s", lost))
}

/// A sink that lets nothing out before its door is opened.
struct Held {
    file: File,
    door: Arc<Door>,
}

impl Sink for Held {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        self.door.wait();
        self.file.write(lines)
    }

    fn name(&self) -> String {
        self.file.path().display().to_string()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[derive(Default)]
struct Door {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Door {
    fn open(&self) {
        *self.is_open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.opened.notify_all();
    }

    fn wait(&self) {
        let is_open = self.is_open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.opened.wait_while(is_open, |is_open| !*is_open));
    }
}
