//! The renderer: a record and its site's template become text.
//!
//! The text is what `format!` would have made of the call's arguments, for every type and
//! specifier. Plain `{}` of numbers and texts takes a short way through `itoa` and `ryu`;
//! everything else is laid out here, with digits from `core::fmt` where they need rounding.

mod compound;
mod float;
mod integer;
mod leaf;
mod out;
mod pad;
mod types;

use core::fmt;

use crate::record::{RecordRef, ValueRef, Values};
use crate::template::{Count, Piece, Spec};

pub use self::out::{Out, Verbatim};
pub use self::types::{NoTypes, TypeInfo, Types};

/// What stands in the text for an argument that the record does not hold.
pub const MISSING: &str = "<missing>";
/// What stands in the text for an argument whose bytes are not a value.
pub const DAMAGED: &str = "<damaged>";

/// Writes the message of `record`: its values where `pieces` want them.
///
/// An argument that the record lacks, or that can't be decoded, shows as [`MISSING`] or
/// [`DAMAGED`].
///
/// ```
/// use hydra_log_core::record::{Flags, RecordRef, encode_words};
/// use hydra_log_core::render::{self, NoTypes, Verbatim};
/// use hydra_log_core::site::SiteId;
/// use hydra_log_core::template::{Piece, pieces};
///
/// let mut words = [0; 8];
/// encode_words(&mut words, SiteId(0), 0, &(7_u8, (0.5_f64, ())), Flags::NONE);
/// let record = RecordRef::parse(bytemuck::cast_slice(&words)).unwrap();
/// let parts: Vec<Piece> = pieces("{0:#04x} of {1}").map(Result::unwrap).collect();
///
/// let mut text = String::new();
/// render::message(&mut Verbatim(&mut text), parts, &record, &NoTypes).unwrap();
/// assert_eq!(text, "0x07 of 0.5");
/// ```
///
/// # Errors
///
/// Only when `out` fails.
#[inline]
pub fn message<'p>(
    out: &mut impl Out,
    pieces: impl IntoIterator<Item = Piece<'p>>,
    record: &RecordRef<'_>,
    types: &dyn Types,
) -> fmt::Result {
    let mut cursor = Cursor { record, values: record.values(), next: 0 };
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.raw(text)?,
            Piece::Argument { index, spec } => match cursor.get(index) {
                Some(Ok(found)) if spec.is_plain() => plain(out, &found, types)?,
                Some(Ok(found)) => value(out, &found, &cursor.resolve(spec), types)?,
                Some(Err(_)) => out.raw(DAMAGED)?,
                None => out.raw(MISSING)?,
            },
        }
    }
    Ok(())
}

/// Writes one value. A width or precision that `spec` takes from an argument counts as not given.
///
/// ```
/// use hydra_log_core::record::ValueRef;
/// use hydra_log_core::render::{self, NoTypes, Verbatim};
/// let mut text = String::new();
/// let spec = "*^8.1".parse().unwrap();
/// render::value(&mut Verbatim(&mut text), &ValueRef::F32(2.25), &spec, &NoTypes).unwrap();
/// assert_eq!(text, "**2.2***");
/// ```
///
/// # Errors
///
/// Only when `out` fails.
pub fn value(
    out: &mut impl Out,
    value: &ValueRef<'_>,
    spec: &Spec,
    types: &dyn Types,
) -> fmt::Result {
    if spec.is_plain() { plain(out, value, types) } else { compound::any(out, value, spec, types) }
}

/// The short way for `{}`.
#[inline]
fn plain(out: &mut impl Out, value: &ValueRef<'_>, types: &dyn Types) -> fmt::Result {
    match *value {
        ValueRef::U64(number) => out.raw(itoa::Buffer::new().format(number)),
        ValueRef::I32(number) => out.raw(itoa::Buffer::new().format(number)),
        ValueRef::I64(number) => out.raw(itoa::Buffer::new().format(number)),
        ValueRef::F64(number) => float::plain(out, number),
        ValueRef::Str(text) | ValueRef::Text(text) => out.write_str(text),
        _ => compound::any(out, value, &Spec::DISPLAY, types),
    }
}

/// Reads values by index: in order at the cost of one step each, others by a walk from the start.
struct Cursor<'r, 'a> {
    record: &'r RecordRef<'a>,
    values: Values<'a>,
    next: usize,
}

impl<'a> Cursor<'_, 'a> {
    #[inline]
    fn get(&mut self, index: usize) -> Option<Result<ValueRef<'a>, crate::record::DecodeError>> {
        if index < self.next {
            self.values = self.record.values();
            self.next = 0;
        }
        let skipped = index - self.next;
        self.next = index.saturating_add(1);
        if skipped == 0 { self.values.next() } else { self.values.nth(skipped) }
    }

    /// The spec with counts from arguments put in.
    fn resolve(&self, mut spec: Spec) -> Spec {
        spec.width = self.resolve_count(spec.width);
        spec.precision = self.resolve_count(spec.precision);
        spec
    }

    fn resolve_count(&self, count: Count) -> Count {
        let Count::Argument(index) = count else { return count };
        match self.record.get(index) {
            // The range is that of a literal count, so that no record asks for endless padding.
            Some(Ok(ValueRef::U64(number))) => Count::Is(u16::try_from(number).unwrap_or(u16::MAX)),
            _ => Count::Implied,
        }
    }
}
