//! Late attach: 400 records into a small ring before anybody drains; the newest stay.
#![no_std]
#![no_main]

use firmware_board::{entry, passed};
use firmware_tests::port;
use hydra_log_embedded::{drain, info, policy::KeepNewest, ring};

ring!(1280, policy = KeepNewest);

#[entry]
fn main() -> ! {
    let mut port = port();
    for x in 0..400_u32 {
        info!("x={x}");
    }
    drain(&mut port);
    passed()
}
