//! Lines for spreadsheets.

use super::escape::{self, CsvField};
use super::json::members;
use super::parts::{marks, render, with_scratch};
use super::room::Room;
use super::{Buffer, Event, Format, Theme};

/// CSV as RFC 4180 has it, with a header line at the start of a file.
///
/// ```text
/// time,level,target,layer,message,fields,thread,file,line,marks
/// 2026-11-21T10:12:20.123456Z,INFO,app,,"up","{""port"":80}","main",src/main.rs,7,
/// ```
///
/// `fields` is a JSON object, `marks` are those of [`Text`](super::Text) between spaces. Texts
/// stand in quotes; line breaks and controls are shown as [`Text`](super::Text) shows them, so that
/// a record is one line. Lines end in `\n`, which every reader takes, not in `\r\n`.
///
/// ```
/// use hydra_log::{Builder, Output, format::Csv, info, sink::Memory};
/// let memory = Memory::new();
/// let engine = Builder::new().sink(Output::new(memory.clone()).format(Csv::new())).build()?;
/// engine.scope(|| info!("up", port = 80));
/// drop(engine);
/// assert!(memory.lines()[0].starts_with("time,level,target,"));
/// assert!(memory.lines()[1].contains(r#""up","{""port"":80}""#));
/// # Ok::<(), hydra_log::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Csv {
    no_header: bool,
    theme: Option<Theme>,
}

const HEADER: &str = "time,level,target,layer,message,fields,thread,file,line,marks\n";

impl Csv {
    /// With a header line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a file starts with a header line.
    #[must_use]
    pub fn headed(self, has_header: bool) -> Self {
        Self { no_header: !has_header, ..self }
    }
}

impl Format for Csv {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let site = event.site;
        out.push_time(event.time_ns);
        out.push_str(",");
        super::text::level(event.level, self.theme, out);
        out.push_str(",");
        quoted(&site.target, out);
        out.push_str(",");
        quoted(&site.layer, out);
        out.push_str(",\"");
        render::<CsvField>(event, &site.message, out);
        out.push_str("\",\"");
        if !site.fields.is_empty() {
            with_scratch(|json| {
                json.push_str("{");
                let mut room = Room::new(event, None, json);
                let key = |field: &super::Field, json: &mut Buffer| json.push_str(&field.json_key);
                members(event, false, &mut room, json, key);
                json.push_str("}");
                escape::push::<CsvField>(
                    out,
                    core::str::from_utf8(json.as_bytes()).unwrap_or("{}"),
                );
            });
        }
        out.push_str("\",");
        quoted(event.thread.name.as_deref().unwrap_or_default(), out);
        out.push_str(",");
        quoted(&site.file, out);
        out.push_str(",");
        out.push_number(site.line.into());
        out.push_str(",");
        for (index, mark) in marks(event).enumerate() {
            out.push_str(if index > 0 { " " } else { "" });
            out.push_str(mark);
        }
        out.push_str("\n");
    }

    fn header(&self) -> Option<&str> {
        (!self.no_header).then_some(HEADER)
    }

    fn paint(&mut self, theme: Option<Theme>) {
        self.theme = theme;
    }
}

/// A text that may be anything.
fn quoted(text: &str, out: &mut Buffer) {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:./- ".contains(&byte)) {
        return out.push_str(text);
    }
    out.push_str("\"");
    escape::push::<CsvField>(out, text);
    out.push_str("\"");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture::{Fixture, Point};
    use hydra_log_core::Level;
    use hydra_log_core::record::Flags;
    use proptest::prelude::*;

    fn row(call: &Fixture) -> Vec<String> {
        let text = format!("{HEADER}{}", call.line(&Csv::new()));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1);
        rows[0].iter().map(str::to_owned).collect()
    }

    #[test]
    fn golden_rows() {
        let fields = &[("k", "{1}"), ("p", "{2}")];
        let args = ("a \"b\", c\n", (1_u8, (Point(2, "x\"\\"), ())));
        let flags = Flags::CUT | Flags::OUT_OF_ORDER;
        let call = Fixture::at(Level::Warn, "t,\"", "db", "say {0}", fields, &args, flags);
        assert_eq!(
            call.line(&Csv::new()),
            concat!(
                "2026-11-21T10:12:20.123456Z,WARN,\"t,\"\"\",db,\"say a \"\"b\"\", c\\n\",",
                r#""{""k"":1,""p"":{""x"":2,""label"":""x\""\\""}}","#,
                "worker 1,src/net.rs,42,late cut",
                "\n"
            )
        );
        let row = row(&call);
        assert_eq!((row.len(), row[4].as_str()), (10, "say a \"b\", c\\n"));
        let json: serde_json::Value = serde_json::from_str(&row[5]).unwrap();
        assert_eq!(json["p"]["label"], "x\"\\");
        assert_eq!(Csv::new().headed(false).header(), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_reader_finds_what_was_said(text in "[^\\p{C}\u{2028}\u{2029}]*") {
            let call = Fixture::new("{0}", &[("k", "{0}")], &(text.as_str(), ()));
            let row = row(&call);
            prop_assert_eq!(&row[4], &text);
            let json: serde_json::Value = serde_json::from_str(&row[5]).unwrap();
            prop_assert_eq!(json["k"].as_str(), Some(text.as_str()));
        }

        #[test]
        fn always_one_row(text in any::<String>()) {
            row(&Fixture::new("{0}", &[("k", "{0:?}")], &(text.as_str(), ())));
        }
    }
}
