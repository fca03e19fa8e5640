//! For tests of libraries: what did this code log?

use std::sync::{Arc, Mutex};

use hydra_log_core::render::{self, Verbatim};
use hydra_log_core::{Level, LevelFilter};

use crate::builder::{Builder, Output};
use crate::engine::lock;
use crate::format::{Buffer, Event, Format, Template, Text};
use crate::sink::Memory;

/// A record that was captured.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Captured {
    /// Its level.
    pub level: Level,
    /// Its target.
    pub target: String,
    /// Its layer, or empty.
    pub layer: String,
    /// Its message.
    pub message: String,
    /// Its fields in order, rendered.
    pub fields: Vec<(String, String)>,
    /// Its line in the text format, without the time.
    pub line: String,
}

impl Captured {
    /// A field's value, rendered.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str())
    }
}

/// Runs `f` and returns what it logged on this thread, every level, in order.
///
/// Other threads, other tests and the process's own engine are not disturbed.
///
/// ```
/// use hydra_log::{Level, testing, warn};
/// let records = testing::capture(|| warn!(tries = 3, "giving up on {}", "it"));
/// assert_eq!(records.len(), 1);
/// assert_eq!(records[0].level, Level::Warn);
/// assert_eq!(records[0].message, "giving up on it");
/// assert_eq!(records[0].field("tries"), Some("3"));
/// ```
///
/// # Panics
/// If the system has no memory for an engine, or `f` panics.
pub fn capture(f: impl FnOnce()) -> Vec<Captured> {
    let records = Arc::new(Mutex::new(Vec::new()));
    let collect = Collect(Arc::clone(&records));
    let engine = Builder::new()
        .workers(0)
        // Engines live as long as the process, and a test suite makes many.
        .ring_bytes(4 << 10)
        .max_ring_bytes(1 << 20)
        .level(LevelFilter::Trace)
        .sink(Output::new(Memory::new()).format(collect))
        .build();
    let engine = engine.unwrap_or_else(|error| panic!("no engine to capture with: {error}"));
    engine.scope(f);
    engine.drain_once();
    drop(engine);
    core::mem::take(&mut *lock(&records))
}

/// Keeps records instead of formatting them.
struct Collect(Arc<Mutex<Vec<Captured>>>);

impl Format for Collect {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let start = out.len();
        Text::new().write(event, out);
        let line = out.as_bytes().get(start..).unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let line = line.split_once(' ').map_or("", |(_time, rest)| rest).trim().to_owned();
        let text = |template: &Template| {
            let mut text = String::new();
            let pieces = template.pieces();
            // A string takes everything.
            let _whole =
                render::message(&mut Verbatim(&mut text), pieces, &event.record, event.types);
            text
        };
        let fields =
            event.site.fields.iter().map(|field| (field.key.to_string(), text(&field.value)));
        lock(&self.0).push(Captured {
            level: event.level,
            target: event.site.target.to_string(),
            layer: event.site.layer.to_string(),
            message: text(&event.site.message),
            fields: fields.collect(),
            line,
        });
    }
}
