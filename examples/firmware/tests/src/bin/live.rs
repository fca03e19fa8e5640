//! A host reads the RTT channel while the program logs, and again when it is full.
#![no_std]
#![no_main]

use firmware_board::{entry, failed, passed};
use firmware_tests::is_read;
use hydra_log_embedded::{Outlet, drain, info, ring, rtt};

ring!(1280);

const RECORDS: u32 = 1000;

#[entry]
fn main() -> ! {
    let Some(rtt) = rtt!(256) else { failed() };
    let mut outlet = Outlet::new(rtt);
    for number in 0..RECORDS {
        info!("live {number}");
        // No room: the host has to read first, which takes as long as it takes.
        while !drain(&mut outlet).is_empty {
            core::hint::spin_loop();
        }
    }
    info!("done");
    while !drain(&mut outlet).is_empty || !is_read(outlet.sink().block()) {
        core::hint::spin_loop();
    }
    passed()
}
