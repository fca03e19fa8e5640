//! Time stamps as text, RFC 3339 in UTC: `2026-11-21T10:12:20.123456Z`.
//!
//! Everything up to the second is written once a second. Days become a date by counting from
//! March 1 of year 0, so that the leap day is the last of its year and the months' lengths follow
//! one linear rule:
//!
//! ```text
//! 400 years = 146097 days   (an era: after it, everything repeats)
//! year      = (day of era - leap days before it) / 365
//! month     = (5 * day of year + 2) / 153      March is 0; 153 days are five months
//! ```

/// The length of a time stamp.
pub(super) const LEN: usize = 27;
/// What is written once a second: up to the point.
const PREFIX: usize = 20;

/// Writes time stamps; remembers the second of the last one.
#[derive(Clone, Debug)]
pub(super) struct Stamper {
    second: u64,
    text: [u8; LEN],
}

impl Default for Stamper {
    fn default() -> Self {
        Self { second: 0, text: *b"1970-01-01T00:00:00.000000Z" }
    }
}

impl Stamper {
    /// The text for `ns` nanoseconds since the Unix epoch.
    #[inline]
    pub(super) fn text(&mut self, ns: u64) -> &[u8; LEN] {
        let (second, rest) = (ns / 1_000_000_000, ns % 1_000_000_000);
        if second != self.second {
            self.set_second(second);
        }
        if let Some(places) = self.text.last_chunk_mut::<7>() {
            let [a, b, c, d, e, f, _] = places;
            let micros = rest / 1000;
            [*a, *b] = digits(micros / 10_000);
            [*c, *d] = digits(micros / 100 % 100);
            [*e, *f] = digits(micros % 100);
        }
        &self.text
    }

    #[cold]
    fn set_second(&mut self, second: u64) {
        let (days, in_day) = (second / 86_400, second % 86_400);
        let (year, month, day) = date(days);
        let pairs = [
            (0, year / 100),
            (2, year % 100),
            (5, month),
            (8, day),
            (11, in_day / 3600),
            (14, in_day / 60 % 60),
            (17, in_day % 60),
        ];
        for (at, value) in pairs {
            if let Some(place) = self.text.get_mut(at..at + 2) {
                place.copy_from_slice(&digits(value));
            }
        }
        self.second = second;
        debug_assert_eq!(self.text.get(PREFIX - 1), Some(&b'.'), "the point stays");
    }
}

/// Year, month (from 1) and day (from 1) of a number of days since 1970-01-01.
pub(super) fn date(days_since_1970: u64) -> (u64, u64, u64) {
    // 719468 days lie between March 1 of year 0 and 1970-01-01.
    let days = days_since_1970 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

/// A second as it stands in the name of a file: `2026-11-21_10-12-20`.
pub(crate) fn file_date(second: u64) -> String {
    let (year, month, day) = date(second / 86_400);
    let in_day = second % 86_400;
    let (hour, minute, second) = (in_day / 3600, in_day / 60 % 60, in_day % 60);
    format!("{year:04}-{month:02}-{day:02}_{hour:02}-{minute:02}-{second:02}")
}

/// A month's name, from 1.
pub(super) fn month_name(month: u64) -> &'static str {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = usize::try_from(month.saturating_sub(1)).unwrap_or(0);
    MONTHS.get(at).copied().unwrap_or("Jan")
}

/// A number below 100 as two digits.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "an index of seven bits, and one below 100")]
pub(super) fn digits(number: u64) -> [u8; 2] {
    const PAIRS: [[u8; 2]; 128] = {
        let mut pairs = [*b"??"; 128];
        let mut number: u8 = 0;
        while number < 100 {
            pairs[number as usize] = [b'0' + number / 10, b'0' + number % 10];
            number += 1;
        }
        pairs
    };
    PAIRS[(number & 127) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(ns: u64) -> String {
        String::from_utf8(Stamper::default().text(ns).to_vec()).unwrap()
    }

    /// Counts days up year by year and month by month.
    fn slowly(ns: u64) -> String {
        let leap = |year: u64| {
            year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
        };
        let mut days = ns / 1_000_000_000 / 86_400;
        let mut year = 1970;
        while days >= if leap(year) { 366 } else { 365 } {
            days -= if leap(year) { 366 } else { 365 };
            year += 1;
        }
        let february = if leap(year) { 29 } else { 28 };
        let mut month = 1;
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if days < length {
                break;
            }
            days -= length;
            month += 1;
        }
        let second = ns / 1_000_000_000 % 86_400;
        let (hour, minute) = (second / 3600, second / 60 % 60);
        format!(
            "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{:02}.{:06}Z",
            days + 1,
            second % 60,
            ns / 1000 % 1_000_000
        )
    }

    #[test]
    fn knows_remarkable_days() {
        assert_eq!(text(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(text(951_782_400_999_999_999), "2000-02-29T00:00:00.999999Z");
        assert_eq!(text(1_795_255_940_123_456_789), "2026-11-21T10:12:20.123456Z");
        assert_eq!(text(4_107_542_399_000_000_000), "2100-02-28T23:59:59.000000Z");
        assert_eq!(text(4_107_542_400_000_000_000), "2100-03-01T00:00:00.000000Z");
        assert_eq!(text(u64::MAX), "2554-07-21T23:34:33.709551Z");
    }

    #[test]
    fn every_day_is_right() {
        for day in 0..213_504 {
            let ns = day * 86_400 * 1_000_000_000;
            assert_eq!(text(ns), slowly(ns));
        }
    }

    proptest! {
        #[test]
        fn equals_counting(times in prop::collection::vec(any::<u64>(), 1..20)) {
            let mut stamper = Stamper::default();
            for ns in times {
                let text = stamper.text(ns).to_vec();
                prop_assert_eq!(String::from_utf8(text).unwrap(), slowly(ns));
                let later = ns.saturating_add(1_000_001);
                let text = stamper.text(later).to_vec();
                prop_assert_eq!(String::from_utf8(text).unwrap(), slowly(later));
            }
        }
    }
}
