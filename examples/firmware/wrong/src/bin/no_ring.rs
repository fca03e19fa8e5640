//! Calls without a ring.
#![no_std]
#![no_main]

use firmware_wrong::Nowhere;
use hydra_log_embedded::last_words;

last_words!(Nowhere);

#[cortex_m_rt::entry]
fn main() -> ! {
    firmware_wrong::link();
    loop {}
}
