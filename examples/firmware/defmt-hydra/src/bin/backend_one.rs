//! A program with one call: what logging adds to `empty`.
#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m as _;
use defmt::info;
use firmware_board::{entry, failed, passed};
use hydra_log_embedded::defmt_ring;

defmt_ring!(1024, frame = 64, nesting = 4);

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    failed()
}

#[entry]
fn main() -> ! {
    info!("x={=u32}", black_box(7_u32));
    passed()
}
