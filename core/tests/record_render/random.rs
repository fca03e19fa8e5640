//! Random values of every type.

use core::fmt::Debug;
use core::time::Duration;

use hydra_log_core::record::ValueRef;
use hydra_log_core::render::{self, NoTypes, Verbatim};
use hydra_log_core::template::Spec;
use proptest::prelude::*;

use crate::harness::{Case, Float, Integer, Shown, check, debugs, floats, integers, texts};

/// Small counts often, now and then one that is longer than any buffer.
fn counts() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 0_usize..12, 4 => 12_usize..40, 1 => 100_usize..400]
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_integer(
        a: u64,
        b: i64,
        c: u128,
        d: i128,
        shift in 0_u32..128,
        w in counts(),
        p in counts(),
    ) {
        check!(integers as dyn Integer: a >> (shift % 64), w, p);
        check!(integers as dyn Integer: b >> (shift % 64), w, p);
        check!(integers as dyn Integer: c >> shift, w, p);
        check!(integers as dyn Integer: d >> shift, w, p);
    }

    #[test]
    fn any_small_integer(
        a: u8,
        b: i8,
        c: u16,
        d: i16,
        e: u32,
        f: i32,
        w in counts(),
        p in counts(),
    ) {
        check!(integers as dyn Integer: a, w, p);
        check!(integers as dyn Integer: b, w, p);
        check!(integers as dyn Integer: c, w, p);
        check!(integers as dyn Integer: d, w, p);
        check!(integers as dyn Integer: e, w, p);
        check!(integers as dyn Integer: f, w, p);
    }

    #[test]
    fn any_float(bits: u64, plain: f64, single: u32, w in counts(), p in counts()) {
        check!(floats as dyn Float: f64::from_bits(bits), w, p);
        check!(floats as dyn Float: plain, w, p);
        check!(floats as dyn Float: f32::from_bits(single), w, p);
    }

    #[test]
    fn any_decimal(
        digits in 0_u64..10_u64.pow(17),
        scale in 0_i32..20,
        w in counts(),
        p in counts(),
    ) {
        let value = digits as f64 / 10_f64.powi(scale);
        check!(floats as dyn Float: value, w, p);
        check!(floats as dyn Float: value as f32, w, p);
        check!(floats as dyn Float: (digits % 1_000_000) as f64 / 8.0, w, p);
    }

    #[test]
    fn any_text(text: String, letter: char, w in counts(), p in counts()) {
        let words = Case::new(text.as_str(), w, p).words;
        texts(&Case::<dyn Shown> { value: &text, words, width: w, precision: p, types: &NoTypes });
        check!(texts as dyn Shown: letter, w, p);
    }

    #[test]
    fn any_duration(
        secs: u64,
        nanos in 0_u32..1_000_000_000,
        shift in 0_u32..64,
        w in counts(),
        p in counts(),
    ) {
        check!(debugs as dyn Debug: Duration::new(secs >> shift, nanos), w, p);
        check!(debugs as dyn Debug: Duration::new(0, nanos >> (shift / 2)), w, p);
    }

    #[test]
    fn any_slice(
        a: Vec<i32>,
        b: Vec<f64>,
        c in proptest::collection::vec(any::<char>(), 0..20),
        d: Vec<u8>,
        w in 0_usize..12,
        p in 0_usize..12,
    ) {
        check!(debugs as dyn Debug: a.as_slice(), w, p);
        check!(debugs as dyn Debug: b.as_slice(), w, p);
        check!(debugs as dyn Debug: c.as_slice(), w, p);
        check!(debugs as dyn Debug: d.as_slice(), w, p);
    }
}

/// Floats by the million, as their usual forms take ways of our own.
#[test]
fn very_many_floats() {
    let shown = |value: f64, spec: &str| {
        let mut text = String::new();
        let spec: Spec = spec.parse().unwrap();
        let value = ValueRef::F64(value);
        render::value(&mut Verbatim(&mut text), &value, &spec, &NoTypes).unwrap();
        text
    };
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..6_000 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let small = (seed % 1_000_000_000_000) as f64;
        // Random bits, few decimal places, more of them, binary places: the last meet ties.
        let bits = f64::from_bits(seed);
        let tie = (seed >> 11) as f64 / f64::from(1 << (seed % 16));
        for value in [bits, small / 1e6, small / 1e3, small / 1e7, small / 1e12, small / 64.0, tie]
        {
            assert_eq!(shown(value, ""), value.to_string(), "{:#x}", value.to_bits());
            assert_eq!(shown(value, "?"), format!("{value:?}"), "{:#x}", value.to_bits());
            assert_eq!(shown(value, ".0"), format!("{value:.0}"), "{:#x}", value.to_bits());
            assert_eq!(shown(value, ".2"), format!("{value:.2}"), "{:#x}", value.to_bits());
            assert_eq!(shown(value, ".5"), format!("{value:.5}"), "{:#x}", value.to_bits());
        }
    }
}
