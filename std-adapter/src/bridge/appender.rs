//! Bytes that somebody else rendered, written by a worker: `tracing_appender::non_blocking`'s
//! place.
//!
//! ```
//! use hydra_log::{bridge::appender, sink::Memory};
//! let memory = Memory::new();
//! let (writer, guard) = appender::non_blocking(memory.clone())?;
//! tracing_subscriber::fmt().with_writer(writer).with_ansi(false).init();
//! tracing::info!("rendered by somebody else");
//! drop(guard);
//! assert!(memory.lines()[0].ends_with("rendered by somebody else"));
//! # Ok::<(), hydra_log::InitError>(())
//! ```

use std::io;

use hydra_log_core::emit;
use hydra_log_core::record::ValueRef;
use hydra_log_core::site::SiteKind;
use hydra_log_core::{Level, LevelFilter};
use tracing_subscriber::fmt::MakeWriter;

use crate::builder::{Builder, Output};
use crate::engine::{Engine, ThreadRings};
use crate::error::InitError;
use crate::format::{Buffer, Event, Format};
use crate::sink::Sink;

/// What one record holds: a longer write becomes several.
const PIECE_BYTES: usize = 60 << 10;

hydra_log_core::__resident_site! {
    gate RAW_GATE, site RAW: Error Level::Error, {
        target: "hydra::appender",
        layer: "",
        module: module_path!(),
        file: file!(),
        template: "{0}",
        fields: &[],
        line: line!(),
        arguments: 1,
        kind: SiteKind::Event,
    }
}

/// A writer that returns at once, and the guard that writes what is left when it is dropped.
///
/// What is written goes to the thread's ring, and from there, in the order of time, to `sink`. A
/// full ring waits as the preset `Production` does; for other settings see [`with`].
///
/// # Errors
/// What [`Builder::build`] says.
pub fn non_blocking(sink: impl Sink + 'static) -> Result<(NonBlocking, Guard), InitError> {
    with(Builder::new(), sink)
}

/// As [`non_blocking`], with the settings of a builder.
///
/// # Errors
/// What [`Builder::build`] says.
pub fn with(
    builder: Builder,
    sink: impl Sink + 'static,
) -> Result<(NonBlocking, Guard), InitError> {
    let output = Output::new(sink).format(Raw);
    let engine = builder.level(LevelFilter::Trace).sink(output).build()?;
    // As long as the process: writers may outlive the guard.
    let engine: &'static Engine = Box::leak(Box::new(engine));
    Ok((NonBlocking { engine }, Guard { engine }))
}

/// Hands bytes to a ring. Cheap to clone.
#[derive(Clone, Copy, Debug)]
pub struct NonBlocking {
    engine: &'static Engine,
}

impl io::Write for NonBlocking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.engine.scope(|| {
            for piece in bytes.chunks(PIECE_BYTES) {
                if RAW_GATE.is_on() {
                    emit::emit::<ThreadRings, _>(&RAW_GATE, &(piece, ()));
                }
            }
        });
        Ok(bytes.len())
    }

    /// Does nothing: the guard, and [`Engine::flush`], wait for the sink.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for NonBlocking {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

/// Writes what is left when it is dropped.
#[derive(Debug)]
#[must_use = "dropped at once, it stops the writer"]
pub struct Guard {
    engine: &'static Engine,
}

impl Guard {
    /// The engine behind the writer: its counts, its flush.
    #[must_use]
    pub fn engine(&self) -> &'static Engine {
        self.engine
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Whoever drops it is told by the counts.
        let _report = self.engine.shutdown(crate::engine::DROP_BOUND);
    }
}

/// The bytes as they are; losses as a line.
struct Raw;

impl Format for Raw {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        match event.record.values().next() {
            Some(Ok(ValueRef::Bytes(bytes))) => out.push_bytes(bytes),
            _ => crate::format::Text::new().write(event, out),
        }
    }
}
