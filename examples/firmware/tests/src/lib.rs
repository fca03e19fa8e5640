//! What the test programs share: the serial port as a sink and for last words, a host's words,
//! counters of contexts.
#![no_std]

pub mod storm;

use core::cell::{Cell, UnsafeCell};
use core::ptr::read_volatile;

#[cfg(target_arch = "arm")]
use cortex_m as _;
use firmware_board::{failed, serial::Serial};
use hydra_log_embedded::{Outlet, Port, RttBlock, Sink, last_words, panicked};
#[cfg(target_arch = "riscv32")]
use riscv as _;

/// The machine's serial port, which takes everything.
#[derive(Debug)]
pub struct Uart;

impl Port for Uart {
    fn write(bytes: &[u8]) -> bool {
        Serial::new().send(bytes);
        true
    }
}

last_words!(Uart, then = failed);

/// The same as a sink, set up once.
#[derive(Debug, Default)]
pub struct SerialSink(Serial);

impl Sink for SerialSink {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        self.0.send(head);
        self.0.send(payload);
        true
    }
}

/// The serial port's outlet.
pub fn port() -> Outlet<SerialSink> {
    Outlet::new(SerialSink::default())
}

/// Whether the host read everything.
pub fn is_read<const N: usize, const D: usize>(block: &RttBlock<N, D>) -> bool {
    let words = core::ptr::from_ref(block).cast::<usize>();
    // Behind 16 bytes of name, two counts and three words of the first channel.
    // SAFETY: the control block is longer.
    let (written, read) = unsafe { (read_volatile(words.add(9)), read_volatile(words.add(10))) };
    written == read
}

/// A number that one context alone writes.
#[derive(Debug)]
pub struct Own(Cell<u32>);

// SAFETY: each has one context that writes it; who reads it elsewhere runs when that one can't.
unsafe impl Sync for Own {}

impl Own {
    /// Zero.
    pub const fn new() -> Self {
        Self(Cell::new(0))
    }

    /// The number, which is one more from here on.
    pub fn next(&self) -> u32 {
        let number = self.0.get();
        self.0.set(number + 1);
        number
    }

    /// How many were taken.
    pub fn count(&self) -> u32 {
        self.0.get()
    }
}

impl Default for Own {
    fn default() -> Self {
        Self::new()
    }
}

/// A word that a host reads and writes while the program runs.
#[derive(Debug)]
pub struct HostWord(UnsafeCell<u32>);

// SAFETY: all accesses are volatile, of one word.
unsafe impl Sync for HostWord {}

impl HostWord {
    /// Zero.
    pub const fn new() -> Self {
        Self(UnsafeCell::new(0))
    }

    /// What stands there now.
    pub fn get(&self) -> u32 {
        // SAFETY: a static's word.
        unsafe { self.0.get().read_volatile() }
    }

    /// Tells the host.
    pub fn set(&self, word: u32) {
        // SAFETY: a static's word.
        unsafe { self.0.get().write_volatile(word) }
    }
}

impl Default for HostWord {
    fn default() -> Self {
        Self::new()
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}
