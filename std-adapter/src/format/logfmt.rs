//! `key=value` lines.

use hydra_log_core::record::ValueRef;

use super::escape::{self, JsonString};
use super::fields::Cursor;
use super::parts::{marks, render};
use super::{Buffer, Event, Format};

/// Lines of `key=value`: `ts`, `level`, `target`, `msg`, then the call's fields.
///
/// ```text
/// ts=2026-11-21T10:12:20.123456Z level=info target=app msg="up and running" port=80 peer="edge 3"
/// ```
///
/// A value stands in quotes, escaped as JSON has it, unless it is one word. Signs that a key can't
/// hold become `_`.
///
/// ```
/// use hydra_log::format::Logfmt;
/// let format = Logfmt::new().location(true);
/// # let _ = format;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Logfmt {
    location: bool,
}

impl Logfmt {
    /// Without source lines.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is a `caller`: file and line of the call.
    #[must_use]
    pub fn location(self, location: bool) -> Self {
        Self { location }
    }
}

impl Format for Logfmt {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let site = event.site;
        out.push_str("ts=");
        out.push_time(event.time_ns);
        out.push_str(" level=");
        out.push_str(lower(event));
        out.push_str(" target=");
        text(&site.target, out);
        if !site.layer.is_empty() {
            out.push_str(" layer=");
            text(&site.layer, out);
        }
        if self.location {
            out.push_str(" caller=\"");
            escape::push::<JsonString>(out, &site.file);
            out.push_str(":");
            out.push_number(site.line.into());
            out.push_str("\"");
        }
        if !site.message.is_empty() {
            out.push_str(" msg=\"");
            render::<JsonString>(event, &site.message, out);
            out.push_str("\"");
        }
        fields(event, out);
        for mark in marks(event) {
            out.push_str(" ");
            out.push_str(mark);
            out.push_str("=true");
        }
        out.push_str("\n");
    }
}

/// The level in lower case.
pub(super) fn lower(event: &Event<'_>) -> &'static str {
    hydra_log_core::LevelFilter::from(event.level).as_str()
}

/// Appends ` key=value` for each field.
fn fields(event: &Event<'_>, out: &mut Buffer) {
    let mut cursor = Cursor::new(event.record);
    for field in &event.site.fields {
        out.push_str(" ");
        key(&field.key, out);
        out.push_str("=");
        match field.bare.and_then(|index| cursor.get(index)) {
            Some(Ok(ValueRef::U64(number))) => out.push_number(number),
            Some(Ok(ValueRef::Bool(flag))) => out.push_str(if flag { "true" } else { "false" }),
            Some(Ok(ValueRef::I32(number))) => out.push_str(itoa::Buffer::new().format(number)),
            Some(Ok(ValueRef::I64(number))) => out.push_str(itoa::Buffer::new().format(number)),
            Some(Ok(ValueRef::Str(word) | ValueRef::Text(word))) => text(word, out),
            _ => {
                out.push_str("\"");
                render::<JsonString>(event, &field.value, out);
                out.push_str("\"");
            }
        }
    }
}

fn key(name: &str, out: &mut Buffer) {
    let is_fine = |letter: char| !(letter <= ' ' || letter.is_control() || "=\"".contains(letter));
    if name.is_empty() {
        out.push_str("_");
    } else if name.chars().all(is_fine) {
        out.push_str(name);
    } else {
        let name: String = name.chars().map(|c| if is_fine(c) { c } else { '_' }).collect();
        out.push_str(&name);
    }
}

fn text(text: &str, out: &mut Buffer) {
    let is_fine = |byte: u8| byte > b' ' && byte < 0x7F && !b"=\"\\".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_fine) {
        return out.push_str(text);
    }
    out.push_str("\"");
    escape::push::<JsonString>(out, text);
    out.push_str("\"");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture::Fixture;
    use proptest::prelude::*;

    /// Takes a line apart as Go's readers do: quoted values are JSON strings.
    fn parsed(line: &str) -> Vec<(String, String)> {
        let mut rest = line.trim_end_matches('\n');
        let mut pairs = Vec::new();
        while !rest.is_empty() {
            let (key, behind) = rest.split_once('=').unwrap();
            assert!(!key.contains([' ', '"']), "{key}");
            let end = if behind.starts_with('"') {
                let mut values = serde_json::Deserializer::from_str(behind).into_iter::<String>();
                let value = values.next().unwrap().unwrap();
                pairs.push((key.to_owned(), value));
                values.byte_offset()
            } else {
                let end = behind.find(' ').unwrap_or(behind.len());
                pairs.push((key.to_owned(), behind[..end].to_owned()));
                end
            };
            rest = behind[end..].trim_start_matches(' ');
        }
        pairs
    }

    #[test]
    fn golden_lines() {
        let fields = &[("port", "{0}"), ("peer", "{1}"), ("a b=", "{2}"), ("hex", "{0:#x}")];
        let call = Fixture::new("up \"{1}\"", fields, &(80_u16, ("edge 3", (true, ()))));
        assert_eq!(
            call.line(&Logfmt::new().location(true)),
            concat!(
                "ts=2026-11-21T10:12:20.123456Z level=info target=my_app::net ",
                r#"caller="src/net.rs:42" msg="up \"edge 3\"" port=80 peer="edge 3" a_b_=true "#,
                "hex=\"0x50\"\n"
            )
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_reader_finds_what_was_said(text in any::<String>()) {
            let call = Fixture::new("{0}", &[("k", "{0}")], &(text.as_str(), ()));
            let pairs = parsed(&call.line(&Logfmt::new()));
            prop_assert_eq!(&pairs[3], &("msg".to_owned(), text.clone()));
            prop_assert_eq!(&pairs[4], &("k".to_owned(), text));
        }
    }
}
