//! Two cores log into one ring; the first one drains it.
//!
//! `cargo run --release > stream`, then `hydra decode --elf PROGRAM stream`.
#![no_std]
#![no_main]

mod ord;

use core::cell::UnsafeCell;
use core::ptr::write_volatile;
use core::sync::atomic::AtomicBool;

use cortex_m_rt::entry;
use hydra_log_embedded::{Outlet, Sink, drain, info, ring};

ring!(8192);

const RECORDS: u32 = 20_000;

/// The second core wrote its last record.
static IS_DONE: AtomicBool = AtomicBool::new(false);

/// The machine's serial port, by its secure address.
struct Serial;

impl Sink for Serial {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        for byte in head.iter().chain(payload) {
            // SAFETY: the port's data register.
            unsafe { write_volatile(0x5020_0000 as *mut u32, u32::from(*byte)) };
        }
        true
    }
}

fn set(register: usize, value: u32) {
    // SAFETY: a register of the machine.
    unsafe { write_volatile(register as *mut u32, value) };
}

#[repr(C, align(8))]
struct Stack(UnsafeCell<[u8; 8192]>);

// SAFETY: the second core alone uses it.
unsafe impl Sync for Stack {}

static STACK: Stack = Stack(UnsafeCell::new([0; 8192]));

/// What the second core reads first: where its stack ends, where it starts.
#[repr(C, align(512))]
struct Vectors {
    stack_end: *const Stack,
    start: extern "C" fn() -> !,
}

// SAFETY: nobody writes it.
unsafe impl Sync for Vectors {}

static VECTORS: Vectors = Vectors { stack_end: (&raw const STACK).wrapping_add(1), start: second };

extern "C" fn second() -> ! {
    for number in 0..RECORDS {
        info!("second {number}");
    }
    IS_DONE.store(true, ord::done());
    loop {
        cortex_m::asm::wfi();
    }
}

#[entry]
fn main() -> ! {
    // Serial port: divider, transmitter.
    set(0x5020_0010, 16);
    set(0x5020_0008, 1);
    let mut serial = Outlet::new(Serial);
    // The second core: where its vectors are, and that it may go.
    set(0x5002_1114, &raw const VECTORS as u32);
    set(0x5002_1118, 0);
    for number in 0..RECORDS {
        info!("first {number}");
        if number % 16 == 0 {
            drain(&mut serial);
        }
    }
    while !IS_DONE.load(ord::see_done()) {
        drain(&mut serial);
    }
    drain(&mut serial);
    info!("produced first {RECORDS} second {RECORDS}");
    drain(&mut serial);
    semihosting::process::exit(0)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::process::exit(1)
}
