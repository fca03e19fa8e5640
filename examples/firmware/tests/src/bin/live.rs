//! A host reads the RTT channel while the program logs, and again when it is full.
#![no_std]
#![no_main]

use core::ptr::read_volatile;

use firmware_board::{entry, failed, passed};
use firmware_tests as _;
use hydra_log_embedded::{Outlet, RttBlock, drain, info, ring, rtt};

ring!(1280);

const RECORDS: u32 = 1000;

/// Whether the host read everything.
fn is_read<const N: usize>(block: &'static RttBlock<N>) -> bool {
    let words = core::ptr::from_ref(block).cast::<usize>();
    // Behind 16 bytes of name, two counts and three words of the first channel.
    // SAFETY: the control block is longer.
    let (written, read) = unsafe { (read_volatile(words.add(9)), read_volatile(words.add(10))) };
    written == read
}

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
