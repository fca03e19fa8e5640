//! Values as a reader sees them.

use core::time::Duration;

use super::decode::{Values, word_at};
use super::error::DecodeError;
use super::layout::Wide;
use crate::site::SiteId;
use crate::value::{ElementKind, Kind, MAX_DEPTH, Names, Tag, up_to_words};

/// A value in a record.
///
/// ```
/// use hydra_log_core::record::{Flags, RecordRef, ValueRef, encode_words};
/// use hydra_log_core::site::SiteId;
/// let mut words = [0; 8];
/// encode_words(&mut words, SiteId(0), 0, &(Some(5_u8), ([1_u16, 2], ())), Flags::NONE);
/// let record = RecordRef::parse(bytemuck::cast_slice(&words)).unwrap();
/// let mut values = record.values();
/// let Some(Ok(ValueRef::Some(inner))) = values.next() else { panic!() };
/// assert_eq!(inner.get(), Ok(ValueRef::U64(5)));
/// let Some(Ok(ValueRef::Slice(slice))) = values.next() else { panic!() };
/// assert!(slice.iter().eq([ValueRef::U64(1), ValueRef::U64(2)]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValueRef<'a> {
    /// Any unsigned integer up to 64 bits.
    U64(u64),
    /// `i8`.
    I8(i8),
    /// `i16`.
    I16(i16),
    /// `i32`.
    I32(i32),
    /// `i64` and `isize`.
    I64(i64),
    /// `u128`.
    U128(u128),
    /// `i128`.
    I128(i128),
    /// `f32`.
    F32(f32),
    /// `f64`.
    F64(f64),
    /// `bool`.
    Bool(bool),
    /// `char`.
    Char(char),
    /// A string.
    Str(&'a str),
    /// A text that the caller formatted, with the placeholder's options applied.
    Text(&'a str),
    /// A slice of `u8`.
    Bytes(&'a [u8]),
    /// An address.
    Pointer(u64),
    /// A `Duration`.
    Duration(Duration),
    /// `()`.
    Unit,
    /// `Option::None`.
    None,
    /// `Option::Some`.
    Some(NestedRef<'a>),
    /// A slice of other plain data.
    Slice(SliceRef<'a>),
    /// A `#[derive(Record)]` struct.
    Struct(StructRef<'a>),
    /// A value that was nested too deeply to be stored.
    Elided,
    /// The names of the values that follow.
    Names(Names<'a>),
}

/// A value inside another one, not yet decoded.
///
/// See [`ValueRef`] for an example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NestedRef<'a> {
    kind: u8,
    depth: u8,
    bytes: &'a [u8],
}

impl<'a> NestedRef<'a> {
    /// The value.
    ///
    /// # Errors
    ///
    /// When its bytes are not a value.
    pub fn get(&self) -> Result<ValueRef<'a>, DecodeError> {
        if self.depth > MAX_DEPTH {
            return Err(DecodeError::Depth);
        }
        Raw::first_of(self.kind, self.bytes, self.depth)?.decode()
    }
}

/// A stored slice: elements of one kind. All of them are known to be valid.
///
/// See [`ValueRef`] for an example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SliceRef<'a> {
    kind: ElementKind,
    bytes: &'a [u8],
}

impl<'a> SliceRef<'a> {
    /// What the elements are.
    #[must_use]
    pub fn kind(&self) -> ElementKind {
        self.kind
    }

    /// How many elements were stored.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() / self.kind.bytes()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The elements as values.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ValueRef<'a>> + Clone + use<'a> {
        let kind = self.kind;
        self.bytes.chunks_exact(kind.bytes()).map(move |bytes| element(kind, bytes))
    }
}

/// A stored `#[derive(Record)]` struct.
///
/// ```
/// # use hydra_log_core::record::{Flags, Layout, RecordRef, ValueRef, encode_words};
/// # use hydra_log_core::site::SiteId;
/// # use hydra_log_core::value::{Kind, Value, Writer};
/// # struct Point { x: i32, y: i32 }
/// # impl Value for Point {
/// #     const KIND: Kind = Kind::Tagged;
/// #     fn size<L: Layout>(&self, cap: usize) -> usize {
/// #         Writer::<L>::structure_size(&(self.x, (self.y, ())), cap)
/// #     }
/// #     fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
/// #         writer.structure(SiteId(7), &(self.x, (self.y, ())), cap);
/// #     }
/// # }
/// let mut words = [0; 8];
/// encode_words(&mut words, SiteId(0), 0, &(Point { x: 1, y: 2 }, ()), Flags::NONE);
/// let record = RecordRef::parse(bytemuck::cast_slice(&words)).unwrap();
/// let Some(Ok(ValueRef::Struct(point))) = record.get(0) else { panic!() };
/// assert_eq!(point.site(), SiteId(7));
/// assert!(point.values().eq([Ok(ValueRef::I32(1)), Ok(ValueRef::I32(2))]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StructRef<'a> {
    site: SiteId,
    depth: u8,
    bytes: &'a [u8],
}

impl<'a> StructRef<'a> {
    /// The site that describes the type.
    #[must_use]
    pub fn site(&self) -> SiteId {
        self.site
    }

    /// The fields' values; a single error when they are nested too deeply.
    #[must_use]
    pub fn values(&self) -> StructValues<'a> {
        let values = if self.depth > MAX_DEPTH {
            Err(DecodeError::Depth)
        } else {
            Values::of_struct(self.bytes, self.depth)
        };
        match values {
            Ok(values) => StructValues { error: None, values: Some(values) },
            Err(error) => StructValues { error: Some(error), values: None },
        }
    }
}

/// The values of a struct's fields.
///
/// See [`StructRef`] for an example.
#[derive(Clone, Debug)]
pub struct StructValues<'a> {
    error: Option<DecodeError>,
    values: Option<Values<'a>>,
}

impl<'a> Iterator for StructValues<'a> {
    type Item = Result<ValueRef<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.values {
            Some(values) => values.next(),
            None => self.error.take().map(Err),
        }
    }
}

/// A value's own bytes, found but not looked at.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a> {
    pub(crate) kind: Kind,
    /// The first word.
    pub(crate) first: u64,
    /// All words, as many as the kind takes.
    pub(super) bytes: &'a [u8],
    depth: u8,
}

impl<'a> Raw<'a> {
    /// The value at the start of `rest`: at most all of it, and a word at least.
    #[inline(always)]
    pub(super) fn first_of(kind: u8, rest: &'a [u8], depth: u8) -> Result<Self, DecodeError> {
        let available = rest.len();
        let first = word_at(rest, 0).ok_or(DecodeError::Short { wanted: 8, available })?;
        let kind = Kind::from_number(kind).ok_or(DecodeError::Kind(kind))?;
        let wanted = match kind {
            // Compared before it is rounded up, as it may be any number.
            Kind::Str | Kind::Text | Kind::Bytes => match usize::try_from(first) {
                Ok(len) if len <= available => 8 + up_to_words::<Wide>(len),
                _ => usize::MAX,
            },
            Kind::U128 | Kind::I128 | Kind::Duration => 16,
            Kind::Tagged => 8 + 8 * ((first >> 16) & 0xFFFF) as usize,
            _ => 8,
        };
        let bytes = rest.get(..wanted).ok_or(DecodeError::Short { wanted, available })?;
        Ok(Self { kind, first, bytes, depth })
    }

    /// The text, where the kind is one of text.
    #[inline(always)]
    pub(crate) fn text(self) -> Result<&'a str, DecodeError> {
        core::str::from_utf8(payload(self.first, self.bytes)).map_err(|_| DecodeError::Utf8)
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "the rest of the word is padding")]
    pub(crate) fn decode(self) -> Result<ValueRef<'a>, DecodeError> {
        let Self { kind, first, bytes, depth } = self;
        Ok(match kind {
            Kind::Unsigned => ValueRef::U64(first),
            Kind::I32 => ValueRef::I32(first.cast_signed() as i32),
            Kind::I64 => ValueRef::I64(first.cast_signed()),
            Kind::F64 => ValueRef::F64(f64::from_bits(first)),
            Kind::F32 => ValueRef::F32(f32::from_bits(first as u32)),
            Kind::Bool => ValueRef::Bool(bool_of(first)?),
            Kind::Char => ValueRef::Char(char_of(first.into())?),
            Kind::Str => ValueRef::Str(self.text()?),
            Kind::Text => ValueRef::Text(self.text()?),
            Kind::Bytes => ValueRef::Bytes(payload(first, bytes)),
            Kind::U128 => ValueRef::U128(wide(first, bytes)),
            Kind::I128 => ValueRef::I128(wide(first, bytes).cast_signed()),
            Kind::Pointer => ValueRef::Pointer(first),
            Kind::Duration => ValueRef::Duration(duration(first, bytes)?),
            Kind::Tagged => return tagged(first, bytes, depth),
        })
    }
}

/// Decodes a tagged value from its first word and all its bytes.
#[expect(clippy::cast_possible_truncation, reason = "takes the word apart")]
fn tagged(first: u64, bytes: &[u8], depth: u8) -> Result<ValueRef<'_>, DecodeError> {
    let (tag, aux, count) = (first as u8, (first >> 8) as u8, (first >> 32) as u32);
    let body = bytes.get(8..).unwrap_or_default();
    let small = count.cast_signed();
    Ok(match Tag::from_number(tag).ok_or(DecodeError::Tag(tag))? {
        Tag::Unit => ValueRef::Unit,
        Tag::None => ValueRef::None,
        Tag::Some => ValueRef::Some(NestedRef { kind: aux, depth: depth + 1, bytes: body }),
        Tag::Slice => ValueRef::Slice(slice(aux, count, body)?),
        Tag::Struct => {
            ValueRef::Struct(StructRef { site: SiteId(count), depth: depth + 1, bytes: body })
        }
        Tag::I8 => ValueRef::I8(i8::try_from(small).map_err(|_| DecodeError::Range)?),
        Tag::I16 => ValueRef::I16(i16::try_from(small).map_err(|_| DecodeError::Range)?),
        Tag::Elided => ValueRef::Elided,
        Tag::U64 => {
            let high = word_at(body, 0).ok_or(DecodeError::Range)?;
            ValueRef::U64(u64::from(count) | high << 32)
        }
        Tag::Names => ValueRef::Names(Names::of_record(body, count)),
    })
}

/// The `len` bytes behind the first word.
#[inline(always)]
fn payload(len: u64, bytes: &[u8]) -> &[u8] {
    usize::try_from(len).ok().and_then(|len| bytes.get(8..)?.get(..len)).unwrap_or_default()
}

fn wide(low: u64, bytes: &[u8]) -> u128 {
    u128::from(low) | u128::from(word_at(bytes, 8).unwrap_or_default()) << 64
}

fn duration(secs: u64, bytes: &[u8]) -> Result<Duration, DecodeError> {
    let nanos = word_at(bytes, 8).unwrap_or_default();
    match u32::try_from(nanos) {
        Ok(nanos) if nanos < 1_000_000_000 => Ok(Duration::new(secs, nanos)),
        _ => Err(DecodeError::Range),
    }
}

fn bool_of(word: u64) -> Result<bool, DecodeError> {
    match word {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(DecodeError::Range),
    }
}

fn char_of(word: u128) -> Result<char, DecodeError> {
    u32::try_from(word).ok().and_then(char::from_u32).ok_or(DecodeError::Range)
}

/// A slice of `count` elements, each of them looked at where not every bit pattern is a value.
fn slice(kind: u8, count: u32, body: &[u8]) -> Result<SliceRef<'_>, DecodeError> {
    let kind = ElementKind::from_number(kind).ok_or(DecodeError::Kind(kind))?;
    let wanted = (count as usize).saturating_mul(kind.bytes());
    let bytes = body.get(..wanted).ok_or(DecodeError::Short { wanted, available: body.len() })?;
    let valid = match kind {
        ElementKind::Bool => bytes.iter().all(|byte| *byte <= 1),
        ElementKind::Char => bytes.chunks_exact(4).all(|bytes| char_of(low_word(bytes)).is_ok()),
        _ => true,
    };
    if valid { Ok(SliceRef { kind, bytes }) } else { Err(DecodeError::Range) }
}

/// Up to sixteen little-endian bytes.
fn low_word(bytes: &[u8]) -> u128 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u128::from(*byte))
}

/// One element of a slice that was checked.
#[expect(clippy::cast_possible_truncation, reason = "an element has only as many bits")]
fn element(kind: ElementKind, bytes: &[u8]) -> ValueRef<'static> {
    let word = low_word(bytes);
    match kind {
        ElementKind::U8 | ElementKind::U16 | ElementKind::U32 | ElementKind::U64 => {
            ValueRef::U64(word as u64)
        }
        ElementKind::U128 => ValueRef::U128(word),
        ElementKind::I8 => ValueRef::I8(word as i8),
        ElementKind::I16 => ValueRef::I16(word as i16),
        ElementKind::I32 => ValueRef::I32(word as i32),
        ElementKind::I64 => ValueRef::I64(word as i64),
        ElementKind::I128 => ValueRef::I128(word.cast_signed()),
        ElementKind::F32 => ValueRef::F32(f32::from_bits(word as u32)),
        ElementKind::F64 => ValueRef::F64(f64::from_bits(word as u64)),
        ElementKind::Bool => ValueRef::Bool(word != 0),
        ElementKind::Char => ValueRef::Char(char_of(word).unwrap_or('\u{FFFD}')),
    }
}
