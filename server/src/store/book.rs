//! The decisions on a batch of operations, whichever engine stores them.
//!
//! An engine loads what a batch concerns, the book decides operation after operation, each on what the one before left,
//! and the engine writes the changes and commits once. A refused operation adds nothing, so it undoes no neighbour.

mod holds;

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use pricetag::{Code, Credits, Fault, Faults, Path};

use self::holds::HoldKey;
pub use self::holds::{CAPTURE_MS_MAX, first_hold_id};
use super::{
    After, Answer, Body, Idempotency, NewAccount, NewGrant, Operation, OperationKey, Reply, StoreFault,
    rows::{AnswerRow, CardRow, Changes, EntryRow, Loaded, MovedRow, NewKeyRow, OpenedRow, StoredAnswer},
};
use crate::{
    charge::{Account, Refusal, StoredBytes},
    clock::Millis,
    key::Hash,
};

/// The status of a hold or a charge that was placed.
const CREATED: u16 = 201;
/// The largest balance, in millicredits: 1,000,000,000 credits.
const BALANCE_MAX: i64 = Credits::MAX.millicredits();

/// What a batch concerns, so that an engine can load it at once. Sorted, so that every process locks in the same order.
#[derive(Debug, Default)]
pub struct Needs<'o> {
    pub accounts: BTreeSet<&'o str>,
    pub answers: BTreeSet<&'o OperationKey>,
    pub holds: BTreeSet<(&'o str, &'o str)>,
    pub documents: BTreeSet<(&'o str, &'o Hash)>,
    pub keys: BTreeSet<&'o str>,
}

impl<'o> Needs<'o> {
    pub fn of(operations: impl IntoIterator<Item = &'o Operation>) -> Self {
        let mut needs = Self::default();
        for operation in operations {
            if let Operation::DeleteKey { key_id } = operation {
                needs.keys.insert(key_id);
            }
            needs.answers.extend(operation.idempotency().map(|idempotency| &idempotency.key));
            let Some(account_id) = operation.account_id() else { continue };
            needs.accounts.insert(account_id);
            needs.holds.extend(operation.hold_id().map(|hold_id| (account_id, hold_id)));
            needs.documents.extend(operation.document_hash().map(|hash| (account_id, hash)));
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
        if let Some(idempotency) = operation.idempotency()
            && let Some(stored) = self.loaded.answers.get(&idempotency.key)
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
            Operation::Capture { account_id, hold_id, settled, cover_late, reply } => {
                self.capture(&(account_id.clone(), hold_id.clone()), settled.as_ref(), cover_late, reply)?
            }
            Operation::Extend { account_id, hold_id, lasts_ms, reply } => {
                self.extend(&(account_id.clone(), hold_id.clone()), *lasts_ms, reply)
            }
            Operation::Release { account_id, hold_id, reply } => {
                self.release(&(account_id.clone(), hold_id.clone()), reply)
            }
            Operation::Expire { account_id, hold_id } => self.expire(&(account_id.clone(), hold_id.clone())),
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
            now: self.loaded.now,
            free_units_used: BTreeMap::new(),
            stored: StoredBytes::default(),
        };
        self.loaded.accounts.insert(new.account_id.clone(), account);
        self.enter(&new.account_id, Step::of("open", 0, 0, None));
        if new.grant_millicredits > 0 {
            self.enter(&new.account_id, Step::of("grant", new.grant_millicredits, 0, None));
        }
        match &new.reply {
            Some(reply) => self.reply(&new.account_id, None, reply),
            None => Answer::Done,
        }
    }

    fn grant(&mut self, new: &NewGrant) -> Answer {
        let Some(account) = self.loaded.accounts.get(&new.account_id) else { return Answer::NotFound };
        if account.posted.saturating_add(new.millicredits) > BALANCE_MAX {
            return too_much("amount");
        }
        self.enter(&new.account_id, Step { note: new.note.clone(), ..Step::of("grant", new.millicredits, 0, None) });
        self.reply(&new.account_id, None, &new.reply)
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
            stored: account.stored,
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
            at: account.now,
        });
    }

    fn reply(&mut self, account_id: &str, hold: Option<&HoldKey>, reply: &Reply) -> Answer {
        let hold = hold.map(|key| (key, &self.loaded.holds[key]));
        let after = After { account: &self.loaded.accounts[account_id], hold: hold.map(|(_, state)| state) };
        let (body, at) = ((reply.body)(&after), after.account.now);
        self.store_answer(&reply.idempotency, reply.status, body, hold.map(|((_, hold_id), _)| hold_id.as_str()), at)
    }

    fn store_answer(
        &mut self,
        idempotency: &Idempotency,
        status: u16,
        body: Body,
        hold_id: Option<&str>,
        at: Millis,
    ) -> Answer {
        let Idempotency { key, request_hash } = idempotency.clone();
        let adds = body.adds.as_ref().map(|(adds, _)| (*adds, hold_id.expect("only a hold's rows add").to_owned()));
        let answer = StoredAnswer { request_hash, status, body: body.stored.clone(), adds };
        self.loaded.answers.insert(key.clone(), answer.clone());
        self.changes.answers.push(AnswerRow { key, answer, at });
        Answer::Stored { status, body }
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
