//! The renderer: a record and its site's template become text.
//!
//! The text is what `format!` would have made of the call's arguments, for every type and
//! specifier. Plain `{}` of numbers and texts takes a short way through `itoa` and `ryu`;
//! everything else is laid out here, with digits from `core::fmt` where they need rounding.

mod compound;
mod float;
mod integer;
mod leaf;
mod limited;
mod out;
mod pad;
mod types;

use core::fmt;

use self::compound::any;
use crate::record::{DecodeError, Raw, RecordRef, ValueRef, Values};
use crate::template::{Count, Piece, Spec};
use crate::value::Kind;

pub use self::limited::{Limited, MESSAGE_BYTES};
pub use self::out::{Out, Verbatim};
pub use self::types::{NoTypes, TypeInfo, Types};

/// What stands in the text for an argument that the record does not hold.
pub const MISSING: &str = "<missing>";
/// What stands in the text for an argument whose bytes are not a value.
pub const DAMAGED: &str = "<damaged>";

/// Writes the message of `record`: its values where `pieces` want them.
///
/// An argument that the record lacks, or that can't be decoded, shows as [`MISSING`] or
/// [`DAMAGED`]. There may be a lot of text when a template asks for it: one that is not known to be
/// the program's own is shown through [`Limited`].
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
            Piece::Argument { index, spec } => {
                if spec.is_plain()
                    && let Some((kind, word)) = cursor.next_number(index)
                {
                    number(out, kind, word)?;
                } else {
                    argument(out, cursor.get(index), &spec, &cursor, types)?;
                }
            }
        }
    }
    Ok(())
}

/// Any argument. Rarely more than one of a message comes here.
fn argument(
    out: &mut impl Out,
    found: Option<Result<Raw<'_>, DecodeError>>,
    spec: &Spec,
    cursor: &Cursor<'_, '_>,
    types: &dyn Types,
) -> fmt::Result {
    match found {
        Some(Ok(found)) if spec.is_plain() => plain(out, found, types),
        Some(found) => match found.and_then(Raw::decode) {
            Ok(found) => value(out, &found, &cursor.resolve(*spec), types),
            Err(_) => out.raw(DAMAGED),
        },
        None => out.raw(MISSING),
    }
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
    any(out, value, spec, types)
}

/// A number of one word, from the word to the digits.
#[inline(always)]
fn number(out: &mut impl Out, kind: Kind, word: u64) -> fmt::Result {
    match kind {
        Kind::F64 => float::plain(out, f64::from_bits(word)),
        Kind::F32 => float::plain_shortest(out, f32::from_bits((word & 0xFFFF_FFFF) as u32)),
        // Sign-extended, so that both are read alike.
        Kind::I32 | Kind::I64 => out.raw(itoa::Buffer::new().format(word.cast_signed())),
        _ => out.raw(itoa::Buffer::new().format(word)),
    }
}

/// The short way for `{}`.
#[inline(always)]
fn plain(out: &mut impl Out, raw: Raw<'_>, types: &dyn Types) -> fmt::Result {
    match raw.kind {
        kind if kind.is_number() => number(out, kind, raw.first),
        Kind::Str | Kind::Text => match raw.text() {
            Ok(text) => out.write_str(text),
            Err(_) => out.raw(DAMAGED),
        },
        _ => match raw.decode() {
            Ok(value) => any(out, &value, &Spec::DISPLAY, types),
            Err(_) => out.raw(DAMAGED),
        },
    }
}

/// Reads values by index: in order at the cost of one step each, others by a walk from the start.
struct Cursor<'r, 'a> {
    record: &'r RecordRef<'a>,
    values: Values<'a>,
    next: usize,
}

impl<'a> Cursor<'_, 'a> {
    /// The value at this index, where it is the next one and a number of one word.
    #[inline(always)]
    fn next_number(&mut self, index: usize) -> Option<(Kind, u64)> {
        if index != self.next {
            return None;
        }
        let found = self.values.next_number()?;
        self.next = index.saturating_add(1);
        Some(found)
    }

    #[inline]
    fn get(&mut self, index: usize) -> Option<Result<Raw<'a>, DecodeError>> {
        if index < self.next {
            self.values = self.record.values();
            self.next = 0;
        }
        let skipped = index - self.next;
        self.next = index.saturating_add(1);
        if skipped == 0 { self.values.next_raw() } else { self.values.nth_raw(skipped) }
    }

    /// The spec with counts from arguments put in.
    fn resolve(&self, mut spec: Spec) -> Spec {
        spec.width = self.resolve_count(spec.width);
        spec.precision = self.resolve_count(spec.precision);
        spec
    }

    fn resolve_count(&self, count: Count) -> Count {
        let Count::Argument(index) = count else { return count };
        match self.record.get(usize::from(index)) {
            // The range is that of a literal count, so that no record asks for endless padding.
            Some(Ok(ValueRef::U64(number))) => Count::Is(u16::try_from(number).unwrap_or(u16::MAX)),
            _ => Count::Implied,
        }
    }
}
