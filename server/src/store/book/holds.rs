//! What becomes of a hold: it is placed, perhaps extended, and ends once; and one that expired may be captured late.

use pricetag::{Code, Fault, Faults, Path};

use super::super::{
    Answer, CoverLate, NewHold, Placed, Reply, Resolution, StoreFault,
    rows::{FreeUnitsKey, HoldRow, HoldState, OutcomeRow},
};
use super::{BALANCE_MAX, Book, CREATED, Step, too_much};
use crate::{
    charge::{FreeUse, LATE_MS, Late, Refusal, Settled, StoredBytes, Terms},
    clock::{Millis, month},
    key::random_hex,
    times::{DAY_MS, Day},
};

/// A hold by its account and its id.
pub type HoldKey = (String, String);

/// The longest that a hold lasts with all of its extensions, from when it was placed.
pub const HOLD_LIFE_MS_MAX: Millis = 7 * DAY_MS;
/// The longest from when a hold is placed until it is captured.
pub const CAPTURE_MS_MAX: Millis = HOLD_LIFE_MS_MAX + LATE_MS;

impl Book {
    pub fn hold(&mut self, new: &NewHold) -> Answer {
        let Some(account) = self.loaded.accounts.get(&new.account_id) else { return Answer::NotFound };
        let terms = match (new.decide)(account) {
            Ok(terms) => terms,
            Err(refusal) => return Answer::Refused(refusal),
        };
        if terms.unlimited && account.posted.saturating_add(terms.hold) > BALANCE_MAX {
            return too_much("plan");
        }
        let now = account.now;
        // The day is the clock's: an account that is ahead of it must not stay on one day.
        let today = Day::of(self.loaded.now);
        let stored = account.stored_on(today) + self.bytes_of(new, &terms);
        if let Some(bytes_max) = new.bytes_a_day.filter(|bytes_max| stored > *bytes_max) {
            return Answer::Refused(Refusal::StorageLimit { bytes_max, until: today.plus(1).start() });
        }
        let hold = (new.account_id.clone(), new_hold_id(now));
        let expires_at = new.lasts_ms.map(|lasts_ms| now + lasts_ms);
        if expires_at.is_some() {
            if terms.unlimited {
                self.enter(&new.account_id, Step::of("allowance", terms.hold, 0, Some(&hold.1)));
            }
            self.enter(&new.account_id, Step::of("hold", 0, terms.hold, Some(&hold.1)));
        } else {
            if terms.unlimited {
                self.enter(&new.account_id, Step::of("allowance", terms.whole.charge, 0, Some(&hold.1)));
            }
            self.enter(&new.account_id, Step::of("charge", -terms.whole.charge, 0, Some(&hold.1)));
            self.outcome(&hold, Resolution::Captured, false, Some(&terms.whole));
        }
        self.use_units(&new.account_id, now, 1, promised(&terms.free_units));
        self.store_bytes(&new.account_id, StoredBytes { day: today.number(), bytes: stored });
        let account = &self.loaded.accounts[&new.account_id];
        let asset = new.asset.as_deref();
        let body = (new.body)(&Placed { hold_id: &hold.1, terms: &terms, asset, at: now, expires_at, account });
        self.add_hold(new, terms, &hold, expires_at);
        self.store_answer(&new.idempotency, CREATED, body, Some(&hold.1), now)
    }

    /// Counts what an account has stored on a day. It has just moved.
    fn store_bytes(&mut self, account_id: &str, stored: StoredBytes) {
        self.loaded.accounts.get_mut(account_id).expect("an account that is worked on").stored = stored;
        self.changes.moved.get_mut(account_id).expect("an account that moved").stored = stored;
    }

    /// About what a hold or a charge adds to the disk. Every hold may be captured, so its lines are counted with it.
    fn bytes_of(&self, new: &NewHold, terms: &Terms) -> u64 {
        let bytes = |count: usize| u64::try_from(count).expect("a count of bytes is a u64");
        let document = &terms.document;
        let is_stored = self.loaded.documents.contains(&(new.account_id.clone(), *document.hash()));
        let document = if is_stored { 0 } else { bytes(document.body().len()) };
        ROWS_BYTES
            + document
            + LINE_BYTES * bytes(terms.whole.lines.len())
            + FREE_USE_BYTES * bytes(terms.free_units.len())
    }

    fn add_hold(&mut self, new: &NewHold, terms: Terms, hold: &HoldKey, expires_at: Option<Millis>) {
        let at = self.loaded.accounts[&hold.0].now;
        let state = HoldState {
            amount: terms.hold,
            unlimited: terms.unlimited,
            free_units: terms.free_units.clone(),
            at,
            expires_at,
            resolution: expires_at.is_none().then_some(Resolution::Captured),
            expired_at: None,
            late: false,
        };
        self.loaded.holds.insert(hold.clone(), state);
        let free_units = serde_json::to_string(&terms.free_units).expect("free units are JSON");
        self.changes.holds.push(HoldRow {
            account_id: hold.0.clone(),
            hold_id: hold.1.clone(),
            amount: terms.hold,
            unlimited: terms.unlimited,
            fingerprint: terms.fingerprint,
            document: *terms.document.hash(),
            free_units: (!terms.free_units.is_empty()).then_some(free_units),
            asset: new.asset.clone(),
            at,
            expires_at,
        });
        let document = (hold.0.clone(), *terms.document.hash());
        if self.loaded.documents.insert(document.clone()) {
            self.changes.documents.insert(document, terms.document);
        }
    }

    /// Charges what was delivered. A hold that expired is captured late, where the account still covers it.
    pub fn capture(
        &mut self,
        hold: &HoldKey,
        settled: Result<&Settled, &Faults>,
        cover_late: &CoverLate,
        reply: &Reply,
    ) -> Result<Answer, StoreFault> {
        self.expire_if_over(hold);
        let Some(state) = self.loaded.holds.get(hold).cloned() else { return Ok(Answer::NotFound) };
        match state.resolution {
            None => {}
            Some(Resolution::Expired) if self.may_be_late(hold, &state) => {}
            Some(resolution) => return Ok(Answer::HoldResolved(resolution)),
        }
        let settled = match settled {
            Ok(settled) => settled,
            Err(faults) => return Ok(Answer::Refused(Refusal::Faults(faults.clone()))),
        };
        if settled.charge > state.amount {
            let reason = format!("a capture of {} is above the hold {}", settled.charge, hold.1);
            return Err(StoreFault::Unavailable(reason));
        }
        if state.resolution.is_none() {
            self.end(hold, &state, Resolution::Captured, Some(settled));
            return Ok(self.reply(&hold.0, Some(hold), reply));
        }
        let account = &self.loaded.accounts[&hold.0];
        Ok(match cover_late(settled, account, &month(state.at)) {
            Err(short) => Answer::NotCovered(short),
            Ok(late) if late.unlimited && account.posted.saturating_add(settled.charge) > BALANCE_MAX => {
                too_much("outcome")
            }
            Ok(late) => {
                self.capture_late(hold, &state, settled, &late);
                self.reply(&hold.0, Some(hold), reply)
            }
        })
    }

    /// Whether a hold that expired may still be captured. It may have expired late, when no server ran.
    fn may_be_late(&self, hold: &HoldKey, state: &HoldState) -> bool {
        let now = self.loaded.accounts[&hold.0].now;
        state.expired_at.is_some_and(|expired_at| now <= expired_at + LATE_MS) && now <= state.at + CAPTURE_MS_MAX
    }

    fn capture_late(&mut self, hold: &HoldKey, state: &HoldState, settled: &Settled, late: &Late) {
        if late.unlimited {
            self.enter(&hold.0, Step::of("allowance", settled.charge, 0, Some(&hold.1)));
        }
        self.enter(&hold.0, Step::of("late-capture", -settled.charge, 0, Some(&hold.1)));
        self.outcome(hold, Resolution::Captured, true, Some(settled));
        self.use_units(&hold.0, state.at, 1, used(&late.free_units));
    }

    pub fn release(&mut self, hold: &HoldKey, reply: &Reply) -> Answer {
        self.expire_if_over(hold);
        let Some(state) = self.loaded.holds.get(hold).cloned() else { return Answer::NotFound };
        if let Some(resolution) = state.resolution {
            return Answer::HoldResolved(resolution);
        }
        self.end(hold, &state, Resolution::Released, None);
        self.reply(&hold.0, Some(hold), reply)
    }

    pub fn extend(&mut self, hold: &HoldKey, lasts_ms: Millis, reply: &Reply) -> Answer {
        self.expire_if_over(hold);
        let Some(state) = self.loaded.holds.get_mut(hold) else { return Answer::NotFound };
        if let Some(resolution) = state.resolution {
            return Answer::HoldResolved(resolution);
        }
        let now = self.loaded.accounts[&hold.0].now;
        let until = state.at + HOLD_LIFE_MS_MAX;
        if now + lasts_ms > until {
            return Answer::Refused(Refusal::Faults(beyond_life((until - now) / 1_000)));
        }
        let expires_at = state.expires_at.expect("an open hold expires").max(now + lasts_ms);
        state.expires_at = Some(expires_at);
        self.changes.extended.insert(hold.clone(), expires_at);
        self.reply(&hold.0, Some(hold), reply)
    }

    pub fn expire(&mut self, hold: &HoldKey) -> Answer {
        self.expire_if_over(hold);
        match self.loaded.holds.get(hold).map(|state| state.resolution) {
            None => Answer::NotFound,
            Some(None) => Answer::Done,
            Some(Some(resolution)) => Answer::HoldResolved(resolution),
        }
    }

    /// Whatever is asked for, a hold whose time is over expires first.
    fn expire_if_over(&mut self, hold: &HoldKey) {
        let Some(state) = self.loaded.holds.get(hold) else { return };
        let over = state.expires_at.is_some_and(|expires_at| expires_at <= self.loaded.accounts[&hold.0].now);
        if over && state.resolution.is_none() {
            self.end(hold, &state.clone(), Resolution::Expired, None);
        }
    }

    /// Ends an open hold: what was settled is charged, and the rest goes back.
    fn end(&mut self, hold: &HoldKey, state: &HoldState, resolution: Resolution, settled: Option<&Settled>) {
        let charge = settled.map_or(0, |settled| settled.charge);
        let kind = match resolution {
            Resolution::Captured => "capture",
            Resolution::Released => "release",
            Resolution::Expired => "expire",
        };
        self.enter(&hold.0, Step::of(kind, -charge, -state.amount, Some(&hold.1)));
        if state.unlimited && charge < state.amount {
            self.enter(&hold.0, Step::of("allowance", charge - state.amount, 0, Some(&hold.1)));
        }
        self.outcome(hold, resolution, false, settled);
        self.use_units(&hold.0, state.at, -1, promised(&state.free_units));
        if let Some(settled) = settled {
            self.use_units(&hold.0, state.at, 1, used(&settled.free_units));
        }
    }

    fn outcome(&mut self, hold: &HoldKey, kind: Resolution, late: bool, settled: Option<&Settled>) {
        let at = self.loaded.accounts[&hold.0].now;
        let mut expires_at = None;
        if let Some(state) = self.loaded.holds.get_mut(hold) {
            expires_at = state.expires_at.take();
            (state.resolution, state.late) = (Some(kind), late);
            if kind == Resolution::Expired {
                state.expired_at = Some(at);
            }
        }
        self.changes.outcomes.push(OutcomeRow {
            account_id: hold.0.clone(),
            hold_id: hold.1.clone(),
            late,
            kind,
            captured: settled.map_or(0, |settled| settled.charge),
            expires_at,
            lines: settled.map_or_else(Vec::new, |settled| settled.lines.clone()),
            at,
        });
    }

    /// Takes free units of the month of a time, or gives them back.
    fn use_units<'p>(&mut self, account_id: &str, at: Millis, sign: i64, units: impl Iterator<Item = (&'p str, u64)>) {
        let month = month(at);
        for (pool, units) in units {
            let change = sign * i64::try_from(units).expect("a plan has at most a few million outputs");
            let key = FreeUnitsKey { account_id: account_id.into(), pool: pool.into(), month: month.clone() };
            *self.changes.free_units.entry(key).or_default() += change;
            let account = self.loaded.accounts.get_mut(account_id).expect("an account that is worked on");
            account.use_free_units(&month, pool, change);
        }
    }
}

/// The free units that a hold was promised, by pool.
fn promised(taken: &[FreeUse]) -> impl Iterator<Item = (&str, u64)> {
    taken.iter().map(|free| (free.pool.as_str(), free.units))
}

/// Free units by pool.
fn used(units: &[(String, u64)]) -> impl Iterator<Item = (&str, u64)> {
    units.iter().map(|(pool, units)| (pool.as_str(), *units))
}

/// About what the rows of a hold or a charge take on the disk beside its document, indexes included; what a settled line
/// takes; and what the text about the free units of an item takes.
const ROWS_BYTES: u64 = 1_024;
const LINE_BYTES: u64 = 256;
const FREE_USE_BYTES: u64 = 64;

/// An extension past the longest life of a hold.
fn beyond_life(seconds_left: i64) -> Faults {
    let days = HOLD_LIFE_MS_MAX / DAY_MS;
    let fault = Fault {
        code: Code::OutOfRange,
        path: Path(vec![pricetag::Step::Key("seconds".into())]),
        message: format!(
            "a hold lasts at most {days} days in all; this one may last {} seconds more",
            seconds_left.max(0)
        ),
        help: None,
        line: None,
    };
    Faults { errors: vec![fault] }
}

/// The name of a hold: its time and then 80 random bits, so that names ascend and the index grows at its end.
fn new_hold_id(now: Millis) -> String {
    first_hold_id(now) + &random_hex::<10>()
}

/// What comes before the name of every hold that was placed at a time or later.
pub fn first_hold_id(time: Millis) -> String {
    format!("hold_{:012x}", time.max(0))
}
