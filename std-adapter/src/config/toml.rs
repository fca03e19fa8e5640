//! TOML becomes a tree of values with places.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::place::{Lines, Source};
use super::problem::{Problem, ProblemKind, Problems};
use super::tree::{Entry, Node, Value};

/// Reads a text as far as it can be read.
pub(super) fn parse(text: &str, source: &Arc<Source>, problems: &mut Problems) -> Vec<Entry> {
    let lines = Lines::new(text, source);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        problems.add(|| {
            let place = lines.at(error.span().map_or(0, |span| span.start));
            Problem::new(ProblemKind::Syntax, &place, error.message(), "")
        });
    }
    entries(table.get_ref(), &lines)
}

fn entries(table: &DeTable<'_>, lines: &Lines<'_>) -> Vec<Entry> {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let name: &std::borrow::Cow<'_, str> = key.get_ref();
        let place = lines.at(key.span().start);
        Entry { key: name.clone().into_owned(), place, node: node(value, lines) }
    };
    table.iter().map(entry).collect()
}

/// The parser has a limit for how deep values lie in each other.
fn node(spanned: &Spanned<DeValue<'_>>, lines: &Lines<'_>) -> Node {
    let value = match spanned.get_ref() {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix());
            number.map_or(Value::Other("a number beyond all bounds"), Value::Integer)
        }
        DeValue::Float(_) => Value::Other("a fraction"),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, lines)).collect()),
        DeValue::Table(table) => Value::Table(entries(table, lines)),
    };
    Node { place: lines.at(spanned.span().start), value }
}
