//! Rendered text is `format!`'s text: every specifier, every type, edge values and random ones.
// The renderer is safe code without exception, and the interpreter would take hours.
#![cfg(not(miri))]
#![allow(
    missing_docs,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test"
)]

mod edges;
mod harness;
mod random;
mod shapes;

use hydra_log_core::render::NoTypes;
use hydra_log_core::value::Rendered;

use crate::harness::{record, rendered};
use crate::shapes::Point;

#[test]
fn text_is_shown_as_the_caller_formatted_it() {
    let words = record(&(Rendered(format_args!("{:>5}", 1)), (7_u8, ())));
    assert_eq!(rendered("[{0:>5}] {0:?} {1:03}", &words, &NoTypes), "[    1]     1 007");
}

#[test]
fn literals_and_order() {
    let words = record(&(1_u8, ("b", (3.5_f64, ()))));
    assert_eq!(rendered("{{{2}}} {0} {0}{1} {2:?}}}", &words, &NoTypes), "{3.5} 1 1b 3.5}");
    assert_eq!(rendered("{7} {0}", &words, &NoTypes), "<missing> 1");
}

#[test]
fn structs_of_unknown_types() {
    let words = record(&(Point { x: 1, y: 2.0 }, ()));
    assert_eq!(rendered("{0:?}", &words, &NoTypes), "?(1, 2.0)");
}
