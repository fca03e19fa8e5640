//! The table of keys as a JSON Schema, for editors and for checks by others.

use super::{
    CONFIG, Key, Kind, LEVELS, OVERFLOWS, Otherwise, PERIODS, STEPS, Shape, TIMED_OVERFLOWS,
    TIMED_STEPS,
};
use crate::config::units::{SIZE_PATTERN, TIME_PATTERN};
use crate::delivery::Chain;
use crate::preset::Preset;

/// As much of JSON as a schema needs.
enum Json {
    Text(String),
    /// A number, `true`, `false`.
    Bare(String),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

use Json::{Bare, List, Object};

/// The schema of the whole configuration.
pub(in crate::config) fn schema() -> String {
    let mut shapes = Vec::new();
    collect(&CONFIG, &mut shapes);
    let defs = shapes.iter().skip(1).map(|shape| (shape.name, table(shape))).collect();
    let Object(mut members) = table(&CONFIG) else { return String::new() };
    let head = [
        ("$schema", text("https://json-schema.org/draft/2020-12/schema")),
        ("title", text("Configuration of hydra-log")),
    ];
    members.splice(0..0, head);
    members.push(("$defs", Object(defs)));
    let mut out = String::new();
    write(&Object(members), 0, &mut out);
    out.push('\n');
    out
}

/// All shapes, each once, those around others first.
fn collect(shape: &'static Shape, shapes: &mut Vec<&'static Shape>) {
    if shapes.iter().any(|known| known.name == shape.name) {
        return;
    }
    shapes.push(shape);
    for key in shape.keys {
        if let Kind::Table(inner) | Kind::Tables(inner) = key.kind {
            collect(inner, shapes);
        }
    }
}

fn table(shape: &'static Shape) -> Json {
    let keys = shape.keys.iter();
    let needed = keys.clone().filter(|key| key.is_needed).map(|key| text(key.name)).collect();
    Object(vec![
        ("type", text("object")),
        ("description", text(shape.about)),
        ("additionalProperties", Bare("false".to_owned())),
        ("properties", Object(keys.map(|key| (key.name, self::key(key))).collect())),
        ("required", List(needed)),
    ])
}

fn key(key: &'static Key) -> Json {
    let mut members = vec![("description", text(key.about))];
    if let Otherwise::This(value) = key.otherwise {
        let is_bare = matches!(value, "true" | "false");
        members.push(("default", if is_bare { Bare(value.to_owned()) } else { text(value) }));
    }
    if let Object(kind) = kind(&key.kind) {
        members.extend(kind);
    }
    Object(members)
}

fn kind(kind: &'static Kind) -> Json {
    let time = TIME_PATTERN.trim_start_matches('^').trim_end_matches('$');
    let timed = |plain: &[&str], timed: &[&str]| {
        pattern(&format!("^({}|({}) {time})$", plain.join("|"), timed.join("|")))
    };
    match kind {
        Kind::Bool => of("boolean"),
        Kind::Count { least, most } => integer(*least, *most),
        Kind::Size { least, most, is_power } => {
            let number = if *is_power { powers(*least, *most) } else { integer(*least, *most) };
            any([number, pattern(SIZE_PATTERN)])
        }
        Kind::Time { .. } => pattern(TIME_PATTERN),
        Kind::Period => any([words(&PERIODS), pattern(TIME_PATTERN)]),
        Kind::Level => words(&LEVELS),
        Kind::Words(known) => words(known),
        Kind::Preset => {
            let names = Preset::ALL.iter().map(|preset| text(preset.as_str())).collect();
            Object(vec![("type", text("string")), ("examples", List(names))])
        }
        Kind::Filter | Kind::Template => of("string"),
        Kind::Text | Kind::Path => some_text(),
        Kind::Texts => any([some_text(), list(some_text())]),
        Kind::Overflow => timed(&OVERFLOWS, &TIMED_OVERFLOWS),
        Kind::Chain => {
            let step = || timed(&STEPS, &TIMED_STEPS);
            let bounds = [("minItems", bare(1)), ("maxItems", bare(Chain::MOST as u64))];
            let Object(mut steps) = list(step()) else { return step() };
            steps.extend(bounds);
            any([step(), Object(steps)])
        }
        Kind::Table(shape) => reference(shape),
        Kind::Tables(shape) => list(reference(shape)),
    }
}

fn of(name: &str) -> Json {
    Object(vec![("type", text(name))])
}

fn some_text() -> Json {
    Object(vec![("type", text("string")), ("minLength", bare(1))])
}

fn integer(least: u64, most: u64) -> Json {
    Object(vec![("type", text("integer")), ("minimum", bare(least)), ("maximum", bare(most))])
}

fn powers(least: u64, most: u64) -> Json {
    let all = (0..u64::BITS).map(|bit| 1_u64 << bit);
    let fitting = all.filter(|power| (least..=most).contains(power));
    Object(vec![("enum", List(fitting.map(bare).collect()))])
}

fn words(known: &[&str]) -> Json {
    Object(vec![("enum", List(known.iter().map(|word| text(word)).collect()))])
}

fn pattern(pattern: &str) -> Json {
    Object(vec![("type", text("string")), ("pattern", text(pattern))])
}

fn any(of: [Json; 2]) -> Json {
    Object(vec![("anyOf", List(of.into()))])
}

fn list(items: Json) -> Json {
    Object(vec![("type", text("array")), ("items", items)])
}

fn reference(shape: &Shape) -> Json {
    Object(vec![("$ref", Json::Text(format!("#/$defs/{}", shape.name)))])
}

fn text(text: &str) -> Json {
    Json::Text(text.to_owned())
}

fn bare(number: u64) -> Json {
    Bare(number.to_string())
}

/// Appends a value, its members indented; lists on one line.
fn write(json: &Json, depth: usize, out: &mut String) {
    match json {
        Json::Text(text) => {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            out.push('"');
            out.push_str(&escaped);
            out.push('"');
        }
        Bare(text) => out.push_str(text),
        List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write(item, depth, out);
            }
            out.push(']');
        }
        Object(members) => {
            out.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                out.push_str(if at > 0 { ",\n" } else { "\n" });
                out.push_str(&"  ".repeat(depth + 1));
                write(&text(name), depth, out);
                out.push_str(": ");
                write(value, depth + 1, out);
            }
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
            out.push('}');
        }
    }
}
