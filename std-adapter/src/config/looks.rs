//! What a sink writes: its format with all options, and its colours.

use super::combos::format;
use super::held::Table;
use crate::builder::Output;
use crate::format::{
    Bunyan, ColourMode, Csv, Ecs, Gcp, Gelf, Json, Logfmt, Pattern, Rfc3164, Rfc5424, Text, Theme,
};

/// Gives an output the format of a sink.
///
/// # Errors
/// The feature that this program was built without.
pub(super) fn dress(
    output: Output,
    sink: &Table,
    config: &Table,
    otherwise: Option<&'static str>,
) -> Result<Output, &'static str> {
    let says = |table: &Table| table.get("format").or_else(|| table.get("template")).is_some();
    let format = match otherwise {
        Some(format) if !says(sink) && !says(config) => format,
        _ => format(sink, config),
    };
    let output = match format {
        "binary" => return Ok(output.binary()),
        "binary_zstd" => return compressed(output),
        "template" => template(output, sink, config),
        "text" | "plain" => output.format(text(sink)),
        "json" => output.format(json(sink)),
        "ecs" => output.format(Ecs),
        "gcp" => output.format(Gcp),
        "bunyan" => output.format(match sink.text("app") {
            Some(name) => Bunyan::new().name(name),
            None => Bunyan::new(),
        }),
        "gelf" => output.format(match sink.text("host") {
            Some(host) => Gelf::new().host(host),
            None => Gelf::new(),
        }),
        "logfmt" => output.format(Logfmt::new().location(sink.bool("location") == Some(true))),
        "csv" => output.format(Csv::new().headed(sink.bool("header").unwrap_or(true))),
        "rfc3164" => output.format(old_syslog(sink)),
        _ => output.format(new_syslog(sink)),
    };
    Ok(coloured(output, sink, config, format))
}

/// A format for people has the configuration's colours; any other one those that it asks for.
fn coloured(output: Output, sink: &Table, config: &Table, format: &str) -> Output {
    let is_for_people = matches!(format, "text" | "template");
    let inherited = is_for_people.then(|| config.word("colour").unwrap_or("auto"));
    let Some(mode) = sink.word("colour").or(inherited) else { return output };
    let theme = sink.word("theme").or_else(|| config.word("theme"));
    let theme = theme.and_then(|theme| theme.parse().ok()).unwrap_or(Theme::DEFAULT);
    output.theme(theme).colour(mode.parse().unwrap_or(ColourMode::Auto))
}

#[cfg(feature = "zstd")]
fn compressed(output: Output) -> Result<Output, &'static str> {
    Ok(output.binary_zstd())
}

#[cfg(not(feature = "zstd"))]
fn compressed(_output: Output) -> Result<Output, &'static str> {
    Err("zstd")
}

fn template(output: Output, sink: &Table, config: &Table) -> Output {
    let text = sink.text("template").or_else(|| config.text("template"));
    match text.map(Pattern::compile) {
        Some(Ok(pattern)) => output.format(pattern),
        _ => output,
    }
}

fn text(sink: &Table) -> Text {
    let text = Text::new()
        .threads(sink.bool("threads") == Some(true))
        .location(sink.bool("location") == Some(true));
    match bytes(sink) {
        Some(bytes) => text.line_bytes(bytes),
        None => text,
    }
}

fn json(sink: &Table) -> Json {
    let json = Json::new()
        .threads(sink.bool("threads") == Some(true))
        .location(sink.bool("location") == Some(true));
    match bytes(sink) {
        Some(bytes) => json.line_bytes(bytes),
        None => json,
    }
}

fn bytes(sink: &Table) -> Option<usize> {
    usize::try_from(sink.number("line_bytes")?).ok()
}

fn new_syslog(sink: &Table) -> Rfc5424 {
    let mut format = Rfc5424::new();
    if let Some(facility) = sink.word("facility").and_then(|word| word.parse().ok()) {
        format = format.facility(facility);
    }
    if let Some(host) = sink.text("host") {
        format = format.host(host);
    }
    if let Some(app) = sink.text("app") {
        format = format.program(app);
    }
    match sink.text("data_id") {
        Some(id) => format.id(id),
        None => format,
    }
}

fn old_syslog(sink: &Table) -> Rfc3164 {
    let mut format = Rfc3164::new();
    if let Some(facility) = sink.word("facility").and_then(|word| word.parse().ok()) {
        format = format.facility(facility);
    }
    if let Some(host) = sink.text("host") {
        format = format.host(host);
    }
    match sink.text("app") {
        Some(app) => format.program(app),
        None => format,
    }
}
