//! Hydra on an ESP32-C3: `cargo run --release` with its own USB debug port.
#![no_std]
#![no_main]

use esp_hal::delay::Delay;
use hydra_log_embedded::{Sink, drain, info, ring};
use rtt_target::{ChannelMode::NoBlockSkip, UpChannel, rtt_init};

ring!(4096);

esp_bootloader_esp_idf::esp_app_desc!();

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

/// The debug probe's channel: takes a whole block, or none of it when it is full.
struct Rtt(UpChannel);

impl Sink for Rtt {
    fn write(&mut self, block: &[u8]) -> bool {
        self.0.write(block) == block.len()
    }
}

#[esp_hal::main]
fn main() -> ! {
    let _peripherals = esp_hal::init(esp_hal::Config::default());
    let channels = rtt_init! { up: { 0: { size: 1024, mode: NoBlockSkip, name: "hydra" } } };
    let mut rtt = Rtt(channels.up.0);
    let delay = Delay::new();
    for round in 0_u32.. {
        info!("round {round}");
        drain(&mut rtt);
        delay.delay_millis(100);
    }
    loop {
        drain(&mut rtt);
    }
}
