//! The log's faults: each is told at once, and from then on counted instead of told again, until it stops.
//!
//! An outage makes the same line for each request that meets it. One line says what is wrong and one every ten seconds
//! how often.

use std::{
    collections::HashMap,
    fmt::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    Layer, fmt as lines,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

/// How long a fault is counted before its count is told.
pub const PERIOD: Duration = Duration::from_secs(10);
/// Different faults that are told apart at once. Of more than these each is told.
const KINDS: usize = 64;

/// The faults of the last while.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<HashMap<String, Repeated>>>);

struct Repeated {
    since: Instant,
    count: u64,
}

/// A fault that was met again.
#[derive(Debug, PartialEq, Eq)]
struct Again {
    fault: String,
    count: u64,
    seconds: u64,
}

impl Faults {
    /// Writes the process's log to standard error from now on.
    pub fn log(level: LevelFilter, ansi: bool) -> Self {
        let faults = Self::default();
        let lines = lines::layer().with_writer(std::io::stderr).with_ansi(ansi);
        tracing_subscriber::registry().with(level).with(lines).with(faults.clone()).init();
        // A panic is a fault of the request in which it happens.
        std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a defect")));
        faults
    }

    /// Tells what was counted for a whole period.
    pub fn tell(&self) {
        tell(self.due(Instant::now(), PERIOD));
    }

    /// Tells all that was counted, at the end.
    pub fn finish(&self) {
        tell(self.due(Instant::now(), Duration::ZERO));
    }

    /// Whether a fault is to be told. If not, it is counted.
    fn meet(&self, fault: String, now: Instant) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(repeated) = known.get_mut(&fault) {
            repeated.count += 1;
            return false;
        }
        if known.len() < KINDS {
            known.insert(fault, Repeated { since: now, count: 0 });
        }
        true
    }

    /// What was counted for so long. What was not met again in that time is forgotten, and told at once the next time.
    fn due(&self, now: Instant, period: Duration) -> Vec<Again> {
        let mut repeated = Vec::new();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|fault, seen| {
            let passed = now.saturating_duration_since(seen.since);
            if passed < period {
                return true;
            }
            let count = std::mem::replace(seen, Repeated { since: now, count: 0 }).count;
            if count > 0 {
                repeated.push(Again { fault: fault.clone(), count, seconds: passed.as_secs() });
            }
            count > 0
        });
        repeated
    }
}

fn tell(repeated: Vec<Again>) {
    for Again { fault, count, seconds } in repeated {
        tracing::warn!("again {count} times in {seconds} s: {fault}");
    }
}

impl<S: Subscriber> Layer<S> for Faults {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        if *metadata.level() > Level::WARN || metadata.target() == module_path!() {
            return true;
        }
        let mut said = Said(String::new());
        event.record(&mut said);
        self.meet(said.0, Instant::now())
    }
}

/// What a line says, without its numbers: an outage is one, however many operations it meets.
struct Said(String);

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let name = if field.name() == "message" { String::new() } else { format!("{}=", field.name()) };
        let space = if self.0.is_empty() { "" } else { " " };
        let _ = write!(self.0, "{space}{name}{value:?}"); // writing to a String cannot fail
    }

    fn record_u64(&mut self, _: &Field, _: u64) {}

    fn record_i64(&mut self, _: &Field, _: i64) {}
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Again, Faults, KINDS, PERIOD};

    #[test]
    fn a_fault_is_told_once_and_then_counted_until_it_stops() {
        let faults = Faults::default();
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let meet = |fault: &str, seconds| faults.meet(fault.into(), at(seconds));
        assert!(meet("gone", 0) && meet("full", 3));
        assert!((0..280).all(|number| !meet("gone", number / 40)));
        assert_eq!(faults.due(at(9), PERIOD), []);
        let again = |count, seconds| [Again { fault: "gone".into(), count, seconds }];
        assert_eq!(faults.due(at(10), PERIOD), again(280, 10));
        assert!(!meet("gone", 11) && !meet("gone", 19));
        assert_eq!(faults.due(at(21), PERIOD), again(2, 11));
        assert_eq!(faults.due(at(31), PERIOD), [], "it stopped");
        assert!(meet("gone", 32) && !meet("gone", 33), "it is another outage");
        assert_eq!(faults.due(at(33), Duration::ZERO), again(1, 1));
    }

    #[test]
    fn many_different_faults_are_all_told_and_keep_no_memory() {
        let faults = Faults::default();
        assert!((0..10 * KINDS).all(|number| faults.meet(number.to_string(), Instant::now())));
        assert_eq!(faults.0.lock().unwrap().len(), KINDS);
    }
}
