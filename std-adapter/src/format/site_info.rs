//! A callsite made ready for rendering: everything that is the same for all its records.

use hydra_log_core::Level;
use hydra_log_core::record::RecordRef;
use hydra_log_core::record::dictionary::Entry;
use hydra_log_core::site::Site;
use hydra_log_core::template::{Count, Piece, Spec, TemplateError, Trait, pieces};
use hydra_log_core::value::Names;

use super::Buffer;
use super::escape::{self, Dialect, JsonString, Plain};

/// A callsite, its template taken apart.
///
/// ```
/// use hydra_log::format::SiteInfo;
/// use hydra_log_core::site::gap_site;
/// let info = SiteInfo::new(gap_site());
/// assert_eq!((&*info.target, &*info.fields[0].key), ("hydra", "ring"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SiteInfo {
    /// The level.
    pub level: Level,
    /// What the record is about.
    pub target: Box<str>,
    /// The call's `layer:`, or empty.
    pub layer: Box<str>,
    /// The module's path.
    pub module: Box<str>,
    /// The source file.
    pub file: Box<str>,
    /// The source line.
    pub line: u32,
    /// The message.
    pub message: Template,
    /// The fields in order.
    pub fields: Vec<Field>,
    /// How many values a call has.
    arguments: u16,
    /// What stands in front of the message, in text and in colour.
    pub(super) text: Heads,
    pub(super) colour: Heads,
    /// Whether the message's own texts need no escaping, in text and in JSON.
    pub(super) is_plain: bool,
    pub(super) is_json: bool,
    /// Between the time and the message, and behind the fields.
    pub(super) json_head: String,
    pub(super) json_tail: String,
}

/// A field of a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Field {
    /// Its name.
    pub key: Box<str>,
    /// Its value: one placeholder.
    pub value: Template,
    /// The argument, where it is shown by `Display` or `Debug` without options.
    pub(super) bare: Option<usize>,
    /// Whether that is `Debug`.
    pub(super) is_debug: bool,
    /// Whether the pieces' own texts need no escaping.
    pub(super) is_plain: bool,
    /// The name as it stands in a line: ` key=`.
    pub(super) text_key: String,
    /// The name as it stands in JSON: `"key":`.
    pub(super) json_key: String,
}

/// The beginning of a line behind the time.
#[derive(Clone, Debug)]
pub(super) struct Heads {
    /// Level and target.
    pub(super) whole: String,
    /// The level alone.
    pub(super) level: String,
    /// The target alone.
    pub(super) target: String,
}

/// More fields than a context has are a damaged file's, or a forged one's.
const MOST_ADDED: usize = 64;

impl SiteInfo {
    /// Takes a callsite's descriptor apart. Done once a callsite.
    #[must_use]
    pub fn new(site: &'static Site) -> Self {
        Self::of(&Entry::of(site))
    }

    /// As [`new`](Self::new), by the descriptor as it stands in a dictionary.
    #[must_use]
    pub fn of(site: &Entry<'_>) -> Self {
        let level = site.level;
        let message = Template::new(site.template);
        let mut json_tail = format!("}},\"target\":\"{}\"", clean::<JsonString>(site.target));
        if !site.layer.is_empty() {
            let layer = clean::<JsonString>(site.layer);
            json_tail.push_str(&format!(",\"layer\":\"{layer}\""));
        }
        let has_message = !message.is_empty();
        Self {
            level,
            target: site.target.into(),
            layer: site.layer.into(),
            module: site.module.into(),
            file: site.file.into(),
            line: site.line,
            arguments: site.arguments,
            fields: site.fields.iter().map(|field| Field::new(field, has_message)).collect(),
            text: Heads::new(site, ["", ""], ["", ""]),
            colour: Heads::new(site, [colour(level), RESET], [DIM, RESET]),
            is_plain: is_clean::<Plain>(&message),
            is_json: is_clean::<JsonString>(&message),
            json_head: format!("\",\"level\":\"{level}\",\"fields\":{{"),
            json_tail,
            message,
        }
    }

    /// The names of what a context added to this record of the callsite.
    #[inline]
    pub(super) fn added<'a>(&self, record: &RecordRef<'a>) -> Option<Names<'a>> {
        record.names_behind(self.arguments.into())
    }

    /// The callsite with a field more, whose value is the record's of this number.
    pub(crate) fn with_field(&self, key: &str, index: usize) -> Self {
        let mut site = self.clone();
        let value = format!("{{{index}}}");
        site.fields.push(Field::new((key, &value), !self.message.is_empty()));
        site
    }

    /// The callsite with these fields too, but for those that it has itself.
    pub(super) fn with_fields(&self, names: Names<'_>) -> Self {
        let mut site = self.clone();
        let has_message = !self.message.is_empty();
        for (index, name) in names.iter().enumerate().take(MOST_ADDED) {
            if site.fields.iter().all(|field| *field.key != *name) {
                let value = format!("{{{}}}", usize::from(self.arguments) + 1 + index);
                site.fields.push(Field::new((name, &value), has_message));
            }
        }
        site
    }
}

impl Field {
    fn new((key, template): (&str, &str), has_message: bool) -> Self {
        let value = Template::new(template);
        let (bare, is_debug) = match value.0.as_slice() {
            [Part::Argument { index, spec }] => {
                let has_options = spec.width != Count::Implied
                    || spec.precision != Count::Implied
                    || spec.plus
                    || spec.zero;
                let is_debug = spec.kind == Trait::Debug;
                let bare = spec.is_plain() || is_debug && !has_options;
                (bare.then_some(*index), is_debug)
            }
            _ => (None, false),
        };
        // The message itself has that name.
        let json_name = if key == "message" && has_message { "field.message" } else { key };
        Self {
            key: key.into(),
            bare,
            is_debug,
            is_plain: is_clean::<Plain>(&value),
            text_key: format!(" {}=", clean::<Plain>(key)),
            json_key: format!("\"{}\":", clean::<JsonString>(json_name)),
            value,
        }
    }
}

impl Field {
    /// The argument that is its value.
    pub(super) fn argument(&self) -> Option<usize> {
        self.bare.or_else(|| {
            self.value.pieces().find_map(|piece| match piece {
                Piece::Argument { index, .. } => Some(index),
                Piece::Literal(_) => None,
            })
        })
    }
}

const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

fn colour(level: Level) -> &'static str {
    match level {
        Level::Error => "\x1b[31m",
        Level::Warn => "\x1b[33m",
        Level::Info => "\x1b[32m",
        Level::Debug => "\x1b[34m",
        Level::Trace => "\x1b[35m",
    }
}

impl Heads {
    fn new(site: &Entry<'_>, [level_on, level_off]: [&str; 2], [on, off]: [&str; 2]) -> Self {
        let level = format!(" {level_on}{:>5}{level_off}", site.level);
        let mut target = format!(" {on}{}", clean::<Plain>(site.target));
        if !site.layer.is_empty() {
            target.push_str(&format!("[{}]", clean::<Plain>(site.layer)));
        }
        target.push_str(&format!(":{off} "));
        Self { whole: format!("{level}{target}"), level, target }
    }
}

/// A message or a field's value, taken apart.
#[derive(Clone, Debug)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Literal(Box<str>),
    Argument { index: usize, spec: Spec },
}

impl Template {
    /// The macros wrote it, so it can be read; if not, the rest stands as it is.
    fn new(template: &str) -> Self {
        let part = |piece| match piece {
            Ok(Piece::Literal(text)) => Part::Literal(text.into()),
            Ok(Piece::Argument { index, spec }) => Part::Argument { index, spec },
            Err(error) => {
                let TemplateError { at } = error;
                Part::Literal(template.get(at..).unwrap_or(template).into())
            }
        };
        Self(pieces(template).map(part).collect())
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its pieces in order, as `hydra_log_core::render::message` takes them.
    #[inline]
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        self.0.iter().map(|part| match part {
            Part::Literal(text) => Piece::Literal(text),
            Part::Argument { index, spec } => Piece::Argument { index: *index, spec: *spec },
        })
    }
}

/// Whether what the renderer writes on its own account needs no escaping.
fn is_clean<D: Dialect>(template: &Template) -> bool {
    template.pieces().all(|piece| match piece {
        Piece::Literal(text) => escape::is_clean::<D>(text),
        // The alternate form of `Debug` has lines; padding may be any character.
        Piece::Argument { spec, .. } => {
            !(spec.alternate && spec.is_debug())
                && escape::is_clean::<D>(spec.fill.encode_utf8(&mut [0; 4]))
        }
    })
}

/// A text of the program, escaped.
fn clean<D: Dialect>(text: &str) -> String {
    let mut out = Buffer::new();
    escape::push::<D>(&mut out, text);
    String::from_utf8_lossy(out.as_bytes()).into_owned()
}
