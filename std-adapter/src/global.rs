//! The process's own engine: installed once, flushed at every exit.

use core::time::Duration;
use std::io::Write;
use std::panic;
use std::sync::{Mutex, OnceLock};

use hydra_log_core::site::{self, SiteKind};

use crate::builder::Builder;
use crate::engine::shared::Shared;
use crate::engine::{Engine, Flushing, lock, worker};
use crate::error::{FlushError, InitError};
use crate::filter::Filter;
use crate::preset::Preset;
use crate::stats::{Report, Stats};
use crate::sys;

/// How long the end of the process, or a panic, waits for the sinks.
const EXIT_BOUND: Duration = Duration::from_secs(5);

static ENGINE: OnceLock<Engine> = OnceLock::new();

/// One `init` at a time.
static INSTALLING: Mutex<()> = Mutex::new(());

/// The process's engine.
pub(crate) fn engine() -> Option<&'static Shared> {
    ENGINE.get().map(Engine::shared)
}

/// The process's engine, as a program has it.
#[cfg(feature = "log")]
pub(crate) fn engine_handle() -> Option<&'static Engine> {
    ENGINE.get()
}

/// Makes the engine that `build` starts the process's.
pub(crate) fn install(
    build: impl FnOnce() -> Result<Engine, InitError>,
) -> Result<Guard, InitError> {
    let _one = lock(&INSTALLING);
    if ENGINE.get().is_some() {
        return Err(InitError::AlreadyInstalled);
    }
    let engine = ENGINE.get_or_init({
        let built = build()?;
        || built
    });
    // Where the system has no such hook, the guard and `shutdown` are what writes at the end.
    let _hooked = sys::exit::at_exit(at_exit);
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        engine.ask_for_recorder();
        flush_at_exit();
        previous(info);
    }));
    Ok(Guard { engine: Some(engine) })
}

extern "C" fn at_exit() {
    // A panic must not leave a C function.
    let _flushed = panic::catch_unwind(flush_at_exit);
    if let Some(shared) = engine().and_then(Shared::living_already) {
        shared.control.end_listening();
    }
}

/// A flush that may come from anywhere: also from a worker, which must not wait for itself.
pub(crate) fn flush_at_exit() {
    if let Some(engine) = ENGINE.get().filter(|_| !worker::is_worker()) {
        engine.tell_limits();
        // Whoever exits is told by the counts, not here.
        let _in_time = engine.flush_within(EXIT_BOUND);
    }
}

/// Starts logging with no configuration: coloured text to a terminal and JSON lines to anything
/// else (on standard error), the filter from `HYDRA_LOG` or `RUST_LOG`, the preset from
/// `HYDRA_LOG_PRESET`.
///
/// Never panics. What can't be understood is said on standard error and left out; so is a target
/// that nothing in the program logs to, with the nearest that exists, and a second `init`.
///
/// ```
/// let guard = hydra_log::init();
/// hydra_log::info!("ready", port = 8080);
/// # drop(guard);
/// ```
#[expect(clippy::must_use_candidate, reason = "dropped at once, it only flushes earlier")]
pub fn init() -> Guard {
    match try_init() {
        Ok(guard) => guard,
        Err(error) => {
            warn(&error.to_string());
            Guard { engine: None }
        }
    }
}

fn try_init() -> Result<Guard, InitError> {
    let builder = preset_from_environment().map_or_else(Builder::new, Builder::preset);
    match filter_from_environment() {
        Some(filter) => builder.filter_by(filter).try_init(),
        None => builder.try_init(),
    }
}

/// The preset in `HYDRA_LOG_PRESET`.
fn preset_from_environment() -> Option<Preset> {
    let name = std::env::var("HYDRA_LOG_PRESET").ok().filter(|name| !name.is_empty())?;
    let preset = name.parse();
    if preset.is_err() {
        warn(&InitError::Preset { name }.to_string());
    }
    preset.ok()
}

/// The filter in `HYDRA_LOG`, or else in `RUST_LOG`, as far as it can be read. `None` if there is
/// nothing that can: a slip of the pen must not switch everything off.
fn filter_from_environment() -> Option<Filter> {
    let (filter, mut warnings) = Filter::parse(&directives_from_environment()?);
    let calls = site::sites().iter().filter(|site| site.kind == SiteKind::Event);
    warnings.extend(filter.unknown_targets(calls.map(|site| site.target)));
    warnings.iter().for_each(|warning| warn(&warning.to_string()));
    (!filter.is_empty()).then_some(filter)
}

fn directives_from_environment() -> Option<String> {
    ["HYDRA_LOG", "RUST_LOG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|directives| !directives.trim().is_empty())
}

fn warn(message: &str) {
    // There is nowhere else to say it.
    let _said = writeln!(std::io::stderr(), "hydra: {message}");
}

/// What `init` returns. It may be dropped, kept, leaked or forgotten: what was logged is written
/// in any case, at a normal return, at `process::exit` and at a panic.
#[derive(Debug)]
pub struct Guard {
    engine: Option<&'static Engine>,
}

impl Guard {
    /// The process's engine; `None` if this guard's `init` failed.
    #[must_use]
    pub fn engine(&self) -> Option<&'static Engine> {
        self.engine
    }

    /// Waits until everything that was logged before is written.
    ///
    /// # Errors
    /// [`FlushError`] when that takes more than 30 s.
    pub fn flush(&self) -> Result<(), FlushError> {
        self.engine.map_or(Ok(()), Engine::flush)
    }

    /// A future that is ready when everything that was logged before is written; `None` if this
    /// guard's `init` failed.
    #[must_use]
    pub fn flush_async(&self) -> Option<Flushing> {
        self.engine.map(Engine::flush_async)
    }

    /// Everything that is counted.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.engine.map(Engine::stats).unwrap_or_default()
    }

    /// Writes what was logged, stops the workers and takes no more records; waits not longer than
    /// `bound`.
    #[must_use = "the report says what was not written"]
    pub fn shutdown(self, bound: Duration) -> Report {
        self.engine.map(|engine| engine.shutdown(bound)).unwrap_or_default()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A guard whose `init` failed answers for nothing, though another engine may run.
        if self.engine.is_some() {
            flush_at_exit();
        }
    }
}
