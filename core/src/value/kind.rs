//! Kinds and tags: the numbers that say how a value is stored.

/// How a value is stored: four bits in the record's signature. Zero ends the signature.
///
/// ```
/// use hydra_log_core::value::Kind;
/// assert_eq!(Kind::from_number(8), Some(Kind::Str));
/// assert_eq!(Kind::from_number(0), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Unsigned integers up to 64 bits, zero-extended: one word.
    Unsigned = 1,
    /// `i32`, sign-extended: one word.
    I32 = 2,
    /// `i64` and `isize`: one word.
    I64 = 3,
    /// The bits of an `f64`: one word.
    F64 = 4,
    /// The bits of an `f32`, zero-extended: one word.
    F32 = 5,
    /// 0 or 1: one word.
    Bool = 6,
    /// A Unicode scalar value: one word.
    Char = 7,
    /// The length in bytes (one word), the text, zeros up to a whole word.
    Str = 8,
    /// As `Str`: a text that the caller formatted, with the placeholder's options applied.
    Text = 9,
    /// As `Str`, but any bytes.
    Bytes = 10,
    /// Two words, low half first.
    U128 = 11,
    /// Two words, low half first.
    I128 = 12,
    /// An address: one word.
    Pointer = 13,
    /// Seconds, then nanoseconds: two words.
    Duration = 14,
    /// A [`Tag`] tells the rest.
    Tagged = 15,
}

impl Kind {
    /// Whether it is a number of one word: an integer of up to 64 bits, or a float.
    #[inline]
    pub(crate) const fn is_number(self) -> bool {
        matches!(self, Self::Unsigned | Self::I32 | Self::I64 | Self::F64 | Self::F32)
    }

    /// The kind with this number, or `None`.
    #[inline]
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Unsigned,
            2 => Self::I32,
            3 => Self::I64,
            4 => Self::F64,
            5 => Self::F32,
            6 => Self::Bool,
            7 => Self::Char,
            8 => Self::Str,
            9 => Self::Text,
            10 => Self::Bytes,
            11 => Self::U128,
            12 => Self::I128,
            13 => Self::Pointer,
            14 => Self::Duration,
            15 => Self::Tagged,
            _ => return None,
        })
    }
}

/// The first byte of a tagged value.
///
/// Its first word is `tag u8 | aux u8 | words u16 | count u32`; `words` more words follow, so that
/// a reader steps over a tag it does not know.
///
/// ```
/// use hydra_log_core::value::Tag;
/// assert_eq!(Tag::from_number(3), Some(Tag::Some));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Tag {
    /// `()`.
    Unit = 1,
    /// `Option::None`.
    None = 2,
    /// `Option::Some`: `aux` is the inner value's kind; the value follows.
    Some = 3,
    /// A slice: `aux` is the element's kind, `count` the number of elements; they follow, packed.
    Slice = 4,
    /// A struct: `count` is its type's site id; words of 16 kinds follow, then the fields' values.
    Struct = 5,
    /// An `i8`: its value is in `count`, sign-extended.
    I8 = 6,
    /// An `i16`: its value is in `count`, sign-extended.
    I16 = 7,
    /// A value that was nested too deeply to be stored.
    Elided = 8,
    /// An unsigned number of 64 bits where a word has 32: the low half is in `count`, the high half
    /// follows.
    U64 = 9,
    /// Names of the values that follow, `count` of them, packed: see [`Names`](super::Names).
    Names = 10,
}

impl Tag {
    /// The tag with this number, or `None`.
    #[inline]
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Unit,
            2 => Self::None,
            3 => Self::Some,
            4 => Self::Slice,
            5 => Self::Struct,
            6 => Self::I8,
            7 => Self::I16,
            8 => Self::Elided,
            9 => Self::U64,
            10 => Self::Names,
            _ => return None,
        })
    }
}

/// The bytes of a tagged value without more words, in both layouts.
pub(crate) const TAG_BYTES: usize = 8;

/// The first bytes of a tagged value: one word, or two where words have 32 bits.
#[inline(always)]
pub(crate) const fn tag_word(tag: Tag, aux: u8, words: u64, count: u32) -> u64 {
    (tag as u64) | ((aux as u64) << 8) | (words << 16) | ((count as u64) << 32)
}
