//! Templates in canonical form: literal text, and placeholders that name arguments by index.
//!
//! ```text
//! template    := (text | '{{' | '}}' | placeholder)*
//! placeholder := '{' index [':' spec] '}'
//! spec        := [[fill] align] [sign] ['#'] ['0'] [width] ['.' precision] [trait]
//! width, precision := number | index '$'
//! trait := '?' | 'x?' | 'X?' | 'x' | 'X' | 'o' | 'b' | 'e' | 'E' | 'p'
//! ```
//!
//! This is `format!`'s grammar without names and without implied positions; the macros write it.
//! A reader may get a template from a file, so any text is either understood or refused.

use core::fmt;
use core::iter::FusedIterator;

/// A part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it is.
    Literal(&'a str),
    /// The value of an argument.
    Argument {
        /// Which one.
        index: usize,
        /// How it looks.
        spec: Spec,
    },
}

/// Where a padded value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`
    Left,
    /// `^`
    Center,
    /// `>`
    Right,
}

/// A width or precision.
///
/// ```
/// use hydra_log_core::template::{Count, Spec};
/// let spec: Spec = "2$.3".parse().unwrap();
/// assert_eq!((spec.width, spec.precision), (Count::Argument(2), Count::Is(3)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// None given.
    Implied,
    /// A number.
    Is(u16),
    /// The value of the argument with this index.
    Argument(u16),
}

/// The formatting trait that a placeholder names.
///
/// ```
/// use hydra_log_core::template::{Spec, Trait};
/// assert_eq!("#X?".parse::<Spec>().unwrap().kind, Trait::DebugUpperHex);
/// assert_eq!("#Y".parse::<Spec>().unwrap_err().at, 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trait {
    /// Nothing.
    Display,
    /// `?`
    Debug,
    /// `x?`: `Debug` with integers in lower-case hexadecimal.
    DebugLowerHex,
    /// `X?`: `Debug` with integers in upper-case hexadecimal.
    DebugUpperHex,
    /// `x`
    LowerHex,
    /// `X`
    UpperHex,
    /// `o`
    Octal,
    /// `b`
    Binary,
    /// `e`
    LowerExp,
    /// `E`
    UpperExp,
    /// `p`
    Pointer,
}

/// How a placeholder shows its value.
///
/// ```
/// use hydra_log_core::template::{Align, Count, Spec, Trait};
/// let spec: Spec = "*>+8.3?".parse().unwrap();
/// assert_eq!((spec.fill, spec.align, spec.plus), ('*', Some(Align::Right), true));
/// assert_eq!((spec.width, spec.precision), (Count::Is(8), Count::Is(3)));
/// assert_eq!(spec.kind, Trait::Debug);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What pads a value.
    pub fill: char,
    /// Where a padded value stands, or as its type prefers.
    pub align: Option<Align>,
    /// `+`
    pub plus: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
    /// The least width in characters.
    pub width: Count,
    /// Digits behind the point, or the most characters of a text.
    pub precision: Count,
    /// The formatting trait.
    pub kind: Trait,
}

impl Spec {
    /// `{}`
    pub const DISPLAY: Self = Self {
        fill: ' ',
        align: None,
        plus: false,
        alternate: false,
        zero: false,
        width: Count::Implied,
        precision: Count::Implied,
        kind: Trait::Display,
    };

    /// `{:?}`
    pub const DEBUG: Self = Self { kind: Trait::Debug, ..Self::DISPLAY };

    /// Whether this is `{}`.
    #[inline]
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(self.kind, Trait::Display)
            && matches!((self.width, self.precision), (Count::Implied, Count::Implied))
            && !(self.plus | self.alternate | self.zero)
    }

    /// Whether the trait is `Debug`, with hexadecimal integers or without.
    #[must_use]
    pub fn is_debug(&self) -> bool {
        matches!(self.kind, Trait::Debug | Trait::DebugLowerHex | Trait::DebugUpperHex)
    }
}

/// What stands behind a placeholder's colon.
impl core::str::FromStr for Spec {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let mut scan = Scan { text, at: 0 };
        let spec = scan.spec()?;
        if scan.at == text.len() { Ok(spec) } else { Err(TemplateError { at: scan.at }) }
    }
}

/// A template that is not in canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The byte where it goes wrong.
    pub at: usize,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed template at byte {}", self.at)
    }
}

impl core::error::Error for TemplateError {}

/// The pieces of a template, in order. Ends behind the first error.
///
/// ```
/// use hydra_log_core::template::{Piece, Spec, pieces};
/// let parts: Result<Vec<_>, _> = pieces("{{{0}}} took {1:?}").collect();
/// assert_eq!(parts.unwrap(), [
///     Piece::Literal("{"),
///     Piece::Argument { index: 0, spec: Spec::DISPLAY },
///     Piece::Literal("}"),
///     Piece::Literal(" took "),
///     Piece::Argument { index: 1, spec: Spec::DEBUG },
/// ]);
/// assert_eq!(pieces("{name}").next().unwrap().unwrap_err().at, 1);
/// ```
#[must_use]
pub fn pieces(template: &str) -> Pieces<'_> {
    Pieces { scan: Scan { text: template, at: 0 } }
}

/// The iterator that [`pieces`] returns.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    scan: Scan<'a>,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<Piece<'a>, TemplateError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.scan.rest();
        let first = rest.bytes().next()?;
        let piece = if first == b'{' && !rest.starts_with("{{") {
            self.scan.placeholder()
        } else {
            self.scan.literal()
        };
        if piece.is_err() {
            self.scan.at = self.scan.text.len();
        }
        Some(piece)
    }
}

impl FusedIterator for Pieces<'_> {}

/// A place in a text.
#[derive(Clone, Debug)]
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn error<T>(&self) -> Result<T, TemplateError> {
        Err(TemplateError { at: self.at })
    }

    /// Steps over `text` if it is next.
    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Text up to the next placeholder. A doubled brace ends it: the first of both belongs to it.
    fn literal(&mut self) -> Result<Piece<'a>, TemplateError> {
        let rest = self.rest();
        let brace = rest.find(['{', '}']).unwrap_or(rest.len());
        let from_brace = rest.get(brace..).unwrap_or_default();
        let (text_end, next) = match from_brace {
            "" => (brace, brace),
            doubled if doubled.starts_with("{{") || doubled.starts_with("}}") => {
                (brace + 1, brace + 2)
            }
            placeholder if placeholder.starts_with('{') => (brace, brace),
            _ => {
                self.at += brace;
                return self.error();
            }
        };
        self.at += next;
        Ok(Piece::Literal(rest.get(..text_end).unwrap_or_default()))
    }

    fn placeholder(&mut self) -> Result<Piece<'a>, TemplateError> {
        self.eat("{");
        let Some(index) = self.number() else { return self.error() };
        let spec = if self.eat(":") { self.spec()? } else { Spec::DISPLAY };
        if self.eat("}") { Ok(Piece::Argument { index, spec }) } else { self.error() }
    }

    fn spec(&mut self) -> Result<Spec, TemplateError> {
        let mut spec = Spec::DISPLAY;
        let mut chars = self.rest().chars();
        let (first, second) = (chars.next(), chars.next());
        if let (Some(fill), Some(align)) = (first, second.and_then(align_of)) {
            spec.fill = fill;
            spec.align = Some(align);
            self.at += fill.len_utf8() + 1;
        } else if let Some(align) = first.and_then(align_of) {
            spec.align = Some(align);
            self.at += 1;
        }
        spec.plus = self.eat("+");
        if !spec.plus {
            // Accepted and without meaning, as in `format!`.
            self.eat("-");
        }
        spec.alternate = self.eat("#");
        // `0$` is a width from argument 0, not a flag.
        spec.zero = !self.rest().starts_with("0$") && self.eat("0");
        spec.width = self.count()?;
        if self.eat(".") {
            spec.precision = self.count()?;
            if spec.precision == Count::Implied {
                return self.error();
            }
        }
        spec.kind = self.kind();
        Ok(spec)
    }

    fn kind(&mut self) -> Trait {
        const NAMES: [(&str, Trait); 10] = [
            ("?", Trait::Debug),
            ("x?", Trait::DebugLowerHex),
            ("X?", Trait::DebugUpperHex),
            ("x", Trait::LowerHex),
            ("X", Trait::UpperHex),
            ("o", Trait::Octal),
            ("b", Trait::Binary),
            ("e", Trait::LowerExp),
            ("E", Trait::UpperExp),
            ("p", Trait::Pointer),
        ];
        NAMES.into_iter().find(|(name, _)| self.eat(name)).map_or(Trait::Display, |(_, kind)| kind)
    }

    fn count(&mut self) -> Result<Count, TemplateError> {
        let start = self.at;
        let Some(number) = self.number() else {
            return if self.at == start { Ok(Count::Implied) } else { self.error() };
        };
        let Ok(number) = u16::try_from(number) else { return Err(TemplateError { at: start }) };
        Ok(if self.eat("$") { Count::Argument(number) } else { Count::Is(number) })
    }

    /// A decimal number, or `None`; one that is too large is stepped over.
    fn number(&mut self) -> Option<usize> {
        let rest = self.rest();
        let len = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += len;
        rest.get(..len)?.parse().ok()
    }
}

fn align_of(sign: char) -> Option<Align> {
    match sign {
        '<' => Some(Align::Left),
        '^' => Some(Align::Center),
        '>' => Some(Align::Right),
        _ => None,
    }
}
