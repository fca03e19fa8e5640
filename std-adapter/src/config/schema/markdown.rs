//! The table of keys as the documentation shows it.

use super::{CONFIG, Key, Kind, Otherwise, Shape};

/// A table in Markdown for each shape.
pub(in crate::config) fn keys_table() -> String {
    let mut shapes: Vec<(&'static Shape, String)> = Vec::new();
    collect(&CONFIG, String::new(), &mut shapes);
    let mut out = String::new();
    for (shape, place) in shapes {
        if !place.is_empty() {
            out.push_str(&format!("\n### {place}\n\n{}\n\n", shape.about));
        }
        out.push_str(
            "| key | value | otherwise | variable | call | |\n|---|---|---|---|---|---|\n",
        );
        for key in shape.keys {
            out.push_str(&row(key));
        }
    }
    out
}

fn collect(shape: &'static Shape, place: String, shapes: &mut Vec<(&'static Shape, String)>) {
    if let Some((_, known)) = shapes.iter_mut().find(|(known, _)| known.name == shape.name) {
        known.push_str(", ");
        known.push_str(&place);
        return;
    }
    shapes.push((shape, place));
    for key in shape.keys {
        match key.kind {
            Kind::Table(inner) => collect(inner, format!("`[{}]`", path(shape, key)), shapes),
            Kind::Tables(inner) => collect(inner, format!("`[[{}]]`", path(shape, key)), shapes),
            _ => {}
        }
    }
}

/// A key with the key of the table that it is in.
fn path(shape: &Shape, key: &Key) -> String {
    let around = CONFIG.keys.iter().find(|row| match row.kind {
        Kind::Table(inner) | Kind::Tables(inner) => inner.name == shape.name,
        _ => false,
    });
    match around {
        Some(around) => format!("{}.{}", around.name, key.name),
        None => key.name.to_owned(),
    }
}

fn row(key: &Key) -> String {
    let otherwise = match key.otherwise {
        Otherwise::Nothing if key.is_needed => "has to be said".to_owned(),
        Otherwise::Nothing => String::new(),
        Otherwise::This(value) => format!("`{value}`"),
        Otherwise::Preset(_) => "the preset's".to_owned(),
    };
    let variable = key.variable.map(|name| format!("`{name}`")).unwrap_or_default();
    let only = key.only.as_ref().map(|only| {
        let words: Vec<String> = only.words.iter().map(|word| format!("`{word}`")).collect();
        format!(" With the {} {}.", only.key, words.join(", "))
    });
    format!(
        "| `{}` | {} | {otherwise} | {variable} | `{}` | {}{} |\n",
        key.name,
        code(&key.kind.wants()),
        key.call,
        key.about,
        only.unwrap_or_default(),
    )
}

/// What stands in quotes, as code.
fn code(wants: &str) -> String {
    wants.replace('"', "`")
}
