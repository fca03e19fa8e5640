//! Text values: strings as they are, and whatever `Display` and `Debug` write.

use core::fmt;

use super::writer::len_of;
use super::{Kind, Value, Writer, up_to_words};
use crate::record::Layout;

/// The room that all [`Rendered`] values of one record share.
pub const TEXT_BUDGET: usize = if usize::BITS < 64 { 2 * 1024 } else { 16 * 1024 };

/// What any other type becomes: formatted by the caller, straight into the record.
///
/// The text ends where the record's room does, at a character's boundary; the record is then
/// marked as cut.
///
/// ```
/// use hydra_log_core::value::{Kind, Rendered, Value};
/// fn kind<V: Value>(_: &V) -> Kind { V::KIND }
/// assert_eq!(kind(&Rendered(format_args!("{:>5}", 1))), Kind::Text);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rendered<'a>(pub fmt::Arguments<'a>);

impl Value for Rendered<'_> {
    const KIND: Kind = Kind::Text;
    const RENDERED: usize = 1;

    #[inline(always)]
    fn size<L: Layout>(&self, _cap: usize) -> usize {
        L::WORD_BYTES
    }

    #[inline(always)]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, _cap: usize) {
        writer.rendered(self.0);
    }
}

impl Value for str {
    const KIND: Kind = Kind::Str;

    #[inline(always)]
    fn size<L: Layout>(&self, cap: usize) -> usize {
        L::WORD_BYTES + up_to_words::<L>(len_of(self.as_bytes()).min(cap))
    }

    #[inline(always)]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        let stored = if self.len() <= cap { self } else { start_of(self, cap) };
        if stored.len() < self.len() {
            writer.mark_cut();
        }
        writer.bytes(stored.as_bytes());
    }
}

/// The longest start of `text` that has at most `bytes` bytes and ends between two characters.
#[cold]
pub(crate) fn start_of(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    // A character has at most four bytes, so this looks at three places at most.
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
