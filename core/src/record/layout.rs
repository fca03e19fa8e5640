//! The two layouts of a record: words of eight bytes on a server, of four on a microcontroller.
//!
//! Whatever encodes is generic over the layout and resolved at compile time. Both hold the same
//! values under the same kinds; what differs is the header, the width of a word, and that 64 bits
//! of an unsigned number need a tag where a word has 32.
#![expect(unsafe_code, reason = "stores words through pointers")]

use super::header::{self, Flags};
use crate::site::SiteId;
use crate::value::{Args, Kind, Kinds, Value, Writer};
use core::fmt;

/// How a record is laid out: [`Wide`] or [`Narrow`].
///
/// ```
/// use hydra_log_core::record::{Layout, Narrow, Wide};
/// assert_eq!((Wide::WORD_BYTES, Narrow::WORD_BYTES), (8, 4));
/// ```
pub trait Layout: sealed::Sealed + Copy + fmt::Debug + 'static {
    /// The bytes of a word. Values are aligned to it.
    const WORD_BYTES: usize;
    /// What records are aligned to.
    const ALIGN: usize;
    /// The bytes of a record without arguments.
    const HEADER_BYTES: usize;
    /// The most bytes a record has.
    const MAX_BYTES: usize;
    /// The length from which on a value is known not to fit, before its record is. Without one,
    /// lengths need no comparison; a microcontroller has no memory for sums that overflow.
    #[doc(hidden)]
    const UNCUT: usize;
    /// The room that all texts rendered by the caller share in one record.
    const TEXT_BUDGET: usize;

    /// How values of type `V` are stored.
    #[doc(hidden)]
    #[must_use]
    fn kind_of<V: Value + ?Sized>() -> Kind;

    /// The kinds of a list of values.
    #[doc(hidden)]
    #[must_use]
    fn kinds_of<A: Args>() -> &'static Kinds;

    /// How many kinds a word has.
    #[doc(hidden)]
    const KINDS_A_WORD: usize = Self::WORD_BYTES * 2;

    /// How many of a record's kinds are in its header's first word.
    #[doc(hidden)]
    const HEADER_KINDS: usize;

    /// Stores a word, or its low half.
    ///
    /// # Safety
    /// `place` is aligned as records are, and valid for its write.
    #[doc(hidden)]
    unsafe fn store(place: *mut u8, word: u64);

    /// Stores the header at the start of what `writer` wrote.
    #[doc(hidden)]
    fn head(writer: &mut Writer<'_, Self>, flags: Flags, site: SiteId, stamp: u64, kinds: u64);
}

/// The layout of servers, spools and files: words of eight bytes.
#[derive(Clone, Copy, Debug)]
pub enum Wide {}

/// The layout of firmware: words of four bytes, sites of 16 bits, stamps of 32.
#[derive(Clone, Copy, Debug)]
pub enum Narrow {}

mod sealed {
    #[expect(unnameable_types, reason = "seals `Layout`")]
    pub trait Sealed {}
    impl Sealed for super::Wide {}
    impl Sealed for super::Narrow {}
}

impl Layout for Wide {
    const WORD_BYTES: usize = 8;
    const ALIGN: usize = align_of::<u64>();
    const HEADER_BYTES: usize = header::HEADER_BYTES;
    const MAX_BYTES: usize = header::MAX_BYTES;
    const UNCUT: usize = header::MAX_BYTES;
    const TEXT_BUDGET: usize = crate::value::TEXT_BUDGET;
    const HEADER_KINDS: usize = 6;

    #[inline(always)]
    fn kind_of<V: Value + ?Sized>() -> Kind {
        V::KIND
    }

    #[inline(always)]
    fn kinds_of<A: Args>() -> &'static Kinds {
        &A::KINDS
    }

    #[inline(always)]
    unsafe fn store(place: *mut u8, word: u64) {
        // SAFETY: bounds and race: by the caller.
        unsafe { place.cast::<u64>().write(word.to_le()) }
    }

    #[inline(always)]
    fn head(writer: &mut Writer<'_, Self>, flags: Flags, site: SiteId, stamp: u64, kinds: u64) {
        let used = writer.used();
        writer.store(0, header::header_word(used, flags, site, kinds));
        writer.store(header::STAMP_AT, stamp);
    }
}

impl Layout for Narrow {
    const WORD_BYTES: usize = 4;
    const ALIGN: usize = 4;
    const HEADER_BYTES: usize = 8;
    const MAX_BYTES: usize = 255 * 4;
    const UNCUT: usize = usize::MAX;
    const TEXT_BUDGET: usize = 256;
    const HEADER_KINDS: usize = 0;

    #[inline(always)]
    fn kind_of<V: Value + ?Sized>() -> Kind {
        V::NARROW_KIND
    }

    #[inline(always)]
    fn kinds_of<A: Args>() -> &'static Kinds {
        &A::NARROW_KINDS
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "a word has 32 bits")]
    unsafe fn store(place: *mut u8, word: u64) {
        // SAFETY: bounds and race: by the caller.
        unsafe { place.cast::<u32>().write((word as u32).to_le()) }
    }

    #[inline(always)]
    fn head(writer: &mut Writer<'_, Self>, flags: Flags, site: SiteId, stamp: u64, _kinds: u64) {
        let used = writer.used();
        writer.store(0, header::narrow_word(used, flags, site).into());
        writer.store(4, stamp);
    }
}
