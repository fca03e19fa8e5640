//! Two loggers for the calls of defmt.
#![no_std]
#![no_main]

use defmt_rtt as _;
use firmware_wrong::Nowhere;
use hydra_log_embedded::{defmt_ring, last_words};

defmt_ring!(1408, frame = 64, nesting = 2);
last_words!(Nowhere);

#[cortex_m_rt::entry]
fn main() -> ! {
    firmware_wrong::link();
    loop {}
}
