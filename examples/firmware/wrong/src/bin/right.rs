//! An application that builds, so that the others fail for their own reason.
#![no_std]
#![no_main]

use firmware_wrong::Nowhere;
use hydra_log_embedded::{last_words, ring};

ring!(1024);
last_words!(Nowhere);

#[cortex_m_rt::entry]
fn main() -> ! {
    firmware_wrong::link();
    loop {}
}
