//! The same storm, with a ring for each depth of nesting: nothing is masked.
#![no_std]
#![no_main]

use core::ptr::{read_volatile, write_volatile};

use firmware_tests::HostWord;
use hydra_log_embedded::clock::Ticks;
use hydra_log_embedded::rings;

#[path = "../contexts.rs"]
mod contexts;

/// The third timer of nRF51, which the first call starts.
struct Timer;

static STARTED: HostWord = HostWord::new();

impl Ticks for Timer {
    const HERTZ: u32 = 16_000_000;

    #[inline(always)]
    fn now() -> u32 {
        let set = |offset: usize, value: u32| {
            // SAFETY: the timer's registers.
            unsafe { write_volatile((0x4000_a000 + offset) as *mut u32, value) };
        };
        if STARTED.get() == 0 {
            STARTED.set(1);
            // All of 32 bits, every tick, start.
            for (offset, value) in [(0x508, 3), (0x510, 0), (0, 1)] {
                set(offset, value);
            }
        }
        // Take a copy.
        set(0x40, 1);
        // SAFETY: the copy.
        unsafe { read_volatile(0x4000_a540 as *const u32) }
    }
}

rings!(512, nesting = 4, clock = Timer);

const DRAINS: bool = true;
