//! A program with one call: what logging adds to `empty`.
#![no_std]
#![no_main]

use core::hint::black_box;

use defmt::info;
use firmware_anchor as _;
use firmware_board::{entry, passed};

#[entry]
fn main() -> ! {
    info!("x={=u32}", black_box(7_u32));
    passed()
}
