//! Lines for Graylog.

use core::fmt::Write;

use hydra_log_core::record::ValueRef;

use super::escape::{self, JsonString};
use super::fields::Cursor;
use super::parts::{host, marks, render, severity};
use super::{Buffer, Event, Format};

/// GELF 1.1: a JSON object a line, to be framed by whoever sends it.
///
/// The call's fields have a `_` in front; values are numbers or strings, as GELF knows no others.
/// Signs that a name can't hold become `_`, and `_id`, which is reserved, becomes `_id_`.
///
/// ```
/// use hydra_log::format::Gelf;
/// let format = Gelf::new().host("edge-3");
/// # let _ = format;
/// ```
#[derive(Clone, Debug)]
pub struct Gelf {
    host: String,
}

impl Default for Gelf {
    fn default() -> Self {
        Self::new()
    }
}

impl Gelf {
    /// With this host's name.
    #[must_use]
    pub fn new() -> Self {
        Self { host: host().to_owned() }
    }

    /// With another name of the host.
    #[must_use]
    pub fn host(self, host: impl Into<String>) -> Self {
        Self { host: host.into() }
    }
}

impl Format for Gelf {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let site = event.site;
        out.push_str("{\"version\":\"1.1\",\"host\":\"");
        escape::push::<JsonString>(out, &self.host);
        out.push_str("\",\"short_message\":\"");
        let start = out.len();
        render::<JsonString>(event, &site.message, out);
        if out.len() == start {
            // It must not be empty.
            escape::push::<JsonString>(
                out,
                if site.target.is_empty() { "-" } else { &site.target },
            );
        }
        let (seconds, ns) = (event.time_ns / 1_000_000_000, event.time_ns % 1_000_000_000);
        let written = write!(out, "\",\"timestamp\":{seconds}.{:06}", ns / 1000);
        debug_assert!(written.is_ok(), "a buffer takes everything");
        out.push_str(",\"level\":");
        out.push_number(severity(event.level));
        string("_target", &site.target, out);
        if !site.layer.is_empty() {
            string("_layer", &site.layer, out);
        }
        if !site.file.is_empty() {
            string("_file", &site.file, out);
            out.push_str(",\"_line\":");
            out.push_number(site.line.into());
        }
        if let Some(thread) = &event.thread.name {
            string("_thread", thread, out);
        }
        fields(event, out);
        for mark in marks(event) {
            out.push_str(",\"_");
            out.push_str(mark);
            out.push_str("\":1");
        }
        out.push_str("}\n");
    }
}

fn string(key: &str, text: &str, out: &mut Buffer) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":\"");
    escape::push::<JsonString>(out, text);
    out.push_str("\"");
}

/// What the members that every line has are called.
const TAKEN: [&str; 10] =
    ["id", "target", "layer", "file", "line", "thread", "late", "cut", "recovered", ""];

fn fields(event: &Event<'_>, out: &mut Buffer) {
    let mut cursor = Cursor::new(event.record);
    for field in &event.site.fields {
        out.push_str(",\"_");
        let is_fine = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
        if field.key.chars().all(is_fine) {
            out.push_str(&field.key);
        } else {
            let name = field.key.chars().map(|c| if is_fine(c) { c } else { '_' });
            out.push_str(&name.collect::<String>());
        }
        out.push_str(if TAKEN.contains(&&*field.key) { "_\":" } else { "\":" });
        match field.bare.and_then(|index| cursor.get(index)) {
            Some(Ok(ValueRef::U64(number))) => out.push_number(number),
            Some(Ok(ValueRef::I32(number))) => out.push_str(itoa::Buffer::new().format(number)),
            Some(Ok(ValueRef::I64(number))) => out.push_str(itoa::Buffer::new().format(number)),
            Some(Ok(ValueRef::F64(number))) if number.is_finite() => {
                out.push_str(ryu::Buffer::new().format_finite(number));
            }
            Some(Ok(ValueRef::Str(text) | ValueRef::Text(text))) => {
                out.push_str("\"");
                escape::push::<JsonString>(out, text);
                out.push_str("\"");
            }
            _ => {
                out.push_str("\"");
                render::<JsonString>(event, &field.value, out);
                out.push_str("\"");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture::{Fixture, Point};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn parsed(call: &Fixture) -> Value {
        let line = call.line(&Gelf::new().host("h"));
        serde_json::from_str(line.strip_suffix('\n').unwrap()).unwrap()
    }

    #[test]
    fn golden_objects() {
        let fields = &[("id", "{0}"), ("a b", "{1}"), ("p", "{2}"), ("on", "{3}"), ("line", "{0}")];
        let args = (7_u8, (0.5_f64, (Point(1, "x"), (true, ()))));
        let found = parsed(&Fixture::new("say {0}", fields, &args));
        let expected = json!({
            "version": "1.1", "host": "h", "short_message": "say 7",
            "timestamp": 1_795_255_940.123456, "level": 6, "_target": "my_app::net",
            "_file": "src/net.rs", "_line": 42, "_thread": "worker 1", "_id_": 7, "_a_b": 0.5,
            "_p": "Point { x: 1, label: \"x\" }", "_on": "true", "_line_": 7,
        });
        assert_eq!(found, expected);
        assert_eq!(parsed(&Fixture::new("", &[], &()))["short_message"], "my_app::net");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn always_parses_flat(text in any::<String>(), wide in any::<u128>()) {
            let fields = &[("k", "{0}"), ("w", "{1}"), ("d", "{0:?}")];
            let found = parsed(&Fixture::new("{0}", fields, &(text.as_str(), (wide, ()))));
            prop_assert_eq!(found["_k"].as_str(), Some(text.as_str()));
            for value in found.as_object().unwrap().values() {
                prop_assert!(value.is_string() || value.is_number());
            }
        }
    }
}
