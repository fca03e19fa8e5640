//! What a record looks like in the output: one line each, whatever is in it.
//!
//! A [`Format`] gets an [`Event`] (a record, its callsite, its thread) and appends a line to a
//! [`Buffer`].
//!
//! | format                              | for                                                  |
//! |-------------------------------------|------------------------------------------------------|
//! | [`Text`]                            | people, in colour where a [`Theme`] is given          |
//! | [`Pattern`]                         | people with wishes: a template, compiled once        |
//! | [`Json`]                            | programs: `tracing-subscriber`'s keys                |
//! | [`Ecs`], [`Gcp`], [`Bunyan`]        | Elastic, Google Cloud, `bunyan`                      |
//! | [`Gelf`]                            | Graylog                                              |
//! | [`Logfmt`]                          | `key=value` readers                                  |
//! | [`Csv`]                             | spreadsheets, with a header line                     |
//! | [`Rfc5424`], [`Rfc3164`]            | syslog servers, new and old                          |
//!
//! Nothing that a value holds can end a line, forge one, or talk to the terminal: control
//! characters are escaped, in values as in the program's own texts.

mod buffer;
mod colour;
mod contexts;
mod copy;
mod csv;
mod escape;
mod event;
mod fields;
#[cfg(test)]
mod fixture;
mod gelf;
mod json;
mod json_sets;
mod json_value;
mod logfmt;
mod parts;
mod pattern;
mod pattern_parse;
mod room;
mod site_info;
mod syslog;
mod text;
mod time;

pub use self::buffer::Buffer;
pub use self::colour::{ColourMode, Theme, UnknownTheme};
pub use self::contexts::Contexts;
pub use self::csv::Csv;
pub use self::event::{Event, ThreadInfo};
pub use self::gelf::Gelf;
pub use self::json::Json;
pub use self::json_sets::{Bunyan, Ecs, Gcp};
pub use self::logfmt::Logfmt;
pub use self::pattern::Pattern;
pub use self::pattern_parse::PatternError;
pub use self::site_info::{Field, SiteInfo, Template};
pub use self::syslog::{Facility, Rfc3164, Rfc5424};
pub use self::text::Text;
pub(crate) use self::time::file_date;

/// Turns records into lines.
///
/// ```
/// use core::fmt::Write;
/// use hydra_log::format::{Buffer, Event, Format};
///
/// /// Only when, and from where.
/// struct Brief;
///
/// impl Format for Brief {
///     fn write(&self, event: &Event<'_>, out: &mut Buffer) {
///         out.push_time(event.time_ns);
///         let _ = writeln!(out, " {}", event.site.target);
///     }
/// }
/// ```
pub trait Format: Send + Sync {
    /// Appends the event's line, `\n` included, and nothing else.
    fn write(&self, event: &Event<'_>, out: &mut Buffer);

    /// What stands once at the start of a file, `\n` included. Most formats need nothing.
    fn header(&self) -> Option<&str> {
        None
    }

    /// Uses these colours from now on, or none. Formats without colours do nothing.
    fn paint(&mut self, _theme: Option<Theme>) {}
}
