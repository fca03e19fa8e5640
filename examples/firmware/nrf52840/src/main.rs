//! Hydra on an nRF52840: `cargo run --release` with a debug probe attached.
#![no_std]
#![no_main]

use cortex_m::peripheral::{DWT, Peripherals};
use cortex_m_rt::entry;
use hydra_log_embedded::clock::Ticks;
use hydra_log_embedded::{Sink, drain, info, ring};
use rtt_target::{ChannelMode::NoBlockSkip, UpChannel, rtt_init};

ring!(4096, clock = Cycles);

/// The core's cycles: it runs at 64 MHz from reset on.
struct Cycles;

impl Ticks for Cycles {
    const HERTZ: u32 = 64_000_000;

    fn now() -> u32 {
        DWT::cycle_count()
    }
}

/// The debug probe's channel: takes a whole block, or none of it when it is full.
struct Rtt(UpChannel);

impl Sink for Rtt {
    fn write(&mut self, block: &[u8]) -> bool {
        self.0.write(block) == block.len()
    }
}

#[entry]
fn main() -> ! {
    if let Some(mut peripherals) = Peripherals::take() {
        peripherals.DCB.enable_trace();
        peripherals.DWT.enable_cycle_counter();
    }
    let channels = rtt_init! { up: { 0: { size: 1024, mode: NoBlockSkip, name: "hydra" } } };
    let mut rtt = Rtt(channels.up.0);
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
