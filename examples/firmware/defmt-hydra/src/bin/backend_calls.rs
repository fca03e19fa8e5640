//! Each shape of call between two marks, a few times over: the last time is the one that counts.
#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m as _;
use defmt::info;
use firmware_board::{entry, failed, mark, passed};
use hydra_log_embedded::{defmt_ring, take};

defmt_ring!(1024, frame = 64, nesting = 4; clock = Counter);

/// A memory-mapped counter: QEMU has no cycle counter.
struct Counter;

impl hydra_log_embedded::clock::Ticks for Counter {
    const HERTZ: u32 = 25_000_000;

    #[inline(always)]
    fn now() -> u32 {
        // SAFETY: the system timer's value, on every Cortex-M.
        unsafe { (0xe000_e018 as *const u32).read_volatile() }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    failed()
}

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
    info!("x={=u32}", x);
}

#[inline(never)]
fn four_u32(a: u32, b: u32, c: u32, d: u32) {
    info!("{=u32} {=u32} {=u32} {=u32}", a, b, c, d);
}

#[inline(never)]
fn string(text: &str) {
    info!("text={=str}", text);
}

#[entry]
fn main() -> ! {
    let x = black_box(0x1234_5678);
    let (a, b, c, d) = (black_box(1), black_box(2), black_box(3), black_box(4));
    let text = black_box("sixteen bytes ok");
    counted!(nothing(x));
    counted!(no_argument());
    counted!(one_u32(x));
    counted!(four_u32(a, b, c, d));
    counted!(string(text));
    passed()
}
