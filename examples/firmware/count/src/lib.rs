//! What Hydra's counted programs share: a clock that is a register, a panic handler.
#![no_std]

#[cfg(target_arch = "arm")]
use cortex_m as _;
use hydra_log_embedded::clock::Ticks;
#[cfg(target_arch = "riscv32")]
use riscv as _;

/// A memory-mapped counter: QEMU has no cycle counter.
#[derive(Debug)]
pub struct Counter;

impl Ticks for Counter {
    const HERTZ: u32 = 25_000_000;

    #[inline(always)]
    fn now() -> u32 {
        const REGISTER: usize = if cfg!(target_arch = "arm") { 0xe000_e018 } else { 0x0200_bff8 };
        // SAFETY: the system timer's value, on every Cortex-M and on QEMU's RISC-V machine.
        unsafe { (REGISTER as *const u32).read_volatile() }
    }
}

/// Switches every call off, as a host does that writes into their gates.
pub fn switch_off() {
    unsafe extern "C" {
        static mut __hydra_gates_start: u8;
        static mut __hydra_gates_end: u8;
    }
    let mut gate = &raw mut __hydra_gates_start;
    while gate < &raw mut __hydra_gates_end {
        // SAFETY: a gate is a byte, and the linker placed all of them between both symbols.
        unsafe { gate.write_volatile(1) };
        gate = gate.wrapping_add(1);
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    firmware_board::failed()
}
