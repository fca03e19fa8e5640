//! Chooses how an argument is recorded: as it is where its type can, as text otherwise.
//!
//! A macro sees tokens, not types, so the choice is left to method lookup. An argument is wrapped
//! in [`Pick`] behind some references; lookup takes the first trait, from the most references to
//! none, whose implementation fits:
//!
//! | placeholder      | first choice                         | else                            |
//! |------------------|--------------------------------------|---------------------------------|
//! | `{}`, `{:x}`, …  | [`Shown`]: stored                    | rendered                        |
//! | `{:?}`, `{:x?}`  | [`Stored`]: stored                   | rendered                        |
//! | `{:p}`           | [`Thin`]: the address                | rendered                        |
//! | `key = value`    | [`Stored`], any [`Value`]            | `Display`, `Debug`, or an error |
//!
//! The first two rows hold only what the renderer shows exactly as `format!` would: a type with a
//! `Display` of its own is rendered for `{}`, whatever else it can do. What is rendered under a
//! format comes as `format_args!`, so that the compiler checks the trait in either case.

use core::fmt::{self, Arguments, Debug, Display, Formatter};
use core::num::{NonZero, Saturating, Wrapping};
use core::time::Duration;

use crate::record::Layout;
use crate::value::{Element, Kind, Rendered, Value, Writer};

/// An argument that waits for the choice.
#[derive(Debug)]
pub struct Pick<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> Clone for Pick<'_, T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Pick<'_, T> {}

/// A value whose stored form shows as its `Debug` does.
pub trait Stored: Value {
    /// What goes into the record: a copy where that is small, so that the argument itself can stay
    /// in a register, or a reference.
    type Kept<'k>: Value
    where
        Self: 'k;

    /// The copy or reference.
    fn keep(&self) -> Self::Kept<'_>;
}

/// A value whose stored form shows as every one of its formatting traits does.
pub trait Shown: Stored {}

/// A pointer without metadata.
pub trait Thin {
    /// Where it points.
    fn address(&self) -> *const ();
}

macro_rules! kept_by_copy {
    ($($type:ty),* $(,)?) => {$(
        impl Stored for $type {
            type Kept<'k> = Self;

            #[inline(always)]
            fn keep(&self) -> Self {
                *self
            }
        }
    )*};
}

macro_rules! shown_by_copy {
    ($($type:ty),* $(,)?) => {
        kept_by_copy!($($type),*);
        $(impl Shown for $type {})*
    };
}

shown_by_copy! {
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, bool, char,
    NonZero<u8>, NonZero<u16>, NonZero<u32>, NonZero<u64>, NonZero<u128>, NonZero<usize>,
    NonZero<i8>, NonZero<i16>, NonZero<i32>, NonZero<i64>, NonZero<i128>, NonZero<isize>,
    Wrapping<u8>, Wrapping<u16>, Wrapping<u32>, Wrapping<u64>, Wrapping<u128>, Wrapping<usize>,
    Wrapping<i8>, Wrapping<i16>, Wrapping<i32>, Wrapping<i64>, Wrapping<i128>, Wrapping<isize>,
    Saturating<u8>, Saturating<u16>, Saturating<u32>, Saturating<u64>, Saturating<u128>,
    Saturating<usize>, Saturating<i8>, Saturating<i16>, Saturating<i32>, Saturating<i64>,
    Saturating<i128>, Saturating<isize>,
}
kept_by_copy!((), Duration);

macro_rules! kept_by_reference {
    ($([$($generic:tt)*] $type:ty),* $(,)?) => {$(
        impl<$($generic)*> Stored for $type {
            type Kept<'k> = &'k Self where Self: 'k;

            #[inline(always)]
            fn keep(&self) -> &Self {
                self
            }
        }
    )*};
}

kept_by_reference!([] str, [T: Element] [T], [T: Element, const N: usize] [T; N]);

impl Shown for str {}

macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        impl<T> Stored for $pointer {
            type Kept<'k> = Self where Self: 'k;

            #[inline(always)]
            fn keep(&self) -> Self {
                *self
            }
        }

        impl<T> Thin for $pointer {
            #[inline(always)]
            fn address(&self) -> *const () {
                (*self as *const T).cast()
            }
        }
    )*};
}

pointers!(*const T, *mut T);

macro_rules! references {
    ($($reference:ty),*) => {$(
        impl<T: Stored + ?Sized> Stored for $reference {
            type Kept<'k> = T::Kept<'k> where Self: 'k;

            #[inline(always)]
            fn keep(&self) -> T::Kept<'_> {
                T::keep(self)
            }
        }

        impl<T: Shown + ?Sized> Shown for $reference {}

        impl<T> Thin for $reference {
            #[inline(always)]
            fn address(&self) -> *const () {
                (&raw const **self).cast()
            }
        }
    )*};
}

references!(&T, &mut T);

impl<T: Stored> Stored for Option<T> {
    type Kept<'k>
        = Option<T::Kept<'k>>
    where
        Self: 'k;

    #[inline(always)]
    fn keep(&self) -> Self::Kept<'_> {
        self.as_ref().map(T::keep)
    }
}

/// A placeholder's choice: two traits with one method, the first for `&Pick`, the other for `Pick`.
macro_rules! placeholder {
    (
        $method:ident,
        $first:ident: $bound:ident, $kept:ty, |$value:ident| $keep:expr;
        $other:ident
    ) => {
        #[doc = concat!("`", stringify!($method), "` of what is stored.")]
        pub trait $first {
            /// What is recorded.
            type Kept: Value;
            /// Chooses; `text` is not needed.
            fn $method(self, text: Arguments<'_>) -> Self::Kept;
        }

        impl<'a, T: $bound + ?Sized> $first for &Pick<'a, T> {
            type Kept = $kept;

            #[inline(always)]
            fn $method(self, _text: Arguments<'_>) -> Self::Kept {
                let $value = self.0;
                $keep
            }
        }

        #[doc = concat!("`", stringify!($method), "` of everything else.")]
        pub trait $other {
            /// Chooses `text`.
            fn $method<'t>(self, text: Arguments<'t>) -> Rendered<'t>;
        }

        impl<T: ?Sized> $other for Pick<'_, T> {
            #[inline(always)]
            fn $method<'t>(self, text: Arguments<'t>) -> Rendered<'t> {
                Rendered(text)
            }
        }
    };
}

placeholder! {
    __hydra_display,
    DisplayStored: Shown, T::Kept<'a>, |value| value.keep();
    DisplayRendered
}
placeholder! {
    __hydra_debug,
    DebugStored: Stored, T::Kept<'a>, |value| value.keep();
    DebugRendered
}
placeholder! {
    __hydra_pointer,
    PointerStored: Thin, *const (), |value| value.address();
    PointerRendered
}

/// The choice of a placeholder without a format: what is rendered needs no `format_args!` at the
/// call, which a compiler would have to check and to translate for each argument.
macro_rules! plain {
    ($method:ident, $first:ident: $bound:ident; $other:ident: $format:ident, $by:ident) => {
        #[doc = concat!("`", stringify!($method), "` of what is stored.")]
        pub trait $first {
            /// What is recorded.
            type Kept: Value;
            /// Chooses.
            fn $method(self) -> Self::Kept;
        }

        impl<'a, T: $bound + $format + ?Sized> $first for &Pick<'a, T> {
            type Kept = T::Kept<'a>;

            #[inline(always)]
            fn $method(self) -> T::Kept<'a> {
                self.0.keep()
            }
        }

        #[doc = concat!("`", stringify!($method), "` of everything else.")]
        pub trait $other<'a, T: ?Sized> {
            /// Chooses. The bound is the method's, so that lookup ends here, and the compiler says
            /// what is missing.
            fn $method(self) -> By<'a, T>
            where
                T: $format;
        }

        impl<'a, T: ?Sized> $other<'a, T> for Pick<'a, T> {
            #[inline(always)]
            fn $method(self) -> By<'a, T>
            where
                T: $format,
            {
                By::$by(self.0)
            }
        }
    };
}

plain!(__hydra_plain, PlainStored: Shown; PlainRendered: Display, display);
plain!(__hydra_plain_debug, PlainDebugStored: Stored; PlainDebugRendered: Debug, debug);

/// A field's choice: a trait and its implementation for `Pick` behind some references.
macro_rules! field {
    ($($name:ident, $receiver:ty, [$($bound:tt)*], $kept:ty, |$value:ident| $keep:expr;)*) => {$(
        #[doc = concat!("A field: ", stringify!($name), ".")]
        pub trait $name {
            /// What is recorded.
            type Kept;
            /// Chooses.
            fn __hydra_field(self) -> Self::Kept;
        }

        impl<'a, T: ?Sized $($bound)*> $name for $receiver {
            type Kept = $kept;

            #[inline(always)]
            fn __hydra_field(self) -> Self::Kept {
                let $value = self.0;
                $keep
            }
        }
    )*};
}

field! {
    FieldStored, &&&&Pick<'a, T>, [+ Stored], T::Kept<'a>, |value| value.keep();
    FieldValue, &&&Pick<'a, T>, [+ Value], &'a T, |value| value;
    FieldDisplay, &&Pick<'a, T>, [+ Display], By<'a, T>, |value| By::display(value);
    FieldDebug, &Pick<'a, T>, [+ Debug], By<'a, T>, |value| By::debug(value);
}

/// A field: nothing that can be recorded.
pub trait FieldNothing<T: ?Sized> {
    /// Does not compile. The bound is the method's, so that lookup ends here, and the compiler says
    /// what is missing.
    fn __hydra_field(self)
    where
        T: Loggable;
}

impl<T: ?Sized> FieldNothing<T> for Pick<'_, T> {
    fn __hydra_field(self)
    where
        T: Loggable,
    {
    }
}

/// A value that the caller renders, and by what. Any value may stand here, so that a compiler
/// complains of a trait that is missing once, where it is chosen.
pub struct By<'a, T: ?Sized>(&'a T, fn(&T, &mut Formatter<'_>) -> fmt::Result);

impl<'a, T: ?Sized> By<'a, T> {
    /// By `{}`.
    #[inline(always)]
    pub fn display(value: &'a T) -> Self
    where
        T: Display,
    {
        Self(value, T::fmt)
    }

    /// By `{:?}`.
    #[inline(always)]
    pub fn debug(value: &'a T) -> Self
    where
        T: Debug,
    {
        Self(value, T::fmt)
    }
}

impl<T: ?Sized> Debug for By<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        (self.1)(self.0, f)
    }
}

impl<T: ?Sized> Value for By<'_, T> {
    const KIND: Kind = Kind::Text;
    const RENDERED: usize = 1;

    #[inline(always)]
    fn size<L: Layout>(&self, cap: usize) -> usize {
        Rendered(format_args!("")).size::<L>(cap)
    }

    #[inline(always)]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        Rendered(format_args!("{self:?}")).write(writer, cap);
    }
}

/// What a field's value has to be; nothing is, that is not stored or rendered.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be logged",
    label = "neither a stored type, nor `Display`, nor `Debug`",
    note = "derive `Debug`, or derive `Record` to store the struct as it is"
)]
pub trait Loggable {}
