//! The fields of a context, and what they add to a record: made once, on the first entry.

use std::sync::OnceLock;

use hydra_log_core::record::{Flags, Measured, RecordRef, encode_given_words};
use hydra_log_core::site::SiteId;
use hydra_log_core::value::{Given, Names, Take};

use super::value::ContextValue;

/// The most fields of a context.
pub const MAX_FIELDS: usize = 24;
/// The most bytes of a field's name.
pub const MAX_NAME_BYTES: usize = 64;
/// The most bytes of a field's text.
pub const MAX_TEXT_BYTES: usize = 512;

/// What tells that fields were left out.
const LEFT_OUT: &str = "context.left_out";

#[derive(Debug, Default)]
pub(super) struct Fields {
    list: Vec<(Box<str>, ContextValue)>,
    left_out: usize,
    /// A record of nothing but these fields.
    ready: OnceLock<Box<[u64]>>,
}

impl Clone for Fields {
    fn clone(&self) -> Self {
        Self { list: self.list.clone(), left_out: self.left_out, ready: OnceLock::new() }
    }
}

impl Fields {
    pub(super) fn put(&mut self, name: &str, value: ContextValue) {
        self.ready = OnceLock::new();
        let name = cut(name, MAX_NAME_BYTES);
        let value = match value {
            ContextValue::Text(text) if text.len() > MAX_TEXT_BYTES => {
                ContextValue::Text(cut(&text, MAX_TEXT_BYTES).into())
            }
            value => value,
        };
        if let Some((_, place)) = self.list.iter_mut().find(|(key, _)| **key == *name) {
            *place = value;
        } else if self.list.len() < MAX_FIELDS {
            self.list.push((name.into(), value));
        } else {
            self.left_out += 1;
        }
    }

    /// These, and those of `inner` in front where names are the same.
    pub(super) fn with_all(&self, inner: &Self) -> Self {
        let mut all = self.clone();
        inner.list.iter().for_each(|(name, value)| all.put(name, value.clone()));
        all.left_out += inner.left_out;
        all
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.list.iter().map(|(name, value)| (&**name, value))
    }

    pub(super) fn left_out(&self) -> usize {
        self.left_out
    }

    /// The words of a record that has the names, and the values behind them.
    pub(super) fn record(&self) -> &[u64] {
        self.ready.get_or_init(|| {
            let mut packed = Vec::new();
            let more = (self.left_out > 0).then_some(LEFT_OUT);
            for name in self.iter().map(|(name, _)| name).chain(more) {
                packed.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
                packed.extend_from_slice(name.as_bytes());
            }
            let given = Ready { fields: self, names: Names::new(&packed) };
            let mut words = vec![0; Measured::of(&given).wanted() / 8];
            let used = encode_given_words(&mut words, SiteId(0), 0, &given);
            words.truncate(used / 8);
            debug_assert!(is_whole(&words), "a context's fields fit");
            words.into_boxed_slice()
        })
    }
}

fn is_whole(words: &[u64]) -> bool {
    let bytes = bytemuck::cast_slice(words);
    RecordRef::parse(bytes).is_ok_and(|record| !record.flags().contains(Flags::CUT))
}

/// The names, then the values.
struct Ready<'f> {
    fields: &'f Fields,
    names: Names<'f>,
}

impl Given for Ready<'_> {
    fn give(&self, to: &mut impl Take) {
        to.take(&self.names);
        self.fields.list.iter().for_each(|(_, value)| value.give(to));
        if self.fields.left_out > 0 {
            to.take(&(self.fields.left_out as u64));
        }
    }
}

/// The beginning of a text, in whole characters.
fn cut(text: &str, most: usize) -> &str {
    let ends = (0..=most.min(text.len())).rev();
    ends.filter_map(|end| text.get(..end)).next().unwrap_or_default()
}

// Names, values and the count of what was left out are appended to a record at once.
const _: () = assert!(MAX_FIELDS + 2 <= 32 && MAX_NAME_BYTES <= u8::MAX as usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_and_are_told() {
        let mut fields = Fields::default();
        for number in 0..40_u64 {
            fields.put(&format!("k{number}"), number.into());
        }
        fields.put("k3", "é".repeat(400).into());
        let long = "n".repeat(70);
        fields.put(&long, 1_u64.into());
        assert_eq!((fields.iter().count(), fields.left_out()), (MAX_FIELDS, 17));
        let words = fields.record().to_vec();
        assert!(is_whole(&words));
        let record = RecordRef::parse(bytemuck::cast_slice(&words)).unwrap();
        let names = record.names_behind(0).unwrap();
        assert_eq!(names.iter().count(), MAX_FIELDS + 1);
        assert_eq!(names.iter().last(), Some(LEFT_OUT));
        assert_eq!(record.values().count(), MAX_FIELDS + 2);
        assert_eq!(cut("aé", 2), "a");
    }

    #[test]
    fn inner_fields_hide_outer_ones() {
        let mut outer = Fields::default();
        outer.put("a", 1.into());
        outer.put("b", 2.into());
        let mut inner = Fields::default();
        inner.put("b", 3.into());
        inner.put("c", 4.into());
        let both = outer.with_all(&inner);
        let found: Vec<_> = both.iter().map(|(name, value)| format!("{name} {value:?}")).collect();
        assert_eq!(found, ["a I64(1)", "b I64(3)", "c I64(4)"]);
    }
}
