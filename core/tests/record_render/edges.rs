//! Edge values of every type.

use core::fmt::{Debug, Pointer};
use core::num::{NonZero, Wrapping};
use core::time::Duration;

use hydra_log_core::render::NoTypes;

use crate::harness::{Case, Float, Integer, Shown, check, cross, debugs, floats, integers, texts};
use crate::shapes::{Empty, Line, Pair, Point};

/// Edge counts for tests that walk over edge values.
const COUNTS: &[(usize, usize)] = &[(0, 0), (1, 1), (7, 3), (24, 17), (70, 40)];

macro_rules! edge_integers {
    ($($test:ident: $type:ty;)*) => {$(
        #[test]
        fn $test() {
            let (least, most) = (<$type>::MIN, <$type>::MAX);
            let edges = [least, most, 0, 1, 9, 10, 95, 96, 105, 115, 125, most / 2 + 1, least / 2];
            for value in edges {
                for &(width, precision) in COUNTS {
                    check!(integers as dyn Integer: value, width, precision);
                }
            }
        }
    )*};
}

edge_integers! {
    edges_u8: u8; edges_u16: u16; edges_u32: u32; edges_u64: u64; edges_u128: u128;
    edges_i8: i8; edges_i16: i16; edges_i32: i32; edges_i64: i64; edges_i128: i128;
    edges_usize: usize; edges_isize: isize;
}

macro_rules! edge_floats {
    ($($test:ident: $type:ty;)*) => {$(
        #[test]
        #[allow(clippy::excessive_precision, reason = "edges of both types")]
        fn $test() {
            let edges = [
                0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1.5, 2.5, 0.25, 0.125, 9.995, 99.95, 999_999.5, 0.3,
                1e-4, 9.999e-5, 1e-5, 1e-7, 123.456, 1e15, 1e16,
                123_456_789_012_345_680.0, 9.999e15, 1e21, 1e30, 1e-30, 0.1 + 0.2, 1.0 / 3.0,
                2.0 / 3.0,
                16_777_217.0,
                9_007_199_254_740_993.0,
                999_999_999.999_999, 1e9, 1e9 - 1e-6,
                4_503_599_627_370_495.5, 1e-6, 5e-7, 1.000_001,
                <$type>::MIN, <$type>::MAX, <$type>::MIN_POSITIVE, <$type>::EPSILON,
                <$type>::from_bits(1),
                <$type>::MIN_POSITIVE / 3.0, <$type>::NAN, -<$type>::NAN,
                <$type>::INFINITY, <$type>::NEG_INFINITY,
                1e300_f64 as $type, 1.5e300_f64 as $type, 5e-324_f64 as $type,
            ];
            for value in edges {
                for &(width, precision) in COUNTS {
                    check!(floats as dyn Float: value, width, precision);
                    check!(floats as dyn Float: -value, width, precision);
                }
            }
        }
    )*};
}

edge_floats! { edges_f32: f32; edges_f64: f64; }

#[test]
fn edge_texts() {
    let texts_ = [
        "",
        "a",
        "héllo",
        "\"quoted\" \\ \n\t\r\0\u{7f}\u{200b}",
        "日本語テキスト",
        "e\u{301}",
        "{}",
    ];
    for text in texts_ {
        for &(width, precision) in COUNTS {
            let words = Case::new(text, width, precision).words;
            texts(&Case::<dyn Shown> { value: &text, words, width, precision, types: &NoTypes });
        }
    }
    for letter in ['a', '\'', '"', '\n', '\0', 'é', '\u{301}', '日', char::MAX] {
        for &(width, precision) in COUNTS {
            check!(texts as dyn Shown: letter, width, precision);
        }
    }
    for &(width, precision) in COUNTS {
        check!(texts as dyn Shown: true, width, precision);
        check!(texts as dyn Shown: false, width, precision);
    }
}

#[test]
fn edge_debugs() {
    for &(width, precision) in COUNTS {
        check!(debugs as dyn Debug: (), width, precision);
        check!(debugs as dyn Debug: None::<u8>, width, precision);
        check!(debugs as dyn Debug: Some(-5_i8), width, precision);
        check!(debugs as dyn Debug: Some(Some("x\ny")), width, precision);
        check!(debugs as dyn Debug: Some(Some(None::<f64>)), width, precision);
        check!(debugs as dyn Debug: Some(1.5_f32), width, precision);
        check!(debugs as dyn Debug: Some(()), width, precision);
        check!(debugs as dyn Debug: [0_u8, 15, 255], width, precision);
        check!(debugs as dyn Debug: [0_u8; 0], width, precision);
        check!(debugs as dyn Debug: [-1_i16, 2], width, precision);
        check!(debugs as dyn Debug: [i128::MIN, 7], width, precision);
        check!(debugs as dyn Debug: [u128::MAX], width, precision);
        check!(debugs as dyn Debug: [usize::MAX, 0], width, precision);
        check!(debugs as dyn Debug: [isize::MIN, 0], width, precision);
        check!(debugs as dyn Debug: [1.0_f64, f64::NAN, 1e300], width, precision);
        check!(debugs as dyn Debug: [0.1_f32, -0.0], width, precision);
        check!(debugs as dyn Debug: ['a', '\n', '日'], width, precision);
        check!(debugs as dyn Debug: [true, false, true], width, precision);
        check!(debugs as dyn Debug: Some([1_u32, 2, 3]), width, precision);
        check!(debugs as dyn Debug: &[1_u64, 2][..], width, precision);
        check!(debugs as dyn Debug: NonZero::new(7_i64).unwrap(), width, precision);
        check!(debugs as dyn Debug: Wrapping(-7_i32), width, precision);
        check!(debugs as dyn Debug: Point { x: 1, y: -2.5 }, width, precision);
        check!(debugs as dyn Debug: Pair(Some('a'), "b"), width, precision);
        check!(debugs as dyn Debug: Empty, width, precision);
        let line = Line { from: Point { x: 1, y: 2.0 }, name: Some("n") };
        check!(debugs as dyn Debug: Some(line), width, precision);
    }
}

#[test]
fn edge_durations() {
    let durations = [
        Duration::ZERO,
        Duration::MAX,
        Duration::from_nanos(1),
        Duration::from_nanos(1_500),
        Duration::from_micros(999_999),
        Duration::from_millis(1_234),
        Duration::new(59, 999_999_999),
        Duration::from_secs(1),
    ];
    for time in durations {
        for &(width, precision) in COUNTS {
            check!(debugs as dyn Debug: time, width, precision);
            check!(debugs as dyn Debug: Some(time), width, precision);
        }
    }
}

#[test]
fn pointers() {
    trait Address: Pointer + Debug {}
    impl<T: Pointer + Debug> Address for T {}
    fn all(case: &Case<'_, dyn Address + '_>) {
        cross! { case; ["" "<" "^" ">" "*<" "é^"] ["" "+" "#" "0" "+#0"] ["p" "?" "x?"] }
    }
    let number = 5_u8;
    for address in [core::ptr::null(), &raw const number, core::ptr::without_provenance(usize::MAX)]
    {
        for &(width, precision) in COUNTS {
            check!(all as dyn Address: address, width, precision);
            check!(all as dyn Address: address.cast_mut(), width, precision);
            check!(debugs as dyn Debug: Some(address), width, precision);
        }
    }
}
