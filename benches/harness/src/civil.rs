//! Days and times of the calendar, from seconds since 1970.

/// A moment in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Since the year 0.
    pub year: u64,
    /// 1 to 12.
    pub month: u64,
    /// 1 to 31.
    pub day: u64,
    /// 0 to 86,399.
    pub second_of_day: u64,
}

impl Civil {
    /// The calendar's years begin in March here, so that the leap day is the last of its year.
    #[must_use]
    pub fn of(seconds: u64) -> Self {
        let (days, second_of_day) = (seconds / 86_400 + 719_468, seconds % 86_400);
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, late) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        Self { year: year + era * 400 + late, month, day, second_of_day }
    }

    /// `2026-01-31`.
    #[must_use]
    pub fn date(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// `2026-01-31T23:59:59`.
    #[must_use]
    pub fn text(self) -> String {
        let second = self.second_of_day;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{}T{hour:02}:{minute:02}:{second:02}", self.date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_399, "2000-02-28T23:59:59"),
            (951_782_400, "2000-02-29T00:00:00"),
            (4_107_542_399, "2100-02-28T23:59:59"),
            (4_107_542_400, "2100-03-01T00:00:00"),
            (1_798_761_599, "2026-12-31T23:59:59"),
        ] {
            assert_eq!(Civil::of(seconds).text(), text);
        }
    }
}
