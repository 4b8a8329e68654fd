//! Time that never goes back, and the month that free units are counted in.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::times::Day;

/// Milliseconds since 1970, UTC.
pub type Millis = i64;

/// The system's time at the start of the process, and what passed since then by a clock that nobody can set.
///
/// So while it runs, a clock that is set forward lets no hold expire early, and one that is set back lets none come back.
/// A restart takes the system's time anew, but starts no earlier than the last time that the ledger knows. The time that a
/// machine is suspended may not be counted.
#[derive(Debug)]
pub struct Clock {
    start_ms: Millis,
    started: Instant,
}

impl Clock {
    /// A clock that starts no earlier than the last time a ledger knows.
    pub fn no_earlier_than(last_ms: Millis) -> Self {
        let system = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let system = Millis::try_from(system).unwrap_or(Millis::MAX);
        Self { start_ms: system.max(last_ms), started: Instant::now() }
    }

    pub fn now(&self) -> Millis {
        let passed = Millis::try_from(self.started.elapsed().as_millis()).unwrap_or(Millis::MAX);
        self.start_ms.saturating_add(passed)
    }
}

/// The UTC month of a time, as `2026-11`.
pub fn month(time: Millis) -> String {
    let mut day = Day::of(time).to_string();
    day.truncate("2026-11".len());
    day
}

#[cfg(test)]
mod tests {
    use super::{Clock, Millis, month};

    #[test]
    fn a_month_turns_at_midnight_utc() {
        let cases: [(Millis, &str); 7] = [
            (0, "1970-01"),
            (951_782_399_999, "2000-02"), // 28 February 2000, 23:59:59.999
            (951_868_799_999, "2000-02"), // 29 February 2000, a leap day
            (951_868_800_000, "2000-03"),
            (1_796_083_199_999, "2026-11"), // 30 November 2026, 23:59:59.999
            (1_796_083_200_000, "2026-12"),
            (1_798_761_600_000, "2027-01"),
        ];
        for (time, due) in cases {
            assert_eq!(month(time), due, "at {time} ms");
        }
    }

    #[test]
    fn a_clock_starts_no_earlier_than_the_last_time_known() {
        let far_ahead = 4_102_444_800_000; // 2100
        assert!(Clock::no_earlier_than(far_ahead).now() >= far_ahead);
        assert!(Clock::no_earlier_than(0).now() > 1_700_000_000_000);
    }
}
