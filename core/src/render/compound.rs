//! Values that hold others, laid out as `core::fmt`'s builders do; options pass to the leaves.

use core::fmt;

use super::leaf::leaf;
use super::out::Out;
use super::types::Types;
use super::{DAMAGED, TypeInfo};
use crate::record::dictionary::Fields;
use crate::record::{DecodeError, StructRef, ValueRef};
use crate::template::Spec;

/// Writes any value.
pub(super) fn any(
    out: &mut dyn Out,
    value: &ValueRef<'_>,
    spec: &Spec,
    types: &dyn Types,
) -> fmt::Result {
    if leaf(out, value, spec)? {
        return Ok(());
    }
    // Whatever has parts is shown by `Debug`.
    let spec = &if spec.kind == crate::template::Trait::Display {
        Spec { kind: crate::template::Trait::Debug, ..*spec }
    } else {
        *spec
    };
    match value {
        ValueRef::Bytes(bytes) => {
            let items = bytes.iter().map(|byte| Ok(ValueRef::U64(u64::from(*byte))));
            list(out, items, spec, types)
        }
        ValueRef::Slice(slice) => list(out, slice.iter().map(Ok), spec, types),
        ValueRef::Some(inner) => {
            out.raw("Some")?;
            tuple(out, core::iter::once(inner.get()), spec, types)
        }
        ValueRef::Struct(value) => structure(out, value, spec, types),
        _ => Ok(()),
    }
}

type Item<'a> = Result<ValueRef<'a>, DecodeError>;

fn list<'a>(
    out: &mut dyn Out,
    items: impl Iterator<Item = Item<'a>>,
    spec: &Spec,
    types: &dyn Types,
) -> fmt::Result {
    out.raw("[")?;
    parts(out, items, spec, |out, item| self::item(out, item, spec, types))?;
    out.raw("]")
}

fn tuple<'a>(
    out: &mut dyn Out,
    items: impl Iterator<Item = Item<'a>>,
    spec: &Spec,
    types: &dyn Types,
) -> fmt::Result {
    out.raw("(")?;
    parts(out, items, spec, |out, item| self::item(out, item, spec, types))?;
    out.raw(")")
}

fn structure(
    out: &mut dyn Out,
    value: &StructRef<'_>,
    spec: &Spec,
    types: &dyn Types,
) -> fmt::Result {
    let TypeInfo { name, fields } =
        types.type_site(value.site()).unwrap_or(TypeInfo { name: "?", fields: Fields::new(&[]) });
    // Names may come from a file, so they are no more to be trusted than values.
    out.write_str(name)?;
    let values = value.values();
    if values.clone().next().is_none() {
        return Ok(());
    }
    let is_tuple = fields.iter().next().is_none_or(|(name, _)| starts_with_digit(name));
    if is_tuple {
        return tuple(out, values, spec, types);
    }
    out.raw(if spec.alternate { " {" } else { " { " })?;
    let names = fields.iter().map(|(name, _)| name).chain(core::iter::repeat("?"));
    parts(out, names.zip(values), spec, |out, (name, value)| {
        out.write_str(name)?;
        out.raw(": ")?;
        item(out, value, spec, types)
    })?;
    out.raw(if spec.alternate { "}" } else { " }" })
}

fn starts_with_digit(name: &str) -> bool {
    name.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
}

/// Writes parts with commas between them, or each on a line of its own.
fn parts<T>(
    out: &mut dyn Out,
    items: impl Iterator<Item = T>,
    spec: &Spec,
    mut write: impl FnMut(&mut dyn Out, T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.enumerate() {
        if spec.alternate {
            if index == 0 {
                out.raw("\n")?;
            }
            let mut indented = Indented { out, at_line_start: true };
            write(&mut indented, item)?;
            indented.raw(",\n")?;
        } else {
            if index > 0 {
                out.raw(", ")?;
            }
            write(out, item)?;
        }
    }
    Ok(())
}

fn item(out: &mut dyn Out, item: Item<'_>, spec: &Spec, types: &dyn Types) -> fmt::Result {
    match item {
        Ok(value) => any(out, &value, spec, types),
        Err(_) => out.raw(DAMAGED),
    }
}

/// Puts four spaces in front of every line.
struct Indented<'o> {
    out: &'o mut dyn Out,
    at_line_start: bool,
}

impl Indented<'_> {
    fn lines(
        &mut self,
        text: &str,
        mut write: impl FnMut(&mut dyn Out, &str) -> fmt::Result,
    ) -> fmt::Result {
        for line in text.split_inclusive('\n') {
            if self.at_line_start {
                self.out.raw("    ")?;
            }
            self.at_line_start = line.ends_with('\n');
            write(self.out, line)?;
        }
        Ok(())
    }
}

impl fmt::Write for Indented<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.lines(text, |out, line| out.write_str(line))
    }
}

impl Out for Indented<'_> {
    fn raw(&mut self, text: &str) -> fmt::Result {
        self.lines(text, |out, line| out.raw(line))
    }
}
