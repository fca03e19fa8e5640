//! The machine's serial port. QEMU sends a byte at once, so that nothing has to be waited for.

#[cfg(target_arch = "arm")]
use core::ptr::read_volatile;
use core::ptr::write_volatile;

/// Registers to set before the first byte, and where bytes go.
struct Port {
    set_up: &'static [(usize, u32)],
    data: usize,
}

/// nRF51: enable, start.
#[cfg(target_arch = "arm")]
const MICROBIT: Port = Port { set_up: &[(0x4000_2500, 4), (0x4000_2008, 1)], data: 0x4000_251c };

/// PL011.
#[cfg(target_arch = "arm")]
const LM3S: Port = Port { set_up: &[], data: 0x4000_c000 };

/// CMSDK: divider, transmitter on.
#[cfg(target_arch = "arm")]
const MPS2: Port = Port { set_up: &[(0x4000_4010, 16), (0x4000_4008, 1)], data: 0x4000_4000 };

/// CMSDK by its secure address.
#[cfg(target_arch = "arm")]
const MPS2_SECURE: Port =
    Port { set_up: &[(0x5020_0010, 16), (0x5020_0008, 1)], data: 0x5020_0000 };

/// 16550.
#[cfg(target_arch = "riscv32")]
const VIRT: Port = Port { set_up: &[], data: 0x1000_0000 };

#[cfg(target_arch = "arm")]
fn port() -> &'static Port {
    const CPUID: *const u32 = 0xe000_ed00 as *const u32;
    // SAFETY: every Cortex-M has this register.
    match (unsafe { read_volatile(CPUID) } >> 4) & 0xfff {
        0xc20 => &MICROBIT,
        0xc23 => &LM3S,
        0xd21 => &MPS2_SECURE,
        _ => &MPS2,
    }
}

#[cfg(target_arch = "riscv32")]
fn port() -> &'static Port {
    &VIRT
}

/// The serial port, set up.
#[derive(Clone, Copy, Debug)]
pub struct Serial {
    data: usize,
}

impl Serial {
    /// Sets the port up.
    #[must_use]
    pub fn new() -> Self {
        let port = port();
        for (register, value) in port.set_up {
            // SAFETY: a register of the machine's serial port.
            unsafe { write_volatile(*register as *mut u32, *value) };
        }
        Self { data: port.data }
    }

    /// Sends all bytes.
    pub fn send(&self, bytes: &[u8]) {
        for byte in bytes {
            // A byte to a 16550, whose registers are bytes; a word to the others.
            #[cfg(target_arch = "riscv32")]
            // SAFETY: the data register of the machine's serial port.
            unsafe {
                write_volatile(self.data as *mut u8, *byte)
            };
            #[cfg(target_arch = "arm")]
            // SAFETY: the data register of the machine's serial port.
            unsafe {
                write_volatile(self.data as *mut u32, u32::from(*byte))
            };
        }
    }
}

impl Default for Serial {
    fn default() -> Self {
        Self::new()
    }
}
