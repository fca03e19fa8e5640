//! From what is written to what is recorded: which values, in which order, under which template.
//!
//! An *input* is an expression of the call, evaluated once. A *slot* is a value of the record: an
//! input with a way to show it. `{x} {x:?}` is one input in two slots, as the two texts differ
//! where `x` has to be rendered by the caller.

use core::fmt::Write as _;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Error, Expr, LitStr, Result, parse_quote};

use crate::args::{self, Field, Message, Named, Style};
use crate::format::{self, Count, Format, Piece, Placeholder, Reference, Spec};

/// What a call records.
#[derive(Default)]
pub(crate) struct Plan {
    /// The expressions, in the order in which they are evaluated.
    pub(crate) inputs: Vec<Expr>,
    /// The record's values, in order.
    pub(crate) slots: Vec<Slot>,
    /// The message in canonical form.
    pub(crate) template: String,
    /// The fields' keys and canonical templates.
    pub(crate) fields: Vec<(LitStr, String)>,
    /// What [`Slot::Whole`] stands for.
    pub(crate) whole: Option<Whole>,
}

/// A value of the record.
#[derive(PartialEq)]
pub(crate) enum Slot {
    /// An input under a format string of its own: `{0:>1$}`, where 1 is the first of `counts`.
    Shown { input: usize, family: Family, format: String, counts: Vec<usize> },
    /// An input that is a width or precision.
    Count { input: usize },
    /// A field's value, shown in whichever way it can be.
    Bare { input: usize },
    /// The message as a whole, where the format string is the compiler's business.
    Whole,
}

/// A message that the caller renders.
pub(crate) struct Whole {
    pub(crate) text: LitStr,
    pub(crate) positional: Vec<usize>,
    pub(crate) named: Vec<(Ident, usize)>,
}

/// Which stored values show a trait's text exactly.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Family {
    Display,
    Debug,
    Pointer,
}

impl Plan {
    pub(crate) fn new(fields: Vec<Field>, message: Option<Message>) -> Result<Self> {
        let mut plan = Self::default();
        let mut keyed = Vec::new();
        for field in fields {
            keyed.push(plan.evaluate(field));
        }
        if let Some(message) = message {
            plan.message(message, &mut keyed);
        }
        for (index, (key, ..)) in keyed.iter().enumerate() {
            let is_same = |(other, ..): &(LitStr, Style, usize)| other.value() == key.value();
            if keyed.iter().take(index).any(is_same) {
                let text = format!("field `{}` is given twice", key.value());
                return Err(Error::new(key.span(), text));
            }
        }
        for (key, style, input) in keyed {
            plan.field(key, style, input);
        }
        Ok(plan)
    }

    fn evaluate(&mut self, field: Field) -> (LitStr, Style, usize) {
        (field.key, field.style, self.input(field.value))
    }

    fn input(&mut self, value: Expr) -> usize {
        self.inputs.push(value);
        self.inputs.len() - 1
    }

    fn message(&mut self, message: Message, keyed: &mut Vec<(LitStr, Style, usize)>) {
        let Message { text, positional, named } = message;
        let parsed = format::parse(&text.value());
        let first = self.inputs.len();
        self.inputs.extend(positional);
        let mut arguments = Arguments {
            span_of: text.clone(),
            positional: (first..self.inputs.len()).map(|input| (input, false)).collect(),
            named: Vec::new(),
        };
        let mut behind = Vec::new();
        for Named { name, field } in named {
            let used = name.filter(|name| uses(parsed.as_ref(), &text, name));
            let (key, style, input) = self.evaluate(field);
            match used {
                Some(name) => arguments.named.push((name, input)),
                None => behind.push((key, style, input)),
            }
        }
        let understood = parsed.is_some_and(|format| self.template(&format, &mut arguments));
        let unused = arguments.positional.iter().filter(|(_, is_used)| !is_used);
        let shorthand: Option<Vec<_>> = unused
            .map(|(input, _)| {
                let key = self.inputs.get(*input).and_then(args::key_of)?;
                Some((key, Style::Bare, *input))
            })
            .collect();
        match shorthand {
            Some(shorthand) if understood => keyed.extend(shorthand),
            _ => self.whole(text, &arguments),
        }
        keyed.extend(behind);
    }

    /// The compiler gets the format string and its arguments: either it says what is wrong, or it
    /// knows more than this crate does, and the caller renders the message.
    fn whole(&mut self, text: LitStr, arguments: &Arguments) {
        let positional = arguments.positional.iter().map(|(input, _)| *input).collect();
        let named = arguments.named.clone();
        self.slots = vec![Slot::Whole];
        self.whole = Some(Whole { text, positional, named });
        "{0}".clone_into(&mut self.template);
    }

    /// The canonical template; `false` when an argument is missing.
    fn template(&mut self, format: &Format, arguments: &mut Arguments) -> bool {
        for piece in format {
            match piece {
                Piece::Literal(text) => self.template.push_str(text),
                Piece::Placeholder(placeholder) => {
                    let Some(text) = self.placeholder(placeholder, arguments) else { return false };
                    self.template.push_str(&text);
                }
            }
        }
        true
    }

    fn placeholder(&mut self, written: &Placeholder, arguments: &mut Arguments) -> Option<String> {
        let Placeholder { argument, spec } = written;
        let input = arguments.find(argument, &mut self.inputs)?;
        let mut counts = Vec::new();
        for count in [&spec.width, &spec.precision] {
            if let Count::Of(reference) = count {
                counts.push(arguments.find(reference, &mut self.inputs)?);
            }
        }
        let format = spec.placeholder(0, &mut (1..));
        let family = Family::of(&spec.kind);
        let slot = self.slot(Slot::Shown { input, family, format, counts: counts.clone() });
        let counts: Vec<_> =
            counts.into_iter().map(|input| self.slot(Slot::Count { input })).collect();
        Some(spec.placeholder(slot, &mut counts.into_iter()))
    }

    /// The slot's index; a slot that is there already is used again.
    fn slot(&mut self, slot: Slot) -> usize {
        let known = self.slots.iter().position(|other| *other == slot);
        known.unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        })
    }

    fn field(&mut self, key: LitStr, style: Style, input: usize) {
        let shown = |family, format: &str| Slot::Shown {
            input,
            family,
            format: format.to_owned(),
            counts: Vec::new(),
        };
        let slot = self.slot(match style {
            Style::Bare => Slot::Bare { input },
            Style::Display => shown(Family::Display, "{0}"),
            Style::Debug => shown(Family::Debug, "{0:?}"),
        });
        let spec = if style == Style::Debug { ":?" } else { "" };
        self.fields.push((key, format!("{{{slot}{spec}}}")));
    }
}

impl Family {
    fn of(kind: &str) -> Self {
        match kind {
            "?" | "x?" | "X?" => Self::Debug,
            "p" => Self::Pointer,
            _ => Self::Display,
        }
    }
}

impl Spec {
    /// The placeholder with indices for its arguments.
    fn placeholder(&self, argument: usize, counts: &mut dyn Iterator<Item = usize>) -> String {
        let mut spec = self.flags.clone();
        let mut write = |spec: &mut String, prefix: &str, count: &Count| {
            // Writing to a `String` does not fail.
            let _ = match count {
                Count::Implied => Ok(()),
                Count::Is(number) => write!(spec, "{prefix}{number}"),
                Count::Of(_) => write!(spec, "{prefix}{}$", counts.next().unwrap_or_default()),
            };
        };
        write(&mut spec, "", &self.width);
        write(&mut spec, ".", &self.precision);
        spec.push_str(&self.kind);
        if spec.is_empty() { format!("{{{argument}}}") } else { format!("{{{argument}:{spec}}}") }
    }
}

/// The arguments that a format string can refer to.
struct Arguments {
    /// The format string, whose place is that of variables named in it.
    span_of: LitStr,
    /// Inputs, and whether the string uses them.
    positional: Vec<(usize, bool)>,
    named: Vec<(Ident, usize)>,
}

impl Arguments {
    /// The input that is meant; a name that is no argument is a variable.
    fn find(&mut self, reference: &Reference, inputs: &mut Vec<Expr>) -> Option<usize> {
        let name = match reference {
            Reference::Position(position) => {
                let (input, is_used) = self.positional.get_mut(*position)?;
                *is_used = true;
                return Some(*input);
            }
            Reference::Name(name) => name,
        };
        let known = self.named.iter().find(|(known, _)| known == name);
        if let Some((_, input)) = known {
            return Some(*input);
        }
        if name != "self" {
            syn::parse_str::<Ident>(name).ok()?;
        }
        let variable = Ident::new(name, self.span_of.span());
        inputs.push(parse_quote!(#variable));
        self.named.push((variable, inputs.len() - 1));
        Some(inputs.len() - 1)
    }
}

/// Whether the format string uses an argument of this name.
fn uses(format: Option<&Format>, text: &LitStr, name: &Ident) -> bool {
    let Some(format) = format else {
        // The compiler is about to say what is wrong, and should not be told of other things.
        return text.to_token_stream().to_string().contains(&name.to_string());
    };
    let is_it = |reference: &Reference| matches!(reference, Reference::Name(used) if name == used);
    let counts_it = |count: &Count| matches!(count, Count::Of(reference) if is_it(reference));
    format.iter().any(|piece| match piece {
        Piece::Literal(_) => false,
        Piece::Placeholder(Placeholder { argument, spec }) => {
            is_it(argument) || counts_it(&spec.width) || counts_it(&spec.precision)
        }
    })
}
