//! The statements of the ledger. Every function runs inside a transaction that its caller began.

use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::{Answer, NewAccount, NewCharge, NewKey, Operation, StoreFault, readers::StoredAnswer};
use crate::{
    charge::{Account, Balance, Charge, Receipt},
    clock::{Millis, month},
    key::{random_hex, same},
};

/// The status of a charge that was posted.
const CREATED: u16 = 201;

pub fn apply(ledger: &Connection, operation: &Operation, now: Millis) -> Result<Answer, StoreFault> {
    match operation {
        Operation::OpenAccount(account) => open_account(ledger, account, now)?,
        Operation::AddKey(key) => add_key(ledger, key)?,
        Operation::PublishCard { fingerprint, body } => publish_card(ledger, fingerprint, body, now)?,
        Operation::Charge(charge) => return self::charge(ledger, charge, now),
    }
    Ok(Answer::Done)
}

fn open_account(ledger: &Connection, new: &NewAccount, now: Millis) -> rusqlite::Result<()> {
    ledger.execute("INSERT INTO accounts (account_id, tier) VALUES (?1, ?2)", params![new.account_id, new.tier])?;
    let mut at = Position::default();
    at.enter(ledger, &new.account_id, &Move::of("open", 0, 0), None, now)?;
    if new.grant_millicredits > 0 {
        ledger.execute(
            "UPDATE accounts SET posted = ?2, seq = 1 WHERE account_id = ?1",
            params![new.account_id, new.grant_millicredits],
        )?;
        at.seq = 1;
        at.enter(ledger, &new.account_id, &Move::of("grant", new.grant_millicredits, 0), None, now)?;
    }
    Ok(())
}

fn add_key(ledger: &Connection, new: &NewKey) -> rusqlite::Result<()> {
    ledger
        .execute(
            "INSERT INTO api_keys (key_id, hash, account_id, scopes, expires) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![new.key_id, new.hash, new.account_id, new.scopes.to_string(), new.expires],
        )
        .map(drop)
}

fn publish_card(ledger: &Connection, fingerprint: &str, body: &str, now: Millis) -> rusqlite::Result<()> {
    ledger
        .execute(
            "INSERT INTO cards (fingerprint, body, active_from) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![fingerprint, body, now],
        )
        .map(drop)
}

/// An account, with the free units that it used in a month.
pub fn account(ledger: &Connection, account_id: &str, month: &str) -> Result<Option<Account>, StoreFault> {
    let account = ledger
        .prepare_cached("SELECT tier, terms_rev, posted, held, seq FROM accounts WHERE account_id = ?1")?
        .query_row([account_id], |row| {
            Ok(Account {
                account_id: account_id.into(),
                tier: row.get(0)?,
                terms_rev: row.get(1)?,
                posted: row.get(2)?,
                held: row.get(3)?,
                seq: row.get(4)?,
                month: month.into(),
                free_units_used: Vec::new(),
            })
        })
        .optional()?;
    let Some(mut account) = account else { return Ok(None) };
    account.free_units_used = ledger
        .prepare_cached("SELECT pool, used FROM free_units WHERE account_id = ?1 AND month = ?2")?
        .query_map([account_id, month], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(Some(account))
}

pub fn stored_answer(ledger: &Connection, account_id: &str, key: &str) -> Result<Option<StoredAnswer>, StoreFault> {
    let stored = ledger
        .prepare_cached("SELECT request_hash, body FROM ops WHERE account_id = ?1 AND idem_key = ?2")?
        .query_row([account_id, key], |row| Ok(StoredAnswer { request_hash: row.get(0)?, body: row.get(1)? }))
        .optional()?;
    Ok(stored)
}

fn charge(ledger: &Connection, new: &NewCharge, now: Millis) -> Result<Answer, StoreFault> {
    if let Some(stored) = stored_answer(ledger, &new.account_id, &new.idempotency_key)? {
        return Ok(stored.answer(&new.request_hash));
    }
    let account = account(ledger, &new.account_id, &month(now))?.ok_or_else(|| {
        StoreFault::Unavailable(format!("a key names the account {}, which is not there", new.account_id))
    })?;
    let charge = match (new.decide)(&account) {
        Ok(charge) => charge,
        Err(refusal) => return Ok(Answer::Refused(refusal)),
    };
    let hold_id = new_hold_id(now);
    let (posted, held) = post(ledger, &account, &charge, &hold_id, now)?;
    record(ledger, &account, &charge, &hold_id, now)?;
    let body = serde_json::to_string(&Receipt {
        id: &hold_id,
        charge: crate::charge::credits(charge.charge),
        released: crate::charge::credits(charge.released),
        estimate: &charge.estimate,
        balance: Balance::new(posted, held, charge.unlimited),
    })
    .expect("a receipt is JSON");
    ledger
        .prepare_cached(
            "INSERT INTO ops (account_id, idem_key, request_hash, status, body, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![new.account_id, new.idempotency_key, new.request_hash, CREATED, body, now])?;
    Ok(Answer::Receipt { body, replayed: false })
}

/// The name of a hold: its time and then 80 random bits, so that names ascend and the index grows at its end.
fn new_hold_id(now: Millis) -> String {
    format!("hold_{now:012x}{}", random_hex::<10>())
}

/// Moves the balance under its guard, and enters each step.
fn post(
    ledger: &Connection,
    account: &Account,
    charge: &Charge,
    hold_id: &str,
    now: Millis,
) -> Result<(i64, i64), StoreFault> {
    let hold = Move::of("hold", 0, charge.hold);
    let capture = Move::of("capture", -charge.charge, -charge.hold);
    let moves: &[Move] = if charge.unlimited {
        // What was not charged of the allowance goes back, so that the balance of a tier without a limit stays as it is.
        &[Move::of("allowance", charge.hold, 0), hold, capture, Move::of("allowance", -charge.released, 0)]
    } else {
        &[hold, capture]
    };
    let steps = i64::try_from(moves.len()).expect("a few steps");
    // The guard says what the decision was made on; it does not rely on what this process remembers.
    let balances = ledger
        .prepare_cached(
            "UPDATE accounts SET posted = posted + :change, seq = seq + :steps
             WHERE account_id = :account AND terms_rev = :terms_rev AND (:unlimited OR posted - held >= :hold)
             RETURNING posted, held",
        )?
        .query_row(
            named_params! {
                ":change": moves.iter().map(|step| step.posted).sum::<i64>(),
                ":steps": steps,
                ":account": account.account_id,
                ":terms_rev": account.terms_rev,
                ":unlimited": charge.unlimited,
                ":hold": charge.hold,
            },
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?
        .ok_or_else(|| StoreFault::Unavailable("the account changed while it was charged".into()))?;
    let mut at = Position { seq: account.seq, posted: account.posted, held: account.held };
    for step in moves {
        at.seq += 1;
        let hold_id = (step.kind != "allowance").then_some(hold_id);
        at.enter(ledger, &account.account_id, step, hold_id, now)?;
    }
    Ok(balances)
}

/// The hold, its outcome and the free units of a charge.
fn record(ledger: &Connection, account: &Account, charge: &Charge, hold_id: &str, now: Millis) -> rusqlite::Result<()> {
    ledger
        .prepare_cached(
            "INSERT INTO holds (account_id, hold_id, amount, fingerprint, plan, estimate, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            account.account_id,
            hold_id,
            charge.hold,
            charge.fingerprint,
            charge.plan,
            charge.estimate.get(),
            now
        ])?;
    ledger
        .prepare_cached(
            "INSERT INTO hold_outcomes (account_id, hold_id, kind, captured, settlement, at) VALUES (?1, ?2, 'captured', ?3, ?4, ?5)",
        )?
        .execute(params![account.account_id, hold_id, charge.charge, charge.settlement, now])?;
    for (pool, units) in &charge.free_units {
        ledger
            .prepare_cached(
                "INSERT INTO free_units (account_id, pool, month, used) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET used = used + excluded.used",
            )?
            .execute(params![account.account_id, pool, account.month, units])?;
    }
    Ok(())
}

/// One step of a history: what changes, in millicredits.
struct Move {
    kind: &'static str,
    posted: i64,
    held: i64,
}

impl Move {
    const fn of(kind: &'static str, posted: i64, held: i64) -> Self {
        Self { kind, posted, held }
    }
}

/// Where an account's history stands.
#[derive(Default)]
struct Position {
    seq: i64,
    posted: i64,
    held: i64,
}

impl Position {
    /// Appends the entry number `seq`, and stands after it.
    fn enter(
        &mut self,
        ledger: &Connection,
        account_id: &str,
        step: &Move,
        hold_id: Option<&str>,
        now: Millis,
    ) -> rusqlite::Result<()> {
        let (posted, held) = (self.posted + step.posted, self.held + step.held);
        ledger
            .prepare_cached(
                "INSERT INTO entries (account_id, seq, kind, posted_before, posted_after, held_before, held_after, hold_id, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![account_id, self.seq, step.kind, self.posted, posted, self.held, held, hold_id, now])?;
        (self.posted, self.held) = (posted, held);
        Ok(())
    }
}

impl StoredAnswer {
    /// The answer to a request that came with the same key.
    pub fn answer(self, request_hash: &crate::key::Hash) -> Answer {
        if same(&self.request_hash, request_hash) {
            Answer::Receipt { body: self.body, replayed: true }
        } else {
            Answer::KeyReused
        }
    }
}
