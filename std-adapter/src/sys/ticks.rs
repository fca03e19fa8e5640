//! The counter that stamps records: the processor's own where it can be trusted.
//!
//! | processor | counter                    | trusted when                                       |
//! |-----------|----------------------------|----------------------------------------------------|
//! | x86       | time stamp counter         | invariant, and the kernel has not found it unstable |
//! | aarch64   | virtual counter            | always: the architecture fixes its rate            |
//! | others    | `Instant`, in nanoseconds  | never: it is the fallback                          |
//!
//! [`ticks`] looks which it is each time; a log call knows, and reads [`counter`].

use std::sync::OnceLock;
use std::time::Instant;

use hydra_log_core::ord;
use hydra_log_core::sync::{AtomicUsize, StaticU8};

#[cfg_attr(all(any(target_arch = "x86_64", target_arch = "x86"), not(miri)), path = "ticks/x86.rs")]
#[cfg_attr(all(target_arch = "aarch64", unix, not(miri)), path = "ticks/aarch64.rs")]
#[cfg_attr(
    any(
        miri,
        not(any(target_arch = "x86_64", target_arch = "x86", all(target_arch = "aarch64", unix)))
    ),
    path = "ticks/none.rs"
)]
mod counter;

/// Not zero: stamps come from `Instant`.
static FALLBACK: StaticU8 = StaticU8::new(0);

/// Ticks a microsecond, in 1/1024; a guess until somebody has measured it.
static RATE: AtomicUsize = AtomicUsize::new(3000 * RATE_ONE);
const RATE_ONE: usize = 1024;

/// The counter's value now.
#[inline(always)]
pub(crate) fn ticks() -> u64 {
    if is_counter() { counter::read() } else { instant() }
}

/// Whether [`counter`] may stand for [`ticks`].
pub(crate) fn is_counter() -> bool {
    FALLBACK.load(ord::own()) == 0
}

/// The processor's own counter; only where [`is_counter`].
#[inline(always)]
pub(crate) fn counter() -> u64 {
    counter::read()
}

/// Decides which counter stamps records. Called before an engine runs; later calls do nothing.
/// Returns the ticks a second as the hardware states them, if it does.
pub(crate) fn choose() -> Option<u64> {
    static STATED_HERTZ: OnceLock<Option<u64>> = OnceLock::new();
    *STATED_HERTZ.get_or_init(|| {
        let stated = if counter::is_trusted() {
            counter::hertz()
        } else {
            // The epoch is set before anybody can ask for it.
            instant();
            FALLBACK.store(1, ord::own());
            Some(1_000_000_000)
        };
        if let Some(hertz) = stated {
            set_rate(hertz as f64);
        }
        stated
    })
}

/// About how many ticks `ns` nanoseconds are.
pub(crate) fn from_ns(ns: u64) -> u64 {
    let rate = RATE.load(ord::own()) as u128;
    u64::try_from(u128::from(ns) * rate / (1000 * RATE_ONE as u128)).unwrap_or(u64::MAX)
}

/// About how many nanoseconds so many ticks are.
pub(crate) fn to_ns(ticks: u64) -> u64 {
    let rate = RATE.load(ord::own()) as u128;
    let ns = u128::from(ticks) * (1000 * RATE_ONE as u128) / rate.max(1);
    u64::try_from(ns).unwrap_or(u64::MAX)
}

/// Says how fast the counter was found to be.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
pub(crate) fn set_rate(hertz: f64) {
    let rate = (hertz / 1e6 * RATE_ONE as f64) as usize;
    RATE.store(rate.max(1), ord::own());
}

/// Nanoseconds since the first call, from 1.
#[cold]
fn instant() -> u64 {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    let since = EPOCH.get_or_init(Instant::now).elapsed();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    #[test]
    fn counts_on() {
        assert_eq!(choose(), choose());
        let before = ticks();
        std::thread::sleep(Duration::from_millis(2));
        assert!(ticks() > before);
    }

    #[test]
    fn fallback_counts_nanoseconds() {
        let before = instant();
        std::thread::sleep(Duration::from_millis(2));
        assert!(instant() - before >= 2_000_000);
    }

    #[test]
    fn turns_nanoseconds_into_ticks() {
        set_rate(2.5e9);
        assert_eq!(from_ns(10_000), 25_000);
        assert_eq!((from_ns(0), to_ns(0)), (0, 0));
        assert_eq!(to_ns(25_000), 10_000);
        assert!(from_ns(u64::MAX) > 1 << 60);
    }
}
