//! Time that never goes back, and the month that free units are counted in.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use crate::times::Day;

/// Milliseconds since 1970, UTC.
pub type Millis = i64;

/// The time that a ledger goes by.
#[derive(Debug)]
pub enum Clock {
    /// The system's time at the start of the process, and what passed since then by a clock that nobody can set.
    ///
    /// So while the server runs, a clock that is set forward lets no hold expire early, and one that is set back lets none
    /// come back. The time that a machine is suspended may not be counted. A restart takes the system's time, whatever the
    /// ledger's entries say: each account goes on from its own last one.
    System { start_ms: Millis, started: Instant },
    /// A time that a test sets.
    Manual(AtomicI64),
}

/// How far a ledger's last entry may be ahead of the clock before a server refuses to start on it.
pub const AHEAD_MS_MAX: Millis = 24 * 60 * 60 * 1_000;

impl Clock {
    /// The system's clock, from its time at this moment.
    pub fn system() -> Self {
        Self::System { start_ms: system_time(), started: Instant::now() }
    }

    /// A clock that stands still until it is set.
    pub fn manual(time: Millis) -> Self {
        Self::Manual(AtomicI64::new(time))
    }

    /// Sets a manual clock. The system's clock is not this program's to set.
    pub fn set(&self, to: Millis) {
        match self {
            Self::Manual(time) => time.store(to, Ordering::Relaxed),
            Self::System { .. } => unreachable!("only a manual clock is set"),
        }
    }

    pub fn now(&self) -> Millis {
        match self {
            Self::System { start_ms, started } => {
                start_ms + Millis::try_from(started.elapsed().as_millis()).expect("a process ends before that")
            }
            Self::Manual(time) => time.load(Ordering::Relaxed),
        }
    }
}

/// Whether a last entry is so far ahead of the time that one of them must be wrong.
pub const fn is_far_ahead(last_entry: Millis, time: Millis) -> bool {
    last_entry > time + AHEAD_MS_MAX
}

/// The system's time.
pub fn system_time() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock that is set to a time after 1970");
    Millis::try_from(since.as_millis()).expect("a time that 64 bits of milliseconds hold")
}

/// The UTC month of a time, as `2026-11`.
pub fn month(time: Millis) -> String {
    let mut day = Day::of(time).to_string();
    day.truncate("2026-11".len());
    day
}

/// The UTC month before that of a time.
pub fn month_before(time: Millis) -> String {
    month(Day::of(time).first_of_month().plus(-1).start())
}

#[cfg(test)]
mod tests {
    use super::{Millis, month, month_before};

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
    fn the_month_before_is_the_last_ones_whatever_the_day() {
        let cases: [(Millis, &str); 4] = [
            (0, "1969-12"),
            (951_868_800_000, "2000-02"),   // 1 March
            (1_796_083_199_999, "2026-10"), // 30 November 2026, 23:59:59.999
            (1_798_761_600_000, "2026-12"), // 1 January 2027
        ];
        for (time, due) in cases {
            assert_eq!(month_before(time), due, "at {time} ms");
        }
    }
}
