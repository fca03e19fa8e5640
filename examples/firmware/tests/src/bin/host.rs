//! Logs until a host says that it is enough, whatever that host does to the RTT channel meanwhile.
#![no_std]
#![no_main]

use firmware_board::{entry, failed, passed};
use firmware_tests::{HostWord, is_read};
use hydra_log_embedded::{Outlet, drain, info, ring, rtt};

ring!(1280);

/// The host's: it is enough.
#[unsafe(no_mangle)]
static IS_ENOUGH: HostWord = HostWord::new();
/// For the host: how many records there were.
#[unsafe(no_mangle)]
static PRODUCED: HostWord = HostWord::new();

#[entry]
fn main() -> ! {
    let Some(rtt) = rtt!(256) else { failed() };
    let mut outlet = Outlet::new(rtt);
    let mut number = 0_u32;
    while IS_ENOUGH.get() == 0 {
        info!("main {number}");
        number += 1;
        PRODUCED.set(number);
        drain(&mut outlet);
    }
    while !drain(&mut outlet).is_empty {}
    info!("produced main {number}");
    while !drain(&mut outlet).is_empty || !is_read(outlet.sink().block()) {
        core::hint::spin_loop();
    }
    passed()
}
