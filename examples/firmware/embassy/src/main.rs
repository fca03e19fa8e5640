//! Tasks log; a task of low priority drains. Nothing of a call is kept across an await.
//!
//! `cargo run --release > stream`, then `hydra decode --elf PROGRAM stream`.
#![no_std]
#![no_main]

mod ticks;

use core::ptr::write_volatile;

use cortex_m::peripheral::Peripherals;
use embassy_executor::Spawner;
use embassy_time::{Duration, Ticker, Timer};
use hydra_log_embedded::{Outlet, Sink, drain, info, ring, warn};

ring!(2048);

/// The machine's serial port.
struct Serial;

impl Sink for Serial {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        for byte in head.iter().chain(payload) {
            // SAFETY: the port's data register.
            unsafe { write_volatile(0x4000_4000 as *mut u32, u32::from(*byte)) };
        }
        true
    }
}

#[embassy_executor::task]
async fn blink() {
    let mut ticker = Ticker::every(Duration::from_millis(10));
    for round in 0..5_u32 {
        ticker.next().await;
        info!("blink {round}");
    }
}

#[embassy_executor::task]
async fn measure() {
    for (index, volts) in [3.3_f32, 3.2, 2.9].into_iter().enumerate() {
        Timer::after_millis(15).await;
        match volts < 3.0 {
            true => warn!("battery low: {volts} V in measurement {index}"),
            false => info!("battery {volts} V"),
        }
    }
}

#[embassy_executor::task]
async fn drains() {
    let mut serial = Outlet::new(Serial);
    loop {
        drain(&mut serial);
        Timer::after_millis(1).await;
    }
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    for (register, value) in [(0x4000_4010, 16), (0x4000_4008, 1)] {
        // SAFETY: the serial port's registers: divider, transmitter on.
        unsafe { write_volatile(register as *mut u32, value) };
    }
    let Some(peripherals) = Peripherals::take() else { semihosting::process::exit(1) };
    ticks::start(peripherals.SYST);
    info!("hello from embassy");
    spawner.spawn(blink().unwrap());
    spawner.spawn(measure().unwrap());
    spawner.spawn(drains().unwrap());
    Timer::after_millis(80).await;
    info!("done");
    drain(&mut Outlet::new(Serial));
    semihosting::process::exit(0)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::process::exit(1)
}
