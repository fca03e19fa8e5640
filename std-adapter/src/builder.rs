//! Putting an engine together.

#[cfg(feature = "config")]
mod configured;
mod control;
mod output;
mod route;
mod safety;
mod start;

use self::output::Lasting;
pub use self::output::Output;
pub(crate) use self::start::{Plan, start};

use core::fmt;
use core::time::Duration;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use hydra_log_core::LevelFilter;
use hydra_log_core::record;
use hydra_log_core::spool;

use crate::control::Settings as ControlSettings;
use crate::crash::{self, RecoverError, recovery};
use crate::delivery::{Deliveries, Delivery};
use crate::engine::Engine;
use crate::engine::shared::OnError;
use crate::error::{Error, InitError};
use crate::filter::Filter;
use crate::global::{self, Guard};
use crate::layers::Layer;
use crate::limit::Rule;
use crate::preset::{Overflow, Preset, PresetName, Settings};
use crate::redact::Redaction;
use crate::sys::ticks;

/// Rings smaller than this hold too few records to be drained in time.
const LEAST_RING_BYTES: usize = 4 << 10;

/// Rings larger than this only cost cache.
const MOST_RING_BYTES: usize = 1 << 30;

/// The longest record, four times over, is what a spool has to hold at least.
pub(crate) const LEAST_SPOOL_BYTES: usize =
    ((record::MAX_BYTES + spool::ENTRY_HEADER) * 4).next_power_of_two();

/// More workers than this for one sink only wait for each other's turn.
const MOST_WORKERS: usize = 16;

/// Puts an engine together: a preset, and what is to be different.
///
/// ```no_run
/// use hydra_log::{Builder, Preset, sink::File};
/// let _guard = Builder::preset(Preset::Production)
///     .filter("warn,my_app=debug")?
///     .sink(File::open("app.log")?)
///     .try_init()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "an engine starts with `try_init` or `build`"]
pub struct Builder {
    settings: Settings,
    filter: Option<Filter>,
    outputs: Vec<Output>,
    on_error: Option<OnError>,
    crash_proof: Option<PathBuf>,
    /// Whether the process's logger outlives the process where nobody named a directory.
    outlives: bool,
    deliveries: Deliveries,
    layers: Vec<Layer>,
    redaction: Option<Redaction>,
    unknown_preset: Option<String>,
    control: ControlSettings,
    limits: Vec<Rule>,
}

impl Default for Builder {
    fn default() -> Self {
        Self::of(Preset::default())
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("settings", &self.settings)
            .field("outputs", &self.outputs)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// A builder with the settings of the preset `Production`, in plain memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// A builder with the settings of a preset.
    ///
    /// A name is that of a preset in configuration, or of one of the program's own; see
    /// [`register_preset`](crate::register_preset). One that nobody knows is told by
    /// [`build`](Self::build).
    ///
    /// Who asks for `Production` by name, and starts by [`try_init`](Self::try_init), gets
    /// [crash-proof](Self::crash_proof) rings in the
    /// [default directory](crate::crash::default_directory), where there is one.
    pub fn preset(preset: impl Into<PresetName>) -> Self {
        let name = preset.into();
        let outlives = name.is(Preset::Production);
        let (builder, unknown) = name.builder();
        Self { unknown_preset: unknown, outlives, ..builder }
    }

    pub(crate) fn of(preset: Preset) -> Self {
        Self {
            settings: preset.settings(),
            unknown_preset: None,
            layers: Vec::new(),
            redaction: None,
            filter: None,
            outputs: Vec::new(),
            on_error: None,
            crash_proof: None,
            outlives: false,
            deliveries: Deliveries::new(),
            control: ControlSettings::default(),
            limits: Vec::new(),
        }
    }

    /// Which records pass, in the grammar of `RUST_LOG`: `warn,my_app::net=debug`.
    ///
    /// # Errors
    /// [`InitError::Filter`] for a word that is no level and a directive that can't be read.
    pub fn filter(mut self, directives: &str) -> Result<Self, InitError> {
        let filter = Filter::parse_strict(directives)
            .map_err(|error| InitError::Filter { message: error.to_string() })?;
        self.filter = Some(filter);
        Ok(self)
    }

    /// As [`filter`](Self::filter), with a filter that was made before.
    pub fn filter_by(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Which level passes, whatever the target.
    pub fn level(self, level: LevelFilter) -> Self {
        self.filter_by(Filter::at(level))
    }

    /// Adds somewhere to write: a sink, or an [`Output`] with a format and a level of its own.
    pub fn sink(mut self, output: impl Into<Output>) -> Self {
        self.outputs.push(output.into());
        self
    }

    /// Adds a layer: see [`layers`](crate::layers).
    pub fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    /// Redacts what all outputs write that have no redaction of their own, nor of their layer: see
    /// [`redact`](crate::redact).
    pub fn redact(mut self, redaction: Redaction) -> Self {
        self.redaction = Some(redaction);
        self
    }

    /// How many threads render and write for each sink; with 0, calls to
    /// [`Engine::drain_once`](crate::Engine::drain_once), to `flush`, and full rings do it.
    pub fn workers(mut self, count: usize) -> Self {
        self.settings.workers = count;
        self
    }

    /// The bytes of a thread's first ring, a power of two.
    pub fn ring_bytes(mut self, bytes: usize) -> Self {
        self.settings.ring_bytes = bytes;
        self.settings.max_ring_bytes = self.settings.max_ring_bytes.max(bytes);
        self
    }

    /// How far a thread's ring grows when it is full, in bytes, a power of two.
    pub fn max_ring_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_ring_bytes = bytes;
        self
    }

    /// The bytes of all rings together. Threads beyond it share one ring.
    pub fn budget_bytes(mut self, bytes: usize) -> Self {
        self.settings.budget_bytes = bytes;
        self
    }

    /// The bytes between the drain and the sinks, a power of two.
    pub fn spool_bytes(mut self, bytes: usize) -> Self {
        self.settings.spool_bytes = bytes;
        self
    }

    /// What happens to a record of class `BestEffort` whose ring is full.
    pub fn overflow(self, overflow: Overflow) -> Self {
        self.chain(Delivery::BestEffort, overflow)
    }

    /// How long a sink may make no progress, while others wait for it, before it is skipped.
    pub fn stall(mut self, bound: Duration) -> Self {
        self.settings.stall = bound;
        self
    }

    /// Keeps rings and spool where they outlive the process, in a file in this directory, and
    /// writes out what earlier processes left there when they died: see [`crash`](crate::crash).
    ///
    /// The directory is made if it is not there; it belongs to this program alone. It should be on
    /// a memory file system, as [`crash::default_directory`](crate::crash::default_directory) is.
    /// Where no such file can be made, the engine starts without, and says so: through the
    /// `on_error` hook, and in [`Stats::not_crash_proof`](crate::Stats::not_crash_proof).
    pub fn crash_proof(mut self, directory: impl Into<PathBuf>) -> Self {
        self.crash_proof = Some(directory.into());
        self
    }

    /// Keeps rings and spool in plain memory, also with the preset `Production`.
    ///
    /// For programs that run several times at once with sinks that differ: each start would write
    /// out to its own sinks what another one left.
    ///
    /// ```
    /// use hydra_log::{Builder, Preset, sink::Memory};
    /// let builder = Builder::preset(Preset::Production).plain_memory();
    /// let guard = builder.sink(Memory::new()).try_init()?;
    /// assert_eq!(guard.stats().crash_proof_bytes, 0);
    /// # Ok::<(), hydra_log::InitError>(())
    /// ```
    pub fn plain_memory(mut self) -> Self {
        (self.crash_proof, self.outlives) = (None, false);
        self
    }

    /// Is told of the engine's own failures, on the thread that meets them. Without it, they go to
    /// standard error, at most one a second.
    pub fn on_error(mut self, hook: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_error = Some(Arc::new(hook));
        self
    }

    /// Starts the engine and makes it the process's logger.
    ///
    /// # Errors
    /// [`InitError`]; [`InitError::AlreadyInstalled`] if there is one.
    pub fn try_init(mut self) -> Result<Guard, InitError> {
        if self.outlives && self.crash_proof.is_none() {
            self.crash_proof = crash::default_directory();
        }
        global::install(|| self.build())
    }

    /// Starts an engine beside others. Threads log to it inside
    /// [`Engine::scope`](crate::Engine::scope).
    ///
    /// # Errors
    /// [`InitError`] for settings that can't work and for what the system refuses.
    pub fn build(mut self) -> Result<Engine, InitError> {
        self.check()?;
        ticks::choose();
        let router = self.route()?;
        let mut problems = Vec::new();
        let recovered = self.recover(&mut problems);
        let plan = Plan {
            filter: self.filter.unwrap_or_else(|| Filter::at(self.settings.level)),
            deliveries: self.deliveries,
            router,
            settings: self.settings,
            on_error: self.on_error,
            crash_proof: self.crash_proof,
            control: self.control,
            limits: self.limits,
            outputs: self.outputs.into_iter().map(Lasting::new).collect(),
        };
        Ok(Engine::new(start(plan, recovered, problems)?))
    }

    /// Writes what dead processes left; how many records that was.
    fn recover(&mut self, problems: &mut Vec<Error>) -> u64 {
        let Some(directory) = &self.crash_proof else { return 0 };
        let found = match recovery::run(directory, &mut self.outputs, false) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return 0,
            Err(error) => {
                let (path, source) = (directory.clone(), RecoverError::System(error));
                problems.push(Error::Recovery { path, source });
                return 0;
            }
        };
        let records = found.iter().map(|process| process.records).sum();
        problems.extend(found.into_iter().filter_map(|process| {
            let (path, source) = (process.path, process.error?);
            Some(Error::Recovery { path, source })
        }));
        records
    }

    fn check(&self) -> Result<(), InitError> {
        if let Some(name) = self.unknown_preset.clone() {
            return Err(InitError::Preset { name });
        }
        if let Some(error) = &self.control.wrong_limit {
            return Err(InitError::Limit { message: error.to_string() });
        }
        let Settings { ring_bytes, max_ring_bytes, spool_bytes, recorder_bytes, workers, .. } =
            self.settings;
        capacity("ring_bytes", ring_bytes, LEAST_RING_BYTES)?;
        capacity("max_ring_bytes", max_ring_bytes, LEAST_RING_BYTES)?;
        capacity("spool_bytes", spool_bytes, LEAST_SPOOL_BYTES)?;
        capacity("recorder_bytes", recorder_bytes, LEAST_SPOOL_BYTES)?;
        count("workers a sink", workers, MOST_WORKERS)?;
        count("sinks", self.outputs.len(), spool::MAX_READERS)
    }
}

fn capacity(setting: &'static str, bytes: usize, least: usize) -> Result<(), InitError> {
    if bytes.is_power_of_two() && (least..=MOST_RING_BYTES).contains(&bytes) {
        return Ok(());
    }
    Err(InitError::Capacity { setting, bytes, least, most: MOST_RING_BYTES })
}

fn count(setting: &'static str, count: usize, most: usize) -> Result<(), InitError> {
    if count <= most { Ok(()) } else { Err(InitError::TooMany { setting, count, most }) }
}
