//! The process's own engine: installed once, flushed at every exit.

use core::time::Duration;
use std::io::Write;
use std::panic;
use std::sync::{Mutex, OnceLock};

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
        flush_at_exit();
        previous(info);
    }));
    Ok(Guard { engine: Some(engine) })
}

extern "C" fn at_exit() {
    // A panic must not leave a C function.
    let _flushed = panic::catch_unwind(flush_at_exit);
}

/// A flush that may come from anywhere: also from a worker, which must not wait for itself.
fn flush_at_exit() {
    if let Some(engine) = ENGINE.get().filter(|_| !worker::is_worker()) {
        // Whoever exits is told by the counts, not here.
        let _in_time = engine.flush_within(EXIT_BOUND);
    }
}

/// Starts logging with no configuration: coloured text to a terminal and JSON lines to anything
/// else (on standard error), the filter from `HYDRA_LOG` or `RUST_LOG`, the preset from
/// `HYDRA_LOG_PRESET`.
///
/// Never panics. What can't be understood, and a second `init`, is said on standard error.
///
/// ```
/// let guard = hydra_log::init();
/// hydra_log::info!("ready", port = 8080);
/// # drop(guard);
/// ```
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
    let preset = match std::env::var("HYDRA_LOG_PRESET") {
        Ok(name) if !name.is_empty() => {
            name.parse::<Preset>().map_err(|_unknown| InitError::Preset { name })?
        }
        _ => Preset::default(),
    };
    let mut builder = Builder::preset(preset);
    if let Some(directives) = filter_from_environment() {
        let (filter, warnings) = Filter::parse(&directives);
        warnings.iter().for_each(|warning| warn(&warning.to_string()));
        builder = builder.filter_by(filter);
    }
    builder.try_init()
}

/// `HYDRA_LOG`, or else `RUST_LOG`, if not empty.
fn filter_from_environment() -> Option<String> {
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
        flush_at_exit();
    }
}
