//! Slices and arrays of plain data: packed elements, copied at once.

use bytemuck::NoUninit;

use super::kind::{TAG_BYTES, tag_word};
use super::{Kind, Tag, Value, Writer, up_to_words};
use crate::record::Layout;

/// What the elements of a stored slice are.
///
/// ```
/// use hydra_log_core::value::ElementKind;
/// assert_eq!(ElementKind::from_number(3), Some(ElementKind::U32));
/// assert_eq!(ElementKind::U32.bytes(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ElementKind {
    /// `u8`.
    U8 = 1,
    /// `u16`.
    U16 = 2,
    /// `u32`.
    U32 = 3,
    /// `u64`, and `usize` on every target.
    U64 = 4,
    /// `u128`.
    U128 = 5,
    /// `i8`.
    I8 = 6,
    /// `i16`.
    I16 = 7,
    /// `i32`.
    I32 = 8,
    /// `i64`, and `isize` on every target.
    I64 = 9,
    /// `i128`.
    I128 = 10,
    /// `f32`.
    F32 = 11,
    /// `f64`.
    F64 = 12,
    /// `bool`: a byte.
    Bool = 13,
    /// `char`: four bytes.
    Char = 14,
}

impl ElementKind {
    /// The kind with this number, or `None`.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::U8,
            2 => Self::U16,
            3 => Self::U32,
            4 => Self::U64,
            5 => Self::U128,
            6 => Self::I8,
            7 => Self::I16,
            8 => Self::I32,
            9 => Self::I64,
            10 => Self::I128,
            11 => Self::F32,
            12 => Self::F64,
            13 => Self::Bool,
            14 => Self::Char,
            _ => return None,
        })
    }

    /// The bytes that one element takes.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 | Self::Bool => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 | Self::Char => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
            Self::U128 | Self::I128 => 16,
        }
    }
}

/// Plain data that a stored slice can hold: numbers, `bool` and `char`.
///
/// ```
/// use hydra_log_core::value::{Element, ElementKind, Kind, Value};
/// assert_eq!(<usize as Element>::ELEMENT, ElementKind::U64);
/// assert_eq!((<[u8]>::KIND, <[u16]>::KIND), (Kind::Bytes, Kind::Tagged));
/// ```
pub trait Element: NoUninit + sealed::Stored {
    /// What it is.
    const ELEMENT: ElementKind;
}

mod sealed {
    /// How an element looks in a record: little-endian bytes of a size that no target changes.
    #[expect(unnameable_types, reason = "seals `Element`")]
    pub trait Stored: Sized {
        /// Whether the bytes in memory are the bytes in the record.
        const AS_IN_MEMORY: bool;
        /// The bytes in the record, the first of sixteen.
        fn stored(self) -> [u8; 16];
    }
}

/// An element's type, its kind, and the integer that it is stored as.
macro_rules! elements {
    ($($type:ty, $kind:ident, |$value:ident| $stored:expr;)*) => {$(
        impl Element for $type {
            const ELEMENT: ElementKind = ElementKind::$kind;
        }

        impl sealed::Stored for $type {
            const AS_IN_MEMORY: bool =
                cfg!(target_endian = "little") && size_of::<$type>() == ElementKind::$kind.bytes();

            fn stored(self) -> [u8; 16] {
                let $value = self;
                // The low bytes come first, and only as many as the kind has are stored.
                ($stored).to_le_bytes()
            }
        }
    )*};
}

elements! {
    u8, U8, |value| u128::from(value);
    u16, U16, |value| u128::from(value);
    u32, U32, |value| u128::from(value);
    u64, U64, |value| u128::from(value);
    usize, U64, |value| value as u128;
    u128, U128, |value| value;
    i8, I8, |value| i128::from(value);
    i16, I16, |value| i128::from(value);
    i32, I32, |value| i128::from(value);
    i64, I64, |value| i128::from(value);
    isize, I64, |value| value as i128;
    i128, I128, |value| value;
    f32, F32, |value| u128::from(value.to_bits());
    f64, F64, |value| u128::from(value.to_bits());
    bool, Bool, |value| u128::from(value);
    char, Char, |value| u128::from(u32::from(value));
}

/// How many elements are stored when their bytes have to fit into `cap`.
#[inline(always)]
fn stored_count<T: Element>(slice: &[T], cap: usize) -> usize {
    slice.len().min(cap / T::ELEMENT.bytes())
}

/// Whether a slice is of bytes.
#[inline(always)]
const fn is_bytes<T: Element>() -> bool {
    matches!(T::ELEMENT, ElementKind::U8)
}

impl<T: Element> Value for [T] {
    // Bytes are frequent, so they have a kind of their own; both take the same room.
    const KIND: Kind = if is_bytes::<T>() { Kind::Bytes } else { Kind::Tagged };

    #[inline(always)]
    fn size<L: Layout>(&self, cap: usize) -> usize {
        let head = if is_bytes::<T>() { L::WORD_BYTES } else { TAG_BYTES };
        head + up_to_words::<L>(stored_count(self, cap) * T::ELEMENT.bytes())
    }

    #[inline(always)]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        let count = stored_count(self, cap);
        let stored = self.get(..count).unwrap_or_default();
        if count < self.len() {
            writer.mark_cut();
        }
        let words = up_to_words::<L>(count * T::ELEMENT.bytes()) / L::WORD_BYTES;
        #[expect(clippy::cast_possible_truncation, reason = "a record is shorter than 64 KiB")]
        let tag = tag_word(Tag::Slice, T::ELEMENT as u8, words as u64, count as u32);
        if is_bytes::<T>() {
            writer.bytes(bytemuck::cast_slice(stored));
        } else if T::AS_IN_MEMORY {
            writer.packed(tag, bytemuck::cast_slice(stored));
        } else {
            write_each(writer, tag, stored, words);
        }
    }
}

impl<T: Element, const N: usize> Value for [T; N] {
    const KIND: Kind = <[T]>::KIND;

    #[inline(always)]
    fn size<L: Layout>(&self, cap: usize) -> usize {
        self.as_slice().size::<L>(cap)
    }

    #[inline(always)]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        self.as_slice().write(writer, cap);
    }
}

/// Stores elements whose bytes in memory differ from those in a record.
fn write_each<T: Element, L: Layout>(
    writer: &mut Writer<'_, L>,
    tag: u64,
    stored: &[T],
    words: usize,
) {
    writer.long(tag);
    let bytes = T::ELEMENT.bytes();
    let per_word = (L::WORD_BYTES / bytes).max(1);
    for chunk in stored.chunks(per_word) {
        let mut word = [0; 16];
        for (place, element) in word.chunks_mut(bytes).zip(chunk) {
            place.copy_from_slice(element.stored().get(..bytes).unwrap_or_default());
        }
        let word = u128::from_le_bytes(word);
        for part in 0..bytes.div_ceil(L::WORD_BYTES) {
            #[expect(clippy::cast_possible_truncation, reason = "a word of it")]
            writer.word((word >> (part * L::WORD_BYTES * 8)) as u64);
        }
    }
    let announced = up_to_words::<L>(stored.len() * bytes) / L::WORD_BYTES;
    debug_assert!(words == announced, "as many words as announced");
}
