//! The decision on a hold or a charge: what was asked, what the card says, what the account may and can.
//!
//! Pure: no I/O and no clock. The writer calls it inside its transaction, with the account as it stands there.

mod document;
mod late;
mod reading;
mod settled;

use std::collections::BTreeMap;

use pricetag::{
    Credits, Estimate, Faults, FreeUnits, Line, Outcome, Plan, Pool, Preflight, Range, RateCard, Tier, Value, Verdict,
};
use serde::{Deserialize, Serialize};

pub use self::{
    document::{Document, ReadDocument},
    late::{LATE_MS, Late, Short, cover_late},
    reading::{ASSET_CHARACTERS, HOLD_SECONDS_MAX, unknown_fields},
    settled::{Settled, SettledLine, lines_json, settle},
};
use crate::{
    clock::{Millis, month},
    key::Hash,
    times::Day,
};

/// What an operator decides about holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldLimits {
    /// The shortest hold. A payer who chose a shorter one could take the credits back before the work is done.
    pub seconds_min: u32,
    /// Bytes that the holds and charges of an account may add to the disk on a UTC day.
    pub bytes_a_day: Option<u64>,
}

impl Default for HoldLimits {
    fn default() -> Self {
        Self { seconds_min: 60, bytes_a_day: Some(1 << 30) }
    }
}

/// An account as the ledger knows it. Balances in millicredits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub account_id: String,
    pub tier: String,
    pub terms_rev: i64,
    pub posted: i64,
    pub held: i64,
    pub seq: i64,
    /// The account's instant: the clock's time, or that of its last entry where the clock stands before it.
    pub now: Millis,
    /// Free units that were used, by month and pool, from the month before the clock's on.
    pub free_units_used: BTreeMap<(String, String), u64>,
    pub stored: StoredBytes,
}

/// The bytes that holds and charges added to the disk on a UTC day, counted from 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredBytes {
    pub day: i64,
    pub bytes: u64,
}

impl Account {
    /// What is neither spent nor held. The store's constraints keep it from being negative.
    pub fn available(&self) -> i64 {
        self.posted - self.held
    }

    /// Takes units of a pool in a month, or gives them back if the change is negative.
    pub fn use_free_units(&mut self, month: &str, pool: &str, change: i64) {
        let key = (month.to_owned(), pool.to_owned());
        match self.free_units_used.get_mut(&key) {
            Some(used) => *used = used.checked_add_signed(change).expect("units that are given back were taken"),
            None if change > 0 => drop(self.free_units_used.insert(key, change.unsigned_abs())),
            // Months older than the previous one are not loaded. No decision reads them.
            None => {}
        }
    }

    fn used(&self, month: &str, pool: &str) -> u64 {
        self.free_units_used.get(&(month.into(), pool.into())).copied().unwrap_or(0)
    }

    /// The UTC month of the account's instant.
    pub fn month(&self) -> String {
        month(self.now)
    }

    /// What it stored on a day.
    pub fn stored_on(&self, day: Day) -> u64 {
        if self.stored.day == day.number() { self.stored.bytes } else { 0 }
    }
}

/// What is left for an account of each pool of free units this month.
pub fn free_units_left<'c>(card: &'c RateCard, account: &Account) -> Vec<(&'c str, u64)> {
    free_units_left_in(card, account, &account.month())
}

fn free_units_left_in<'c>(card: &'c RateCard, account: &Account, month: &str) -> Vec<(&'c str, u64)> {
    // A lower tier, or another card, may give fewer units than were used before it.
    let left = |pool: &Pool| pool.monthly(&account.tier).saturating_sub(account.used(month, &pool.id));
    card.pools().iter().map(|pool| (pool.id.as_str(), left(pool))).collect()
}

/// The card's tier of an account.
pub fn tier_of<'c>(card: &'c RateCard, account: &Account) -> Option<&'c Tier> {
    card.tiers().iter().find(|tier| tier.id == account.tier)
}

/// The account as the rules see it.
pub fn standing(card: &RateCard, account: &Account) -> Result<pricetag::Account, Faults> {
    card.account(&account.tier, balance(card, account), &free_units_left(card, account))
}

/// The same as a document, for a request that is answered like every other.
pub fn standing_document(card: &RateCard, account: &Account) -> Value {
    let units = free_units_left(card, account).into_iter();
    // A card limits a pool to fewer units than a u32 holds.
    let units = units.map(|(pool, left)| (pool.into(), Value::Number(u32::try_from(left).unwrap_or(u32::MAX).into())));
    Value::Object(vec![
        ("tier".into(), Value::String(account.tier.clone())),
        ("balance".into(), balance(card, account).map_or(Value::Null, |balance| Value::Number(balance.to_number()))),
        ("freeUnits".into(), Value::Object(units.collect())),
    ])
}

/// Whether the balance limits nothing. A tier that the card does not have is limited.
pub fn is_unlimited(card: &RateCard, account: &Account) -> bool {
    tier_of(card, account).is_some_and(|tier| tier.monthly_credits.is_none())
}

/// What may be spent; a tier without a monthly limit has no balance to run out of.
fn balance(card: &RateCard, account: &Account) -> Option<Credits> {
    (!is_unlimited(card, account)).then(|| credits(account.available()))
}

/// Millicredits of the ledger as an amount.
pub fn credits(millicredits: i64) -> Credits {
    // `accounts` and `entries` are limited to the largest amount by their constraints.
    Credits::from_millicredits(millicredits).expect("a balance within the largest amount")
}

/// Whether credits are held for later, or charged at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Hold { seconds_min: u32 },
    Charge,
}

/// A request for a hold or a charge: the plan, what the person saw of its price, and what it is for.
#[derive(Clone, Debug)]
pub struct Request {
    plan: Value,
    accepted_high: Credits,
    asset: Option<String>,
    lasts_ms: i64,
    /// Everything that depends on the card alone, rated before the writer is kept waiting. `None` when free units could
    /// change the price, which only the account at the time of the charge can tell.
    rated: Option<Rated>,
}

#[derive(Clone, Debug)]
struct Rated {
    terms: Terms,
    total: Range,
    /// The tiers that allow the whole plan.
    tiers: Vec<String>,
}

impl Request {
    /// Reads and checks a request's body: all faults at once, the plan's own among them.
    pub fn read(card: &RateCard, body: &Value, kind: Kind) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let asked = reading::read(body, kind, &mut faults);
        let plan = body.get("plan").filter(|plan| matches!(plan, Value::Object(_)));
        let rated = match plan.map(|plan| card.plan(plan)) {
            Some(Ok(plan)) => Some(Rated::new(card, &plan)),
            Some(Err(found)) => {
                faults.extend(found.errors);
                None
            }
            None => None,
        };
        match (plan, asked, rated) {
            (Some(plan), Some(asked), Some(rated)) if faults.is_empty() => Ok(Self {
                plan: plan.clone(),
                accepted_high: asked.accepted_high,
                asset: asked.asset,
                lasts_ms: asked.lasts_ms,
                rated,
            }),
            _ => Err(Faults { errors: faults }),
        }
    }

    /// What the work is for, in the client's own words.
    pub fn asset(&self) -> Option<&str> {
        self.asset.as_deref()
    }

    /// The hash of the document that it will be stored with, if that is known before the account is.
    pub fn document_hash(&self) -> Option<Hash> {
        self.rated.as_ref().map(|rated| *rated.terms.document.hash())
    }

    /// How long a hold lasts.
    pub const fn lasts_ms(&self) -> i64 {
        self.lasts_ms
    }
}

impl Rated {
    fn new(card: &RateCard, plan: &Plan<'_>) -> Option<Self> {
        let estimate = plan.estimate(&FreeUnits::none());
        if estimate.lines.iter().any(|line| plan.pool_of(line.item).is_some()) {
            return None;
        }
        let allows = |tier: &&Tier| {
            card.account(&tier.id, None, &[]).is_ok_and(|account| plan.preflight(&account).blocks.is_empty())
        };
        let tiers = card.tiers().iter().filter(allows).map(|tier| tier.id.clone()).collect();
        Some(Self { total: estimate.total, terms: Terms::new(card, plan, &estimate, false).ok()?, tiers })
    }
}

/// What a hold or a charge does to an account. Amounts in millicredits.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Held, and the most that can be charged.
    pub hold: i64,
    /// Whether the balance does not limit it.
    pub unlimited: bool,
    /// The free units that it takes.
    pub free_units: Vec<FreeUse>,
    /// What is charged when everything is delivered at the expected price.
    pub whole: Settled,
    pub fingerprint: String,
    /// The plan and its estimate, for the history.
    pub document: Document,
}

/// Free units that an item of a plan takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeUse {
    pub item: usize,
    pub pool: String,
    pub units: u64,
}

impl Terms {
    fn new(card: &RateCard, plan: &Plan<'_>, estimate: &Estimate, unlimited: bool) -> Result<Self, Faults> {
        let free = estimate.lines.iter().filter(|line| line.free > 0);
        // A line has free units only from a pool.
        let free_use =
            |line: &Line| Some(FreeUse { item: line.item, pool: plan.pool_of(line.item)?.into(), units: line.free });
        let free_units: Vec<FreeUse> = free.filter_map(free_use).collect();
        Ok(Self {
            hold: estimate.total.high.millicredits(),
            unlimited,
            whole: Settled::new(&estimate.settle(&Outcome::whole())?, estimate, &plan.document(), &free_units),
            free_units,
            fingerprint: card.fingerprint().into(),
            document: Document::new(&plan.document(), estimate),
        })
    }
}

/// Why nothing is held or charged. Nothing of the account changes.
#[derive(Debug)]
pub enum Refusal {
    Faults(Faults),
    NotInTier(Box<Preflight>),
    PriceChanged(Box<Estimate>),
    /// With the account as it stood, from which cheaper ways are found.
    Insufficient(Box<Preflight>, Box<Account>),
    /// The account would store more bytes than it may on a day, which ends at a time.
    StorageLimit {
        bytes_max: u64,
        until: Millis,
    },
}

impl From<Faults> for Refusal {
    fn from(faults: Faults) -> Self {
        Self::Faults(faults)
    }
}

/// Rates the plan on the account as it stands, and decides. The order is the model's: what the tier forbids, then what
/// changed, then what is missing.
pub fn decide(card: &RateCard, request: &Request, account: &Account) -> Result<Terms, Refusal> {
    let balance = balance(card, account);
    if let Some(rated) = &request.rated
        && rated.tiers.contains(&account.tier)
        && rated.total.high <= request.accepted_high
        && balance.is_none_or(|balance| rated.total.high <= balance)
    {
        return Ok(Terms { unlimited: balance.is_none(), ..rated.terms.clone() });
    }
    let plan = card.plan(&request.plan)?;
    let preflight = plan.preflight(&standing(card, account)?);
    if preflight.verdict == Verdict::NotAllowed {
        return Err(Refusal::NotInTier(Box::new(preflight)));
    }
    if preflight.estimate.total.high > request.accepted_high {
        return Err(Refusal::PriceChanged(Box::new(preflight.estimate)));
    }
    if preflight.verdict != Verdict::Covered {
        return Err(Refusal::Insufficient(Box::new(preflight), Box::new(account.clone())));
    }
    Ok(Terms::new(card, &plan, &preflight.estimate, balance.is_none())?)
}

/// The balances of an account, in credits.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Balance {
    pub posted: Credits,
    pub held: Credits,
    /// `null` in a tier without a limit.
    pub available: Option<Credits>,
}

impl Balance {
    /// Of an account as the card sees it.
    pub fn of(card: &RateCard, account: &Account) -> Self {
        Self::new(account.posted, account.held, is_unlimited(card, account))
    }

    pub fn new(posted: i64, held: i64, unlimited: bool) -> Self {
        let available = if unlimited { None } else { Some(credits(posted - held)) };
        Self { posted: credits(posted), held: credits(held), available }
    }
}

/// The single changes after which the account would cover the plan, in the order of the rules: those that keep or raise
/// the rank first, then the greatest saving.
///
/// A saving is an expected figure without free units, and what is missing is not: so each change is made and the plan
/// checked again. A plan of 500 items has thousands of changes: the greatest savings of each rank group are checked, so
/// that many changes that keep the rank and save too little do not hide a lesser one that fits.
pub fn cheaper(card: &RateCard, request: &Request, account: &Account) -> Result<Vec<pricetag::Alternative>, Faults> {
    const LOOKED_AT: usize = 20;
    const ANSWERED: usize = 5;
    let plan = card.plan(&request.plan)?;
    let standing = standing(card, account)?;
    let document = plan.document();
    let mut fitting = Vec::new();
    let (kept, lesser): (Vec<_>, Vec<_>) =
        plan.alternatives(Some(&account.tier))?.into_iter().partition(|change| change.rank >= 0);
    for alternative in kept.into_iter().take(LOOKED_AT).chain(lesser.into_iter().take(LOOKED_AT)) {
        let changed = with_option(document.clone(), &alternative);
        if card.plan(&changed)?.preflight(&standing).verdict == Verdict::Covered {
            fitting.push(alternative);
        }
        if fitting.len() == ANSWERED {
            break;
        }
    }
    Ok(fitting)
}

fn with_option(mut plan: Value, alternative: &pricetag::Alternative) -> Value {
    let field = member(&mut plan, "items")
        .and_then(|items| if let Value::List(items) = items { items.get_mut(alternative.item) } else { None })
        .and_then(|item| member(item, &alternative.field));
    if let Some(option) = field {
        *option = Value::String(alternative.option.clone());
    }
    plan
}

fn member<'v>(object: &'v mut Value, key: &str) -> Option<&'v mut Value> {
    let Value::Object(members) = object else { return None };
    members.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
}
