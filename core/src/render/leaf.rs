//! Values that hold no others.

use core::fmt;
use core::time::Duration;

use super::float::float;
use super::integer::{Integer, integer};
use super::out::{Out, Raw};
use super::pad::{chars_of, padded, text};
use crate::record::ValueRef;
use crate::template::{Align, Count, Spec, Trait};

/// Writes a value that holds no others; `false` when it does.
pub(super) fn leaf<O: Out + ?Sized>(
    out: &mut O,
    value: &ValueRef<'_>,
    spec: &Spec,
) -> Result<bool, fmt::Error> {
    match *value {
        ValueRef::U64(number) => integer(out, spec, Integer::unsigned(number.into())),
        ValueRef::U128(number) => integer(out, spec, Integer::unsigned(number)),
        ValueRef::I8(number) => signed(out, spec, number.into(), number.cast_unsigned().into()),
        ValueRef::I16(number) => signed(out, spec, number.into(), number.cast_unsigned().into()),
        ValueRef::I32(number) => signed(out, spec, number.into(), number.cast_unsigned().into()),
        ValueRef::I64(number) => signed(out, spec, number.into(), number.cast_unsigned().into()),
        ValueRef::I128(number) => signed(out, spec, number, number.cast_unsigned()),
        ValueRef::F32(number) => float(out, spec, number),
        ValueRef::F64(number) => float(out, spec, number),
        ValueRef::Bool(flag) => text(out, spec, if flag { "true" } else { "false" }),
        ValueRef::Char(letter) => char(out, spec, letter),
        ValueRef::Str(string) => str(out, spec, string),
        // The caller has applied the options already.
        ValueRef::Text(string) => out.write_str(string),
        ValueRef::Pointer(address) => pointer(out, spec, address.into()),
        ValueRef::Duration(time) => duration(out, spec, time),
        ValueRef::Unit => text(out, spec, "()"),
        ValueRef::None => out.raw("None"),
        ValueRef::Elided | ValueRef::Names(_) => out.raw("…"),
        ValueRef::Bytes(_) | ValueRef::Some(_) | ValueRef::Slice(_) | ValueRef::Struct(_) => {
            return Ok(false);
        }
    }?;
    Ok(true)
}

fn signed<O: Out + ?Sized>(out: &mut O, spec: &Spec, value: i128, bits: u128) -> fmt::Result {
    integer(out, spec, Integer::signed(value, bits))
}

fn char<O: Out + ?Sized>(out: &mut O, spec: &Spec, letter: char) -> fmt::Result {
    if spec.is_debug() {
        return write!(out, "{letter:?}");
    }
    text(out, spec, letter.encode_utf8(&mut [0; 4]))
}

fn str<O: Out + ?Sized>(out: &mut O, spec: &Spec, string: &str) -> fmt::Result {
    if spec.is_debug() {
        return write!(out, "{string:?}");
    }
    text(out, spec, string)
}

/// An address: hexadecimal with a prefix; `#` fills it up with zeros.
pub(super) fn pointer<O: Out + ?Sized>(out: &mut O, spec: &Spec, address: u128) -> fmt::Result {
    const FULL_WIDTH: u16 = 18;
    let mut spec = Spec { kind: Trait::LowerHex, ..*spec };
    if spec.alternate {
        spec.zero = true;
        if spec.width == Count::Implied {
            spec.width = Count::Is(FULL_WIDTH);
        }
    }
    spec.alternate = true;
    integer(out, &spec, Integer::unsigned(address))
}

/// A duration: digits and unit by `core::fmt`, padded here.
fn duration<O: Out + ?Sized>(out: &mut O, spec: &Spec, time: Duration) -> fmt::Result {
    let mut with = |text: fmt::Arguments<'_>| {
        padded(out, spec, chars_of(text), Align::Left, |out| fmt::write(&mut Raw(out), text))
    };
    match (spec.plus, spec.fixed_precision()) {
        (false, None) => with(format_args!("{time:?}")),
        (true, None) => with(format_args!("{time:+?}")),
        (false, Some(places)) => with(format_args!("{time:.places$?}")),
        (true, Some(places)) => with(format_args!("{time:+.places$?}")),
    }
}
