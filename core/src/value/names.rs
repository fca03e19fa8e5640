//! Names that travel with their values: a record says by itself what no callsite knows.

use super::kind::{TAG_BYTES, tag_word};
use super::{Kind, Tag, Value, Writer, up_to_words};
use crate::record::Layout;

/// The names of the values that stand behind this one: where a context adds to a record, its names
/// follow the call's own values, then its values follow the names.
///
/// Packed, each behind a byte with its length.
///
/// ```
/// use hydra_log_core::record::{Flags, RecordRef, ValueRef, encode_words};
/// use hydra_log_core::site::SiteId;
/// use hydra_log_core::value::Names;
///
/// let names = Names::new(b"\x07request\x04user");
/// assert!(names.iter().eq(["request", "user"]));
/// let mut words = [0; 16];
/// encode_words(&mut words, SiteId(3), 99, &(names, (7_u64, ("ada", ()))), Flags::NONE);
/// let record = RecordRef::parse(bytemuck::cast_slice(&words)).unwrap();
/// let Some(Ok(ValueRef::Names(found))) = record.get(0) else { panic!() };
/// assert!(found.iter().eq(["request", "user"]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names<'n> {
    packed: &'n [u8],
    count: u32,
}

impl<'n> Names<'n> {
    /// Names that are packed as said above; what is not UTF-8 or has no end is left out.
    #[must_use]
    pub fn new(packed: &'n [u8]) -> Self {
        let all = Self { packed, count: u32::MAX };
        let count = all.iter().fold(0_u32, |count, _| count.saturating_add(1));
        Self { packed, count }
    }

    /// Names as a record has them: `count` at most, padding behind them.
    pub(crate) const fn of_record(packed: &'n [u8], count: u32) -> Self {
        Self { packed, count }
    }

    /// The names in order.
    pub fn iter(&self) -> impl Iterator<Item = &'n str> + Clone + use<'n> {
        let mut rest = self.packed;
        let count = self.count as usize;
        core::iter::from_fn(move || {
            let (len, behind) = rest.split_first()?;
            let name = behind.get(..usize::from(*len))?;
            rest = behind.get(usize::from(*len)..)?;
            core::str::from_utf8(name).ok()
        })
        .take(count)
    }

    /// How they are stored: to compare them with others.
    #[must_use]
    pub fn packed(&self) -> &'n [u8] {
        self.packed
    }
}

impl Value for Names<'_> {
    const KIND: Kind = Kind::Tagged;

    fn size<L: Layout>(&self, _cap: usize) -> usize {
        TAG_BYTES + up_to_words::<L>(self.packed.len())
    }

    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, _cap: usize) {
        let words = (up_to_words::<L>(self.packed.len()) / L::WORD_BYTES) as u64;
        writer.packed(tag_word(Tag::Names, 0, words, self.count), self.packed);
    }
}
