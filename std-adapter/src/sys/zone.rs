//! The zone of this host: how far its clocks are from UTC.
#![cfg_attr(unix, expect(unsafe_code, reason = "asks the C library"))]

/// The second of local time that this second of UTC is: both since 1970-01-01 on their own clocks.
#[must_use]
pub(crate) fn local(epoch: u64) -> u64 {
    epoch.saturating_add_signed(offset(epoch))
}

#[cfg(unix)]
fn offset(epoch: u64) -> i64 {
    let Ok(seconds) = libc::time_t::try_from(epoch) else { return 0 };
    let mut parts = core::mem::MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: bounds: both point to whole values; race: the function that ends in `_r` keeps to
    // them, and reads the environment under the C library's own lock.
    let found = unsafe { libc::localtime_r(&raw const seconds, parts.as_mut_ptr()) };
    if found.is_null() {
        return 0;
    }
    // SAFETY: bounds: zeros are a value of the type, and the function wrote another; race: a local.
    let parts = unsafe { parts.assume_init() };
    parts.tm_gmtoff
}

/// The standard library does not tell; local time is UTC here.
#[cfg(not(unix))]
fn offset(_epoch: u64) -> i64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_is_less_than_a_day_away() {
        let now = 1_795_255_940;
        assert!(local(now).abs_diff(now) < 86_400);
        assert_eq!(local(u64::MAX), u64::MAX);
    }
}
