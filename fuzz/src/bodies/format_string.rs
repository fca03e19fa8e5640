//! Any text as the format string of a call: the template that comes out of the macros is in
//! canonical form, and the macros and the renderer read one grammar.
//!
//! The first byte says how many arguments without a name the call has.

use hydra_log_core::template::{Piece, pieces};
use proc_macro2::{Ident, Span};
use syn::LitStr;

use crate::args::Message;
use crate::borrowed::plan::{Plan, Slot};
use crate::format;
use crate::input::{Input, text};
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "format_string",
    body,
    // A syntax tree for each name; a template of its own for each placeholder.
    bytes_per_byte: 4096,
    bytes_at_least: 1 << 16,
    seeds,
};

fn body(data: &[u8]) {
    let mut input = Input::new(data);
    let count = input.up_to(5);
    let text = text(input.rest());
    let parsed = format::parse(text);
    let canonical = pieces(text).collect::<Result<Vec<_>, _>>();
    if let Ok(canonical) = &canonical {
        in_both(canonical, parsed.as_ref());
    }
    let plan = plan(text, count);
    let template: Vec<Piece<'_>> =
        pieces(&plan.template).map(|piece| piece.expect("canonical form")).collect();
    for piece in &template {
        if let Piece::Argument { index, spec } = piece {
            assert!(*index < plan.slots.len(), "value {index} of {}", plan.slots.len());
            for count in [spec.width, spec.precision] {
                if let hydra_log_core::template::Count::Argument(index) = count {
                    let slot = plan.slots.get(usize::from(index));
                    assert!(matches!(slot, Some(Slot::Count { .. })), "{count:?} is no count");
                }
            }
        }
    }
    match (&plan.whole, parsed) {
        // The compiler has the string: then it is one value.
        (Some(_), _) => assert_eq!((plan.template.as_str(), plan.slots.len()), ("{0}", 1)),
        (None, None) => panic!("a plan for a format string that nobody reads"),
        (None, Some(parsed)) => literals_are_the_same(&parsed, &template),
    }
}

/// The canonical grammar is a part of the other one, but for braces that fill up a width: those
/// the macros leave to the compiler.
fn in_both(canonical: &[Piece<'_>], parsed: Option<&format::Format>) {
    let specs = canonical.iter().filter_map(|piece| match piece {
        Piece::Argument { spec, .. } => Some(spec),
        Piece::Literal(_) => None,
    });
    let Some(parsed) = parsed else {
        let mut fills = specs.map(|spec| spec.fill);
        return assert!(fills.any(|fill| matches!(fill, '{' | '}')), "{canonical:?}");
    };
    let values = parsed.iter().filter(|piece| matches!(piece, format::Piece::Placeholder(_)));
    assert_eq!(specs.count(), values.count());
}

/// What the macros make of `info!("text", a0, a1, …)`.
fn plan(text: &str, count: usize) -> Plan {
    let argument = |number| Ident::new(&format!("a{number}"), Span::call_site());
    let positional = (0..count).map(argument).map(|name| syn::parse_quote!(#name)).collect();
    let text = LitStr::new(text, Span::call_site());
    let message = Message { text, positional, named: Vec::new() };
    Plan::new(Vec::new(), Some(message)).expect("nothing is given twice")
}

fn literals_are_the_same(parsed: &[format::Piece], template: &[Piece<'_>]) {
    let written: String = parsed
        .iter()
        .filter_map(|piece| match piece {
            format::Piece::Literal(text) => Some(text.replace("{{", "{").replace("}}", "}")),
            format::Piece::Placeholder(_) => None,
        })
        .collect();
    let shown: String = template
        .iter()
        .filter_map(|piece| match piece {
            Piece::Literal(text) => Some(*text),
            Piece::Argument { .. } => None,
        })
        .collect();
    assert_eq!(written, shown);
}

fn seeds() -> Vec<Vec<u8>> {
    [
        "\0order {id} of {symbol:?} took {took:>8.3} ms {{{flags:#010x}}}",
        "\x03{} {:?} {2:>1$} {0:.*}",
        "\x02{x:é^+#0width$.precision$x?}{0}{1:X?}{:<}",
        "\x01{self} {r} {_a:  } {größe:?  }",
        "\0{0",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
