//! The handle of an engine: what a program does with it.

use core::fmt;
use core::mem::ManuallyDrop;
use core::time::Duration;
use std::thread;
use std::time::Instant;

use hydra_log_core::{LevelFilter, backend, ord};

use crate::delivery::Deliveries;
use crate::engine::flush::Flushing;
use crate::engine::shared::Shared;
use crate::engine::sink_lane::SinkLane;
use crate::engine::{ThreadRings, fork, gates, lock, producer};
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
    /// In a forked child, that of its parent.
    shared: &'static Shared,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sinks: Vec<_> = self.shared.sinks.iter().map(|sink| sink.name()).collect();
        f.debug_struct("Engine").field("sinks", &sinks).finish_non_exhaustive()
    }
}

impl Engine {
    pub(crate) fn new(shared: &'static Shared) -> Self {
        fork::watch();
        // Before any gate is on: calls of libraries that know only the core find this backend.
        backend::install_for::<ThreadRings>();
        gates::join(shared);
        Self { shared }
    }

    /// The engine for who may use it but does not own it.
    pub(crate) fn lent(shared: &'static Shared) -> ManuallyDrop<Self> {
        ManuallyDrop::new(Self { shared })
    }

    pub(crate) fn shared(&self) -> &'static Shared {
        self.shared
    }

    /// What runs; in a forked child that has logged nothing, nothing does.
    fn running(&self) -> Option<&'static Shared> {
        self.shared.living_already()
    }

    /// What a program changes; in a forked child it is made for that.
    pub(crate) fn changed(&self) -> &'static Shared {
        self.shared.living().unwrap_or(self.shared)
    }

    /// Runs `f` with this thread's records going to this engine.
    pub fn scope<R>(&self, f: impl FnOnce() -> R) -> R {
        producer::scoped(self.changed(), f)
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
        self.running().map_or(Ok(()), |shared| Flushing::new(shared).wait(Instant::now() + bound))
    }

    /// A future that is ready when everything that was logged before is written. It needs no
    /// runtime.
    pub fn flush_async(&self) -> Flushing {
        Flushing::new(self.running().unwrap_or(self.shared))
    }

    /// Drains and writes everything that was logged before, on this thread. Returns how many
    /// records left the rings. For engines without workers; harmless with them.
    #[expect(clippy::must_use_candidate, reason = "what counts is what it writes")]
    pub fn drain_once(&self) -> usize {
        self.running().map_or(0, |shared| shared.write_out(Instant::now() + FLUSH_BOUND))
    }

    /// Everything that is counted.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.running().map(Shared::stats).unwrap_or_default()
    }

    /// How the engine feels: what a full ring does now, how full rings are, how old the oldest
    /// record is.
    #[must_use]
    pub fn health(&self) -> Health {
        self.running().map(Shared::health).unwrap_or_default()
    }

    /// Sets which records have which class, on every thread, from the next call on.
    pub fn set_deliveries(&self, deliveries: Deliveries) {
        self.changed().set_deliveries(deliveries);
        gates::refresh();
    }

    /// Writes what the flight recorder keeps, in order, with the drain's next pass. A
    /// [`flush`](Self::flush) afterwards waits for it.
    pub fn write_recorder(&self) {
        if let Some(shared) = self.running() {
            shared.ask_for_recorder();
            shared.parking.call_all();
        }
    }

    /// The next flush tells of everything that limits kept back.
    pub(crate) fn tell_limits(&self) {
        if let Some(shared) = self.running() {
            shared.tell_limits.store(true, ord::gate());
        }
    }

    /// As [`write_recorder`](Self::write_recorder), from where nothing may wait.
    pub(crate) fn ask_for_recorder(&self) {
        if let Some(shared) = self.running() {
            shared.ask_for_recorder();
        }
    }

    /// Sets which records pass, on every thread, from the next call on.
    pub fn set_filter(&self, filter: Filter) {
        self.changed().set_filter(filter);
        gates::refresh();
    }

    /// Sets a layer's own level, on every thread, from the next call on; `None` leaves it to the
    /// filter. `false` if there is no such layer.
    #[expect(clippy::must_use_candidate, reason = "a layer that is not there may be no mistake")]
    pub fn set_layer_level(&self, layer: &str, level: Option<LevelFilter>) -> bool {
        let router = self.changed().router.as_ref();
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
        let Some(shared) = self.running() else {
            // What its parent logged is its parent's, and the child logs nothing from here on.
            self.shared.stopping.store(true, ord::stop());
            return Report::default();
        };
        gates::leave(shared);
        shared.control.end();
        shared.tell_limits.store(true, ord::gate());
        let _in_time = Flushing::new(shared).wait(deadline - bound / 4);
        shared.stopping.store(true, ord::stop());
        shared.parking.call_all();
        if shared.settings.workers == 0 && shared.sinks.iter().any(SinkLane::holds) {
            let _in_time = Flushing::new(shared).wait(deadline);
        }
        for worker in lock(&shared.workers).drain(..) {
            while !worker.is_finished() && Instant::now() < deadline {
                thread::sleep(Duration::from_micros(100));
            }
            if worker.is_finished() {
                // Workers catch the panics of sinks and formats; one that died has told already.
                let _ended = worker.join();
            }
        }
        for sink in &shared.sinks {
            sink.end(shared);
        }
        let report = shared.stats().report();
        if report.pending == 0
            && let Some(store) = shared.memory.store
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
        let is_running = |shared: &Shared| !shared.stopping.load(ord::stop_seen());
        if self.running().is_none_or(is_running) {
            self.shutdown(DROP_BOUND);
        }
    }
}
