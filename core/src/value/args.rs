//! The arguments of one call: a cons list of values, with what is constant about them.

use super::{Kind, Value, Writer};
use crate::record::Layout;

/// The most arguments that one call takes.
pub const MAX_ARGUMENTS: usize = KIND_WORDS * 16 - 1;

pub(crate) const KIND_WORDS: usize = 16;

/// The kinds of a list of values in order, four bits each; zero ends it.
///
/// ```
/// use hydra_log_core::value::{Args, Kind};
/// let kinds = <(u64, (f64, ())) as Args>::KINDS;
/// assert_eq!(kinds.from(0), Kind::Unsigned as u64 | (Kind::F64 as u64) << 4);
/// assert_eq!(kinds.from(1), Kind::F64 as u64);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds([u64; KIND_WORDS]);

impl Kinds {
    /// No kinds.
    pub const EMPTY: Self = Self([0; KIND_WORDS]);

    /// The list with one more kind in front.
    ///
    /// # Panics
    ///
    /// When the list is full: in a constant, so the call does not compile.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "evaluated at compile time only")]
    pub const fn prepend(self, kind: Kind) -> Self {
        assert!(self.0[KIND_WORDS - 1] >> 56 == 0, "a log call takes at most 255 arguments");
        let mut words = [0; KIND_WORDS];
        let mut carry = kind as u64;
        let mut at = 0;
        while at < KIND_WORDS {
            words[at] = (self.0[at] << 4) | carry;
            carry = self.0[at] >> 60;
            at += 1;
        }
        Self(words)
    }

    /// Sixteen kinds in one word, from number `first` on.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "the index is compared with the length")]
    pub const fn from(&self, first: usize) -> u64 {
        let (word, shift) = (first / 16, (first % 16) * 4);
        let low = if word < KIND_WORDS { self.0[word] >> shift } else { 0 };
        if shift == 0 || word + 1 >= KIND_WORDS {
            low
        } else {
            low | (self.0[word + 1] << (64 - shift))
        }
    }
}

/// A cons list of values: `(a, (b, (c, ())))`.
///
/// ```
/// use hydra_log_core::value::Args;
/// fn facts<A: Args>(_: &A) -> (usize, Option<usize>) { (A::COUNT, A::FIXED) }
/// assert_eq!(facts(&(1_u64, (2_i32, (0.5_f64, ())))), (3, Some(24)));
/// assert_eq!(facts(&("text", ())), (1, None));
/// ```
pub trait Args {
    /// How many values.
    const COUNT: usize;
    /// How many [`Rendered`](super::Rendered) values at most, those inside others counted.
    const RENDERED: usize;
    /// The bytes of all values, without the record's header, where each has a constant size: those
    /// of a server's record.
    const FIXED: Option<usize>;
    /// The values' kinds.
    const KINDS: Kinds;
    /// The values' kinds in firmware records.
    const NARROW_KINDS: Kinds;

    /// The bytes of all values, as [`Value::size`] counts them.
    fn size<L: Layout>(&self, cap: usize) -> usize;

    /// Stores all values.
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize);
}

impl Args for () {
    const COUNT: usize = 0;
    const RENDERED: usize = 0;
    const FIXED: Option<usize> = Some(0);
    const KINDS: Kinds = Kinds::EMPTY;
    const NARROW_KINDS: Kinds = Kinds::EMPTY;

    #[inline(always)]
    fn size<L: Layout>(&self, _cap: usize) -> usize {
        0
    }

    #[inline(always)]
    fn write<L: Layout>(&self, _writer: &mut Writer<'_, L>, _cap: usize) {}
}

impl<H: Value, T: Args> Args for (H, T) {
    const COUNT: usize = 1 + T::COUNT;
    const RENDERED: usize = H::RENDERED + T::RENDERED;
    const FIXED: Option<usize> = match (H::FIXED, T::FIXED) {
        (Some(head), Some(tail)) => Some(head + tail),
        _ => None,
    };
    const KINDS: Kinds = T::KINDS.prepend(H::KIND);
    const NARROW_KINDS: Kinds = T::NARROW_KINDS.prepend(H::NARROW_KIND);

    #[inline(always)]
    fn size<L: Layout>(&self, cap: usize) -> usize {
        self.0.size::<L>(cap) + self.1.size::<L>(cap)
    }

    #[inline(always)]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        self.0.write(writer, cap);
        self.1.write(writer, cap);
    }
}
