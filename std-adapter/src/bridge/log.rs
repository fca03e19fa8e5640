//! The `log` crate's calls: level, target, message and key-values.
//!
//! ```
//! let memory = hydra_log::sink::Memory::new();
//! let guard = hydra_log::Builder::new().sink(memory.clone()).try_init()?;
//! hydra_log::bridge::log::install()?;
//! log::info!(user = 7; "hello {}", "world");
//! guard.flush()?;
//! assert!(memory.lines()[0].ends_with(": hello world user=7"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use core::cell::Cell;

use hydra_log_core::emit;
use hydra_log_core::record::Measured;
use hydra_log_core::site::GateState;
use hydra_log_core::value::{Given, Rendered, Take};
use hydra_log_core::{Level, LevelFilter};
use log::kv::{self, VisitSource, VisitValue};

use super::called::{Called, hash_on};
use super::sites::record_bare;
use crate::control::CallInfo;
use crate::engine::{ThreadRings, added, gates};
use crate::global;

/// The logger. Its records go where the calling thread's records of our macros go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Logger;

/// Makes Hydra the logger of `log`, and keeps its maximum level at what filters let pass.
///
/// # Errors
/// `SetLoggerError` if there is a logger already.
pub fn install() -> Result<(), log::SetLoggerError> {
    log::set_logger(&Logger)?;
    added::tell(|| log::set_max_level(theirs(gates::max_level())));
    Ok(())
}

fn theirs(level: LevelFilter) -> log::LevelFilter {
    match level {
        LevelFilter::Off => log::LevelFilter::Off,
        LevelFilter::Error => log::LevelFilter::Error,
        LevelFilter::Warn => log::LevelFilter::Warn,
        LevelFilter::Info => log::LevelFilter::Info,
        LevelFilter::Debug => log::LevelFilter::Debug,
        LevelFilter::Trace => log::LevelFilter::Trace,
    }
}

fn ours(level: log::Level) -> Level {
    match level {
        log::Level::Error => Level::Error,
        log::Level::Warn => Level::Warn,
        log::Level::Info => Level::Info,
        log::Level::Debug => Level::Debug,
        log::Level::Trace => Level::Trace,
    }
}

impl log::Log for Logger {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        gates::wish(&CallInfo::of_target(ours(metadata.level()), metadata.target()))
            != GateState::Off
    }

    fn log(&self, record: &log::Record<'_>) {
        let call = Call { record, names: Cell::new(0) };
        let measured = Measured::of(&call);
        let level = ours(record.level());
        let called = Called {
            level,
            target: record.target(),
            module: record.module_path().unwrap_or_default(),
            file: record.file().unwrap_or_default(),
            line: record.line().unwrap_or(0),
            names: call.names.get(),
        };
        match called.site(|| call.all_names()) {
            Some(site) if site.gate.is_on() => {
                emit::emit_measured::<ThreadRings, _>(site.gate, &call, measured);
            }
            Some(_) => {}
            None => record_bare(level, record.target(), *record.args()),
        }
    }

    fn flush(&self) {
        if let Some(engine) = global::engine_handle() {
            // `log` has no way to say that it took too long.
            let _in_time = engine.flush();
        }
    }
}

/// One call: its message first, then its key-values.
struct Call<'a> {
    record: &'a log::Record<'a>,
    /// The names, hashed, once the values were given.
    names: Cell<u64>,
}

impl Given for Call<'_> {
    #[inline]
    fn give(&self, to: &mut impl Take) {
        let args = *self.record.args();
        match args.as_str() {
            Some(text) => to.take(text),
            None => to.take(&Rendered(args)),
        }
        let mut pairs = Pairs { to, names: 0 };
        // Errors are the source's own; what it gave so far is kept.
        let _given = self.record.key_values().visit(&mut pairs);
        self.names.set(pairs.names);
    }
}

impl Call<'_> {
    fn all_names(&self) -> Vec<String> {
        let mut names = Names(Vec::new());
        let _visited = self.record.key_values().visit(&mut names);
        names.0
    }
}

/// The names of the key-values.
struct Names(Vec<String>);

impl<'kvs> VisitSource<'kvs> for Names {
    fn visit_pair(&mut self, key: kv::Key<'kvs>, _: kv::Value<'kvs>) -> Result<(), kv::Error> {
        self.0.push(key.as_str().to_owned());
        Ok(())
    }
}

/// Hands values on, and hashes their names.
struct Pairs<'t, T> {
    to: &'t mut T,
    names: u64,
}

impl<'kvs, T: Take> VisitSource<'kvs> for Pairs<'_, T> {
    #[inline]
    fn visit_pair(&mut self, key: kv::Key<'kvs>, value: kv::Value<'kvs>) -> Result<(), kv::Error> {
        self.names = hash_on(self.names, key.as_str());
        value.visit(One { to: self.to })
    }
}

/// Hands one value on.
struct One<'t, T> {
    to: &'t mut T,
}

impl<'v, T: Take> VisitValue<'v> for One<'_, T> {
    fn visit_any(&mut self, value: kv::Value<'_>) -> Result<(), kv::Error> {
        self.to.take(&Rendered(format_args!("{value}")));
        Ok(())
    }

    fn visit_null(&mut self) -> Result<(), kv::Error> {
        self.to.take(&None::<u64>);
        Ok(())
    }

    fn visit_u64(&mut self, value: u64) -> Result<(), kv::Error> {
        self.to.take(&value);
        Ok(())
    }

    fn visit_i64(&mut self, value: i64) -> Result<(), kv::Error> {
        self.to.take(&value);
        Ok(())
    }

    fn visit_u128(&mut self, value: u128) -> Result<(), kv::Error> {
        self.to.take(&value);
        Ok(())
    }

    fn visit_i128(&mut self, value: i128) -> Result<(), kv::Error> {
        self.to.take(&value);
        Ok(())
    }

    fn visit_f64(&mut self, value: f64) -> Result<(), kv::Error> {
        self.to.take(&value);
        Ok(())
    }

    fn visit_bool(&mut self, value: bool) -> Result<(), kv::Error> {
        self.to.take(&value);
        Ok(())
    }

    fn visit_str(&mut self, value: &str) -> Result<(), kv::Error> {
        self.to.take(value);
        Ok(())
    }

    fn visit_char(&mut self, value: char) -> Result<(), kv::Error> {
        self.to.take(&value);
        Ok(())
    }
}
