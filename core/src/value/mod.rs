//! Values: what an argument of a log call becomes in a record.
//!
//! A [`Value`] knows its [`Kind`] at compile time and stores itself through a [`Writer`]. The
//! arguments of one call are a cons list of values, [`Args`]: `(a, (b, (c, ())))`. Everything a
//! call knows before it runs (the kinds, and the length where all values have a fixed size) is a
//! constant of that list's type, so that encoding three numbers is five stores.
//!
//! | a value of type                        | is stored as                         |
//! |----------------------------------------|--------------------------------------|
//! | integers, floats, `bool`, `char`       | itself                               |
//! | `str`                                  | its bytes                            |
//! | slices and arrays of plain data        | their elements, packed               |
//! | `Option`, `#[derive(Record)]` structs  | their contents, as values            |
//! | anything else                          | text: [`Rendered`], on the spot      |

mod args;
mod compound;
mod element;
mod given;
mod kind;
mod names;
mod scalar;
mod secret;
mod text;
mod words;
mod writer;

pub(crate) use self::args::KIND_WORDS;
pub use self::args::{Args, Kinds, MAX_ARGUMENTS};
pub use self::element::{Element, ElementKind};
pub use self::given::{Given, Take};
pub use self::kind::{Kind, Tag};
pub use self::names::Names;
pub use self::secret::Secret;
pub use self::text::{Rendered, TEXT_BUDGET};
pub use self::writer::{MAX_DEPTH, Writer};

use crate::record::Layout;

/// One argument that is stored as it is.
///
/// Implemented for the types in the table of [this module](self), for references to them, and by
/// `#[derive(Record)]`. An implementation that is wrong about its size or kind makes a record that
/// does not decode; it can't harm memory.
///
/// ```
/// use hydra_log_core::record::{Layout, Wide};
/// use hydra_log_core::value::{Kind, Value, Writer};
///
/// struct Celsius(f64);
/// impl Value for Celsius {
///     const KIND: Kind = Kind::F64;
///     fn size<L: Layout>(&self, cap: usize) -> usize { self.0.size::<L>(cap) }
///     fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
///         self.0.write(writer, cap)
///     }
/// }
/// assert_eq!(Celsius(21.5).size::<Wide>(0), 8);
/// ```
pub trait Value {
    /// How the value is stored.
    const KIND: Kind;
    /// How the value is stored in firmware records: the same but for 64 bits without a sign.
    const NARROW_KIND: Kind = Self::KIND;
    /// The value's bytes in a server's record, where every value of the type takes the same.
    const FIXED: Option<usize> = None;
    /// How many [`Rendered`] values it holds at most.
    const RENDERED: usize = 0;

    /// The bytes that `write` takes with this `cap`: a multiple of a word, and never more with a
    /// smaller cap. A part of variable length (text, elements) counts with at most `cap` bytes; a
    /// [`Rendered`] text counts as empty.
    fn size<L: Layout>(&self, cap: usize) -> usize;

    /// Stores the value, each part of variable length cut to `cap` bytes.
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize);
}

impl<T: Value + ?Sized> Value for &T {
    const KIND: Kind = T::KIND;
    const NARROW_KIND: Kind = T::NARROW_KIND;
    const FIXED: Option<usize> = T::FIXED;
    const RENDERED: usize = T::RENDERED;

    #[inline(always)]
    fn size<L: Layout>(&self, cap: usize) -> usize {
        T::size::<L>(self, cap)
    }

    #[inline(always)]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        T::write(self, writer, cap);
    }
}

impl<T: Value + ?Sized> Value for &mut T {
    const KIND: Kind = T::KIND;
    const NARROW_KIND: Kind = T::NARROW_KIND;
    const FIXED: Option<usize> = T::FIXED;
    const RENDERED: usize = T::RENDERED;

    #[inline(always)]
    fn size<L: Layout>(&self, cap: usize) -> usize {
        T::size::<L>(self, cap)
    }

    #[inline(always)]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        T::write(self, writer, cap);
    }
}

/// `bytes` rounded up to whole words of a layout.
#[inline(always)]
pub(crate) const fn up_to_words<L: Layout>(bytes: usize) -> usize {
    (bytes + (L::WORD_BYTES - 1)) & !(L::WORD_BYTES - 1)
}
