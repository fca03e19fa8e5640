//! Lines as a template says, compiled once.

use core::fmt::Write;

use super::escape::{self, Plain};
use super::parts::{render, with_scratch};
use super::pattern_parse::{Item, Pad, Part, PatternError, TimeItem, parse};
use super::room::Room;
use super::text;
use super::time::{date, digits, month_name};
use super::{Buffer, Event, Format, Theme};
use crate::sys::zone;

/// Lines as a template says.
///
/// | in the template | stands for |
/// |---|---|
/// | `{time}`, `{local}` | when, in UTC or this host's zone; `{time:%H:%M:%S%.6f}` as `strftime` has it |
/// | `{level}`, `{layer}`, `{target}`, `{module}`, `{file}`, `{line}` | of the call |
/// | `{thread}`, `{thread_id}`, `{pid}` | who made it |
/// | `{message}`, `{fields}`, `{field.user}` | what it says |
/// | `{marks}` | ` [late]`, ` [cut]`, ` [recovered]` |
/// | `{level:>5}`, `{target:<20}` | padded to the right, to the left |
/// | `{{`, `}}` | braces |
///
/// Times have `%Y %m %d %H %M %S %b %z %s %.3f %.6f %.9f %f`.
///
/// ```
/// use hydra_log::{Builder, Output, format::Pattern, info, sink::Memory};
/// let format = Pattern::compile("{level:>5} [{layer}] {target}: {message} {fields}")?;
/// let memory = Memory::new();
/// let engine = Builder::new().sink(Output::new(memory.clone()).format(format)).build()?;
/// engine.scope(|| info!(target: "net", layer: "API", "up", port = 80));
/// drop(engine);
/// assert_eq!(memory.lines(), [" INFO [API] net: up port=80"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pattern {
    parts: Vec<Part>,
    theme: Option<Theme>,
}

impl Pattern {
    /// Compiles a template.
    ///
    /// # Errors
    /// [`PatternError`], which points at the fault and suggests what was meant.
    pub fn compile(template: &str) -> Result<Self, PatternError> {
        Ok(Self { parts: parse(template)?, theme: None })
    }
}

impl Format for Pattern {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Time { items, is_local } => time(items, event.time_ns, *is_local, out),
                Part::Item { item, pad } => {
                    padded(*pad, out, |out| self.item(*item, event, out));
                }
                Part::Field { key, pad } => padded(*pad, out, |out| {
                    let field = event.site.fields.iter().find(|field| *field.key == **key);
                    if let Some(field) = field {
                        render::<Plain>(event, &field.value, out);
                    }
                }),
            }
        }
        out.push_str("\n");
    }

    fn paint(&mut self, theme: Option<Theme>) {
        self.theme = theme;
    }
}

impl Pattern {
    fn item(&self, item: Item, event: &Event<'_>, out: &mut Buffer) {
        let site = event.site;
        match item {
            Item::Level => text::level(event.level, self.theme, out),
            Item::Layer => escape::push::<Plain>(out, &site.layer),
            Item::Target => escape::push::<Plain>(out, &site.target),
            Item::Module => escape::push::<Plain>(out, &site.module),
            Item::File => escape::push::<Plain>(out, &site.file),
            Item::Line => out.push_number(site.line.into()),
            Item::Thread => match &event.thread.name {
                Some(name) => escape::push::<Plain>(out, name),
                None => out.push_number(event.thread.id),
            },
            Item::ThreadId => out.push_number(event.thread.id),
            Item::Pid => out.push_number(std::process::id().into()),
            Item::Message => render::<Plain>(event, &site.message, out),
            Item::Fields => with_scratch(|fields| {
                text::fields(event, &mut Room::new(event, None, fields), fields);
                let fields = fields.as_bytes();
                out.push_bytes(fields.strip_prefix(b" ").unwrap_or(fields));
            }),
            Item::Marks => text::marks(event.record.flags(), event.recovered, out),
        }
    }
}

/// Appends what `write` does, in a column.
fn padded(pad: Pad, out: &mut Buffer, write: impl FnOnce(&mut Buffer)) {
    let start = out.len();
    write(out);
    let written = out.as_bytes().get(start..).unwrap_or_default();
    let missing = pad.width.saturating_sub(width(written));
    if missing == 0 {
        return;
    }
    let spaces = " ".repeat(missing);
    if pad.is_right {
        let text = written.to_vec();
        out.truncate(start);
        out.push_str(&spaces);
        out.push_bytes(&text);
    } else {
        out.push_str(&spaces);
    }
}

/// How many characters are seen: colours are not.
fn width(bytes: &[u8]) -> usize {
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    let mut is_command = false;
    let seen = |letter: &char| {
        let was_command = is_command;
        is_command = *letter == '\x1b' || is_command && *letter != 'm';
        !was_command && !is_command
    };
    text.chars().filter(seen).count()
}

fn time(items: &[TimeItem], time_ns: u64, is_local: bool, out: &mut Buffer) {
    let (epoch, ns) = (time_ns / 1_000_000_000, time_ns % 1_000_000_000);
    let second = if is_local { zone::local(epoch) } else { epoch };
    let (year, month, day) = date(second / 86_400);
    let in_day = second % 86_400;
    for item in items {
        match item {
            TimeItem::Literal(text) => out.push_str(text),
            TimeItem::Year => {
                out.push_bytes(&digits(year / 100));
                out.push_bytes(&digits(year % 100));
            }
            TimeItem::Month => out.push_bytes(&digits(month)),
            TimeItem::Day => out.push_bytes(&digits(day)),
            TimeItem::Hour => out.push_bytes(&digits(in_day / 3600)),
            TimeItem::Minute => out.push_bytes(&digits(in_day / 60 % 60)),
            TimeItem::Second => out.push_bytes(&digits(in_day % 60)),
            TimeItem::Fraction(places) => {
                let text = format!(".{ns:09}");
                out.push_str(text.get(..=*places).unwrap_or_default());
            }
            TimeItem::MonthName => out.push_str(month_name(month)),
            TimeItem::Epoch => out.push_number(epoch),
            TimeItem::Offset => offset(epoch, second, is_local, out),
        }
    }
}

/// `Z`, or `+02:00`.
fn offset(epoch: u64, second: u64, is_local: bool, out: &mut Buffer) {
    if !is_local {
        return out.push_str("Z");
    }
    let (sign, seconds) =
        if second >= epoch { ('+', second - epoch) } else { ('-', epoch - second) };
    let written = write!(out, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    debug_assert!(written.is_ok(), "a buffer takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture::Fixture;
    use hydra_log_core::Level;
    use hydra_log_core::record::Flags;
    use proptest::prelude::*;

    fn line(template: &str) -> String {
        let fields = &[("user", "{0}"), ("path", "{1}")];
        let args = (7_u8, ("/a b\n", ()));
        let flags = Flags::CUT;
        let call = Fixture::at(Level::Info, "net", "API", "hi {1}", fields, &args, flags);
        call.line(&Pattern::compile(template).unwrap())
    }

    #[test]
    fn golden_lines() {
        assert_eq!(
            line("{time:%H:%M:%S%.6f} {level:>5} [{layer}] {target}: {message} {fields}"),
            "10:12:20.123456  INFO [API] net: hi /a b\\n user=7 path=\"/a b\\n\"\n"
        );
        let times = line("{time}|{time:%b %d, %s%f}");
        assert_eq!(times, "2026-11-21T10:12:20.123456Z|Nov 21, 1795255940.123456789\n");
        assert_eq!(line("[{level:<7}][{field.user:>3}][{field.none}]"), "[INFO   ][  7][]\n");
        assert_eq!(
            line("{{{file}:{line}}} {thread}/{thread_id}{marks}"),
            "{src/net.rs:42} worker 1/7 [cut]\n"
        );
    }

    #[test]
    fn colours_take_no_width() {
        let mut pattern = Pattern::compile("{level:>6}|").unwrap();
        pattern.paint(Some(Theme::DEFAULT));
        let call = Fixture::new("", &[], &());
        assert_eq!(call.line(&pattern), "  \x1b[32mINFO\x1b[0m|\n");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_template_is_compiled_or_refused(template in any::<String>(), text: String) {
            match Pattern::compile(&template) {
                Ok(pattern) => {
                    let line = Fixture::new("{0}", &[], &(text.as_str(), ())).line(&pattern);
                    prop_assert_eq!(line.matches('\n').count(), 1);
                }
                Err(error) => prop_assert!(error.at <= template.len()),
            }
        }
    }
}
