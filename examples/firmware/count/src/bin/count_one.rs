//! A program with one call: what logging adds to `count_empty`, the ring's 1024 bytes included.
#![no_std]
#![no_main]

use core::hint::black_box;

use firmware_board::{entry, passed};
use firmware_count::Counter;
use hydra_log_embedded::{info, ring};

ring!(1024, clock = Counter);

#[entry]
fn main() -> ! {
    let x = black_box(7_u32);
    info!("x={x}");
    passed()
}
