//! Lines of text for a serial terminal, where no host decodes: the image has the texts.
//!
//! `cargo run --release` shows them. They cost flash, and the renderer 115 KiB of code.
#![no_std]
#![no_main]

use core::ptr::write_volatile;
use core::time::Duration;

use cortex_m as _;
use cortex_m_rt::entry;
use hydra_log_embedded::{Outlet, Record, Sink, Text, debug, drain_lines, error, info, ring, warn};

ring!(1408);

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

fn set_up() {
    for (register, value) in [(0x4000_4010, 16), (0x4000_4008, 1)] {
        // SAFETY: the serial port's registers.
        unsafe { write_volatile(register as *mut u32, value) };
    }
}

/// A value with names of its own.
#[derive(Debug, Record)]
#[record(crate = hydra_log_embedded)]
struct Reading {
    channel: u8,
    volts: f32,
}

#[entry]
fn main() -> ! {
    set_up();
    let mut terminal = Outlet::new(Text::<_>::new(Serial));
    info!("hello from a terminal");
    warn!(channel = 3, "adc: {} mV, {:.1} %", 4012, 93.46_f32);
    info!(
        "reading {:?} after {:?}",
        Reading { channel: 1, volts: 3.25 },
        Duration::from_millis(20)
    );
    error!("{:#06x} {:>6}|{:<6}|{:?}", 0x2a, "right", "left", ["a", "b\n"]);
    drain_lines(&mut terminal);
    // More than the ring holds: what is lost is told of where it was.
    for number in 0..200_u32 {
        debug!("number {number}");
    }
    drain_lines(&mut terminal);
    info!("a line that is cut: {:>200}", "its end");
    drain_lines(&mut terminal);
    semihosting::process::exit(0)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::process::exit(1)
}
