//! The same calls on RISC-V.
//!
//! `cargo run --release > stream`, then `hydra decode --elf PROGRAM stream`.
#![no_std]
#![no_main]

use core::ptr::write_volatile;

use hydra_log_embedded::clock::Ticks;
use hydra_log_embedded::{Outlet, Sink, drain, info, ring, warn};
use riscv_rt::entry;

ring!(1024, clock = MachineTime);

/// The timer that the machine's interrupts are made from.
struct MachineTime;

impl Ticks for MachineTime {
    const HERTZ: u32 = 10_000_000;

    fn now() -> u32 {
        // SAFETY: the lower half of the timer.
        unsafe { (0x0200_bff8 as *const u32).read_volatile() }
    }
}

/// The machine's serial port, a 16550.
struct Serial;

impl Sink for Serial {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        for byte in head.iter().chain(payload) {
            // SAFETY: the port's data register.
            unsafe { write_volatile(0x1000_0000 as *mut u8, *byte) };
        }
        true
    }
}

#[entry]
fn main() -> ! {
    let mut serial = Outlet::new(Serial);
    info!("hello from RISC-V");
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
