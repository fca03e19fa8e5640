//! Conditions on records: level, target, layer, message, and the values of fields.
//!
//! ```text
//! condition  := all ('or' all)*
//! all        := one ('and' one)*
//! one        := 'not' one | '(' condition ')' | name [sign value]
//! sign       := '=' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '~'       '~': contains
//! value      := number | word | '"' text '"'
//! ```

use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

use hydra_log_core::Level;
use hydra_log_core::record::ValueRef;

use super::words::{Word, Words};
use crate::format::Event;

/// Deeper nesting is refused.
const MOST_DEEP: usize = 32;

/// Which records are meant, by what they say.
///
/// ```
/// use hydra_log::filter::Condition;
/// use hydra_log::{Builder, Output, info, sink::Memory};
/// let memory = Memory::new();
/// let condition: Condition = r#"status >= 500 or user = "ada" and not target = noise"#.parse()?;
/// let output = Output::new(memory.clone()).only(move |event| condition.matches(event));
/// let engine = Builder::new().sink(output).build()?;
/// engine.scope(|| {
///     info!(status = 503, "kept");
///     info!(status = 200, "not kept");
///     info!(status = 200, user = "ada", "kept");
/// });
/// engine.flush()?;
/// assert_eq!(memory.lines().len(), 2);
/// assert_eq!(engine.stats().sinks[0].filtered, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The names `level`, `target`, `layer` and `message` are the record's own; any other one is a
/// field's, and without a sign asks whether the field is there. Of levels, the more severe one is
/// the greater: `level >= warn`. A target equals the one that it lies in. Numbers are compared as
/// numbers, everything else as text, letter by letter. What is not there equals nothing, and is
/// neither greater nor less: only `not` and `!=` hold for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition(Node);

#[derive(Clone, Debug, PartialEq)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Is(String),
    Level(Sign, Level),
    Compare(Name, Sign, Value),
}

#[derive(Clone, Debug, PartialEq)]
enum Name {
    Target,
    Layer,
    Message,
    Field(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Contains,
}

/// What a record's value is compared with.
#[derive(Clone, Debug, PartialEq)]
struct Value {
    text: String,
    number: Option<Number>,
}

/// Whole numbers are compared exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Number {
    Whole(i128),
    Float(f64),
}

/// Why a condition cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConditionError {
    /// The byte of the text where it stops to make sense.
    pub position: usize,
    /// What would make sense there.
    pub wanted: &'static str,
}

impl fmt::Display for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "condition: {} is missing (at byte {})", self.wanted, self.position)
    }
}

impl core::error::Error for ConditionError {}

impl Condition {
    /// Whether a record is meant.
    #[must_use]
    pub fn matches(&self, event: &Event<'_>) -> bool {
        self.0.matches(event)
    }
}

impl Node {
    fn matches(&self, event: &Event<'_>) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.matches(event)),
            Self::Any(nodes) => nodes.iter().any(|node| node.matches(event)),
            Self::Not(node) => !node.matches(event),
            Self::Is(name) => event.value(name).is_some(),
            // The more severe, the smaller is its number.
            Self::Level(sign, level) => sign.holds(level.cmp(&event.level)),
            Self::Compare(name, sign, value) => name.compare(event, *sign, value),
        }
    }
}

impl Name {
    fn compare(&self, event: &Event<'_>, sign: Sign, value: &Value) -> bool {
        match self {
            Self::Target => match sign {
                Sign::Equal => super::covers(&value.text, &event.site.target),
                Sign::Unequal => !super::covers(&value.text, &event.site.target),
                _ => sign.holds_of(&event.site.target, &value.text),
            },
            Self::Layer => sign.holds_of(&event.site.layer, &value.text),
            Self::Message => sign.holds_of(&event.message(), &value.text),
            Self::Field(name) => match event.value(name) {
                None => sign == Sign::Unequal,
                Some(found) => match (number_of(found), value.number) {
                    (Some(found), Some(number)) if sign != Sign::Contains => {
                        let order = found.order(number);
                        order.map_or(sign == Sign::Unequal, |order| sign.holds(order))
                    }
                    _ => match event.text(name) {
                        None => sign == Sign::Unequal,
                        Some(found) => sign.holds_of(&found, &value.text),
                    },
                },
            },
        }
    }
}

impl Sign {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Contains => false,
        }
    }

    fn holds_of(self, found: &str, wanted: &str) -> bool {
        match self {
            Self::Contains => found.contains(wanted),
            _ => self.holds(found.cmp(wanted)),
        }
    }
}

impl Number {
    fn of(text: &str) -> Option<Self> {
        let whole = text.parse().ok().map(Self::Whole);
        whole.or_else(|| text.parse().ok().filter(|number: &f64| !number.is_nan()).map(Self::Float))
    }

    fn order(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => Some(one.cmp(&other)),
            (one, other) => one.float().partial_cmp(&other.float()),
        }
    }

    fn float(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "beside a float, as good as any")]
            Self::Whole(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

fn number_of(value: ValueRef<'_>) -> Option<Number> {
    Some(match value {
        ValueRef::U64(number) => Number::Whole(number.into()),
        ValueRef::I8(number) => Number::Whole(number.into()),
        ValueRef::I16(number) => Number::Whole(number.into()),
        ValueRef::I32(number) => Number::Whole(number.into()),
        ValueRef::I64(number) => Number::Whole(number.into()),
        ValueRef::I128(number) => Number::Whole(number),
        #[expect(clippy::cast_precision_loss, reason = "what is beyond is compared as a float")]
        ValueRef::U128(number) => {
            i128::try_from(number).map_or(Number::Float(number as f64), Number::Whole)
        }
        ValueRef::F32(number) => Number::Float(number.into()),
        ValueRef::F64(number) => Number::Float(number),
        // A number may have been formatted by the call.
        ValueRef::Text(text) => Number::of(text)?,
        ValueRef::Some(inner) => match inner.get() {
            Ok(inner) if !matches!(inner, ValueRef::Some(_)) => number_of(inner)?,
            _ => return None,
        },
        _ => return None,
    })
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        let mut words = Words::new(text);
        let node = any(&mut words, 0)?;
        match words.next()? {
            (Word::End, _) => Ok(Self(node)),
            (_, position) => Err(ConditionError { position, wanted: "`and` or `or`" }),
        }
    }
}

fn any(words: &mut Words<'_>, depth: usize) -> Result<Node, ConditionError> {
    let mut nodes = vec![all(words, depth)?];
    while words.take_if(&Word::Plain("or"))? {
        nodes.push(all(words, depth)?);
    }
    Ok(one_or(nodes, Node::Any))
}

fn all(words: &mut Words<'_>, depth: usize) -> Result<Node, ConditionError> {
    let mut nodes = vec![one(words, depth)?];
    while words.take_if(&Word::Plain("and"))? {
        nodes.push(one(words, depth)?);
    }
    Ok(one_or(nodes, Node::All))
}

fn one_or(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match nodes.pop() {
        Some(only) if nodes.is_empty() => only,
        last => {
            nodes.extend(last);
            many(nodes)
        }
    }
}

fn one(words: &mut Words<'_>, depth: usize) -> Result<Node, ConditionError> {
    let wrong = |position, wanted| Err(ConditionError { position, wanted });
    let (word, position) = words.next()?;
    if depth == MOST_DEEP {
        return wrong(position, "a condition that is nested less");
    }
    let name = match word {
        Word::Plain("not") => return Ok(Node::Not(Box::new(one(words, depth + 1)?))),
        Word::Sign("(") => {
            let node = any(words, depth + 1)?;
            return match words.next()? {
                (Word::Sign(")"), _) => Ok(node),
                (_, position) => wrong(position, "`)`"),
            };
        }
        Word::Plain(name) if !matches!(name, "and" | "or") => name.to_owned(),
        Word::Quoted(name) => name,
        _ => return wrong(position, "a name"),
    };
    let Some((sign, position)) = sign(words)? else {
        return match name.as_str() {
            "level" | "target" | "layer" | "message" => wrong(words.position(), "a sign, as `=`"),
            _ => Ok(Node::Is(name)),
        };
    };
    let (word, at) = words.next()?;
    let (text, is_quoted) = match word {
        Word::Plain(text) => (text.to_owned(), false),
        Word::Quoted(text) => (text, true),
        _ => return wrong(at, "a value"),
    };
    if name == "level" {
        return match text.parse() {
            Ok(_) if sign == Sign::Contains => wrong(position, "another sign than `~`"),
            Ok(level) => Ok(Node::Level(sign, level)),
            Err(_) => wrong(at, "error, warn, info, debug or trace"),
        };
    }
    let name = match name.as_str() {
        "target" => Name::Target,
        "layer" => Name::Layer,
        "message" => Name::Message,
        _ => Name::Field(name),
    };
    let number = if is_quoted { None } else { Number::of(&text) };
    Ok(Node::Compare(name, sign, Value { text, number }))
}

fn sign(words: &mut Words<'_>) -> Result<Option<(Sign, usize)>, ConditionError> {
    const SIGNS: [(&str, Sign); 8] = [
        ("=", Sign::Equal),
        ("==", Sign::Equal),
        ("!=", Sign::Unequal),
        ("<", Sign::Less),
        ("<=", Sign::AtMost),
        (">", Sign::Greater),
        (">=", Sign::AtLeast),
        ("~", Sign::Contains),
    ];
    let position = words.position();
    for (text, sign) in SIGNS {
        if words.take_if(&Word::Sign(text))? {
            return Ok(Some((sign, position)));
        }
    }
    Ok(None)
}
