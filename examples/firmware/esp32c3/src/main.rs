//! Hydra on an ESP32-C3: `cargo run --release` with its own USB debug port.
#![no_std]
#![no_main]

use esp_hal::time::{Duration, Instant};
use hydra_log_embedded::{Outlet, drain, info, ring, rtt};

ring!(4096);

esp_bootloader_esp_idf::esp_app_desc!();

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

#[esp_hal::main]
fn main() -> ! {
    let _peripherals = esp_hal::init(esp_hal::Config::default());
    let Some(rtt) = rtt!(1024) else { panic!("main runs once") };
    let mut rtt = Outlet::new(rtt);
    for round in 0_u32.. {
        info!("round {round}");
        drain(&mut rtt);
        let drained = Instant::now();
        while drained.elapsed() < Duration::from_millis(100) {}
    }
    loop {
        drain(&mut rtt);
    }
}
