//! Sizes and times as people write them: `64KiB`, `10ms`.

use core::time::Duration;

/// Units of sizes, the largest of each kind first.
const SIZES: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1000),
    ("B", 1),
];

/// Units of times, in nanoseconds, the largest first.
const TIMES: [(&str, u64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1000),
    ("ns", 1),
];

/// What a size looks like, for schemas.
pub(super) const SIZE_PATTERN: &str = "^[0-9]+ ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$";

/// What a time looks like, for schemas.
pub(super) const TIME_PATTERN: &str = "^[0-9]+ ?(ns|us|ms|s|m|h|d)$";

/// A size in bytes. Without a unit it is none.
pub(super) fn size(text: &str) -> Option<u64> {
    with_unit(text, &SIZES)
}

/// A time.
pub(super) fn time(text: &str) -> Option<Duration> {
    with_unit(text, &TIMES).map(Duration::from_nanos)
}

fn with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// A size in the largest unit that it is a multiple of.
pub(super) fn show_size(bytes: u64) -> String {
    let binary = SIZES.iter().filter(|(name, _)| name.ends_with("iB"));
    shown(bytes, binary).unwrap_or_else(|| format!("{bytes}B"))
}

/// A time in the largest unit that it is a multiple of.
pub(super) fn show_time(time: Duration) -> String {
    let ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    shown(ns, TIMES.iter()).unwrap_or_else(|| "0ms".to_owned())
}

fn shown<'u>(number: u64, mut units: impl Iterator<Item = &'u (&'u str, u64)>) -> Option<String> {
    let (unit, factor) = units.find(|(_, factor)| number > 0 && number.is_multiple_of(*factor))?;
    Some(format!("{}{unit}", number / factor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn units() {
        assert_eq!(
            [size("64KiB"), size("1 MB"), size("7B")],
            [Some(65_536), Some(1_000_000), Some(7)]
        );
        assert_eq!([size("64"), size("KiB"), size("64kib"), size("-1B"), size("")], [None; 5]);
        assert_eq!(size("99999999TiB"), None);
        assert_eq!(time("10ms"), Some(Duration::from_millis(10)));
        assert_eq!(time("2 d"), Some(Duration::from_secs(172_800)));
        assert_eq!([time("10"), time("1.5s"), time("s"), time("10  s")], [None; 4]);
        assert_eq!(show_size(65_536), "64KiB");
        assert_eq!(show_time(Duration::ZERO), "0ms");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(number in 0_u64..1 << 50, text in any::<String>()) {
            prop_assert_eq!(size(&show_size(number)), Some(number));
            let duration = Duration::from_nanos(number);
            prop_assert_eq!(time(&show_time(duration)), Some(duration));
            let _any = (size(&text), time(&text));
        }
    }
}
