//! Every kind of argument, on every machine: the same records, and so the same text.
#![no_std]
#![no_main]

use firmware_board::{entry, passed};
use firmware_kinds::log_all_kinds;
use firmware_tests::port;
use hydra_log_embedded::{drain, ring};

ring!(4096);

#[entry]
fn main() -> ! {
    log_all_kinds();
    drain(&mut port());
    passed()
}
