//! The same calls on a core without compare-and-swap, in 16 KiB of RAM.
//!
//! `cargo run --release > stream`, then `hydra decode --elf PROGRAM stream`.
#![no_std]
#![no_main]

use core::ptr::write_volatile;

// The critical section that the reserve step runs in: this core has no other way.
use cortex_m as _;
use cortex_m_rt::entry;
use hydra_log_embedded::{Outlet, Sink, drain, info, ring, warn};

ring!(512);

/// The nRF51's serial port.
struct Serial;

impl Sink for Serial {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        for byte in head.iter().chain(payload) {
            // SAFETY: the port's data register.
            unsafe { write_volatile(0x4000_251c as *mut u32, u32::from(*byte)) };
        }
        true
    }
}

fn set_up() {
    for (register, value) in [(0x4000_2500, 4), (0x4000_2008, 1)] {
        // SAFETY: the serial port's registers: enable, start.
        unsafe { write_volatile(register as *mut u32, value) };
    }
}

#[entry]
fn main() -> ! {
    set_up();
    let mut serial = Outlet::new(Serial);
    info!("hello from a Cortex-M0");
    for step in 0..10_u32 {
        warn!("step {step} of {name}", name = "ten");
        drain(&mut serial);
    }
    semihosting::process::exit(0)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::process::exit(1)
}
