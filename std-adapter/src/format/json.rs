//! Lines for programs.

use hydra_log_core::Level;
use hydra_log_core::record::Flags;
use hydra_log_core::render::{DAMAGED, MISSING};

use super::escape::{self, Escaped, JsonString};
use super::fields::Cursor;
use super::json_value::value;
use super::room::Room;
use super::site_info::{Field, Template};
use super::{Buffer, Event, Format, Theme};

/// JSON lines with the keys of `tracing-subscriber`'s JSON format.
///
/// ```text
/// {"timestamp":"2026-11-21T10:12:20.123456Z","level":"INFO",
///  "fields":{"message":"up","port":80},"target":"app"}      (all in one line)
/// ```
///
/// * `fields.message` is there when the call has a message; a field of that name is then called
///   `field.message`.
/// * Numbers are numbers, as exact as they were: floats by their shortest digits, integers up to
///   64 bits in full. 128-bit integers beyond that are strings, as hardly any reader keeps them.
///   `NaN`, `inf` and `-inf` are strings.
/// * `None` and `()` are `null`, `Some(x)` is `x`, slices and tuples are arrays, structs are
///   objects. A duration is a string (`"1.5ms"`), as are characters and pointers (`"0x7f…"`).
/// * `?value` of stored values looks like `value`: JSON has a notation of its own. With other
///   format options (`{:x}`, `{:.3}`), a field is the string that they make.
/// * `"late":true` marks a record that came out later than younger ones, `"cut":true` one with a
///   shortened value, `"recovered":true` one that a process left when it died,
///   `"layer"` names the call's layer. These keys are missing otherwise.
/// * In colour, which [`Output::colour`](crate::Output::colour) asks for, the level has an escape
///   sequence on each side.
/// * With [`threads`](Self::threads) there are `threadName` and `threadId`, with
///   [`location`](Self::location) `filename` and `line_number`.
///
/// ```
/// use hydra_log::format::Json;
/// let with_origin = Json::new().threads(true).location(true);
/// # let _ = with_origin;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Json {
    threads: bool,
    location: bool,
    line_bytes: Option<usize>,
    theme: Option<Theme>,
}

impl Json {
    /// Without threads and source lines.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the thread's name and number are there.
    #[must_use]
    pub fn threads(self, threads: bool) -> Self {
        Self { threads, ..self }
    }

    /// Whether file and line of the call are there.
    #[must_use]
    pub fn location(self, location: bool) -> Self {
        Self { location, ..self }
    }

    /// The most bytes that message and fields get, what escapes add not counted; then `"cut"` is
    /// `true`. As for [`Text`](super::Text::line_bytes).
    #[must_use]
    pub fn line_bytes(self, most: usize) -> Self {
        Self { line_bytes: Some(most), ..self }
    }

    fn origin(self, event: &Event<'_>, out: &mut Buffer) {
        if self.location {
            out.push_str(",\"filename\":\"");
            escape::push::<JsonString>(out, &event.site.file);
            out.push_str("\",\"line_number\":");
            out.push_number(event.site.line.into());
        }
        if self.threads {
            if let Some(name) = &event.thread.name {
                out.push_str(",\"threadName\":\"");
                escape::push::<JsonString>(out, name);
                out.push_str("\"");
            }
            if event.thread.id != 0 {
                out.push_str(",\"threadId\":");
                out.push_number(event.thread.id);
            }
        }
    }
}

impl Format for Json {
    #[inline]
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let site = event.site;
        out.push_str("{\"timestamp\":\"");
        out.push_time(event.time_ns);
        match self.theme {
            None => out.push_str(&site.json_head),
            Some(theme) => painted_head(event.level, theme, out),
        }
        let mut room = Room::new(event, self.line_bytes, out);
        if !site.message.is_empty() {
            out.push_str("\"message\":");
            string(event, &site.message, site.is_json, &mut room, out);
        }
        if !site.fields.is_empty() {
            fields(event, &mut room, out);
        }
        out.push_str(&site.json_tail);
        if self.location || self.threads {
            self.origin(event, out);
        }
        let cut = if room.is_cut() { Flags::CUT } else { Flags::NONE };
        let flags = event.record.flags() | cut;
        if flags != Flags::NONE || event.recovered {
            marks(flags, event.recovered, out);
        }
        out.push_str("}\n");
    }

    fn paint(&mut self, theme: Option<Theme>) {
        self.theme = theme;
    }
}

/// As a site's `json_head`, the level in a colour: for eyes that read JSON on a terminal, and a
/// string like others for programs.
#[cold]
fn painted_head(level: Level, theme: Theme, out: &mut Buffer) {
    out.push_str("\",\"level\":\"\\u001b[");
    out.push_str(theme.code(level));
    out.push_str("m");
    out.push_str(level.as_str());
    out.push_str("\\u001b[0m\",\"fields\":{");
}

/// Appends a string: the record's values in the places of a template.
#[inline]
pub(super) fn string(
    event: &Event<'_>,
    template: &Template,
    is_clean: bool,
    room: &mut Room,
    out: &mut Buffer,
) {
    out.push_str("\"");
    let left = room.left(out);
    let rendered = if is_clean {
        let mut out = Escaped::<JsonString, false>::new(out);
        room.message(&mut out, left, template, &event.record, event.types)
    } else {
        let mut out = Escaped::<JsonString, true>::new(out);
        room.message(&mut out, left, template, &event.record, event.types)
    };
    debug_assert!(rendered.is_ok(), "a buffer takes everything");
    out.push_str("\"");
}

fn fields(event: &Event<'_>, room: &mut Room, out: &mut Buffer) {
    members(event, !event.site.message.is_empty(), room, out, |field, out| {
        out.push_str(&field.json_key);
    });
}

/// Appends the fields as an object's members, behind others where there are some.
#[inline]
pub(super) fn members(
    event: &Event<'_>,
    mut has_some: bool,
    room: &mut Room,
    out: &mut Buffer,
    key: impl Fn(&Field, &mut Buffer),
) {
    let mut cursor = Cursor::new(event.record);
    for field in &event.site.fields {
        if room.ends(out) {
            return;
        }
        if has_some {
            out.push_str(",");
        }
        has_some = true;
        key(field, out);
        match field.bare {
            Some(index) => match cursor.get(index) {
                Some(Ok(found)) => value(out, &found, event.types, room),
                Some(Err(_)) => quoted(DAMAGED, out),
                None => quoted(MISSING, out),
            },
            None => string(event, &field.value, false, room, out),
        }
    }
}

/// Appends a word that needs no escaping.
fn quoted(word: &str, out: &mut Buffer) {
    out.push_str("\"");
    out.push_str(word);
    out.push_str("\"");
}

#[cold]
pub(super) fn marks(flags: Flags, recovered: bool, out: &mut Buffer) {
    if flags.contains(Flags::OUT_OF_ORDER) {
        out.push_str(",\"late\":true");
    }
    if flags.contains(Flags::CUT) {
        out.push_str(",\"cut\":true");
    }
    if recovered {
        out.push_str(",\"recovered\":true");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture::{Fixture, Marker, Pair, Point};
    use core::time::Duration;
    use hydra_log_core::value::Rendered;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn parsed(call: &Fixture, format: Json) -> Value {
        let line = call.line(&format);
        let body = line.strip_suffix('\n').unwrap();
        assert!(!body.contains(char::is_control), "{body}");
        serde_json::from_str(body).unwrap()
    }

    #[test]
    fn a_bounded_line_is_cut_and_says_so() {
        let fields = &[("k", "{1}"), ("l", "{2}"), ("m", "{3:>60000}")];
        let list: &[u16] = &[7; 1000];
        let call = Fixture::new("{0:>60000}", fields, &(1, (2, (list, (3, ())))));
        let fields = |format| parsed(&call, format)["fields"].clone();
        assert_eq!(parsed(&call, Json::new().line_bytes(70))["cut"], true);
        let message = |spaces| " ".repeat(spaces);
        assert_eq!(fields(Json::new().line_bytes(70)), json!({ "message": message(59) }));
        let found = fields(Json::new().line_bytes(60_100));
        assert_eq!(found["message"].as_str().unwrap().len(), 60_000);
        assert_eq!(found["l"].as_array().unwrap().len(), 39);
        assert_eq!(found.get("m"), None);
        assert_eq!(parsed(&call, Json::new().line_bytes(200_000))["cut"], Value::Null);
    }

    #[test]
    fn golden_lines() {
        let call = Fixture::new(
            "say \"{0}\"",
            &[("k", "{1}"), ("user.id", "{2:?}"), ("message", "{3:04x}")],
            &("hi\n", (1_u8, ("a\\", (255_u8, ())))),
        );
        assert_eq!(
            call.line(&Json::new()),
            concat!(
                r#"{"timestamp":"2026-11-21T10:12:20.123456Z","level":"INFO","fields":{"#,
                r#""message":"say \"hi\n\"","k":1,"user.id":"a\\","field.message":"00ff"},"#,
                r#""target":"my_app::net"}"#,
                "\n"
            )
        );
        let call = Fixture::new("up", &[], &());
        assert_eq!(
            call.line(&Json::new().threads(true).location(true)),
            concat!(
                r#"{"timestamp":"2026-11-21T10:12:20.123456Z","level":"INFO","fields":{"#,
                r#""message":"up"},"target":"my_app::net","filename":"src/net.rs","#,
                r#""line_number":42,"threadName":"worker 1","threadId":7}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a_level_in_colour_is_a_string_with_escapes() {
        let call = Fixture::new("up", &[], &());
        let mut format = Json::new();
        format.paint(Some(Theme::MONO));
        let level = parsed(&call, format)["level"].as_str().unwrap().to_owned();
        assert!(level.starts_with("\x1b[") && level.ends_with("mINFO\x1b[0m"), "{level:?}");
        format.paint(None);
        assert_eq!(parsed(&call, format)["level"], "INFO");
    }

    #[test]
    fn marks_and_layers() {
        let flags = Flags::CUT | Flags::OUT_OF_ORDER;
        let call = Fixture::at(Level::Warn, "t\"", "db", "", &[], &(), flags);
        let expected = json!({
            "timestamp": "2026-11-21T10:12:20.123456Z", "level": "WARN", "fields": {},
            "target": "t\"", "layer": "db", "late": true, "cut": true,
        });
        assert_eq!(parsed(&call, Json::new()), expected);
    }

    #[test]
    fn numbers_stay_numbers() {
        const FIELDS: &[(&str, &str)] = &[
            ("u64", "{0}"),
            ("i64", "{1}"),
            ("f64", "{2}"),
            ("f32", "{3}"),
            ("nan", "{4}"),
            ("inf", "{5}"),
            ("u128", "{6}"),
            ("i128", "{7:?}"),
        ];
        let wide = (u128::MAX, (7_i128, ()));
        let floats = (1.0_f64, (0.1_f32, (f64::NAN, (f64::NEG_INFINITY, wide))));
        let call = Fixture::new("", FIELDS, &(u64::MAX, (i64::MIN, floats)));
        let expected = json!({
            "u64": u64::MAX, "i64": i64::MIN, "f64": 1.0, "f32": 0.1, "nan": "NaN", "inf": "-inf",
            "u128": u128::MAX.to_string(), "i128": 7,
        });
        assert_eq!(parsed(&call, Json::new())["fields"], expected);
    }

    #[test]
    fn values_keep_their_shapes() {
        const FIELDS: &[(&str, &str)] = &[
            ("bool", "{0:?}"),
            ("char", "{1}"),
            ("bytes", "{2}"),
            ("floats", "{3}"),
            ("some", "{4}"),
            ("none", "{5}"),
            ("unit", "{6}"),
            ("named", "{7}"),
            ("tuple", "{8:#?}"),
            ("debug", "{9:?}"),
        ];
        let debug = (Rendered(format_args!("{:?}", "r")), ());
        let structs = (Point(-1, "p\n"), (Pair(1, 1e300), debug));
        let options = (Some(5_i8), (None::<u8>, ((), structs)));
        let args = (true, ('"', ([1_u8, 2], ([0.5_f64, 2.0], options))));
        let call = Fixture::new("", FIELDS, &args);
        let expected = json!({
            "bool": true, "char": "\"", "bytes": [1, 2], "floats": [0.5, 2.0], "some": 5,
            "none": null, "unit": null, "named": {"x": -1, "label": "p\n"}, "tuple": [1, 1e300],
            "debug": "\"r\"",
        });
        assert_eq!(parsed(&call, Json::new())["fields"], expected);
    }

    #[test]
    fn other_values_are_text() {
        let call = Fixture::new(
            "{0:#?}\t",
            &[("marker", "{1}"), ("time", "{2}"), ("gone", "{3}")],
            &(Point(1, "\""), (Marker(), (Duration::from_micros(1500), ()))),
        );
        let expected = json!({
            "message": "Point {\n    x: 1,\n    label: \"\\\"\",\n}\t",
            "marker": "Marker", "time": "1.5ms", "gone": "<missing>",
        });
        assert_eq!(parsed(&call, Json::new())["fields"], expected);
    }

    proptest! {
        #[test]
        fn always_parses(a in any::<String>(), b in any::<f64>(), c in any::<i128>()) {
            let call = Fixture::new(
                "{0} {0:?} {1}",
                &[("a", "{0}"), ("b", "{1}"), ("c", "{2}"), ("d", "{0:>9}")],
                &(a.as_str(), (b, (c, ()))),
            );
            let fields = &parsed(&call, Json::new())["fields"];
            prop_assert_eq!(&fields["message"], &json!(format!("{a} {a:?} {b}")));
            prop_assert_eq!(&fields["a"], &json!(a));
            if b.is_finite() {
                // By the standard library, as serde_json's quick parser is one digit off at times.
                let line = call.line(&Json::new());
                let (_, behind) = line.rsplit_once("\"b\":").unwrap();
                let (number, _) = behind.split_once(',').unwrap();
                prop_assert_eq!(number.parse(), Ok(b));
            }
            let number = fields["c"].as_i64().map(i128::from);
            let text = || fields["c"].as_str().unwrap().parse().unwrap();
            prop_assert_eq!(number.unwrap_or_else(text), c);
        }
    }
}
