//! JSON with the keys that other systems look for.

use hydra_log_core::Level;

use super::escape::{self, JsonString};
use super::json::members;
use super::logfmt::lower;
use super::parts::{host, marks, program, render};
use super::room::Room;
use super::{Buffer, Event, Field, Format};

/// The keys of the Elastic Common Schema; a call's fields are `labels`.
///
/// ```
/// use hydra_log::{Builder, Output, format::Ecs, info, sink::Memory};
/// let memory = Memory::new();
/// let engine = Builder::new().sink(Output::new(memory.clone()).format(Ecs)).build()?;
/// engine.scope(|| info!("up", port = 80));
/// drop(engine);
/// assert!(memory.lines()[0].contains(r#""log.level":"info","message":"up""#));
/// # Ok::<(), hydra_log::InitError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Ecs;

/// The keys that Google Cloud Logging reads from a container's output; a call's fields stand beside
/// them, with `field.` in front where a name is taken.
///
/// ```
/// let format = hydra_log::format::Gcp;
/// # let _ = format;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Gcp;

/// The keys of `bunyan`; a call's fields stand beside them, with `field.` in front where a name is
/// taken.
///
/// ```
/// let format = hydra_log::format::Bunyan::new().name("shop");
/// # let _ = format;
/// ```
#[derive(Clone, Debug)]
pub struct Bunyan {
    name: String,
}

impl Bunyan {
    /// With this program's name.
    #[must_use]
    pub fn new() -> Self {
        Self { name: program().to_owned() }
    }

    /// With another name of the program.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

impl Default for Bunyan {
    fn default() -> Self {
        Self::new()
    }
}

impl Format for Ecs {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let site = event.site;
        out.push_str("{\"@timestamp\":\"");
        out.push_time(event.time_ns);
        out.push_str("\",\"log.level\":\"");
        out.push_str(lower(event));
        out.push_str("\",\"message\":\"");
        render::<JsonString>(event, &site.message, out);
        out.push_str("\",\"ecs.version\":\"8.11.0\"");
        string("log.logger", &site.target, out);
        if !site.layer.is_empty() {
            string("event.dataset", &site.layer, out);
        }
        if !site.file.is_empty() {
            string("log.origin.file.name", &site.file, out);
            number("log.origin.file.line", site.line.into(), out);
        }
        if let Some(name) = &event.thread.name {
            string("process.thread.name", name, out);
        }
        if event.thread.id != 0 {
            number("process.thread.id", event.thread.id, out);
        }
        if !site.fields.is_empty() {
            out.push_str(",\"labels\":{");
            fields(event, false, &[], out);
            out.push_str("}");
        }
        tags(event, out);
        out.push_str("}\n");
    }
}

/// The members that a line has whatever the call's fields are.
const GCP_TAKEN: [&str; 8] =
    ["severity", "time", "message", "target", "layer", "thread", "tags", "timestamp"];

impl Format for Gcp {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let site = event.site;
        out.push_str("{\"severity\":\"");
        out.push_str(match event.level {
            Level::Error => "ERROR",
            Level::Warn => "WARNING",
            Level::Info => "INFO",
            Level::Debug | Level::Trace => "DEBUG",
        });
        out.push_str("\",\"time\":\"");
        out.push_time(event.time_ns);
        out.push_str("\",\"message\":\"");
        render::<JsonString>(event, &site.message, out);
        out.push_str("\"");
        string("target", &site.target, out);
        if !site.layer.is_empty() {
            string("layer", &site.layer, out);
        }
        if !site.file.is_empty() {
            out.push_str(",\"logging.googleapis.com/sourceLocation\":{\"file\":\"");
            escape::push::<JsonString>(out, &site.file);
            out.push_str("\",\"line\":\"");
            out.push_number(site.line.into());
            out.push_str("\"}");
        }
        if let Some(name) = &event.thread.name {
            string("thread", name, out);
        }
        fields(event, true, &GCP_TAKEN, out);
        tags(event, out);
        out.push_str("}\n");
    }
}

const BUNYAN_TAKEN: [&str; 12] = [
    "v", "name", "hostname", "pid", "level", "time", "msg", "target", "layer", "src", "thread",
    "tags",
];

impl Format for Bunyan {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let site = event.site;
        out.push_str("{\"v\":0");
        string("name", &self.name, out);
        string("hostname", host(), out);
        number("pid", std::process::id().into(), out);
        let level = match event.level {
            Level::Error => 50,
            Level::Warn => 40,
            Level::Info => 30,
            Level::Debug => 20,
            Level::Trace => 10,
        };
        number("level", level, out);
        out.push_str(",\"time\":\"");
        out.push_time(event.time_ns);
        out.push_str("\",\"msg\":\"");
        render::<JsonString>(event, &site.message, out);
        out.push_str("\"");
        string("target", &site.target, out);
        if !site.layer.is_empty() {
            string("layer", &site.layer, out);
        }
        if !site.file.is_empty() {
            out.push_str(",\"src\":{\"file\":\"");
            escape::push::<JsonString>(out, &site.file);
            out.push_str("\",\"line\":");
            out.push_number(site.line.into());
            out.push_str("}");
        }
        if let Some(name) = &event.thread.name {
            string("thread", name, out);
        }
        fields(event, true, &BUNYAN_TAKEN, out);
        tags(event, out);
        out.push_str("}\n");
    }
}

/// Appends the call's fields as members.
fn fields(event: &Event<'_>, has_some: bool, taken: &[&str], out: &mut Buffer) {
    let mut room = Room::new(event, None, out);
    let key = |field: &Field, out: &mut Buffer| {
        out.push_str(if taken.contains(&&*field.key) { "\"field." } else { "\"" });
        escape::push::<JsonString>(out, &field.key);
        out.push_str("\":");
    };
    members(event, has_some, &mut room, out, key);
}

fn string(key: &str, text: &str, out: &mut Buffer) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":\"");
    escape::push::<JsonString>(out, text);
    out.push_str("\"");
}

fn number(key: &str, number: u64, out: &mut Buffer) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":");
    out.push_number(number);
}

fn tags(event: &Event<'_>, out: &mut Buffer) {
    for (index, mark) in marks(event).enumerate() {
        out.push_str(if index == 0 { ",\"tags\":[\"" } else { ",\"" });
        out.push_str(mark);
        out.push_str("\"");
    }
    if marks(event).next().is_some() {
        out.push_str("]");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fixture::Fixture;
    use hydra_log_core::record::Flags;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const FIELDS: &[(&str, &str)] = &[("msg", "{0}"), ("severity", "{1}"), ("k\"", "{0}")];

    fn call() -> Fixture {
        let flags = Flags::CUT | Flags::OUT_OF_ORDER;
        Fixture::at(Level::Warn, "t", "db", "say {0}", FIELDS, &("x", (0.5_f64, ())), flags)
    }

    fn parsed(call: &Fixture, format: &impl Format) -> Value {
        serde_json::from_str(call.line(format).strip_suffix('\n').unwrap()).unwrap()
    }

    #[test]
    fn elastic() {
        let expected = json!({
            "@timestamp": "2026-11-21T10:12:20.123456Z", "log.level": "warn", "message": "say x",
            "ecs.version": "8.11.0", "log.logger": "t", "event.dataset": "db",
            "log.origin.file.name": "src/net.rs", "log.origin.file.line": 42,
            "process.thread.name": "worker 1", "process.thread.id": 7,
            "labels": {"msg": "x", "severity": 0.5, "k\"": "x"}, "tags": ["late", "cut"],
        });
        assert_eq!(parsed(&call(), &Ecs), expected);
    }

    #[test]
    fn google() {
        let expected = json!({
            "severity": "WARNING", "time": "2026-11-21T10:12:20.123456Z", "message": "say x",
            "target": "t", "layer": "db", "thread": "worker 1",
            "logging.googleapis.com/sourceLocation": {"file": "src/net.rs", "line": "42"},
            "msg": "x", "field.severity": 0.5, "k\"": "x", "tags": ["late", "cut"],
        });
        assert_eq!(parsed(&call(), &Gcp), expected);
    }

    #[test]
    fn bunyan() {
        let found = parsed(&call(), &Bunyan::new().name("shop"));
        let expected = json!({
            "v": 0, "name": "shop", "hostname": host(), "pid": std::process::id(), "level": 40,
            "time": "2026-11-21T10:12:20.123456Z", "msg": "say x", "target": "t", "layer": "db",
            "src": {"file": "src/net.rs", "line": 42}, "thread": "worker 1",
            "field.msg": "x", "severity": 0.5, "k\"": "x", "tags": ["late", "cut"],
        });
        assert_eq!(found, expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn always_parse(text in any::<String>(), number in any::<f64>()) {
            let call = Fixture::new("{0}", FIELDS, &(text.as_str(), (number, ())));
            let (ecs, gcp) = (parsed(&call, &Ecs), parsed(&call, &Gcp));
            let bunyan = parsed(&call, &Bunyan::new());
            prop_assert_eq!(ecs["message"].as_str(), Some(text.as_str()));
            prop_assert_eq!(gcp["message"].as_str(), Some(text.as_str()));
            prop_assert_eq!(bunyan["msg"].as_str(), Some(text.as_str()));
        }
    }
}
