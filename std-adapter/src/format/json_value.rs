//! Values in JSON's own notation.

use core::fmt::Write;

use hydra_log_core::record::dictionary::Fields;
use hydra_log_core::record::{DecodeError, StructRef, ValueRef};
use hydra_log_core::render::{self, DAMAGED, TypeInfo, Types};
use hydra_log_core::template::Spec;

use super::Buffer;
use super::escape::{self, Escaped, JsonString};
use super::room::Room;

/// Appends a value. How deep values lie in each other is bounded by the record format.
pub(super) fn value(out: &mut Buffer, value: &ValueRef<'_>, types: &dyn Types, room: &mut Room) {
    match *value {
        ValueRef::U64(number) => out.push_number(number),
        ValueRef::I8(number) => signed(out, number.into()),
        ValueRef::I16(number) => signed(out, number.into()),
        ValueRef::I32(number) => signed(out, number.into()),
        ValueRef::I64(number) => signed(out, number),
        ValueRef::U128(number) => match u64::try_from(number) {
            Ok(number) => out.push_number(number),
            Err(_) => string(out, itoa::Buffer::new().format(number)),
        },
        ValueRef::I128(number) => match i64::try_from(number) {
            Ok(number) => signed(out, number),
            Err(_) => string(out, itoa::Buffer::new().format(number)),
        },
        ValueRef::F32(number) if number.is_finite() => {
            out.push_str(ryu::Buffer::new().format_finite(number));
        }
        ValueRef::F64(number) if number.is_finite() => {
            out.push_str(ryu::Buffer::new().format_finite(number));
        }
        ValueRef::Bool(flag) => out.push_str(if flag { "true" } else { "false" }),
        ValueRef::Char(letter) => string(out, letter.encode_utf8(&mut [0; 4])),
        ValueRef::Str(text) | ValueRef::Text(text) => string(out, text),
        ValueRef::Unit | ValueRef::None => out.push_str("null"),
        ValueRef::Some(inner) => item(out, inner.get(), types, room),
        ValueRef::Bytes(bytes) => {
            let numbers = bytes.iter().map(|byte| Ok(ValueRef::U64((*byte).into())));
            array(out, numbers, types, room);
        }
        ValueRef::Slice(slice) => array(out, slice.iter().map(Ok), types, room),
        ValueRef::Struct(fields) => structure(out, &fields, types, room),
        // Pointers, durations, NaN, infinities: as text.
        _ => {
            out.push_str("\"");
            let mut text = Escaped::<JsonString, true>::new(out);
            let rendered = render::value(&mut text, value, &Spec::DISPLAY, types);
            debug_assert!(rendered.is_ok(), "a buffer takes everything");
            out.push_str("\"");
        }
    }
}

fn signed(out: &mut Buffer, number: i64) {
    out.push_str(itoa::Buffer::new().format(number));
}

fn string(out: &mut Buffer, text: &str) {
    out.push_str("\"");
    escape::push::<JsonString>(out, text);
    out.push_str("\"");
}

fn item(
    out: &mut Buffer,
    item: Result<ValueRef<'_>, DecodeError>,
    types: &dyn Types,
    room: &mut Room,
) {
    match item {
        Ok(found) => value(out, &found, types, room),
        Err(_) => string(out, DAMAGED),
    }
}

fn array<'a>(
    out: &mut Buffer,
    items: impl Iterator<Item = Result<ValueRef<'a>, DecodeError>>,
    types: &dyn Types,
    room: &mut Room,
) {
    out.push_str("[");
    for (index, found) in items.enumerate() {
        if room.ends(out) {
            break;
        }
        if index > 0 {
            out.push_str(",");
        }
        item(out, found, types, room);
    }
    out.push_str("]");
}

/// A struct with names is an object, one without is an array, one without fields is its name.
fn structure(out: &mut Buffer, fields: &StructRef<'_>, types: &dyn Types, room: &mut Room) {
    let info = types.type_site(fields.site());
    let nobody = TypeInfo { name: "?", fields: Fields::new(&[]) };
    let TypeInfo { name, fields: names } = info.unwrap_or(nobody);
    let mut names = names.iter();
    let values = fields.values();
    if values.clone().next().is_none() {
        return string(out, name);
    }
    let is_named = |(name, _): &(&str, &str)| !name.starts_with(|c: char| c.is_ascii_digit());
    if !names.clone().next().as_ref().is_some_and(is_named) {
        return array(out, values, types, room);
    }
    out.push_str("{");
    for (index, found) in values.enumerate() {
        if room.ends(out) {
            break;
        }
        if index > 0 {
            out.push_str(",");
        }
        match names.next() {
            Some((name, _)) => string(out, name),
            // More values than names: the type is another version's.
            None => {
                let written = write!(out, "\"{index}\"");
                debug_assert!(written.is_ok(), "a buffer takes everything");
            }
        }
        out.push_str(":");
        item(out, found, types, room);
    }
    out.push_str("}");
}
