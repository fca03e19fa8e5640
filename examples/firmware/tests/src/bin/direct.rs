//! A program without an idle loop: a full ring is written out by the call itself, nothing is lost.
#![no_std]
#![no_main]

use firmware_board::{entry, passed};
use firmware_tests::{Uart, port};
use hydra_log_embedded::{drain, info, policy::Direct, ring};

ring!(352, policy = Direct<Uart>);

const RECORDS: u32 = 5000;

#[entry]
fn main() -> ! {
    for number in 0..RECORDS {
        info!("main {number}");
    }
    info!("produced main {RECORDS}");
    drain(&mut port());
    passed()
}
