//! Spans of time as people write them.

use core::fmt;
use core::time::Duration;

use super::OverrideError;
use super::scope::brief;

/// What a letter behind a number means, in milliseconds; the longest first.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Reads `500ms`, `60s`, `5m`, `2h`, `1d`.
pub(super) fn parse(word: &str) -> Result<Duration, OverrideError> {
    let digits = word.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(word.len());
    let read = || {
        let (number, unit) = word.split_at_checked(digits)?;
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
        number.parse::<u64>().ok()?.checked_mul(*scale)
    };
    let span = read().map(Duration::from_millis);
    span.ok_or_else(|| OverrideError::Duration { word: brief(word) })
}

/// Shows a span by its largest unit and the next one.
pub(super) struct Shown(pub(super) Duration);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        let mut shown = 0;
        for (unit, scale) in UNITS {
            let count = rest / scale;
            if count > 0 {
                write!(f, "{count}{unit}")?;
                shown += 1;
            }
            rest %= scale;
            if shown == 2 || shown == 1 && count == 0 {
                break;
            }
        }
        if shown == 0 { f.write_str("0s") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows() {
        for (word, ms, shown) in [
            ("500ms", 500, "500ms"),
            ("60s", 60_000, "1m"),
            ("90s", 90_000, "1m30s"),
            ("2h", 7_200_000, "2h"),
            ("1d", 86_400_000, "1d"),
            ("0s", 0, "0s"),
        ] {
            let span = parse(word).unwrap();
            assert_eq!((span.as_millis(), Shown(span).to_string().as_str()), (ms, shown));
        }
        assert_eq!(Shown(Duration::from_millis(3_600_500)).to_string(), "1h");
        for word in ["", "s", "60", "-1s", "1.5s", "99999999999999999999s", "9999999999999999d"] {
            assert!(parse(word).is_err(), "{word}");
        }
    }
}
