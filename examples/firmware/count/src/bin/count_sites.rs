//! Functions of four calls and of eight: what lies between their sizes is four callsites.
#![no_std]
#![no_main]

use core::hint::black_box;

use firmware_board::{entry, passed};
use firmware_count::Counter;
use hydra_log_embedded::{info, ring, take};

ring!(1024, clock = Counter);

/// Four calls.
macro_rules! four {
    ($text:literal) => {
        info!($text);
        info!($text);
        info!($text);
        info!($text);
    };
}

/// A function of four calls, and one of eight.
macro_rules! shape {
    ($four:ident $eight:ident ($($argument:ident),*) $text:literal) => {
        #[inline(never)]
        fn $four($($argument: u32),*) {
            four!($text);
        }

        #[inline(never)]
        fn $eight($($argument: u32),*) {
            four!($text);
            four!($text);
        }
    };
}

shape!(none_by_4 none_by_8 () "hello");
shape!(one_by_4 one_by_8 (a) "{a}");
shape!(two_by_4 two_by_8 (a, b) "{a} {b}");
shape!(four_by_4 four_by_8 (a, b, c, d) "{a} {b} {c} {d}");

/// What any program does with its values.
#[inline(never)]
fn plain(a: u32, b: u32, c: u32, d: u32) {
    black_box((a, b, c, d));
}

/// A frame to compare with: the same values, passed on as often, and nothing logged.
#[inline(never)]
fn plain_by_4(a: u32, b: u32, c: u32, d: u32) {
    plain(a, b, c, d);
    plain(a, b, c, d);
    plain(a, b, c, d);
    plain(a, b, c, d);
}

#[entry]
fn main() -> ! {
    let (a, b, c, d) = (black_box(1), black_box(2), black_box(3), black_box(4));
    none_by_4();
    none_by_8();
    one_by_4(a);
    one_by_8(a);
    two_by_4(a, b);
    two_by_8(a, b);
    four_by_4(a, b, c, d);
    four_by_8(a, b, c, d);
    plain_by_4(a, b, c, d);
    take(|_| ());
    passed()
}
