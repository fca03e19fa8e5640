//! What several formats need: rendering in a dialect, severities, the host's name.

use core::cell::Cell;
use std::sync::LazyLock;

use hydra_log_core::Level;
use hydra_log_core::record::Flags;

use super::escape::{Dialect, Escaped};
use super::room::Room;
use super::site_info::Template;
use super::{Buffer, Event};

/// Appends a template with the record's values, escaped.
pub(super) fn render<D: Dialect>(event: &Event<'_>, template: &Template, out: &mut Buffer) {
    let mut room = Room::new(event, None, out);
    let mut escaped = Escaped::<D, true>::new(out);
    let rendered = room.message(&mut escaped, None, template, &event.record, event.types);
    debug_assert!(rendered.is_ok(), "a buffer takes everything");
}

/// What is special about a record: each mark's name.
pub(super) fn marks(event: &Event<'_>) -> impl Iterator<Item = &'static str> {
    let flags = event.record.flags();
    let marks = [
        ("late", flags.contains(Flags::OUT_OF_ORDER)),
        ("cut", flags.contains(Flags::CUT)),
        ("recovered", event.recovered),
    ];
    marks.into_iter().filter_map(|(name, is_set)| is_set.then_some(name))
}

/// Syslog's severity.
pub(super) fn severity(level: Level) -> u64 {
    match level {
        Level::Error => 3,
        Level::Warn => 4,
        Level::Info => 6,
        Level::Debug | Level::Trace => 7,
    }
}

/// This host's name, as far as it is known.
pub(super) fn host() -> &'static str {
    static HOST: LazyLock<String> = LazyLock::new(|| {
        let found = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let found = found.or_else(|| std::env::var("HOSTNAME").ok());
        let found = found.or_else(|| std::env::var("COMPUTERNAME").ok()).unwrap_or_default();
        word(&found, "localhost")
    });
    &HOST
}

/// This program's name.
pub(super) fn program() -> &'static str {
    static PROGRAM: LazyLock<String> = LazyLock::new(|| {
        let path = std::env::current_exe().unwrap_or_default();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        word(&name, "program")
    });
    &PROGRAM
}

/// A text without spaces and signs beyond ASCII: at most 48 bytes.
pub(super) fn word(text: &str, otherwise: &str) -> String {
    let kept: String = text.trim().chars().filter(char::is_ascii_graphic).take(48).collect();
    if kept.is_empty() { otherwise.to_owned() } else { kept }
}

/// Lends a buffer that the thread keeps, empty.
pub(super) fn with_scratch<R>(f: impl FnOnce(&mut Buffer) -> R) -> R {
    thread_local! {
        static SCRATCH: Cell<Option<Buffer>> = const { Cell::new(None) };
    }
    let mut buffer = SCRATCH.take().unwrap_or_default();
    buffer.clear();
    let result = f(&mut buffer);
    SCRATCH.set(Some(buffer));
    result
}
