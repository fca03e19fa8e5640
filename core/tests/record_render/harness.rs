//! One value shown in every way, by the renderer and by `format!`.

use core::fmt::{
    self, Binary, Debug, Display, LowerExp, LowerHex, Octal, Pointer, UpperExp, UpperHex,
};

use hydra_log_core::record::{Flags, RecordRef, encode_words};
use hydra_log_core::render::{self, NoTypes, Types, Verbatim};
use hydra_log_core::site::SiteId;
use hydra_log_core::template::{Piece, pieces};
use hydra_log_core::value::{Args, Value};

/// A value's record, with a width as argument 1 and a precision as argument 2.
pub(crate) fn record(args: &impl Args) -> Vec<u64> {
    let mut words = vec![0; 2048];
    let used = encode_words(&mut words, SiteId(1), 0, args, Flags::NONE);
    words.truncate(used / 8);
    words
}

pub(crate) fn rendered(template: &str, words: &[u64], types: &dyn Types) -> String {
    let pieces: Vec<Piece<'_>> = pieces(template).map(Result::unwrap).collect();
    let record = RecordRef::parse(bytemuck::cast_slice(words)).unwrap();
    let mut text = String::new();
    render::message(&mut Verbatim(&mut text), pieces, &record, types).unwrap();
    text
}

/// One value to show in many ways.
pub(crate) struct Case<'v, V: ?Sized> {
    pub(crate) value: &'v V,
    pub(crate) words: Vec<u64>,
    pub(crate) width: usize,
    pub(crate) precision: usize,
    pub(crate) types: &'v dyn Types,
}

impl<'v, V: ?Sized> Case<'v, V> {
    pub(crate) fn new(value: &'v V, width: usize, precision: usize) -> Self
    where
        &'v V: Value,
    {
        let words = record(&(value, (width, (precision, ()))));
        Self { value, words, width, precision, types: &NoTypes }
    }

    pub(crate) fn same(&self, template: &str, expected: &str) {
        let text = rendered(template, &self.words, self.types);
        assert_eq!(text, expected, "{template} width {} precision {}", self.width, self.precision);
    }
}

/// All combinations of alignments, flags and traits, each with and without width and precision.
macro_rules! cross {
    ($case:ident; [$($align:literal)*] $flags:tt $traits:tt) => {
        $( $crate::harness::cross!(@flags $case; $align $flags $traits); )*
    };
    (@flags $case:ident; $align:literal [$($flags:literal)*] $traits:tt) => {
        $( $crate::harness::cross!(@traits $case; $align $flags $traits); )*
    };
    (@traits $case:ident; $align:literal $flags:literal [$($trait:literal)*]) => {
        $( $crate::harness::cross!(@one $case; $align $flags $trait); )*
    };
    (@one $case:ident; $align:literal $flags:literal $trait:literal) => {
        let value = $crate::harness::At($case.value);
        let (width, precision) = ($case.width, $case.precision);
        $case.same(
            concat!("{0:", $align, $flags, $trait, "}"),
            &format!(concat!("{0:", $align, $flags, $trait, "}"), value),
        );
        $case.same(
            concat!("{0:", $align, $flags, "1$", $trait, "}"),
            &format!(concat!("{0:", $align, $flags, "1$", $trait, "}"), value, width),
        );
        $case.same(
            concat!("{0:", $align, $flags, ".2$", $trait, "}"),
            &format!(concat!("{0:", $align, $flags, ".1$", $trait, "}"), value, precision),
        );
        $case.same(
            concat!("{0:", $align, $flags, "1$.2$", $trait, "}"),
            &format!(
                concat!("{0:", $align, $flags, "1$.2$", $trait, "}"),
                value, width, precision
            ),
        );
    };
}

/// A value behind a reference that `{:p}` looks through.
pub(crate) struct At<'v, V: ?Sized>(pub(crate) &'v V);

macro_rules! at {
    ($($shown:ident)*) => {$(
        impl<V: $shown + ?Sized> $shown for At<'_, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

at!(Binary Debug Display LowerExp LowerHex Octal Pointer UpperExp UpperHex);

pub(crate) trait Integer:
    Display + Debug + LowerHex + UpperHex + Octal + Binary + LowerExp + UpperExp
{
}
impl<T> Integer for T where
    T: Display + Debug + LowerHex + UpperHex + Octal + Binary + LowerExp + UpperExp
{
}

pub(crate) fn integers(case: &Case<'_, dyn Integer + '_>) {
    cross! { case;
        ["" "<" "^" ">" "*<" "é^" "0>" "-^"]
        ["" "+" "#" "0" "+#0"]
        ["" "?" "x" "X" "o" "b" "e" "E" "x?" "X?"]
    }
}

pub(crate) trait Float: Display + Debug + LowerExp + UpperExp {}
impl<T: Display + Debug + LowerExp + UpperExp> Float for T {}

pub(crate) fn floats(case: &Case<'_, dyn Float + '_>) {
    cross! { case;
        ["" "<" "^" ">" "*<" "é^" "0>"]
        ["" "+" "#" "0" "+0"]
        ["" "?" "e" "E" "x?"]
    }
}

pub(crate) trait Shown: Display + Debug {}
impl<T: Display + Debug + ?Sized> Shown for T {}

pub(crate) fn texts(case: &Case<'_, dyn Shown + '_>) {
    cross! { case; ["" "<" "^" ">" "*<" "é^" "0>"] ["" "+" "#" "0"] ["" "?" "x?"] }
}

pub(crate) fn debugs(case: &Case<'_, dyn Debug + '_>) {
    cross! { case; ["" "<" "^" ">" "*<" "é^"] ["" "+" "#" "0" "+#0"] ["?" "x?" "X?"] }
}

/// The same value, as one of the traits above.
macro_rules! check {
    ($show:ident as $as:ty: $value:expr, $width:expr, $precision:expr) => {{
        let value = $value;
        let $crate::harness::Case { words, .. } =
            $crate::harness::Case::new(&value, $width, $precision);
        $show(&$crate::harness::Case::<$as> {
            value: &value,
            words,
            width: $width,
            precision: $precision,
            types: &$crate::shapes::Shapes,
        });
    }};
}

pub(crate) use check;
pub(crate) use cross;
