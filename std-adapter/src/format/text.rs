//! Lines for people.

use hydra_log_core::Level;
use hydra_log_core::record::{Flags, ValueRef};
use hydra_log_core::render::{DAMAGED, MISSING};

use super::escape::{self, Escaped, Plain, Quoted};
use super::fields::Cursor;
use super::room::Room;
use super::site_info::{Field, Template};
use super::{Buffer, Event, Format, Theme, ThreadInfo};

/// Text lines: time, level, target, message, fields.
///
/// ```text
/// 2026-11-21T10:12:20.123456Z  INFO my_app::net: connected to 10.0.0.7 peer=edge-3 tries=2
/// ```
///
/// Times are UTC. A field's text stands in quotes where it has spaces or quotes; what `?` shows is
/// as `Debug` wrote it. Line breaks and other control characters of messages and values are shown
/// as `\n`, `\x1b` and so on (in the program's own texts too), so a record is exactly one line.
/// A record that came out later than younger ones ends in ` [late]`, one with a shortened value in
/// ` [cut]`, one that a process left when it died in ` [recovered]`.
///
/// ```
/// use hydra_log::format::Text;
/// let for_a_terminal = Text::new().colour(true).threads(true);
/// # let _ = for_a_terminal;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Text {
    colour: bool,
    /// Colours other than those that callsites have ready.
    theme: Option<Theme>,
    threads: bool,
    location: bool,
    line_bytes: Option<usize>,
}

impl Text {
    /// Without colour, threads and source lines.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether levels have colours and the rest is toned down, by ANSI sequences.
    #[must_use]
    pub fn colour(self, colour: bool) -> Self {
        Self { colour, ..self }
    }

    /// In these colours.
    #[must_use]
    pub fn theme(self, theme: Theme) -> Self {
        Self { colour: true, theme: (theme != Theme::DEFAULT).then_some(theme), ..self }
    }

    /// Whether the thread's name, or its number, stands in front of the target.
    #[must_use]
    pub fn threads(self, threads: bool) -> Self {
        Self { threads, ..self }
    }

    /// Whether file and line of the call stand in front of the message.
    #[must_use]
    pub fn location(self, location: bool) -> Self {
        Self { location, ..self }
    }

    /// The most bytes that message and fields get, what escapes add not counted; then the line ends
    /// in ` [cut]`.
    ///
    /// There is no such bound otherwise: a program's own templates and records need none. What was
    /// read from a file may ask for gigabytes; `render::MESSAGE_BYTES` of `hydra-log-core` is a
    /// good bound for it.
    #[must_use]
    pub fn line_bytes(self, most: usize) -> Self {
        Self { line_bytes: Some(most), ..self }
    }

    #[inline]
    fn head(self, event: &Event<'_>, out: &mut Buffer) {
        let site = event.site;
        if let Some(theme) = self.theme.filter(|_| self.colour) {
            self.themed(theme, event, out);
        } else if self.colour {
            out.push_str("\x1b[2m");
            out.push_time(event.time_ns);
            out.push_str("\x1b[0m");
        } else {
            out.push_time(event.time_ns);
        }
        let heads = if self.colour { &site.colour } else { &site.text };
        if self.theme.is_some() && self.colour {
            // Level and target are there already.
        } else if self.threads {
            out.push_str(&heads.level);
            thread(event.thread, out);
            out.push_str(&heads.target);
        } else {
            out.push_str(&heads.whole);
        }
        if self.location {
            escape::push::<Plain>(out, &site.file);
            out.push_str(":");
            out.push_number(site.line.into());
            out.push_str(": ");
        }
    }
}

impl Text {
    /// Time, level, thread and target in a theme's colours.
    #[cold]
    fn themed(self, theme: Theme, event: &Event<'_>, out: &mut Buffer) {
        let dim = |out: &mut Buffer, write: &dyn Fn(&mut Buffer)| {
            painted(theme.dim_code(), out, write);
        };
        dim(out, &|out| out.push_time(event.time_ns));
        let name = event.level.as_str();
        out.push_str(if name.len() < 5 { "  " } else { " " });
        painted(theme.code(event.level), out, &|out| out.push_str(name));
        if self.threads {
            thread(event.thread, out);
        }
        out.push_str(" ");
        dim(out, &|out| {
            escape::push::<Plain>(out, &event.site.target);
            if !event.site.layer.is_empty() {
                out.push_str("[");
                escape::push::<Plain>(out, &event.site.layer);
                out.push_str("]");
            }
            out.push_str(":");
        });
        out.push_str(" ");
    }
}

/// Appends a level, in a theme's colour where there is one.
pub(super) fn level(level: Level, theme: Option<Theme>, out: &mut Buffer) {
    match theme {
        Some(theme) => painted(theme.code(level), out, &|out| out.push_str(level.as_str())),
        None => out.push_str(level.as_str()),
    }
}

fn painted(code: &str, out: &mut Buffer, write: &dyn Fn(&mut Buffer)) {
    if code.is_empty() {
        return write(out);
    }
    out.push_str("\x1b[");
    out.push_str(code);
    out.push_str("m");
    write(out);
    out.push_str("\x1b[0m");
}

impl Format for Text {
    fn paint(&mut self, theme: Option<Theme>) {
        self.colour = theme.is_some();
        self.theme = theme.filter(|theme| *theme != Theme::DEFAULT);
    }

    #[inline]
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        self.head(event, out);
        let site = event.site;
        let mut room = Room::new(event, self.line_bytes, out);
        message(event, &site.message, site.is_plain, &mut room, out);
        if !site.fields.is_empty() {
            fields(event, &mut room, out);
        }
        let cut = if room.is_cut() { Flags::CUT } else { Flags::NONE };
        let flags = event.record.flags() | cut;
        if flags != Flags::NONE || event.recovered {
            marks(flags, event.recovered, out);
        }
        out.push_str("\n");
    }
}

/// Appends the record's values in the places of a template.
#[inline]
pub(super) fn message(
    event: &Event<'_>,
    template: &Template,
    is_plain: bool,
    room: &mut Room,
    out: &mut Buffer,
) {
    let left = room.left(out);
    let rendered = if is_plain {
        let mut out = Escaped::<Plain, false>::new(out);
        room.message(&mut out, left, template, &event.record, event.types)
    } else {
        let mut out = Escaped::<Plain, true>::new(out);
        room.message(&mut out, left, template, &event.record, event.types)
    };
    debug_assert!(rendered.is_ok(), "a buffer takes everything");
}

pub(super) fn fields(event: &Event<'_>, room: &mut Room, out: &mut Buffer) {
    let mut cursor = Cursor::new(event.record);
    let mut has_text = !event.site.message.is_empty();
    for field in &event.site.fields {
        if room.ends(out) {
            return;
        }
        // The target ends in a space already.
        out.push_str(if has_text { &field.text_key } else { field.text_key.trim_start() });
        has_text = true;
        match field.bare {
            Some(index) => match cursor.get(index) {
                Some(Ok(value)) => bare(event, field, &value, room, out),
                Some(Err(_)) => out.push_str(DAMAGED),
                None => out.push_str(MISSING),
            },
            None => message(event, &field.value, field.is_plain, room, out),
        }
    }
}

/// Appends a value that is shown without options.
fn bare(event: &Event<'_>, field: &Field, value: &ValueRef<'_>, room: &mut Room, out: &mut Buffer) {
    match *value {
        ValueRef::U64(number) => out.push_number(number),
        ValueRef::I32(number) => out.push_str(itoa::Buffer::new().format(number)),
        ValueRef::I64(number) => out.push_str(itoa::Buffer::new().format(number)),
        ValueRef::Str(text) | ValueRef::Text(text) if !field.is_debug => word(text, out),
        ValueRef::Char(letter) if !field.is_debug => word(letter.encode_utf8(&mut [0; 4]), out),
        _ => message(event, &field.value, field.is_plain, room, out),
    }
}

/// Appends a text, in quotes where it would not be one word.
fn word(text: &str, out: &mut Buffer) {
    if text.is_empty() || splits(text) {
        out.push_str("\"");
        escape::push::<Quoted>(out, text);
        out.push_str("\"");
    } else {
        escape::push::<Plain>(out, text);
    }
}

/// Whether a text has spaces or signs by which readers take lines apart.
fn splits(text: &str) -> bool {
    // Other alphabets have spaces of their own; they are looked for only where there may be one.
    let may_split = |byte: &u8| *byte <= b' ' || *byte >= 0x80 || b"\"=\\".contains(byte);
    let does_split = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '=' | '\\');
    text.as_bytes().iter().any(may_split) && text.contains(does_split)
}

/// Appends a thread's name, or its number.
pub(super) fn thread(thread: &ThreadInfo, out: &mut Buffer) {
    match &thread.name {
        Some(name) => {
            out.push_str(" ");
            escape::push::<Plain>(out, name);
        }
        None if thread.id != 0 => {
            out.push_str(" #");
            out.push_number(thread.id);
        }
        None => {}
    }
}

#[cold]
pub(super) fn marks(flags: Flags, recovered: bool, out: &mut Buffer) {
    if flags.contains(Flags::OUT_OF_ORDER) {
        out.push_str(" [late]");
    }
    if flags.contains(Flags::CUT) {
        out.push_str(" [cut]");
    }
    if recovered {
        out.push_str(" [recovered]");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture::{Fixture, Marker, Pair, Point};
    use hydra_log_core::value::Rendered;
    use proptest::prelude::*;

    #[test]
    fn a_bounded_line_is_cut_and_says_so() {
        let fields = &[("k", "{0}"), ("l", "{1:?}"), ("m", "{0}")];
        let call = Fixture::new("{0:>10}", fields, &(1_u8, ("ééééééééé", ())));
        let line = |bytes| call.line(&Text::new().line_bytes(bytes));
        let head = "2026-11-21T10:12:20.123456Z  INFO my_app::net:";
        assert_eq!(line(4), format!("{head}      [cut]\n"));
        assert_eq!(line(20), format!("{head}          1 k=1 l=\"é [cut]\n"));
        assert_eq!(line(37), format!("{head}          1 k=1 l=\"ééééééééé\" [cut]\n"));
        assert_eq!(line(38), call.line(&Text::new()));
    }

    #[test]
    fn golden_lines() {
        let call = Fixture::new(
            "connected to {0} in {1:.1} us",
            &[("peer", "{2}"), ("tries", "{3}"), ("why", "{4:?}")],
            &("10.0.0.7", (17.25_f64, ("edge 3", (-2_i32, (Some(true), ()))))),
        );
        let text = Text::new();
        assert_eq!(
            call.line(&text),
            "2026-11-21T10:12:20.123456Z  INFO my_app::net: connected to 10.0.0.7 in 17.2 us \
             peer=\"edge 3\" tries=-2 why=Some(true)\n"
        );
        assert_eq!(
            call.line(&text.threads(true).location(true)),
            "2026-11-21T10:12:20.123456Z  INFO worker 1 my_app::net: src/net.rs:42: connected to \
             10.0.0.7 in 17.2 us peer=\"edge 3\" tries=-2 why=Some(true)\n"
        );
        assert_eq!(
            call.line(&text.colour(true)),
            "\x1b[2m2026-11-21T10:12:20.123456Z\x1b[0m \x1b[32m INFO\x1b[0m \
             \x1b[2mmy_app::net:\x1b[0m connected to 10.0.0.7 in 17.2 us peer=\"edge 3\" tries=-2 \
             why=Some(true)\n"
        );
    }

    #[test]
    fn golden_themes() {
        let call = Fixture::at(Level::Warn, "a", "db", "m", &[], &(), Flags::NONE);
        assert_eq!(
            call.line(&Text::new().theme(Theme::BRIGHT).threads(true)),
            "\x1b[90m2026-11-21T10:12:20.123456Z\x1b[0m  \x1b[1;93mWARN\x1b[0m worker 1 \
             \x1b[90ma[db]:\x1b[0m m\n"
        );
        let plain = call.line(&Text::new().colour(true));
        assert_eq!(call.line(&Text::new().theme(Theme::DEFAULT)), plain);
        let mut painted = Text::new();
        painted.paint(Some(Theme::DEFAULT));
        assert_eq!(call.line(&painted), plain);
        painted.paint(None);
        assert_eq!(call.line(&painted), call.line(&Text::new()));
    }

    #[test]
    fn golden_marks_and_layers() {
        let flags = Flags::CUT | Flags::OUT_OF_ORDER;
        let call = Fixture::at(Level::Error, "a", "db", "", &[("n", "{0}")], &(1_u8, ()), flags);
        assert_eq!(
            call.line(&Text::new()),
            "2026-11-21T10:12:20.123456Z ERROR a[db]: n=1 [late] [cut]\n"
        );
        let mut left = Fixture::new("left", &[], &());
        left.recovered = true;
        assert!(left.line(&Text::new()).ends_with("my_app::net: left [recovered]\n"));
        let mut nobody = Fixture::new("{{}} {0}", &[], &());
        nobody.thread = ThreadInfo { id: 9, name: None };
        assert_eq!(
            nobody.line(&Text::new().threads(true)),
            "2026-11-21T10:12:20.123456Z  INFO #9 my_app::net: {} <missing>\n"
        );
    }

    #[test]
    fn golden_fields() {
        let args = (
            "",
            (
                "a\"b\\",
                (
                    '"',
                    (
                        Rendered(format_args!("no room")),
                        (
                            Point(1, "x y"),
                            (Pair(2, 0.5), (Marker(), ([1_u8, 2], (None::<u8>, ("a=b", ()))))),
                        ),
                    ),
                ),
            ),
        );
        let call = Fixture::new(
            "",
            &[
                ("empty", "{0}"),
                ("quoted", "{1}"),
                ("letter", "{2}"),
                ("error", "{3}"),
                ("point", "{4}"),
                ("pair", "{5:?}"),
                ("marker", "{6}"),
                ("bytes", "{7}"),
                ("none", "{8}"),
                ("pairs", "{9}"),
                ("debug", "{1:?}"),
                ("wide", "{0:*^3}"),
            ],
            &args,
        );
        let line = call.line(&Text::new());
        let (_, fields) = line.split_once("net: ").unwrap();
        assert_eq!(
            fields,
            concat!(
                r#"empty="" quoted="a\"b\\" letter="\"" error="no room" "#,
                r#"point=Point { x: 1, label: "x y" } pair=Pair(2, 0.5) marker=Marker "#,
                r#"bytes=[1, 2] none=None pairs="a=b" debug="a\"b\\" wide=***"#,
                "\n"
            )
        );
    }

    #[test]
    fn the_programs_own_text_is_one_line_too() {
        let call = Fixture::new(
            "two\nlines {0:\u{1b}>3} {1:#?}",
            &[("key\n", "{1:#?}")],
            &(1_u8, (Point(1, "\n"), ())),
        );
        let line = call.line(&Text::new());
        let (_, message) = line.split_once("net: ").unwrap();
        let point = r#"Point {\n    x: 1,\n    label: "\n",\n}"#;
        assert_eq!(message, format!("two\\nlines \\x1b\\x1b1 {point} key\\n={point}\n"));
    }

    proptest! {
        #[test]
        fn lines_hold_no_controls(texts in prop::array::uniform3(any::<String>())) {
            let [a, b, c] = &texts;
            let args = (a.as_str(), (b.as_str(), (c.chars().next(), ())));
            let call = Fixture::new(
                "{0} {1:?}",
                &[("a", "{0}"), ("b", "{1:?}"), ("c", "{0:>20}"), ("d", "{2}")],
                &args,
            );
            let line = call.line(&Text::new());
            let body = line.strip_suffix('\n').unwrap();
            let breaks = |letter: char| {
                letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
            };
            prop_assert!(!body.contains(breaks), "{:?}", body);
        }
    }
}
