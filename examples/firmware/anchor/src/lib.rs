//! What the anchor's programs share: the logger, a panic handler, no time stamp.
#![no_std]

use cortex_m as _;
use defmt_rtt as _;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    firmware_board::failed()
}
