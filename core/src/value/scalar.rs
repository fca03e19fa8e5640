//! Values of a fixed size: numbers, `bool`, `char`, `()`, addresses, durations.

use core::num::{NonZero, Saturating, Wrapping};
use core::time::Duration;

use super::kind::tag_word;
use super::{Kind, Tag, Value, Writer};

/// A value of one word: its type, kind, and the word.
macro_rules! one_word {
    ($($type:ty, $kind:ident, |$value:ident| $word:expr;)*) => {$(
        impl Value for $type {
            const KIND: Kind = Kind::$kind;
            const FIXED: Option<usize> = Some(8);

            #[inline(always)]
            fn size(&self, _cap: usize) -> usize {
                8
            }

            #[inline(always)]
            fn write(&self, writer: &mut Writer<'_>, _cap: usize) {
                let $value = *self;
                writer.word($word);
            }
        }
    )*};
}

one_word! {
    u8, Unsigned, |value| u64::from(value);
    u16, Unsigned, |value| u64::from(value);
    u32, Unsigned, |value| u64::from(value);
    u64, Unsigned, |value| value;
    usize, Unsigned, |value| value as u64;
    i8, Tagged, |value| tag_word(Tag::I8, 0, 0, i32::from(value).cast_unsigned());
    i16, Tagged, |value| tag_word(Tag::I16, 0, 0, i32::from(value).cast_unsigned());
    i32, I32, |value| i64::from(value).cast_unsigned();
    i64, I64, |value| value.cast_unsigned();
    isize, I64, |value| (value as i64).cast_unsigned();
    f32, F32, |value| u64::from(value.to_bits());
    f64, F64, |value| value.to_bits();
    bool, Bool, |value| u64::from(value);
    char, Char, |value| u64::from(u32::from(value));
    (), Tagged, |_unit| tag_word(Tag::Unit, 0, 0, 0);
}

/// A value of two words: its type, kind, and the words.
macro_rules! two_words {
    ($($type:ty, $kind:ident, |$value:ident| $low:expr, $high:expr;)*) => {$(
        impl Value for $type {
            const KIND: Kind = Kind::$kind;
            const FIXED: Option<usize> = Some(16);

            #[inline(always)]
            fn size(&self, _cap: usize) -> usize {
                16
            }

            #[inline(always)]
            #[expect(clippy::allow_attributes, reason = "not every expansion casts")]
            #[allow(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
            fn write(&self, writer: &mut Writer<'_>, _cap: usize) {
                let $value = *self;
                writer.word($low);
                writer.word($high);
            }
        }
    )*};
}

two_words! {
    u128, U128, |value| value as u64, (value >> 64) as u64;
    i128, I128, |value| value as u64, (value >> 64) as u64;
    Duration, Duration, |value| value.as_secs(), u64::from(value.subsec_nanos());
}

/// A value that is stored as another one.
macro_rules! stored_as {
    ($([$($generic:tt)*] $type:ty, $inner:ty, |$value:ident| $as:expr;)*) => {$(
        impl<$($generic)*> Value for $type {
            const KIND: Kind = <$inner>::KIND;
            const FIXED: Option<usize> = <$inner>::FIXED;

            #[inline(always)]
            fn size(&self, cap: usize) -> usize {
                let $value = *self;
                ($as).size(cap)
            }

            #[inline(always)]
            fn write(&self, writer: &mut Writer<'_>, cap: usize) {
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
            fn size(&self, _cap: usize) -> usize {
                8
            }

            #[inline(always)]
            fn write(&self, writer: &mut Writer<'_>, _cap: usize) {
                writer.word(self.addr() as u64);
            }
        }
    )*};
}

pointers!(*const T, *mut T);
