//! Points in time as people type them.

use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) const KNOWN: &str = "2026-11-21T10:12:20Z (UTC, digits behind the second at will), \
                                2026-11-21, @1795255940 (seconds since 1970), or 90s, 15m, 2h, \
                                3d (before now)";

const NS: u64 = 1_000_000_000;

/// Nanoseconds since 1970; `None` if it is no time.
pub(crate) fn parse(text: &str) -> Option<u64> {
    if let Some(seconds) = text.strip_prefix('@') {
        return decimal(seconds);
    }
    if let Some(amount) = text.strip_suffix(['s', 'm', 'h', 'd']) {
        let unit = match text.as_bytes().last()? {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            _ => 86_400,
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let now = u64::try_from(now.as_nanos()).ok()?;
        return now.checked_sub(decimal(amount)?.checked_mul(unit)?);
    }
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, clock) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let mut parts = date.split('-').map(whole);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let mut parts = clock.splitn(3, ':');
    let (hour, minute) = (whole(parts.next()?)?, whole(parts.next()?)?);
    let second = decimal(parts.next().unwrap_or("0"))?;
    let in_range = (1970..2500).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61 * NS;
    let days = days_since_1970(year, month, day);
    in_range.then_some(((days * 24 + hour) * 60 + minute) * 60 * NS + second)
}

/// A number with digits behind the point or without, times 10^9.
fn decimal(text: &str) -> Option<u64> {
    let (front, back) = text.split_once('.').unwrap_or((text, ""));
    let digits = back.get(..back.len().min(9))?;
    let shift = 10_u64.pow(9 - u32::try_from(digits.len()).ok()?);
    let behind = if digits.is_empty() { 0 } else { whole(digits)? * shift };
    whole(front)?.checked_mul(NS)?.checked_add(behind)
}

fn whole(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// March is the first month, so that the leap day is the last of its year.
fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    (365 * year + leap_days + (153 * month + 2) / 5 + day - 1).saturating_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_saying_it() {
        let second = 1_795_255_940 * NS;
        for (text, ns) in [
            ("2026-11-21T10:12:20Z", second),
            ("2026-11-21 10:12:20.123456789", second + 123_456_789),
            ("2026-11-21T10:12", second - 20 * NS),
            ("2026-11-21", second - (10 * 3600 + 12 * 60 + 20) * NS),
            ("@1795255940.5", second + NS / 2),
            ("1970-01-01", 0),
            ("2000-02-29T00:00:00Z", 951_782_400 * NS),
        ] {
            assert_eq!(parse(text), Some(ns), "{text}");
        }
        assert!(parse("2h").unwrap() < parse("15m").unwrap());
        for text in ["", "now", "2026", "2026-13-01", "@", "@x", "-5m", "10:12", "1e3s", "@1.x"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
