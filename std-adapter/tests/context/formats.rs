//! A context's fields in every format, checked by readers that are not ours where there are any.

use hydra_log::format::{
    Bunyan, Csv, Ecs, Format, Gcp, Gelf, Json, Logfmt, Pattern, Rfc3164, Rfc5424, Text,
};
use hydra_log::sink::Memory;
use hydra_log::{Builder, Context, Output, info};
use serde_json::Value;

/// The last line of a record in a context, in a format.
fn line(format: impl Format + 'static) -> String {
    let memory = Memory::new();
    let output = Output::new(memory.clone()).format(format);
    let engine = Builder::new().workers(0).sink(output).build().unwrap();
    engine.scope(|| {
        let _entered = Context::new().with("request.id", "a\"b\n").with("tries", 3).enter();
        info!(target: "net", "up {}", 1, port = 80);
    });
    engine.flush().unwrap();
    memory.lines().pop().unwrap()
}

fn json(format: impl Format + 'static) -> Value {
    serde_json::from_str(&line(format)).unwrap()
}

#[test]
fn texts() {
    let text = line(Text::new());
    assert!(text.ends_with("net: up 1 port=80 request.id=\"a\\\"b\\n\" tries=3"), "{text}");
    let pattern = Pattern::compile("{field.tries} {field.request.id} {message} | {fields}");
    assert_eq!(line(pattern.unwrap()), "3 a\"b\\n up 1 | port=80 request.id=\"a\\\"b\\n\" tries=3");
    let logfmt = line(Logfmt::new());
    assert!(logfmt.ends_with("port=80 request.id=\"a\\\"b\\n\" tries=3"), "{logfmt}");
}

#[test]
fn json_and_its_key_sets() {
    let expected = "a\"b\n";
    let fields = json(Json::new())["fields"].clone();
    assert_eq!((&fields["request.id"], &fields["tries"]), (&expected.into(), &3.into()));
    let labels = json(Ecs)["labels"].clone();
    assert_eq!((&labels["request.id"], &labels["tries"]), (&expected.into(), &3.into()));
    for line in [json(Gcp), json(Bunyan::new())] {
        assert_eq!((&line["request.id"], &line["tries"]), (&expected.into(), &3.into()));
    }
    let line = json(Gelf::new());
    assert_eq!((&line["_request.id"], &line["_tries"]), (&expected.into(), &3.into()));
}

#[test]
fn csv() {
    let line = line(Csv::new().headed(false));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    let row = reader.records().next().unwrap().unwrap();
    let fields: Value = serde_json::from_str(&row[5]).unwrap();
    assert_eq!((&fields["tries"], &fields["port"]), (&3.into(), &80.into()));
    assert_eq!(fields["request.id"], "a\"b\n");
}

#[test]
fn syslog() {
    let line5424 = line(Rfc5424::new());
    let message = syslog_loose::parse_message(&line5424, syslog_loose::Variant::RFC5424);
    let params: Vec<_> = message.structured_data.iter().flat_map(|data| data.params()).collect();
    assert!(params.iter().any(|(name, value)| **name == "tries" && *value == "3"), "{params:?}");
    assert!(line(Rfc3164::new()).contains("tries=3"));
}
