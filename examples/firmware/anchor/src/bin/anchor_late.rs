//! Late attach: 400 records into a ring of 1 KiB before a host looks.
#![no_std]
#![no_main]

use defmt::info;
use firmware_anchor as _;
use firmware_board::entry;

#[entry]
fn main() -> ! {
    for x in 0..400_u32 {
        info!("x={=u32}", x);
    }
    loop {
        core::hint::spin_loop();
    }
}
