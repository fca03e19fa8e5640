//! Patterns of a program's own.

use core::fmt;
use core::ops::Range;
use std::sync::Arc;

use super::scan::Find;

/// What a program looks for by itself.
///
/// ```
/// use hydra_log::redact::{Pattern, Redaction};
/// let redaction = Redaction::new()
///     .pattern("host", Pattern::literal("db-7.internal"))
///     .pattern("order", Pattern::glob("ORD-####-*"))
///     .pattern("loud", Pattern::finder(|text| text.find("LOUD").map(|at| at..at + 4)));
/// let shown = redaction.text("ORD-1234-xy7 on db-7.internal, LOUD");
/// assert_eq!(shown, "[order] on [host], [loud]");
/// ```
#[derive(Clone)]
pub struct Pattern(Way);

#[derive(Clone)]
enum Way {
    Literal(Box<str>),
    Glob(Box<str>),
    Finder(Arc<Finder>),
}

type Finder = dyn Fn(&str) -> Option<Range<usize>> + Send + Sync;

impl Pattern {
    /// This very text, wherever it stands.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self(Way::Literal(text.into()))
    }

    /// A shape that starts where a word does: `#` stands for a digit, `?` for a letter or digit,
    /// `*` for one or more of those, `-` and `_`, up to 256; everything else for itself.
    #[must_use]
    pub fn glob(shape: &str) -> Self {
        Self(Way::Glob(shape.into()))
    }

    /// What a function finds first: bytes of the text, between two characters each. It runs in the
    /// drain for every text, so it should be quick; what it gives that is no part of the text is
    /// taken for nothing.
    #[must_use]
    pub fn finder(find: impl Fn(&str) -> Option<Range<usize>> + Send + Sync + 'static) -> Self {
        Self(Way::Finder(Arc::new(find)))
    }

    /// A regular expression, in the grammar of the crate `regex`.
    ///
    /// ```
    /// use hydra_log::redact::{Pattern, Redaction};
    /// let redaction = Redaction::new().pattern("plate", Pattern::regex(r"\b[A-Z]{2} \d{3}\b")?);
    /// assert_eq!(redaction.text("car KA 123 left"), "car [plate] left");
    /// assert!(Pattern::regex("(").unwrap_err().to_string().contains("unclosed group"));
    /// # Ok::<(), hydra_log::redact::PatternError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When it is none.
    #[cfg(feature = "redact-regex")]
    pub fn regex(expression: &str) -> Result<Self, PatternError> {
        let regex = regex::Regex::new(expression).map_err(PatternError)?;
        Ok(Self::finder(move |text| regex.find(text).map(|found| found.range())))
    }

    /// Gives each find in a text.
    pub(super) fn each(&self, text: &str, rule: usize, mut found: impl FnMut(Find)) {
        let mut from = 0;
        while let Some(rest) = text.get(from..) {
            let Some(find) = self.first(text, rest) else { return };
            let is_part = find.start < find.end && rest.get(find.clone()).is_some();
            if !is_part {
                return;
            }
            found(Find { start: from + find.start, end: from + find.end, rule });
            from += find.end;
        }
    }

    fn first(&self, text: &str, rest: &str) -> Option<Range<usize>> {
        match &self.0 {
            Way::Literal(literal) => {
                let at = rest.find(&**literal)?;
                Some(at..at + literal.len())
            }
            Way::Glob(shape) => {
                let from = text.len() - rest.len();
                glob(text, from, shape).map(|found| found.start - from..found.end - from)
            }
            Way::Finder(find) => find(rest),
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Way::Literal(text) => f.debug_tuple("Literal").field(text).finish(),
            Way::Glob(shape) => f.debug_tuple("Glob").field(shape).finish(),
            Way::Finder(_) => f.write_str("Finder"),
        }
    }
}

/// What is no regular expression.
#[cfg(feature = "redact-regex")]
#[derive(Clone, Debug)]
pub struct PatternError(regex::Error);

#[cfg(feature = "redact-regex")]
impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(feature = "redact-regex")]
impl core::error::Error for PatternError {}

/// The first match of a shape from `from` on.
fn glob(text: &str, from: usize, shape: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find_map(|at| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let is_start = text.is_char_boundary(at) && !before.is_some_and(u8::is_ascii_alphanumeric);
        let len = is_start.then(|| prefix(bytes.get(at..)?, shape.as_bytes())).flatten()?;
        (len > 0).then_some(at..at + len)
    })
}

/// How much of a text a shape takes from the start on.
fn prefix(text: &[u8], shape: &[u8]) -> Option<usize> {
    let mut at = 0;
    // Where the last `*` stands in the shape, and how far it reaches in the text.
    let mut star: Option<(usize, usize)> = None;
    let (mut sign, mut taken) = (0, 0);
    loop {
        let Some(wanted) = shape.get(sign) else { return Some(at) };
        let found = text.get(at);
        let fits = match wanted {
            b'#' => found.is_some_and(u8::is_ascii_digit),
            b'?' => found.is_some_and(u8::is_ascii_alphanumeric),
            b'*' => found.is_some_and(|byte| is_star(*byte)),
            _ => found == Some(wanted),
        };
        if fits && *wanted == b'*' {
            let run = text.get(at..)?.iter().take_while(|byte| is_star(**byte)).count();
            if sign + 1 == shape.len() {
                return Some(at + run.min(STAR));
            }
            taken = 1;
            star = Some((sign, at + 1));
            (at, sign) = (at + 1, sign + 1);
        } else if fits {
            (at, sign) = (at + 1, sign + 1);
        } else {
            // The star takes one more.
            let (place, reach) = star?;
            taken += 1;
            if taken > STAR || !text.get(reach).is_some_and(|byte| is_star(*byte)) {
                return None;
            }
            star = Some((place, reach + 1));
            (at, sign) = (reach + 1, place + 1);
        }
    }
}

/// The most that a `*` takes.
const STAR: usize = 256;

fn is_star(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
