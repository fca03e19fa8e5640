//! Any number of arguments of any type come back as they were.

use core::time::Duration;

use hydra_log_core::record::{Flags, ValueRef, wanted};
use hydra_log_core::value::Kind;
use proptest::prelude::*;

use crate::{config, parse, record};

#[test]
fn header_and_values() {
    let words = record(&(7_u64, (-2_i32, (0.5_f64, ()))));
    assert_eq!(
        words,
        [0x421 << 40 | 0xABCDEF << 16 | 5, 77, 7, u64::MAX - 1, 0.5_f64.to_bits()].map(u64::to_le)
    );
    assert_eq!(record(&()), [0xABCDEF << 16 | 2, 77].map(u64::to_le));
}

/// `$count` arguments, each with its index.
macro_rules! count_up {
    ([$($done:expr,)*] $values:ident) => { () };
    ([$($done:expr,)*] $values:ident $first:tt $($rest:tt)*) => {
        ($values[<[u8]>::len(&[$($done,)*])], count_up!([$($done,)* 0_u8,] $values $($rest)*))
    };
}

macro_rules! counts {
    ($($test:ident [$($unit:tt)*] $words:literal;)*) => {$(
        #[test]
        fn $test() {
            let values: Vec<u64> = (100..200).collect();
            let count = <[u8]>::len(&[$(replace!($unit)),*]);
            let words = record(&count_up!([] values $($unit)*));
            assert_eq!(words.len(), 2 + $words + count);
            let record = parse(&words);
            let decoded: Vec<_> = record.values().map(Result::unwrap).collect();
            let expected: Vec<_> = values[..count].iter().map(|n| ValueRef::U64(*n)).collect();
            assert_eq!(decoded, expected);
            assert_eq!(record.get(count), None);
        }
    )*};
}

macro_rules! replace {
    ($unit:tt) => {
        0_u8
    };
}

counts! {
    one [0] 0;
    five [0 0 0 0 0] 0;
    six [0 0 0 0 0 0] 1;
    seven [0 0 0 0 0 0 0] 1;
    twenty_one [0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0] 1;
    twenty_two [0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0] 2;
    forty [0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0] 3;
}

/// A record whose arguments are known only at run time, written as the format says.
fn record_of(values: &[u64]) -> Vec<u64> {
    let kind_of = |index: usize| u64::from(index < values.len()) * Kind::Unsigned as u64;
    let kinds = |from: usize, count: usize| {
        (0..count).fold(0, |word, at| word | kind_of(from + at) << (4 * at))
    };
    let mut words = vec![kinds(0, 6) << 40 | 0xABCDEF << 16, 77];
    let mut from = 6;
    while words.last().unwrap() >> 60 != 0 && words.len() > 2
        || (words.len() == 2 && kind_of(5) != 0)
    {
        words.push(kinds(from, 16));
        from += 16;
    }
    words.extend(values);
    words[0] |= words.len() as u64;
    words.into_iter().map(u64::to_le).collect()
}

#[test]
fn any_number_of_arguments() {
    for count in 0..=if cfg!(miri) { 24 } else { 300 } {
        let values: Vec<u64> = (0..count).collect();
        let words = record_of(&values);
        let record = parse(&words);
        let expected: Vec<_> = values.iter().map(|n| Ok(ValueRef::U64(*n))).collect();
        assert_eq!(record.values().collect::<Vec<_>>(), expected);
        for (index, value) in expected.iter().enumerate() {
            assert_eq!(record.get(index).as_ref(), Some(value));
        }
        assert_eq!(record.get(expected.len()), None);
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_encoded_is_decoded(
        a: u64, b: i32, c: i8, d: i16, e: u128, f: i128, text: String, bytes: Vec<u8>,
        list: Vec<i16>, wide: Vec<u128>, letter: char, secs: u64, nanos in 0_u32..1_000_000_000,
        some: Option<i64>, flag: bool,
    ) {
        let time = Duration::new(secs, nanos);
        let args = (a, (b, (c, (d, (e, (f, (text.as_str(), (bytes.as_slice(), (list.as_slice(),
            (wide.as_slice(), (letter, (time, (some, (flag, ((), (0.5_f32, ()))))))))))))))));
        let words = record(&args);
        prop_assert_eq!(words.len() * 8, wanted(&args));
        let record = parse(&words);
        prop_assert_eq!(record.flags(), Flags::NONE);
        let values: Vec<_> = record.values().map(Result::unwrap).collect();
        prop_assert_eq!(&values[..8], &[
            ValueRef::U64(a), ValueRef::I32(b), ValueRef::I8(c), ValueRef::I16(d),
            ValueRef::U128(e), ValueRef::I128(f), ValueRef::Str(&text), ValueRef::Bytes(&bytes),
        ]);
        let ValueRef::Slice(stored) = values[8] else { panic!("a slice") };
        prop_assert_eq!((stored.len(), stored.is_empty()), (list.len(), list.is_empty()));
        prop_assert!(stored.iter().eq(list.iter().map(|n| ValueRef::I16(*n))));
        let ValueRef::Slice(stored) = values[9] else { panic!("a slice") };
        prop_assert!(stored.iter().eq(wide.iter().map(|n| ValueRef::U128(*n))));
        prop_assert_eq!(&values[10..12], &[ValueRef::Char(letter), ValueRef::Duration(time)]);
        match (values[12], some) {
            (ValueRef::None, None) => {}
            (ValueRef::Some(inner), Some(n)) => prop_assert_eq!(inner.get(), Ok(ValueRef::I64(n))),
            other => panic!("{other:?}"),
        }
        let rest = [ValueRef::Bool(flag), ValueRef::Unit, ValueRef::F32(0.5)];
        prop_assert_eq!(&values[13..], &rest);
        for (index, value) in values.iter().enumerate() {
            prop_assert_eq!(record.get(index), Some(Ok(*value)));
        }
    }
}
