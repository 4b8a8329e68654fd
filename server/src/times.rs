//! Times on the wire: RFC 3339 in UTC with milliseconds, and days as `2026-11-22`.

use crate::clock::Millis;

pub const DAY_MS: Millis = 86_400_000;

/// A UTC day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    pub const fn of(time: Millis) -> Self {
        Self(time.div_euclid(DAY_MS))
    }

    /// How many days it is after 1970-01-01.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The day that is so many days after 1970-01-01.
    pub const fn numbered(number: i64) -> Self {
        Self(number)
    }

    /// Its first millisecond.
    pub const fn start(self) -> Millis {
        self.0 * DAY_MS
    }

    /// The first day of its month.
    #[must_use]
    pub const fn first_of_month(self) -> Self {
        self.plus(1 - self.date().2)
    }

    #[must_use]
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    /// How many days later this is.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// The day that is written so, `2026-11-22`; `None` when there is none, such as the 30th of February.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let due = |place: usize| if place == 4 || place == 7 { b'-' } else { b'0' };
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(place, byte)| match due(place) {
                b'-' => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
        let day = Self::of_date(number(0..4).filter(|_| shaped)?, number(5..7)?, number(8..10)?);
        // A day of another month was written as one of this.
        (day.to_string() == text).then_some(day)
    }

    /// Days from the civil calendar, by eras of 400 years that begin in March (Howard Hinnant's `days_from_civil`).
    const fn of_date(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = (month + 9).rem_euclid(12);
        let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// The other way round (`civil_from_days`).
    const fn date(self) -> (i64, i64, i64) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let (month, next_year) =
            if month_from_march < 10 { (month_from_march + 3, 0) } else { (month_from_march - 9, 1) };
        (year_of_era + era * 400 + next_year, month, day)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A time as `2026-11-22T21:00:00.000Z`.
pub fn written(time: Millis) -> String {
    let of_day = time.rem_euclid(DAY_MS);
    let (hours, minutes) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (seconds, millis) = (of_day / 1_000 % 60, of_day % 1_000);
    format!("{}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z", Day::of(time))
}

#[cfg(test)]
mod tests {
    use super::{Day, written};

    #[test]
    fn times_are_written_in_utc_with_milliseconds() {
        for (time, due) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (1_795_381_200_001, "2026-11-22T21:00:00.001Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(written(time), due);
        }
    }

    #[test]
    fn a_day_is_read_as_it_is_written_and_no_other_way() {
        for text in ["1970-01-01", "2000-02-29", "2026-11-22", "9999-12-31", "0001-03-01", "2100-02-28"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "2026-11-31", "2100-02-29", "2026-1-1", "2026-13-01", "2026-00-10", "2026-11-00", "+026-11-22"]
        {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        for text in ["2026-11-22 ", "20261122", "2026/11/22", "2026-11-2²"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        assert_eq!(Day::parse("2026-11-22").unwrap().since(Day::parse("2026-10-23").unwrap()), 30);
    }
}
