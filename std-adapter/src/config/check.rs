//! A tree is compared with the table of keys: what fits is held, what does not is told.

use std::sync::Arc;

use super::held::{Held, Table, What};
use super::place::{Place, Source};
use super::problem::{Problem, ProblemKind, Problems};
use super::schema::{Key, Kind, Shape};
use super::tree::{Entry, Node, Value};
use super::words;
use crate::filter::nearest;

/// Reads the entries of a table by its shape.
pub(super) fn table(
    entries: Vec<Entry>,
    place: &Place,
    shape: &'static Shape,
    problems: &mut Problems,
) -> Table {
    let mut table = Table::new(place.clone());
    for Entry { key, place, node } in entries {
        match shape.keys.iter().find(|known| known.name == key) {
            Some(known) => match value(node, known, problems) {
                Some(held) => table.values.push((known, held)),
                None => table.failed.push(known.name),
            },
            None => problems.add(|| unknown(&key, &place, shape)),
        }
    }
    for key in shape.keys.iter().filter(|key| key.is_needed && !table.says(key.name)) {
        problems.add(|| {
            let message = format!("a {} without `{}`", shape.name, key.name);
            let help = format!("add `{}`: {}", key.name, key.kind.wants());
            Problem::new(ProblemKind::Missing, place, message, help)
        });
    }
    // In the order of the table of keys, so that equal configurations are made equally.
    table.values.sort_by_key(|(key, _)| shape.keys.iter().position(|known| known.name == key.name));
    table
}

fn unknown(key: &str, place: &Place, shape: &Shape) -> Problem {
    let names = shape.keys.iter().map(|known| known.name);
    let help = match nearest(key, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("a {} has {}", shape.name, names.collect::<Vec<_>>().join(", ")),
    };
    let shown: String = key.chars().take(80).collect();
    Problem::new(ProblemKind::UnknownKey, place, format!("unknown key `{shown}`"), help)
}

/// Reads the value of a variable.
pub(super) fn variable(
    name: &str,
    text: &str,
    key: &'static Key,
    problems: &mut Problems,
) -> Option<Held> {
    let place = Place::whole(&Arc::new(Source::Variable(name.to_owned())));
    let value = match key.kind {
        Kind::Bool => match text.trim() {
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            other => Value::Text(other.to_owned()),
        },
        Kind::Count { .. } | Kind::Size { .. } => match text.trim().parse() {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Text(text.trim().to_owned()),
        },
        Kind::Words(_) | Kind::Level | Kind::Overflow => {
            Value::Text(text.trim().to_ascii_lowercase())
        }
        _ => Value::Text(text.to_owned()),
    };
    self::value(Node { place, value }, key, problems)
}

/// Reads one value.
fn value(node: Node, key: &'static Key, problems: &mut Problems) -> Option<Held> {
    let Node { place, value } = node;
    let what = match (&key.kind, value) {
        (Kind::Table(shape), Value::Table(entries)) => {
            Ok(What::Table(table(entries, &place, shape, problems)))
        }
        (Kind::Tables(shape), Value::List(nodes)) => {
            return Some(tables(nodes, place, key, shape, problems));
        }
        (Kind::Chain, Value::List(nodes)) => words::chain(&nodes),
        (Kind::Texts, Value::List(nodes)) => words::texts(&nodes),
        (_, value) => words::plain(&value, &key.kind),
    };
    match what {
        Ok(what) => Some(Held { place, what }),
        Err(fault) => {
            problems.add(|| fault.problem(&place, key));
            None
        }
    }
}

fn tables(
    nodes: Vec<Node>,
    place: Place,
    key: &'static Key,
    shape: &'static Shape,
    problems: &mut Problems,
) -> Held {
    let mut found = Vec::new();
    for node in nodes {
        match node.value {
            Value::Table(entries) => found.push(table(entries, &node.place, shape, problems)),
            other => problems.add(|| {
                let message = format!("in `{}`, {} instead of a table", key.name, other.what());
                let help = format!("write tables with the keys of a {}", shape.name);
                Problem::new(ProblemKind::WrongType, &node.place, message, help)
            }),
        }
    }
    Held { place, what: What::Tables(found) }
}
