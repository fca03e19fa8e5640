//! YAML becomes a tree of values with places.
//!
//! Plain words mean what YAML 1.2's core schema says: `true` and numbers; `yes` and `off` are
//! texts. What makes a document more than a tree (aliases, tags, several documents) is refused.

use std::collections::BTreeSet;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::place::{Place, Source};
use super::problem::{Problem, ProblemKind, Problems};
use super::tree::{Entry, Node, Value};

/// How deep values lie in each other at the most.
const DEEPEST: usize = 32;

/// Reads a text as far as it can be read.
pub(super) fn parse(text: &str, source: &Arc<Source>, problems: &mut Problems) -> Vec<Entry> {
    let last_line = text.split('\n').count();
    let mut reader = Reader { parser: Parser::new_from_str(text), source, last_line, problems };
    // Why it ended was told.
    reader.document().unwrap_or_default()
}

/// A problem was told, and nothing can be read behind it.
struct Ended;

struct Reader<'t, 'p> {
    parser: Parser<'t, StrInput<'t>>,
    source: &'p Arc<Source>,
    last_line: usize,
    problems: &'p mut Problems,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<Vec<Entry>, Ended> {
        let mut entries = Vec::new();
        let mut documents = 0;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(entries),
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        let help = "make it one: a configuration is one table";
                        self.problem(span, "a second document", help);
                        return Ok(entries);
                    }
                }
                event => {
                    let node = self.node(event, span, 0)?;
                    match node.value {
                        Value::Table(table) => entries = table,
                        Value::Other("nothing") => {}
                        other => {
                            let message = format!("the document is {}, not a table", other.what());
                            self.problem(span, &message, "write keys with their values");
                        }
                    }
                }
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Ended> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.broken(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, Ended> {
        if depth > DEEPEST {
            self.problem(span, "values lie too deep in each other", "");
            return Err(Ended);
        }
        let place = self.place(span);
        let value = match event {
            Event::Scalar(text, style, _, tag) => {
                if tag.is_some() {
                    self.problem(span, "tags are not read here", "leave it out");
                }
                if style == ScalarStyle::Plain { plain(&text) } else { Value::Text(text.into()) }
            }
            Event::SequenceStart(_, tag) => {
                if tag.is_some() {
                    self.problem(span, "tags are not read here", "leave it out");
                }
                Value::List(self.list(depth)?)
            }
            Event::MappingStart(_, tag) => {
                if tag.is_some() {
                    self.problem(span, "tags are not read here", "leave it out");
                }
                Value::Table(self.table(depth)?)
            }
            Event::Alias(_) => {
                self.problem(span, "aliases are not read here", "write the value again");
                Value::Other("an alias")
            }
            _ => Value::Other("nothing"),
        };
        Ok(Node { place, value })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Ended> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd | Event::StreamEnd) {
                return Ok(items);
            }
            items.push(self.node(event, span, depth + 1)?);
        }
    }

    fn table(&mut self, depth: usize) -> Result<Vec<Entry>, Ended> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = BTreeSet::new();
        loop {
            let (event, key_span) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                return Ok(entries);
            }
            let key = match event {
                Event::Scalar(text, ..) => Some(text.into_owned()),
                other => {
                    self.node(other, key_span, depth + 1)?;
                    self.problem(key_span, "a key that is no word", "");
                    None
                }
            };
            let (event, span) = self.next()?;
            let node = self.node(event, span, depth + 1)?;
            let Some(key) = key else { continue };
            if !seen.insert(key.clone()) {
                self.problem(key_span, &format!("a second `{key}`"), "leave one of them out");
                continue;
            }
            entries.push(Entry { key, place: self.place(key_span), node });
        }
    }

    fn place(&self, span: Span) -> Place {
        let source = Arc::clone(self.source);
        // What the parser misses at the end, it misses a line behind it.
        let line = span.start.line().clamp(1, self.last_line);
        Place { source, line, column: span.start.col() + 1 }
    }

    fn problem(&mut self, span: Span, message: &str, help: &str) {
        let place = self.place(span);
        self.problems.add(|| Problem::new(ProblemKind::Syntax, &place, message, help));
    }

    fn broken(&mut self, error: &ScanError) -> Ended {
        self.problem(Span::empty(*error.marker()), error.info(), "");
        Ended
    }
}

/// A plain word by the core schema.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Other("nothing"),
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let number = match (text.strip_prefix("0x"), text.strip_prefix("0o")) {
        (Some(digits), _) => i64::from_str_radix(digits, 16).ok(),
        (_, Some(digits)) => i64::from_str_radix(digits, 8).ok(),
        _ => text.parse().ok(),
    };
    let is_fraction = || {
        let starts =
            text.trim_start_matches(['+', '-']).starts_with(|at: char| at.is_ascii_digit());
        starts && text.parse::<f64>().is_ok()
    };
    match number {
        Some(number) => Value::Integer(number),
        None if is_fraction() => Value::Other("a fraction"),
        None => Value::Text(text.to_owned()),
    }
}
