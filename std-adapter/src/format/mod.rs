//! What a record looks like in the output: one line each, whatever is in it.
//!
//! A [`Format`] gets an [`Event`] (a record, its callsite, its thread) and appends a line to a
//! [`Buffer`]. [`Text`] is for people, [`Json`] for programs.
//!
//! Nothing that a value holds can end a line, forge one, or talk to the terminal: control
//! characters are escaped, in values as in the program's own texts.

mod buffer;
mod copy;
mod escape;
mod event;
mod fields;
#[cfg(test)]
mod fixture;
mod json;
mod json_value;
mod room;
mod site_info;
mod text;
mod time;

pub use self::buffer::Buffer;
pub use self::event::{Event, ThreadInfo};
pub use self::json::Json;
pub use self::site_info::{Field, SiteInfo, Template};
pub use self::text::Text;

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
}
