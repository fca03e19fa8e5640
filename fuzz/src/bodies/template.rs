//! Any text as a template in canonical form: understood to its end, or refused once; and any spec
//! as text, which is read as what it was.

use hydra_log_core::template::{Align, Count, Piece, Spec, TemplateError, Trait, pieces};

use crate::input::{Input, text};
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "template",
    body,
    // Pieces twice, in vectors that double, and the text again.
    bytes_per_byte: 160,
    bytes_at_least: 4096,
    seeds,
};

fn body(data: &[u8]) {
    let template = text(data);
    let made = spec(&mut Input::new(data));
    assert_eq!(show(&made).parse(), Ok(made));
    // What stands behind a colon is read the same alone.
    let _spec = template.parse::<Spec>().map_err(|error| assert_inside(template, error));
    let mut found = Vec::new();
    let mut is_refused = false;
    for piece in pieces(template) {
        assert!(!is_refused, "a piece behind an error");
        match piece {
            Ok(piece) => found.push(piece),
            Err(error) => {
                assert_inside(template, error);
                is_refused = true;
            }
        }
    }
    assert!(found.len() <= template.len(), "each piece has a byte of its own");
    let written = write(&found);
    let again: Vec<Piece<'_>> =
        pieces(&written).map(|piece| piece.expect("canonical form")).collect();
    assert_eq!(joined(&again), joined(&found), "{written}");
    for piece in &found {
        if let Piece::Argument { spec, .. } = piece {
            assert_eq!(show(spec).parse(), Ok(*spec));
        }
    }
}

/// Any spec that can be written.
fn spec(input: &mut Input<'_>) -> Spec {
    const TRAITS: [Trait; 11] = [
        Trait::Display,
        Trait::Debug,
        Trait::DebugLowerHex,
        Trait::DebugUpperHex,
        Trait::LowerHex,
        Trait::UpperHex,
        Trait::Octal,
        Trait::Binary,
        Trait::LowerExp,
        Trait::UpperExp,
        Trait::Pointer,
    ];
    let align =
        [None, Some(Align::Left), Some(Align::Center), Some(Align::Right)][input.up_to(3)];
    // Without an alignment there is no place for it.
    let fill = if align.is_none() { ' ' } else { char::from(input.byte()) };
    let mut flag = || input.up_to(1) == 1;
    let (plus, alternate, zero) = (flag(), flag(), flag());
    let (width, precision) = (count(input), count(input));
    let kind = TRAITS[input.up_to(10)];
    Spec { fill, align, plus, alternate, zero, width, precision, kind }
}

fn count(input: &mut Input<'_>) -> Count {
    let kind = input.up_to(2);
    let number = u16::from_le_bytes([input.byte(), input.byte()]);
    // Small numbers often.
    let number = if number > 0xC000 { number } else { number % 12 };
    match kind {
        0 => Count::Implied,
        // A width of zero is read as the flag.
        1 if number == 0 => Count::Implied,
        1 => Count::Is(number),
        _ => Count::Argument(number),
    }
}

fn assert_inside(template: &str, error: TemplateError) {
    assert!(template.get(error.at..).is_some(), "{error} in {template:?}");
}

/// The pieces with neighbouring texts joined: where a text is parted has no meaning.
fn joined<'a>(pieces: &[Piece<'a>]) -> Vec<(String, Option<Piece<'a>>)> {
    let mut parts = vec![(String::new(), None)];
    for piece in pieces {
        let last = parts.last_mut().expect("there is always one");
        match piece {
            Piece::Literal(text) => last.0.push_str(text),
            argument @ Piece::Argument { .. } => {
                last.1 = Some(*argument);
                parts.push((String::new(), None));
            }
        }
    }
    parts
}

/// The template of these pieces.
fn write(pieces: &[Piece<'_>]) -> String {
    let mut template = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => {
                template.push_str(&text.replace('{', "{{").replace('}', "}}"));
            }
            Piece::Argument { index, spec } => {
                let spec = show(spec);
                // As in `format!`, the brace of `{0:}>` would be what fills it up.
                let colon = if spec.is_empty() { "" } else { ":" };
                template.push_str(&format!("{{{index}{colon}{spec}}}"));
            }
        }
    }
    template
}

/// What stands behind the colon.
fn show(spec: &Spec) -> String {
    let mut text = String::new();
    if let Some(align) = spec.align {
        text.push(spec.fill);
        text.push(match align {
            Align::Left => '<',
            Align::Center => '^',
            Align::Right => '>',
        });
    }
    for (is_set, sign) in [(spec.plus, '+'), (spec.alternate, '#'), (spec.zero, '0')] {
        text.extend(is_set.then_some(sign));
    }
    for (front, count) in [("", spec.width), (".", spec.precision)] {
        match count {
            Count::Implied => {}
            Count::Is(number) => text.push_str(&format!("{front}{number}")),
            Count::Argument(index) => text.push_str(&format!("{front}{index}$")),
        }
    }
    text.push_str(match spec.kind {
        Trait::Display => "",
        Trait::Debug => "?",
        Trait::DebugLowerHex => "x?",
        Trait::DebugUpperHex => "X?",
        Trait::LowerHex => "x",
        Trait::UpperHex => "X",
        Trait::Octal => "o",
        Trait::Binary => "b",
        Trait::LowerExp => "e",
        Trait::UpperExp => "E",
        Trait::Pointer => "p",
    });
    text
}

fn seeds() -> Vec<Vec<u8>> {
    [
        "order {0} of {1:?} took {2:>8.3} ms {{{3:#010x}}}",
        "{0:é^+#0$.1$x?}{12:X?}{0:<}{0:0$}{0:00$}",
        "*>+8.3?",
        "{1:.65535E}{2:65535p}{3:-0o}{4:b}{5:e}",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
