//! What a format gets to see of one record.

use core::fmt;

use hydra_log_core::Level;
use hydra_log_core::record::{RecordRef, ValueRef};
use hydra_log_core::render::{self, Types, Verbatim};

use super::{Field, SiteInfo, Template};

/// One record on its way to a sink.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    /// When the call was made: nanoseconds since the Unix epoch.
    pub time_ns: u64,
    /// How severe it is.
    pub level: Level,
    /// The call's place in the program.
    pub site: &'a SiteInfo,
    /// The record: flags and values.
    pub record: RecordRef<'a>,
    /// Who made the call.
    pub thread: &'a ThreadInfo,
    /// Names of stored structs.
    pub types: &'a dyn Types,
    /// Whether a process that died left it, and recovery writes it.
    pub recovered: bool,
}

impl<'a> Event<'a> {
    /// A field's value as it was stored; `None` if there is no such field.
    ///
    /// ```
    /// use hydra_log::{Builder, Output, info, sink::Memory};
    /// use hydra_log_core::record::ValueRef;
    /// let memory = Memory::new();
    /// let output = Output::new(memory.clone())
    ///     .only(|event| matches!(event.value("status"), Some(ValueRef::I32(500..))));
    /// let engine = Builder::new().sink(output).build()?;
    /// engine.scope(|| {
    ///     info!(status = 503, "kept");
    ///     info!(status = 200, "not kept");
    ///     info!("not kept either");
    /// });
    /// engine.flush()?;
    /// assert_eq!(memory.lines().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn value(&self, key: &str) -> Option<ValueRef<'a>> {
        self.record.get(self.field(key)?.argument()?)?.ok()
    }

    /// A field's value as it would be shown; `None` if there is no such field.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        self.field(key).map(|field| self.rendered(&field.value))
    }

    /// The message as it would be shown, without escapes.
    #[must_use]
    pub fn message(&self) -> String {
        self.rendered(&self.site.message)
    }

    fn field(&self, key: &str) -> Option<&'a Field> {
        self.site.fields.iter().find(|field| &*field.key == key)
    }

    fn rendered(&self, template: &Template) -> String {
        let mut text = String::new();
        let out = &mut Verbatim(&mut text);
        // A `String` takes everything.
        let _written = render::message(out, template.pieces(), &self.record, self.types);
        text
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("time_ns", &self.time_ns)
            .field("level", &self.level)
            .field("site", self.site)
            .field("record", &self.record)
            .field("thread", self.thread)
            .field("recovered", &self.recovered)
            .finish_non_exhaustive()
    }
}

/// A thread, as the system and the program know it.
///
/// ```
/// use hydra_log::format::ThreadInfo;
/// let nobody = ThreadInfo::default();
/// assert_eq!((nobody.id, nobody.name), (0, None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadInfo {
    /// The system's number for it; 0 if unknown.
    pub id: u64,
    /// Its name, if it has one.
    pub name: Option<String>,
}
