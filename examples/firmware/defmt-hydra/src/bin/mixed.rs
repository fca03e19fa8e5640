//! Both kinds of call, one ring: they leave as frames of defmt's, in their order.
#![no_std]
#![no_main]

use firmware_board::{entry, passed};
use firmware_tests::SerialSink;
use hydra_log_embedded::defmt::{Defmt, drain_frames};
use hydra_log_embedded::{Outlet, defmt_ring};

defmt_ring!(1408, frame = 64, nesting = 2);

#[entry]
fn main() -> ! {
    let mut port = Outlet::new(Defmt::<_, 256>::new(SerialSink::default()));
    for number in 0..5_u32 {
        defmt::warn!("by defmt {=u32}", number);
        hydra_log_embedded::warn!("by hydra {number}");
    }
    drain_frames(&mut port);
    passed()
}
