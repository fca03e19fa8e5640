//! Instructions that do nothing and that the counting finds: a span begins, a span ends.
//!
//! They clobber memory, so that the compiler moves no load and no store over them.

/// The next instruction is the span's first.
#[inline(always)]
pub fn begin() {
    #[cfg(target_arch = "arm")]
    // SAFETY: a register is copied to itself.
    unsafe {
        core::arch::asm!("mov r10, r10")
    };
    #[cfg(target_arch = "riscv32")]
    // SAFETY: the result goes to the register that is always zero.
    unsafe {
        core::arch::asm!("slti x0, x0, 1")
    };
}

/// The instruction before was the span's last.
#[inline(always)]
pub fn end() {
    #[cfg(target_arch = "arm")]
    // SAFETY: a register is copied to itself.
    unsafe {
        core::arch::asm!("mov r11, r11")
    };
    #[cfg(target_arch = "riscv32")]
    // SAFETY: the result goes to the register that is always zero.
    unsafe {
        core::arch::asm!("slti x0, x0, 2")
    };
}

/// No instruction at all, and yet a call of a function with it is not left out.
#[inline(always)]
pub fn here() {
    // SAFETY: nothing is executed.
    unsafe { core::arch::asm!("") };
}
