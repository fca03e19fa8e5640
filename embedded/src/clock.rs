//! Clocks: what stamps records.
#![cfg_attr(target_os = "none", expect(unsafe_code, reason = "reads counters of the processor"))]

/// A counter that stamps records.
///
/// It is read in every context, also in the middle of another read, and should take a few
/// instructions. A counter that wraps is fine: it counts 32 bits, and a reader tells how often they
/// wrapped from the order of records.
///
/// ```
/// use hydra_log_embedded::clock::Ticks;
///
/// /// A timer of the chip that counts microseconds.
/// struct Timer;
/// impl Ticks for Timer {
///     const HERTZ: u32 = 1_000_000;
///     fn now() -> u32 {
///         # const _: &str = "
///         unsafe { (0x4005_4028 as *const u32).read_volatile() }
///         # "; 7
///     }
/// }
/// assert_eq!(Timer::now(), 7);
/// ```
pub trait Ticks {
    /// How many ticks a second has; zero if that is not known.
    const HERTZ: u32;

    /// The counter's value.
    fn now() -> u32;
}

/// No clock: all stamps are zero, and records are in the order of their calls.
#[derive(Clone, Copy, Debug)]
pub struct NoClock;

impl Ticks for NoClock {
    const HERTZ: u32 = 0;

    #[inline(always)]
    fn now() -> u32 {
        0
    }
}

/// The cycle counter of a Cortex-M3 and larger (DWT), at `HZ` cycles a second. The application
/// starts it: `DCB::enable_trace` and `DWT::enable_cycle_counter` of the `cortex-m` crate.
#[derive(Clone, Copy, Debug)]
pub struct CycleCounter<const HZ: u32>;

#[cfg(all(target_arch = "arm", target_os = "none"))]
impl<const HZ: u32> Ticks for CycleCounter<HZ> {
    const HERTZ: u32 = HZ;

    #[inline(always)]
    fn now() -> u32 {
        // SAFETY: bounds: `CYCCNT` of the processor's own peripherals, readable on every Cortex-M;
        // race: a read has no effect.
        unsafe { (0xE000_1004 as *const u32).read_volatile() }
    }
}

/// The SysTick counter, at `HZ` ticks a second: 24 bits that count down, so stamps are good for the
/// order of records within one period. The application starts it.
#[derive(Clone, Copy, Debug)]
pub struct SysTick<const HZ: u32>;

#[cfg(all(target_arch = "arm", target_os = "none"))]
impl<const HZ: u32> Ticks for SysTick<HZ> {
    const HERTZ: u32 = HZ;

    #[inline(always)]
    fn now() -> u32 {
        // SAFETY: bounds: `SYST_CVR` of the processor's own peripherals; race: a read has no
        // effect.
        let left = unsafe { (0xE000_E018 as *const u32).read_volatile() };
        0x00FF_FFFF - left
    }
}

/// The clock of `embassy-time`, whatever driver the application has: the low 32 bits of its ticks.
///
/// As fast as that driver, which may mask interrupts for a moment.
#[cfg(feature = "embassy-time")]
#[derive(Clone, Copy, Debug)]
pub struct EmbassyTime;

#[cfg(feature = "embassy-time")]
impl Ticks for EmbassyTime {
    #[expect(clippy::cast_possible_truncation, reason = "beyond 4 GHz it is not known")]
    const HERTZ: u32 = embassy_time_driver::TICK_HZ as u32;

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the low bits")]
    fn now() -> u32 {
        embassy_time_driver::now() as u32
    }
}

/// The cycle counter of a RISC-V core (`mcycle`), at `HZ` cycles a second.
#[derive(Clone, Copy, Debug)]
pub struct Mcycle<const HZ: u32>;

#[cfg(target_arch = "riscv32")]
impl<const HZ: u32> Ticks for Mcycle<HZ> {
    const HERTZ: u32 = HZ;

    #[inline(always)]
    fn now() -> u32 {
        let cycles;
        // SAFETY: bounds: a register; race: reading it has no effect.
        unsafe {
            core::arch::asm!("csrr {}, mcycle", out(reg) cycles, options(nomem, nostack));
        }
        cycles
    }
}
