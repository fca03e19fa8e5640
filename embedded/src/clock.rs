//! Clocks: what stamps records.

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
