//! Logs from the main loop and from an interrupt; what is logged leaves through the serial port.
//!
//! `cargo run --release > stream`, then `hydra decode --elf PROGRAM stream`.
#![no_std]
#![no_main]

use core::ptr::write_volatile;

use cortex_m::peripheral::{Peripherals, syst::SystClkSource};
use cortex_m_rt::{entry, exception};
use hydra_log_embedded::clock::Ticks;
use hydra_log_embedded::{Outlet, Sink, debug, drain, info, ring, warn};

ring!(2048, clock = Timer);

/// The machine's first timer, which counts down from the largest number.
struct Timer;

impl Ticks for Timer {
    const HERTZ: u32 = 25_000_000;

    fn now() -> u32 {
        // SAFETY: the timer's value.
        !unsafe { (0x4000_0004 as *const u32).read_volatile() }
    }
}

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

#[exception]
fn SysTick() {
    static mut TICKS: u32 = 0;
    *TICKS += 1;
    warn!("tick {}", *TICKS);
}

fn set_up() {
    for (register, value) in [
        (0x4000_4010, 16),
        (0x4000_4008, 1),
        (0x4000_0008, u32::MAX),
        (0x4000_0004, u32::MAX),
        (0x4000_0000, 1),
    ] {
        // SAFETY: the serial port's and the timer's registers.
        unsafe { write_volatile(register as *mut u32, value) };
    }
}

#[entry]
fn main() -> ! {
    set_up();
    let mut serial = Outlet::new(Serial);
    info!("hello from a Cortex-M4F");
    let Some(mut peripherals) = Peripherals::take() else { semihosting::process::exit(1) };
    peripherals.SYST.set_clock_source(SystClkSource::Core);
    peripherals.SYST.set_reload(25_000);
    peripherals.SYST.enable_counter();
    peripherals.SYST.enable_interrupt();
    for round in 0..20_u32 {
        let volts = 3.3 - 0.01 * round as f32;
        debug!("round {round}, battery {volts:.2} V");
        drain(&mut serial);
        cortex_m::asm::wfi();
    }
    peripherals.SYST.disable_interrupt();
    info!("done");
    drain(&mut serial);
    semihosting::process::exit(0)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::process::exit(1)
}
