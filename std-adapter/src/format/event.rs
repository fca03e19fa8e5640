//! What a format gets to see of one record.

use core::fmt;

use hydra_log_core::Level;
use hydra_log_core::record::RecordRef;
use hydra_log_core::render::Types;

use super::SiteInfo;

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
