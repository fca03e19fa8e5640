//! A ring that holds no record.
#![no_std]
#![no_main]

use firmware_wrong::Nowhere;
use hydra_log_embedded::{last_words, ring};

ring!(48);
last_words!(Nowhere);

#[cortex_m_rt::entry]
fn main() -> ! {
    firmware_wrong::link();
    loop {}
}
