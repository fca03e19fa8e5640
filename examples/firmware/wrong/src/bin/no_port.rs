//! A panic handler without a port for its last words.
#![no_std]
#![no_main]

use firmware_wrong as _;
use hydra_log_embedded::ring;

ring!(1024);

#[cortex_m_rt::entry]
fn main() -> ! {
    firmware_wrong::link();
    loop {}
}
