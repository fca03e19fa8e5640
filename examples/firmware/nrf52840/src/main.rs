//! Hydra on an nRF52840: `cargo run --release` with a debug probe attached.
#![no_std]
#![no_main]

use cortex_m::peripheral::Peripherals;
use cortex_m_rt::entry;
use hydra_log_embedded::clock::CycleCounter;
use hydra_log_embedded::{Outlet, drain, info, ring, rtt};

// The core's cycles: it runs at 64 MHz from reset on.
ring!(4096, clock = CycleCounter<64_000_000>);

#[entry]
fn main() -> ! {
    if let Some(mut peripherals) = Peripherals::take() {
        peripherals.DCB.enable_trace();
        peripherals.DWT.enable_cycle_counter();
    }
    let Some(rtt) = rtt!(1024) else { panic!("main runs once") };
    let mut rtt = Outlet::new(rtt);
    for round in 0_u32.. {
        info!("round {round}");
        drain(&mut rtt);
        cortex_m::asm::delay(6_400_000);
    }
    loop {
        drain(&mut rtt);
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
