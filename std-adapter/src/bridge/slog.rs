//! `slog`'s records: level, tag, message and key-values, those of the logger too.
//!
//! ```
//! use slog::{Drain as _, info, o};
//! # use hydra_log::{Builder, bridge::slog::Drain, sink::Memory};
//! let memory = Memory::new();
//! let engine = Builder::new().sink(memory.clone()).build()?;
//! let logger = slog::Logger::root(Drain.fuse(), o!("part" => "net"));
//! engine.scope(|| info!(logger, "hello {}", "world"; "user" => 7));
//! engine.flush()?;
//! assert!(memory.lines()[0].ends_with(": hello world user=7 part=net"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use core::cell::Cell;
use core::fmt;

use hydra_log_core::Level;
use hydra_log_core::emit;
use hydra_log_core::record::Measured;
use hydra_log_core::value::{Given, Rendered, Take};
use slog::{KV, Key, OwnedKVList, Record, Serializer};

use super::called::{Called, hash_on};
use super::sites::record_bare;
use crate::engine::ThreadRings;

/// The drain. Its records go where the calling thread's records of our macros go.
///
/// It needs no `slog_async` in front: it does not wait for a sink.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drain;

impl slog::Drain for Drain {
    type Ok = ();
    type Err = slog::Never;

    fn log(&self, record: &Record<'_>, logger: &OwnedKVList) -> Result<(), slog::Never> {
        let call = Call { record, logger, names: Cell::new(0) };
        let measured = Measured::of(&call);
        let level = ours(record.level());
        let target = if record.tag().is_empty() { record.module() } else { record.tag() };
        let called = Called {
            level,
            target,
            module: record.module(),
            file: record.file(),
            line: record.line(),
            names: call.names.get(),
        };
        match called.site(|| call.all_names()) {
            Some(site) if site.gate.is_on() => {
                emit::emit_measured::<ThreadRings, _>(site.gate, &call, measured);
            }
            Some(_) => {}
            None => record_bare(level, target, *record.msg()),
        }
        Ok(())
    }
}

fn ours(level: slog::Level) -> Level {
    match level {
        slog::Level::Critical | slog::Level::Error => Level::Error,
        slog::Level::Warning => Level::Warn,
        slog::Level::Info => Level::Info,
        slog::Level::Debug => Level::Debug,
        slog::Level::Trace => Level::Trace,
    }
}

/// One call: its message first, then its values, then the logger's.
struct Call<'a> {
    record: &'a Record<'a>,
    logger: &'a OwnedKVList,
    names: Cell<u64>,
}

impl Call<'_> {
    fn visit(&self, serializer: &mut dyn Serializer) {
        // What fails to say its value is left out, as it is each time.
        let _own = self.record.kv().serialize(self.record, serializer);
        let _others = self.logger.serialize(self.record, serializer);
    }

    fn all_names(&self) -> Vec<String> {
        let mut names = Names(Vec::new());
        self.visit(&mut names);
        names.0
    }
}

impl Given for Call<'_> {
    fn give(&self, to: &mut impl Take) {
        let message = *self.record.msg();
        match message.as_str() {
            Some(text) => to.take(text),
            None => to.take(&Rendered(message)),
        }
        let mut values = Values { to, names: 0 };
        self.visit(&mut values);
        self.names.set(values.names);
    }
}

struct Names(Vec<String>);

impl Serializer for Names {
    fn emit_arguments(&mut self, key: Key, _: &fmt::Arguments<'_>) -> slog::Result {
        self.0.push(AsRef::<str>::as_ref(&key).to_owned());
        Ok(())
    }
}

/// Hands values on, and hashes their names.
struct Values<'t, T> {
    to: &'t mut T,
    names: u64,
}

macro_rules! values {
    ($($name:ident: $type:ty,)*) => {$(
        fn $name(&mut self, key: Key, value: $type) -> slog::Result {
            self.names = hash_on(self.names, AsRef::<str>::as_ref(&key));
            self.to.take(&value);
            Ok(())
        }
    )*};
}

impl<T: Take> Serializer for Values<'_, T> {
    values! {
        emit_usize: usize,
        emit_isize: isize,
        emit_bool: bool,
        emit_char: char,
        emit_u8: u8,
        emit_i8: i8,
        emit_u16: u16,
        emit_i16: i16,
        emit_u32: u32,
        emit_i32: i32,
        emit_f32: f32,
        emit_u64: u64,
        emit_i64: i64,
        emit_f64: f64,
        emit_u128: u128,
        emit_i128: i128,
        emit_str: &str,
    }

    fn emit_unit(&mut self, key: Key) -> slog::Result {
        self.names = hash_on(self.names, AsRef::<str>::as_ref(&key));
        self.to.take(&());
        Ok(())
    }

    fn emit_none(&mut self, key: Key) -> slog::Result {
        self.names = hash_on(self.names, AsRef::<str>::as_ref(&key));
        self.to.take(&None::<u64>);
        Ok(())
    }

    fn emit_arguments(&mut self, key: Key, value: &fmt::Arguments<'_>) -> slog::Result {
        self.names = hash_on(self.names, AsRef::<str>::as_ref(&key));
        self.to.take(&Rendered(*value));
        Ok(())
    }
}
