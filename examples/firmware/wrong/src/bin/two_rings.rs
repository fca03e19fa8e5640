//! Two rings in one crate.
#![no_std]
#![no_main]

use firmware_wrong::Nowhere;
use hydra_log_embedded::{last_words, ring};

ring!(1024);
ring!(512);
last_words!(Nowhere);

#[cortex_m_rt::entry]
fn main() -> ! {
    firmware_wrong::link();
    loop {}
}
