//! Values of a fixed size: numbers, `bool`, `char`, `()`, addresses, durations.

use core::num::{NonZero, Saturating, Wrapping};
use core::time::Duration;

use super::kind::{TAG_BYTES, tag_word};
use super::{Kind, Tag, Value, Writer};
use crate::record::Layout;

/// A value of a fixed size: its type, kind, bytes in a server's record and in a firmware record,
/// and what is stored.
macro_rules! fixed {
    ($($type:ty, $kind:ident, $wide:literal, $narrow:literal,
       |$value:ident, $writer:ident| $store:expr;)*) => {$(
        impl Value for $type {
            const KIND: Kind = Kind::$kind;
            const FIXED: Option<usize> = Some($wide);

            #[inline(always)]
            fn size<L: Layout>(&self, _cap: usize) -> usize {
                if L::WORD_BYTES == 8 { $wide } else { $narrow }
            }

            #[inline(always)]
            #[expect(clippy::allow_attributes, reason = "not every expansion casts")]
            #[allow(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
            fn write<L: Layout>(&self, $writer: &mut Writer<'_, L>, _cap: usize) {
                let $value = *self;
                $store
            }
        }
    )*};
}

fixed! {
    u8, Unsigned, 8, 4, |value, writer| writer.word(u64::from(value));
    u16, Unsigned, 8, 4, |value, writer| writer.word(u64::from(value));
    u32, Unsigned, 8, 4, |value, writer| writer.word(u64::from(value));
    i8, Tagged, 8, 8, |value, writer| {
        writer.long(tag_word(Tag::I8, 0, 0, i32::from(value).cast_unsigned()));
    };
    i16, Tagged, 8, 8, |value, writer| {
        writer.long(tag_word(Tag::I16, 0, 0, i32::from(value).cast_unsigned()));
    };
    i32, I32, 8, 4, |value, writer| writer.word(i64::from(value).cast_unsigned());
    i64, I64, 8, 8, |value, writer| writer.long(value.cast_unsigned());
    isize, I64, 8, 8, |value, writer| writer.long((value as i64).cast_unsigned());
    f32, F32, 8, 4, |value, writer| writer.word(u64::from(value.to_bits()));
    f64, F64, 8, 8, |value, writer| writer.long(value.to_bits());
    bool, Bool, 8, 4, |value, writer| writer.word(u64::from(value));
    char, Char, 8, 4, |value, writer| writer.word(u64::from(u32::from(value)));
    (), Tagged, 8, 8, |_unit, writer| writer.long(tag_word(Tag::Unit, 0, 0, 0));
    u128, U128, 16, 16, |value, writer| {
        writer.long(value as u64);
        writer.long((value >> 64) as u64);
    };
    i128, I128, 16, 16, |value, writer| {
        writer.long(value as u64);
        writer.long((value >> 64) as u64);
    };
    Duration, Duration, 16, 12, |value, writer| {
        writer.long(value.as_secs());
        writer.word(u64::from(value.subsec_nanos()));
    };
}

impl Value for u64 {
    const KIND: Kind = Kind::Unsigned;
    const NARROW_KIND: Kind = Kind::Tagged;
    const FIXED: Option<usize> = Some(8);

    #[inline(always)]
    fn size<L: Layout>(&self, _cap: usize) -> usize {
        if L::WORD_BYTES == 8 { 8 } else { TAG_BYTES + L::WORD_BYTES }
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, _cap: usize) {
        if L::WORD_BYTES == 8 {
            writer.word(*self);
        } else {
            writer.long(tag_word(Tag::U64, 0, 1, *self as u32));
            writer.word(*self >> 32);
        }
    }
}

/// A `usize` is stored as the number that has its width here; a reader can't tell which it was.
impl Value for usize {
    const KIND: Kind = Kind::Unsigned;
    const NARROW_KIND: Kind = <Native as Value>::NARROW_KIND;
    const FIXED: Option<usize> = Some(8);

    #[inline(always)]
    fn size<L: Layout>(&self, cap: usize) -> usize {
        (*self as Native).size::<L>(cap)
    }

    #[inline(always)]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        (*self as Native).write(writer, cap);
    }
}

#[cfg(target_pointer_width = "64")]
type Native = u64;
#[cfg(not(target_pointer_width = "64"))]
type Native = u32;

/// A value that is stored as another one.
macro_rules! stored_as {
    ($([$($generic:tt)*] $type:ty, $inner:ty, |$value:ident| $as:expr;)*) => {$(
        impl<$($generic)*> Value for $type {
            const KIND: Kind = <$inner>::KIND;
            const NARROW_KIND: Kind = <$inner>::NARROW_KIND;
            const FIXED: Option<usize> = <$inner>::FIXED;

            #[inline(always)]
            fn size<L: Layout>(&self, cap: usize) -> usize {
                let $value = *self;
                ($as).size::<L>(cap)
            }

            #[inline(always)]
            fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
                let $value = *self;
                ($as).write(writer, cap);
            }
        }
    )*};
}

stored_as! {
    [] NonZero<u8>, u8, |value| value.get();
    [] NonZero<u16>, u16, |value| value.get();
    [] NonZero<u32>, u32, |value| value.get();
    [] NonZero<u64>, u64, |value| value.get();
    [] NonZero<u128>, u128, |value| value.get();
    [] NonZero<usize>, usize, |value| value.get();
    [] NonZero<i8>, i8, |value| value.get();
    [] NonZero<i16>, i16, |value| value.get();
    [] NonZero<i32>, i32, |value| value.get();
    [] NonZero<i64>, i64, |value| value.get();
    [] NonZero<i128>, i128, |value| value.get();
    [] NonZero<isize>, isize, |value| value.get();
    [T: Value + Copy] Wrapping<T>, T, |value| value.0;
    [T: Value + Copy] Saturating<T>, T, |value| value.0;
}

/// A thin pointer: only its address is stored.
macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        impl<T> Value for $pointer {
            const KIND: Kind = Kind::Pointer;
            const FIXED: Option<usize> = Some(8);

            #[inline(always)]
            fn size<L: Layout>(&self, _cap: usize) -> usize {
                L::WORD_BYTES
            }

            #[inline(always)]
            fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, _cap: usize) {
                writer.word(self.addr() as u64);
            }
        }
    )*};
}

pointers!(*const T, *mut T);
