//! Values made of values: `Option`, and the structs of `#[derive(Record)]`.

use super::kind::{TAG_BYTES, tag_word};
use super::{Args, Kind, Tag, Value, Writer};
use crate::record::Layout;
use crate::site::SiteId;

impl<T: Value> Value for Option<T> {
    const KIND: Kind = Kind::Tagged;
    const RENDERED: usize = T::RENDERED;

    #[inline(always)]
    fn size<L: Layout>(&self, cap: usize) -> usize {
        TAG_BYTES + self.as_ref().map_or(0, |value| value.size::<L>(cap))
    }

    #[inline(always)]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        match self {
            Some(value) => {
                writer.nested(Tag::Some, L::kind_of::<T>() as u8, 0, |writer| {
                    value.write(writer, cap)
                });
            }
            None => writer.long(tag_word(Tag::None, 0, 0, 0)),
        }
    }
}

/// What `#[derive(Record)]` expands to: a struct is its type's site and its fields, a cons list.
impl<L: Layout> Writer<'_, L> {
    /// The bytes that [`structure`](Self::structure) takes, as [`Value::size`] counts them.
    #[inline(always)]
    #[must_use]
    pub fn structure_size<A: Args>(fields: &A, cap: usize) -> usize {
        TAG_BYTES + L::WORD_BYTES * kind_words::<L>(A::COUNT) + fields.size::<L>(cap)
    }

    /// Stores a struct: the site that describes its type, and its fields.
    ///
    /// ```
    /// use hydra_log_core::record::{Layout, Wide};
    /// use hydra_log_core::site::SiteId;
    /// use hydra_log_core::value::{Args, Kind, Value, Writer};
    ///
    /// struct Point { x: i32, y: i32 }
    /// impl Value for Point {
    ///     const KIND: Kind = Kind::Tagged;
    ///     const RENDERED: usize = <(i32, (i32, ())) as Args>::RENDERED;
    ///     fn size<L: Layout>(&self, cap: usize) -> usize {
    ///         Writer::<L>::structure_size(&(&self.x, (&self.y, ())), cap)
    ///     }
    ///     fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
    ///         writer.structure(SiteId(7), &(&self.x, (&self.y, ())), cap);
    ///     }
    /// }
    /// assert_eq!(Point { x: 1, y: 2 }.size::<Wide>(0), 32);
    /// ```
    #[inline(always)]
    pub fn structure<A: Args>(&mut self, site: SiteId, fields: &A, cap: usize) {
        self.nested(Tag::Struct, 0, site.0, |writer| {
            for word in 0..kind_words::<L>(A::COUNT) {
                writer.word(L::kinds_of::<A>().from(L::KINDS_A_WORD * word));
            }
            fields.write(writer, cap);
        });
    }
}

/// How many words of kinds a struct has: the last kind of the last word is always zero.
#[inline(always)]
const fn kind_words<L: Layout>(count: usize) -> usize {
    count / L::KINDS_A_WORD + 1
}
