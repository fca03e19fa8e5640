//! A line's template, read: literal text and `{name:options}`.

use core::fmt;

/// A part of a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Literal(String),
    Time {
        items: Vec<TimeItem>,
        is_local: bool,
    },
    /// Something of the record or its callsite, padded.
    Item {
        item: Item,
        pad: Pad,
    },
    /// One field by its name, padded.
    Field {
        key: String,
        pad: Pad,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Level,
    Layer,
    Target,
    Module,
    File,
    Line,
    Thread,
    ThreadId,
    Pid,
    Message,
    Fields,
    Marks,
}

/// The least width, and where the value stands in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pad {
    pub(super) width: usize,
    pub(super) is_right: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TimeItem {
    Literal(String),
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    /// So many digits of the second's fraction.
    Fraction(usize),
    MonthName,
    Offset,
    Epoch,
}

/// Wider columns than this are a slip of the pen.
const MOST_WIDTH: usize = 200;

/// All names.
const NAMES: [(&str, Item); 12] = [
    ("level", Item::Level),
    ("layer", Item::Layer),
    ("target", Item::Target),
    ("module", Item::Module),
    ("file", Item::File),
    ("line", Item::Line),
    ("thread", Item::Thread),
    ("thread_id", Item::ThreadId),
    ("pid", Item::Pid),
    ("message", Item::Message),
    ("fields", Item::Fields),
    ("marks", Item::Marks),
];

/// A template that can't be read: where, and what to write instead.
///
/// ```
/// use hydra_log::format::Pattern;
/// let error = Pattern::compile("{time} {lvel}: {message}").unwrap_err();
/// assert_eq!(error.at, 8);
/// assert_eq!(
///     error.to_string(),
///     "unknown name `lvel`, did you mean `level`?\n  {time} {lvel}: {message}\n          ^"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PatternError {
    /// The template.
    pub template: String,
    /// The byte in it.
    pub at: usize,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = self.template.get(..self.at).unwrap_or(&self.template);
        let column = before.chars().count();
        // Line breaks would move the arrow.
        let shown = self.template.replace(char::is_control, " ");
        write!(f, "{}\n  {shown}\n  {:column$}^", self.message, "")
    }
}

impl core::error::Error for PatternError {}

/// Takes a template apart.
pub(super) fn parse(template: &str) -> Result<Vec<Part>, PatternError> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = template;
    let fail = |at: usize, message: String| {
        Err(PatternError { template: template.to_owned(), at, message })
    };
    while let Some(letter) = rest.chars().next() {
        let at = template.len() - rest.len();
        if rest.starts_with("{{") || rest.starts_with("}}") {
            literal.push(letter);
            rest = rest.get(2..).unwrap_or_default();
        } else if letter == '}' {
            return fail(at, "a `}` without its `{`: write `}}` for a brace".to_owned());
        } else if letter == '{' {
            let Some(end) = rest.find('}') else {
                return fail(at, "a `{` without its `}`: write `{{` for a brace".to_owned());
            };
            if !literal.is_empty() {
                parts.push(Part::Literal(core::mem::take(&mut literal)));
            }
            match placeholder(rest.get(1..end).unwrap_or_default()) {
                Ok(part) => parts.push(part),
                Err((offset, message)) => return fail(at + 1 + offset, message),
            }
            rest = rest.get(end + 1..).unwrap_or_default();
        } else if letter.is_control() {
            return fail(at, "a control character: a record is one line of text".to_owned());
        } else {
            literal.push(letter);
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

/// What stands between braces; on failure, where in it and what.
fn placeholder(text: &str) -> Result<Part, (usize, String)> {
    let (name, options) = match text.split_once(':') {
        Some((name, options)) => (name, Some(options)),
        None => (text, None),
    };
    let options_at = name.len() + 1;
    if name == "time" || name == "local" {
        let default = "%Y-%m-%dT%H:%M:%S%.6f%z";
        let items = time(options.unwrap_or(default)).map_err(|(at, why)| (options_at + at, why))?;
        return Ok(Part::Time { items, is_local: name == "local" });
    }
    let pad = options.map_or(Ok(Pad::default()), pad).map_err(|why| (options_at, why))?;
    if let Some(key) = name.strip_prefix("field.") {
        if key.is_empty() {
            return Err((name.len(), "a field's name is missing: `{field.user}`".to_owned()));
        }
        return Ok(Part::Field { key: key.to_owned(), pad });
    }
    match NAMES.iter().find(|(known, _)| *known == name) {
        Some((_, item)) => Ok(Part::Item { item: *item, pad }),
        None => Err((0, unknown(name))),
    }
}

fn unknown(name: &str) -> String {
    let names = NAMES.iter().map(|(name, _)| *name).chain(["time", "local"]);
    match crate::filter::nearest(name, names) {
        Some(near) => format!("unknown name `{name}`, did you mean `{near}`?"),
        None => format!(
            "unknown name `{name}`: there are time, local, level, layer, target, module, file, \
             line, thread, thread_id, pid, message, fields, marks and field.NAME"
        ),
    }
}

/// `>5`, `<20` or `5`.
fn pad(text: &str) -> Result<Pad, String> {
    let (is_right, digits) = match text.split_at_checked(1) {
        Some((">", digits)) => (true, digits),
        Some(("<", digits)) => (false, digits),
        _ => (false, text),
    };
    match digits.parse() {
        Ok(width) if width <= MOST_WIDTH => Ok(Pad { width, is_right }),
        Ok(_) => Err(format!("a column is at most {MOST_WIDTH} characters wide")),
        Err(_) => Err(format!("`{text}` is no width: write `>5` or `<5`")),
    }
}

/// `strftime`'s letters, those that logs have.
fn time(text: &str) -> Result<Vec<TimeItem>, (usize, String)> {
    let mut items = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let at = text.len() - rest.len();
        let (item, bytes) = if letter == '%' {
            directive(rest).ok_or_else(|| (at, unknown_directive(rest)))?
        } else {
            (TimeItem::Literal(letter.to_string()), letter.len_utf8())
        };
        match (items.last_mut(), item) {
            (Some(TimeItem::Literal(before)), TimeItem::Literal(more)) => before.push_str(&more),
            (_, item) => items.push(item),
        }
        rest = rest.get(bytes..).unwrap_or_default();
    }
    Ok(items)
}

fn directive(rest: &str) -> Option<(TimeItem, usize)> {
    const LETTERS: [(&str, TimeItem); 13] = [
        ("%Y", TimeItem::Year),
        ("%m", TimeItem::Month),
        ("%d", TimeItem::Day),
        ("%H", TimeItem::Hour),
        ("%M", TimeItem::Minute),
        ("%S", TimeItem::Second),
        ("%b", TimeItem::MonthName),
        ("%z", TimeItem::Offset),
        ("%s", TimeItem::Epoch),
        ("%.3f", TimeItem::Fraction(3)),
        ("%.6f", TimeItem::Fraction(6)),
        ("%.9f", TimeItem::Fraction(9)),
        ("%f", TimeItem::Fraction(9)),
    ];
    if rest.starts_with("%%") {
        return Some((TimeItem::Literal("%".to_owned()), 2));
    }
    let known = LETTERS.iter().find(|(letters, _)| rest.starts_with(letters));
    known.map(|(letters, item)| (item.clone(), letters.len()))
}

fn unknown_directive(rest: &str) -> String {
    let shown: String = rest.chars().take(2).collect();
    format!(
        "unknown time directive `{shown}`: there are %Y %m %d %H %M %S %b %z %s %.3f %.6f %.9f %f"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(template: &str) -> (usize, String) {
        let error = parse(template).unwrap_err();
        (error.at, error.message)
    }

    #[test]
    fn errors_point_at_the_fault() {
        assert_eq!(error("{level} }").0, 8);
        assert_eq!(error("{level} {target").0, 8);
        assert_eq!(error("a {time:%H:%Q}").0, 11);
        assert!(error("a {time:%H:%Q}").1.contains("`%Q`"));
        assert_eq!(error("{level:>x}").0, 7);
        assert_eq!(error("{level:>900}").1, "a column is at most 200 characters wide");
        assert_eq!(error("{field.}").0, 7);
        assert_eq!(error("x\n").0, 1);
        assert!(error("{zzzzzz}").1.contains("there are time"));
        assert!(error("{mesage}").1.contains("did you mean `message`?"));
    }

    #[test]
    fn braces_and_percents_are_doubled() {
        let parts = parse("{{{time:100%% %H}}}").unwrap();
        assert_eq!(parts[0], Part::Literal("{".to_owned()));
        let items = vec![TimeItem::Literal("100% ".to_owned()), TimeItem::Hour];
        assert_eq!(parts[1], Part::Time { items, is_local: false });
        assert_eq!(parts[2], Part::Literal("}".to_owned()));
    }
}
