//! A ring that does not hold as many frames as may be under way.
#![no_std]
#![no_main]

use firmware_wrong::Nowhere;
use hydra_log_embedded::{defmt_ring, last_words};

defmt_ring!(1408, frame = 64, nesting = 20);
last_words!(Nowhere);

#[cortex_m_rt::entry]
fn main() -> ! {
    firmware_wrong::link();
    loop {}
}
