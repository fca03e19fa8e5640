//! The handle of an engine: what a program does with it.

use core::fmt;
use core::time::Duration;
use std::sync::Mutex;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use hydra_log_core::{LevelFilter, backend, ord};

use crate::delivery::Deliveries;
use crate::engine::flush::Flushing;
use crate::engine::shared::Shared;
use crate::engine::sink_lane::SinkLane;
use crate::engine::{ThreadRings, gates, lock, producer};
use crate::error::FlushError;
use crate::filter::Filter;
use crate::health::Health;
use crate::stats::{Report, Stats};

/// How long [`Engine::flush`] waits.
const FLUSH_BOUND: Duration = Duration::from_secs(30);

/// How long dropping an engine waits for its sinks.
pub(crate) const DROP_BOUND: Duration = Duration::from_secs(5);

/// A running engine. Several may live in one process.
///
/// ```
/// use hydra_log::{Builder, info, sink::Memory};
/// let memory = Memory::new();
/// let engine = Builder::new().sink(memory.clone()).build()?;
/// engine.scope(|| info!("only this engine sees this"));
/// engine.flush()?;
/// assert_eq!(memory.lines().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Engine {
    shared: &'static Shared,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sinks: Vec<_> = self.shared.sinks.iter().map(|sink| sink.name()).collect();
        f.debug_struct("Engine").field("sinks", &sinks).finish_non_exhaustive()
    }
}

impl Engine {
    pub(crate) fn new(shared: &'static Shared, workers: Vec<JoinHandle<()>>) -> Self {
        // Before any gate is on: calls of libraries that know only the core find this backend.
        backend::install_for::<ThreadRings>();
        gates::join(shared);
        Self { shared, workers: Mutex::new(workers) }
    }

    pub(crate) fn shared(&self) -> &'static Shared {
        self.shared
    }

    /// Runs `f` with this thread's records going to this engine.
    pub fn scope<R>(&self, f: impl FnOnce() -> R) -> R {
        producer::scoped(self.shared, f)
    }

    /// Waits until everything that was logged before is written (or given up, counted).
    ///
    /// # Errors
    /// [`FlushError`] after 30 s; see [`flush_within`](Self::flush_within).
    pub fn flush(&self) -> Result<(), FlushError> {
        self.flush_within(FLUSH_BOUND)
    }

    /// Waits, but not longer than `bound`, until everything that was logged before is written.
    ///
    /// # Errors
    /// [`FlushError`] with the number of records that were not.
    pub fn flush_within(&self, bound: Duration) -> Result<(), FlushError> {
        Flushing::new(self.shared).wait(Instant::now() + bound)
    }

    /// A future that is ready when everything that was logged before is written. It needs no
    /// runtime.
    pub fn flush_async(&self) -> Flushing {
        Flushing::new(self.shared)
    }

    /// Drains and writes everything that was logged before, on this thread. Returns how many
    /// records left the rings. For engines without workers; harmless with them.
    pub fn drain_once(&self) -> usize {
        self.shared.write_out(Instant::now() + FLUSH_BOUND)
    }

    /// Everything that is counted.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// How the engine feels: what a full ring does now, how full rings are, how old the oldest
    /// record is.
    #[must_use]
    pub fn health(&self) -> Health {
        self.shared.health()
    }

    /// Sets which records have which class, on every thread, from the next call on.
    pub fn set_deliveries(&self, deliveries: Deliveries) {
        self.shared.set_deliveries(deliveries);
        gates::refresh();
    }

    /// Writes what the flight recorder keeps, in order, with the drain's next pass. A
    /// [`flush`](Self::flush) afterwards waits for it.
    pub fn write_recorder(&self) {
        self.shared.ask_for_recorder();
        self.shared.parking.call_all();
    }

    /// Sets which records pass, on every thread, from the next call on.
    pub fn set_filter(&self, filter: Filter) {
        self.shared.set_filter(filter);
        gates::refresh();
    }

    /// Sets a layer's own level, on every thread, from the next call on; `None` leaves it to the
    /// filter. `false` if there is no such layer.
    pub fn set_layer_level(&self, layer: &str, level: Option<LevelFilter>) -> bool {
        let router = self.shared.router.as_ref();
        let is_set = router.is_some_and(|router| router.set_level(layer, level));
        gates::refresh();
        is_set
    }

    /// Sets the level that passes, whatever the target.
    pub fn set_level(&self, level: LevelFilter) {
        self.set_filter(Filter::at(level));
    }

    /// Takes no more records, writes what was logged, and stops the workers; waits for all that
    /// not longer than `bound`. A sink that hangs is left behind with its records counted as
    /// pending. What a sink has not taken goes to its fallbacks in the last quarter of that time.
    pub fn shutdown(&self, bound: Duration) -> Report {
        let deadline = Instant::now() + bound;
        gates::leave(self.shared);
        let _in_time = Flushing::new(self.shared).wait(deadline - bound / 4);
        self.shared.stopping.store(true, ord::stop());
        self.shared.parking.call_all();
        if self.shared.settings.workers == 0 && self.shared.sinks.iter().any(SinkLane::holds) {
            let _in_time = Flushing::new(self.shared).wait(deadline);
        }
        for worker in lock(&self.workers).drain(..) {
            while !worker.is_finished() && Instant::now() < deadline {
                thread::sleep(Duration::from_micros(100));
            }
            if worker.is_finished() {
                // Workers catch the panics of sinks and formats; one that died has told already.
                let _ended = worker.join();
            }
        }
        for sink in &self.shared.sinks {
            sink.end(self.shared);
        }
        let report = self.shared.stats().report();
        if report.pending == 0
            && let Some(store) = self.shared.memory.store
        {
            // Nothing is left in it, and nobody logs any more. If it stays, the next start finds it
            // empty.
            let _removed = store.remove();
        }
        report
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if !self.shared.stopping.load(ord::stop_seen()) {
            self.shutdown(DROP_BOUND);
        }
    }
}
