//! Each shape of call between two marks, a few times over: the last time is the one that counts.

use core::hint::black_box;

use firmware_board::{entry, mark, passed};
use firmware_count::switch_off;
use hydra_log_embedded::{info, take};

/// Calls a function three times between marks: the first call may set something up.
macro_rules! counted {
    ($function:ident($($argument:ident),*)) => {
        for _ in 0..3 {
            mark::begin();
            $function($($argument),*);
            mark::end();
            take(|_| ());
        }
    };
}

#[inline(never)]
fn nothing(_: u32) {
    mark::here();
}

#[inline(never)]
fn no_argument() {
    info!("hello");
}

#[inline(never)]
fn one_u32(x: u32) {
    info!("x={x}");
}

#[inline(never)]
fn four_u32(a: u32, b: u32, c: u32, d: u32) {
    info!("{a} {b} {c} {d}");
}

#[inline(never)]
fn string(text: &str) {
    info!("text={text}");
}

/// The same shapes once more: what is counted is code for several calls, as programs have it.
#[inline(never)]
fn others(x: u32, text: &str) {
    info!("again");
    info!("y={x}");
    info!("{x} {x} {x} {x:x}");
    info!("name={text}");
}

#[entry]
fn main() -> ! {
    let x = black_box(0x1234_5678);
    let (a, b, c, d) = (black_box(1), black_box(2), black_box(3), black_box(4));
    let text = black_box("sixteen bytes ok");
    others(x, text);
    take(|_| ());
    counted!(nothing(x));
    counted!(no_argument());
    counted!(one_u32(x));
    counted!(four_u32(a, b, c, d));
    counted!(string(text));
    switch_off();
    counted!(one_u32(x));
    passed()
}
