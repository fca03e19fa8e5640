//! Format strings: `format!`'s grammar, read the way `rustc` reads it.
//!
//! ```text
//! string      := (text | '{{' | '}}' | placeholder)*
//! placeholder := '{' [argument] [':' spec] spaces '}'
//! spec        := [[fill] align] [sign] ['#'] ['0'] [width] ['.' precision] trait
//! width       := number | argument '$'
//! precision   := width | '*'
//! argument    := number | name
//! ```
//!
//! What is not understood is refused without a reason: the caller then hands the string to
//! `format_args!`, whose own message points into it.

use proc_macro2::Ident;

/// A format string in parts.
pub(crate) type Format = Vec<Piece>;

/// A part of a format string.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text, with braces still doubled.
    Literal(String),
    /// A value.
    Placeholder(Placeholder),
}

/// `{…}`
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Placeholder {
    pub(crate) argument: Reference,
    pub(crate) spec: Spec,
}

/// What stands behind the colon.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Spec {
    /// Fill, alignment, sign, `#` and `0`, as written.
    pub(crate) flags: String,
    pub(crate) width: Count,
    pub(crate) precision: Count,
    /// The trait's letters.
    pub(crate) kind: String,
}

/// A width or precision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Count {
    #[default]
    Implied,
    Is(u16),
    Of(Reference),
}

/// Which argument is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    Position(usize),
    Name(String),
}

/// Reads a format string; `None` when it is not one.
pub(crate) fn parse(text: &str) -> Option<Format> {
    let mut parser = Parser { rest: text, next: 0 };
    let mut pieces = Vec::new();
    while !parser.rest.is_empty() {
        let len = literal_len(parser.rest)?;
        if len > 0 {
            let (literal, rest) = parser.rest.split_at(len);
            pieces.push(Piece::Literal(literal.to_owned()));
            parser.rest = rest;
        }
        if parser.eat("{") {
            pieces.push(Piece::Placeholder(parser.placeholder()?));
        }
    }
    Some(pieces)
}

/// The bytes in front of the next placeholder; `None` when a brace is neither doubled nor opens.
fn literal_len(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let Some(brace) = rest.find(['{', '}']) else { return Some(text.len()) };
        let from_brace = rest.get(brace..)?;
        if from_brace.starts_with("{{") || from_brace.starts_with("}}") {
            at += brace + 2;
        } else if from_brace.starts_with('{') {
            return Some(at + brace);
        } else {
            return None;
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
    /// The position that the next placeholder without an argument takes.
    next: usize,
}

impl Parser<'_> {
    fn eat(&mut self, text: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        self.rest = rest;
        true
    }

    fn placeholder(&mut self) -> Option<Placeholder> {
        let argument = self.reference();
        let spec = if self.eat(":") { self.spec()? } else { Spec::default() };
        self.rest = self.rest.trim_start();
        if !self.eat("}") {
            return None;
        }
        // Behind the spec, as `{:.*}` takes its precision first.
        let argument = argument.unwrap_or_else(|| self.implied());
        Some(Placeholder { argument, spec })
    }

    fn implied(&mut self) -> Reference {
        self.next += 1;
        Reference::Position(self.next - 1)
    }

    fn spec(&mut self) -> Option<Spec> {
        let flags = self.flags()?;
        let width = self.count()?;
        let precision = if self.eat(".") { self.precision()? } else { Count::Implied };
        let kind = self.kind().to_owned();
        Some(Spec { flags, width, precision, kind })
    }

    fn flags(&mut self) -> Option<String> {
        const ALIGNMENTS: [char; 3] = ['<', '^', '>'];
        let start = self.rest;
        let mut chars = self.rest.chars();
        let fill = chars.next()?;
        if chars.next().is_some_and(|second| ALIGNMENTS.contains(&second)) {
            // Braces are left to the compiler's judgement.
            if matches!(fill, '{' | '}') {
                return None;
            }
            self.rest = chars.as_str();
        } else {
            self.rest = self.rest.strip_prefix(ALIGNMENTS).unwrap_or(self.rest);
        }
        self.rest = self.rest.strip_prefix(['+', '-']).unwrap_or(self.rest);
        self.eat("#");
        // `0$` is a width from argument 0, not a flag.
        if !self.rest.starts_with("0$") {
            self.eat("0");
        }
        start.strip_suffix(self.rest).map(str::to_owned)
    }

    /// A width; `None` when it is out of range.
    fn count(&mut self) -> Option<Count> {
        let before = self.rest;
        match self.reference() {
            Some(argument) if self.eat("$") => Some(Count::Of(argument)),
            Some(Reference::Position(number)) => Some(Count::Is(u16::try_from(number).ok()?)),
            // A name without `$` is the trait.
            Some(Reference::Name(_)) => {
                self.rest = before;
                Some(Count::Implied)
            }
            None if before.starts_with(|c: char| c.is_ascii_digit()) => None,
            None => Some(Count::Implied),
        }
    }

    fn precision(&mut self) -> Option<Count> {
        if self.eat("*") {
            return Some(Count::Of(self.implied()));
        }
        self.count().filter(|count| *count != Count::Implied)
    }

    fn kind(&mut self) -> &'static str {
        const KINDS: [&str; 10] = ["x?", "X?", "?", "x", "X", "o", "b", "e", "E", "p"];
        KINDS.into_iter().find(|kind| self.eat(kind)).unwrap_or_default()
    }

    fn reference(&mut self) -> Option<Reference> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at(digits);
        if digits > 0 {
            let position = number.parse().ok()?;
            self.rest = rest;
            return Some(Reference::Position(position));
        }
        let is_end = |c: char| !(c == '_' || c.is_alphanumeric());
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        // Keywords are names here, as in `{self}`; the captured variable then decides.
        syn::parse_str::<Name>(name).ok()?;
        self.rest = rest;
        Some(Reference::Name(name.to_owned()))
    }
}

/// Any identifier, keywords too.
struct Name;

impl syn::parse::Parse for Name {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        <Ident as syn::ext::IdentExt>::parse_any(input).map(|_| Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Option<Placeholder> {
        match parse(text)?.pop() {
            Some(Piece::Placeholder(placeholder)) => Some(placeholder),
            _ => None,
        }
    }

    fn name(name: &str) -> Reference {
        Reference::Name(name.to_owned())
    }

    #[test]
    fn texts_and_placeholders_alternate() {
        let text = |text: &str| Piece::Literal(text.to_owned());
        let value = |position| {
            let argument = Reference::Position(position);
            Piece::Placeholder(Placeholder { argument, spec: Spec::default() })
        };
        let parts = [text("a {{"), value(0), text("}} b"), value(1), value(0)];
        assert_eq!(parse("a {{{}}} b{}{0}").unwrap(), parts);
        assert_eq!(parse("").unwrap(), []);
        assert_eq!(parse("{{}}").unwrap(), [text("{{}}")]);
    }

    #[test]
    fn specs_are_taken_apart() {
        let Placeholder { argument, spec } = one("{x:*^+#012.3e}").unwrap();
        assert_eq!((argument, spec.flags.as_str(), spec.kind.as_str()), (name("x"), "*^+#0", "e"));
        assert_eq!((spec.width, spec.precision), (Count::Is(12), Count::Is(3)));
        assert_eq!(one("{:>>5}").unwrap().spec.flags, ">>");
        assert_eq!(one("{:02x?}").unwrap().spec.kind, "x?");
        assert_eq!(one("{:é<4}").unwrap().spec.flags, "é<");
        assert_eq!(one("{:?  }").unwrap().spec.kind, "?");
    }

    #[test]
    fn counts_come_from_arguments() {
        let width = |text| one(text).unwrap().spec.width;
        assert_eq!(width("{:0$}"), Count::Of(Reference::Position(0)));
        assert_eq!(width("{:00$}"), Count::Of(Reference::Position(0)));
        assert_eq!(width("{:width$}"), Count::Of(name("width")));
        assert_eq!(width("{:x$}"), Count::Of(name("x")));
        assert_eq!(width("{:x}"), Count::Implied);
        let starred = one("{:.*}").unwrap();
        assert_eq!(starred.spec.precision, Count::Of(Reference::Position(0)));
        assert_eq!(starred.argument, Reference::Position(1));
        let starred = one("{x:.*}").unwrap();
        assert_eq!(starred.spec.precision, Count::Of(Reference::Position(0)));
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for text in [
            "{",
            "}",
            "{}}",
            "{:",
            "{:y}",
            "{a b}",
            "{:.}",
            "{:65536}",
            "{:.65536}",
            "{a.b}",
            "{0x}",
            "{:1$ 2}",
            "{:99999999999999999999999}",
            "{99999999999999999999999}",
            "{-}",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
