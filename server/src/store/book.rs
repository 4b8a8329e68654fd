//! The decisions on a batch of operations, whichever engine stores them.
//!
//! An engine loads what a batch concerns, the book decides operation after operation, each on what the one before left,
//! and the engine writes the changes and commits once. A refused operation adds nothing, so it undoes no neighbour.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use pricetag::{Code, Credits, Fault, Faults, Path};

use super::{
    Answer, Operation, Placed, Reply, Resolution, StoreFault,
    rows::{
        AnswerRow, CardRow, Changes, EntryRow, FreeUnitsKey, HoldRow, HoldState, Loaded, MovedRow, NewKeyRow,
        OpenedRow, OutcomeRow, StoredAnswer,
    },
};
use crate::{
    charge::{Account, FreeUse, Refusal, Settled, Terms},
    clock::{Millis, month},
    key::random_hex,
    store::{Idempotency, NewAccount, NewGrant, NewHold},
};

/// The status of a hold or a charge that was placed.
const CREATED: u16 = 201;
/// The largest balance, in millicredits: 1,000,000,000 credits.
const BALANCE_MAX: i64 = Credits::MAX.millicredits();

/// What a batch concerns, so that an engine can load it at once. Sorted, so that every process locks in the same order.
#[derive(Debug, Default)]
pub struct Needs<'o> {
    pub accounts: BTreeSet<&'o str>,
    pub answers: BTreeSet<(&'o str, &'o str)>,
    pub holds: BTreeSet<(&'o str, &'o str)>,
    pub keys: BTreeSet<&'o str>,
}

impl<'o> Needs<'o> {
    pub fn of(operations: impl IntoIterator<Item = &'o Operation>) -> Self {
        let mut needs = Self::default();
        for operation in operations {
            if let Operation::DeleteKey { key_id } = operation {
                needs.keys.insert(key_id);
            }
            let Some(account_id) = operation.account_id() else { continue };
            needs.accounts.insert(account_id);
            needs.answers.extend(operation.idempotency().map(|idempotency| (account_id, idempotency.key.as_str())));
            needs.holds.extend(operation.hold_id().map(|hold_id| (account_id, hold_id)));
        }
        needs
    }
}

/// Decides on every operation in turn. A defect that one of them brings out fails them all before anything is written,
/// and, as they are then tried one by one, that one alone.
pub fn decide<'o>(
    loaded: Loaded,
    operations: impl IntoIterator<Item = &'o Operation>,
) -> Result<(Vec<Result<Answer, StoreFault>>, Changes), StoreFault> {
    let mut book = Book { loaded, changes: Changes::default() };
    let decided = catch_unwind(AssertUnwindSafe(|| {
        operations.into_iter().map(|operation| book.apply(operation)).collect::<Vec<_>>()
    }));
    let answers = decided.map_err(|_| StoreFault::Rejected("the operation met a defect".into()))?;
    Ok((answers, book.changes))
}

struct Book {
    loaded: Loaded,
    changes: Changes,
}

/// A step of a history: what changes, in millicredits.
struct Step<'a> {
    kind: &'static str,
    posted: i64,
    held: i64,
    hold_id: Option<&'a str>,
    note: Option<String>,
}

impl<'a> Step<'a> {
    const fn of(kind: &'static str, posted: i64, held: i64, hold_id: Option<&'a str>) -> Self {
        Self { kind, posted, held, hold_id, note: None }
    }
}

impl Book {
    fn apply(&mut self, operation: &Operation) -> Result<Answer, StoreFault> {
        if let (Some(account_id), Some(idempotency)) = (operation.account_id(), operation.idempotency())
            && let Some(stored) = self.loaded.answers.get(&(account_id.into(), idempotency.key.clone()))
        {
            return Ok(stored.clone().answer(&idempotency.request_hash));
        }
        Ok(match operation {
            Operation::OpenAccount(new) => self.open_account(new),
            Operation::Grant(new) => self.grant(new),
            Operation::SetTier { account_id, tier } => self.set_tier(account_id, tier),
            Operation::AddKey(new) if !self.loaded.accounts.contains_key(&new.account_id) => Answer::NotFound,
            Operation::AddKey(new) => {
                self.changes.keys.push(NewKeyRow::from(new));
                Answer::Done
            }
            Operation::DeleteKey { key_id } if !self.loaded.keys.remove(key_id) => Answer::NotFound,
            Operation::DeleteKey { key_id } => {
                self.changes.deleted_keys.push(key_id.clone());
                Answer::Done
            }
            Operation::PublishCard { fingerprint, body } => {
                let active_from = self.loaded.now;
                self.changes.cards.push(CardRow { fingerprint: fingerprint.clone(), body: body.clone(), active_from });
                Answer::Done
            }
            Operation::Probe => Answer::Done,
            Operation::Hold(new) => self.hold(new),
            Operation::Capture { account_id, hold_id, settled, reply } => {
                self.resolve(account_id, hold_id, Some(reply), Resolution::Captured, Some(settled))?
            }
            Operation::Release { account_id, hold_id, reply } => {
                self.resolve(account_id, hold_id, Some(reply), Resolution::Released, None)?
            }
            Operation::Expire { account_id, hold_id } => {
                self.resolve(account_id, hold_id, None, Resolution::Expired, None)?
            }
        })
    }

    fn open_account(&mut self, new: &NewAccount) -> Answer {
        if self.loaded.accounts.contains_key(&new.account_id) {
            return Answer::AccountExists;
        }
        if new.grant_millicredits > BALANCE_MAX {
            return too_much("grant");
        }
        let (account_id, tier) = (new.account_id.clone(), new.tier.clone());
        self.changes.opened.push(OpenedRow { account_id: account_id.clone(), tier: tier.clone() });
        let account = Account {
            account_id,
            tier,
            terms_rev: 0,
            posted: 0,
            held: 0,
            seq: -1, // the first entry is number 0
            month: month(self.loaded.now),
            free_units_used: Vec::new(),
        };
        self.loaded.accounts.insert(new.account_id.clone(), account);
        self.enter(&new.account_id, Step::of("open", 0, 0, None));
        if new.grant_millicredits > 0 {
            self.enter(&new.account_id, Step::of("grant", new.grant_millicredits, 0, None));
        }
        match &new.reply {
            Some(reply) => self.reply(&new.account_id, reply),
            None => Answer::Done,
        }
    }

    fn grant(&mut self, new: &NewGrant) -> Answer {
        let Some(account) = self.loaded.accounts.get(&new.account_id) else { return Answer::NotFound };
        if account.posted.saturating_add(new.millicredits) > BALANCE_MAX {
            return too_much("amount");
        }
        self.enter(&new.account_id, Step { note: new.note.clone(), ..Step::of("grant", new.millicredits, 0, None) });
        self.reply(&new.account_id, &new.reply)
    }

    fn set_tier(&mut self, account_id: &str, tier: &str) -> Answer {
        let Some(account) = self.loaded.accounts.get(account_id) else { return Answer::NotFound };
        if account.tier != tier {
            let note = Some(format!("{} → {tier}", account.tier));
            self.enter(account_id, Step { note, ..Step::of("tier", 0, 0, None) });
            let account = self.loaded.accounts.get_mut(account_id).expect("found above");
            account.terms_rev += 1;
            account.tier = tier.into();
            let moved = self.changes.moved.get_mut(account_id).expect("entered above");
            (moved.tier, moved.terms_rev) = (account.tier.clone(), account.terms_rev);
        }
        Answer::Account(self.loaded.accounts[account_id].clone())
    }

    fn hold(&mut self, new: &NewHold) -> Answer {
        let Some(account) = self.loaded.accounts.get(&new.account_id) else { return Answer::NotFound };
        let terms = match (new.decide)(account) {
            Ok(terms) => terms,
            Err(refusal) => return Answer::Refused(refusal),
        };
        if terms.unlimited && account.posted.saturating_add(terms.hold) > BALANCE_MAX {
            return too_much("plan");
        }
        let now = self.loaded.now;
        let hold_id = new_hold_id(now);
        let expires_at = new.lasts_ms.map(|lasts_ms| now + lasts_ms);
        if expires_at.is_some() {
            if terms.unlimited {
                self.enter(&new.account_id, Step::of("allowance", terms.hold, 0, Some(&hold_id)));
            }
            self.enter(&new.account_id, Step::of("hold", 0, terms.hold, Some(&hold_id)));
        } else {
            if terms.unlimited {
                self.enter(&new.account_id, Step::of("allowance", terms.whole.charge, 0, Some(&hold_id)));
            }
            self.enter(&new.account_id, Step::of("charge", -terms.whole.charge, 0, Some(&hold_id)));
            self.outcome(&new.account_id, &hold_id, Resolution::Captured, Some(&terms.whole));
        }
        self.use_free_units(&new.account_id, &terms.free_units, now, 1);
        let account = &self.loaded.accounts[&new.account_id];
        let asset = new.asset.as_deref();
        let body = (new.body)(&Placed { hold_id: &hold_id, terms: &terms, asset, at: now, expires_at, account });
        self.add_hold(new, terms, hold_id, expires_at);
        self.store_answer(&new.account_id, &new.idempotency, CREATED, body)
    }

    fn add_hold(&mut self, new: &NewHold, terms: Terms, hold_id: String, expires_at: Option<Millis>) {
        let resolution = expires_at.is_none().then_some(Resolution::Captured);
        let state = HoldState {
            amount: terms.hold,
            unlimited: terms.unlimited,
            free_units: terms.free_units.clone(),
            at: self.loaded.now,
            expires_at,
            resolution,
        };
        self.loaded.holds.insert((new.account_id.clone(), hold_id.clone()), state);
        let free_units = serde_json::to_string(&terms.free_units).expect("free units are JSON");
        self.changes.holds.push(HoldRow {
            account_id: new.account_id.clone(),
            hold_id,
            amount: terms.hold,
            unlimited: terms.unlimited,
            fingerprint: terms.fingerprint,
            plan: terms.plan,
            estimate: terms.estimate.get().into(),
            free_units: (!terms.free_units.is_empty()).then_some(free_units),
            asset: new.asset.clone(),
            at: self.loaded.now,
            expires_at,
        });
    }

    /// Ends a hold. Whatever was asked for, a hold whose time is over expires.
    fn resolve(
        &mut self,
        account_id: &str,
        hold_id: &str,
        reply: Option<&Reply>,
        asked: Resolution,
        settled: Option<&Result<Settled, Faults>>,
    ) -> Result<Answer, StoreFault> {
        let Some(hold) = self.loaded.holds.get(&(account_id.into(), hold_id.into())) else {
            return Ok(Answer::NotFound);
        };
        if let Some(resolution) = hold.resolution {
            return Ok(Answer::HoldResolved(resolution));
        }
        let over = hold.expires_at.is_some_and(|expires_at| expires_at <= self.loaded.now);
        if asked == Resolution::Expired && !over {
            return Ok(Answer::Done);
        }
        let (resolution, settled) = match settled {
            _ if over => (Resolution::Expired, None),
            Some(Err(faults)) => return Ok(Answer::Refused(Refusal::Faults(faults.clone()))),
            Some(Ok(settled)) => (asked, Some(settled)),
            None => (asked, None),
        };
        let hold = hold.clone();
        let charge = settled.map_or(0, |settled| settled.charge);
        if charge > hold.amount {
            return Err(StoreFault::Unavailable(format!("a capture of {charge} is above the hold {hold_id}")));
        }
        let kind = match resolution {
            Resolution::Captured => "capture",
            Resolution::Released => "release",
            Resolution::Expired => "expire",
        };
        self.enter(account_id, Step::of(kind, -charge, -hold.amount, Some(hold_id)));
        if hold.unlimited && charge < hold.amount {
            self.enter(account_id, Step::of("allowance", charge - hold.amount, 0, Some(hold_id)));
        }
        self.outcome(account_id, hold_id, resolution, settled);
        let used = settled.map_or(&[] as &[_], |settled| &settled.free_units);
        self.use_free_units(account_id, &hold.free_units, hold.at, -1);
        self.use_pools(account_id, used.iter().map(|(pool, units)| (pool.as_str(), *units)), hold.at, 1);
        self.loaded.holds.get_mut(&(account_id.into(), hold_id.into())).expect("found above").resolution =
            Some(resolution);
        Ok(match reply {
            Some(reply) if resolution == asked => self.reply(account_id, reply),
            None if resolution == asked => Answer::Done,
            _ => Answer::HoldResolved(resolution),
        })
    }

    fn outcome(&mut self, account_id: &str, hold_id: &str, kind: Resolution, settled: Option<&Settled>) {
        self.changes.outcomes.push(OutcomeRow {
            account_id: account_id.into(),
            hold_id: hold_id.into(),
            kind,
            captured: settled.map_or(0, |settled| settled.charge),
            settlement: settled.map(|settled| settled.settlement.to_string()),
            at: self.loaded.now,
        });
    }

    fn use_free_units(&mut self, account_id: &str, uses: &[FreeUse], at: Millis, sign: i64) {
        self.use_pools(account_id, uses.iter().map(|free| (free.pool.as_str(), free.units)), at, sign);
    }

    /// Takes free units of the month of a time, or gives them back.
    fn use_pools<'p>(&mut self, account_id: &str, uses: impl Iterator<Item = (&'p str, u64)>, at: Millis, sign: i64) {
        let month = month(at);
        for (pool, units) in uses {
            let change = sign * i64::try_from(units).expect("a plan has at most a few million outputs");
            let key = FreeUnitsKey { account_id: account_id.into(), pool: pool.into(), month: month.clone() };
            *self.changes.free_units.entry(key).or_default() += change;
            let account = self.loaded.accounts.get_mut(account_id).expect("an account that is worked on");
            if account.month == month {
                account.use_free_units(pool, change);
            }
        }
    }

    /// Appends an entry, and moves the account with it.
    fn enter(&mut self, account_id: &str, step: Step<'_>) {
        let account = self.loaded.accounts.get_mut(account_id).expect("an account that is worked on");
        let before = (account.posted, account.held);
        let moved = self.changes.moved.entry(account_id.into()).or_insert_with(|| MovedRow {
            seq_before: account.seq.max(0),
            terms_rev_before: account.terms_rev,
            tier: account.tier.clone(),
            terms_rev: account.terms_rev,
            posted: account.posted,
            held: account.held,
            seq: account.seq,
        });
        account.seq += 1;
        account.posted += step.posted;
        account.held += step.held;
        (moved.posted, moved.held, moved.seq) = (account.posted, account.held, account.seq);
        self.changes.entries.push(EntryRow {
            account_id: account_id.into(),
            seq: account.seq,
            kind: step.kind,
            posted_before: before.0,
            posted_after: account.posted,
            held_before: before.1,
            held_after: account.held,
            hold_id: step.hold_id.map(Into::into),
            note: step.note,
            at: self.loaded.now,
        });
    }

    fn reply(&mut self, account_id: &str, reply: &Reply) -> Answer {
        let body = (reply.body)(&self.loaded.accounts[account_id]);
        self.store_answer(account_id, &reply.idempotency, reply.status, body)
    }

    fn store_answer(&mut self, account_id: &str, idempotency: &Idempotency, status: u16, body: String) -> Answer {
        let Idempotency { key, request_hash } = idempotency.clone();
        let stored = StoredAnswer { request_hash, status, body: body.clone() };
        self.loaded.answers.insert((account_id.into(), key.clone()), stored);
        self.changes.answers.push(AnswerRow {
            account_id: account_id.into(),
            idem_key: key,
            request_hash,
            status,
            body: body.clone(),
            at: self.loaded.now,
        });
        Answer::Stored { status, body, replayed: false }
    }
}

/// A balance cannot be above the largest amount.
fn too_much(field: &str) -> Answer {
    let fault = Fault {
        code: Code::AmountOverflow,
        path: Path(vec![pricetag::Step::Key(field.into())]),
        message: format!("the balance would be above {} credits, the most that an account can have", Credits::MAX),
        help: None,
        line: None,
    };
    Answer::Refused(Refusal::Faults(Faults { errors: vec![fault] }))
}

/// The name of a hold: its time and then 80 random bits, so that names ascend and the index grows at its end.
fn new_hold_id(now: Millis) -> String {
    first_hold_id(now) + &random_hex::<10>()
}

/// What comes before the name of every hold that was placed at a time or later.
pub fn first_hold_id(time: Millis) -> String {
    format!("hold_{:012x}", time.max(0))
}
