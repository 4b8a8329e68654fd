//! The decision on a charge: what was asked, what the card says, what the account may and can.
//!
//! Pure: no I/O and no clock. The writer calls it inside its transaction, with the account as it stands there.

use pricetag::{
    Code, Credits, Estimate, Fault, Faults, Outcome, Path, Plan, Preflight, Range, RateCard, Step, Tier, Value, Verdict,
};
use serde::Serialize;
use serde_json::value::RawValue;

/// An account as the ledger knows it. Balances in millicredits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub account_id: String,
    pub tier: String,
    pub terms_rev: i64,
    pub posted: i64,
    pub held: i64,
    pub seq: i64,
    /// The UTC month, and what was used in it of each pool of free units.
    pub month: String,
    pub free_units_used: Vec<(String, u64)>,
}

impl Account {
    /// What is neither spent nor held. The store's constraints keep it from being negative.
    pub fn available(&self) -> i64 {
        self.posted - self.held
    }

    fn used(&self, pool: &str) -> u64 {
        self.free_units_used.iter().find(|(id, _)| id == pool).map_or(0, |(_, used)| *used)
    }
}

/// What is left for an account of each pool of free units this month.
pub fn free_units_left<'c>(card: &'c RateCard, account: &Account) -> Vec<(&'c str, u64)> {
    card.pools()
        .iter()
        .map(|pool| (pool.id.as_str(), pool.monthly(&account.tier).saturating_sub(account.used(&pool.id))))
        .collect()
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

/// What may be spent; a tier without a monthly limit has no balance to run out of.
fn balance(card: &RateCard, account: &Account) -> Option<Credits> {
    let unlimited = tier_of(card, account).is_some_and(|tier| tier.monthly_credits.is_none());
    (!unlimited).then(|| credits(account.available()))
}

/// Millicredits of the ledger as an amount.
pub fn credits(millicredits: i64) -> Credits {
    // `accounts` and `entries` are limited to the largest amount by their constraints.
    Credits::from_millicredits(millicredits).expect("a balance within the largest amount")
}

/// A request for a charge: the plan, and what the person saw of its price.
#[derive(Clone, Debug)]
pub struct Request {
    plan: Value,
    accepted: Accepted,
}

#[derive(Clone, Debug)]
struct Accepted {
    fingerprint: String,
    high: Credits,
}

impl Request {
    /// Reads and checks a request's body: all faults at once, the plan's own among them.
    pub fn read(card: &RateCard, body: &Value) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let Value::Object(members) = body else {
            return Err(Faults { errors: vec![fault(Code::WrongType, &[], "an object is due here", None)] });
        };
        for (key, _) in members.iter().filter(|(key, _)| key != "plan" && key != "accepted") {
            let help = "a charge has `plan` and `accepted`; the account and its tier come from the key";
            faults.push(fault(Code::UnknownField, &[key], &format!("a charge has no field `{key}`"), Some(help)));
        }
        let plan = body.get("plan");
        match plan {
            None => faults.push(fault(Code::MissingField, &["plan"], "a plan must be given", None)),
            Some(plan) if !matches!(plan, Value::Object(_)) => {
                faults.push(fault(Code::WrongType, &["plan"], "a plan is due here", None));
            }
            Some(plan) => faults.extend(card.plan(plan).err().into_iter().flat_map(|found| found.errors)),
        }
        let accepted = Accepted::read(body.get("accepted"), &mut faults);
        match (plan, accepted) {
            (Some(plan), Some(accepted)) if faults.is_empty() => Ok(Self { plan: plan.clone(), accepted }),
            _ => Err(Faults { errors: faults }),
        }
    }
}

impl Accepted {
    fn read(value: Option<&Value>, faults: &mut Vec<Fault>) -> Option<Self> {
        const HELP: &str = "`accepted` is {fingerprint, high}: the estimate's `card.fingerprint` and `total.high`";
        let Some(value) = value else {
            faults.push(fault(Code::MissingField, &["accepted"], "what was accepted must be given", Some(HELP)));
            return None;
        };
        let Value::Object(members) = value else {
            faults.push(fault(Code::WrongType, &["accepted"], "an object is due here", Some(HELP)));
            return None;
        };
        for (key, _) in members.iter().filter(|(key, _)| key != "fingerprint" && key != "high") {
            let message = format!("`accepted` has no field `{key}`");
            faults.push(fault(Code::UnknownField, &["accepted", key], &message, Some(HELP)));
        }
        let fingerprint = match value.get("fingerprint") {
            Some(Value::String(fingerprint)) => Ok(fingerprint.clone()),
            Some(_) => Err((Code::WrongType, "a string is due here".into())),
            None => Err((Code::MissingField, "the fingerprint of the card must be given".into())),
        };
        let high = match value.get("high") {
            Some(Value::Number(high)) => amount(*high).map_err(|message| (Code::InvalidAmount, message)),
            Some(_) => Err((Code::WrongType, "a number of credits is due here".into())),
            None => Err((Code::MissingField, "the highest price that was shown must be given".into())),
        };
        match (fingerprint, high) {
            (Ok(fingerprint), Ok(high)) => Some(Self { fingerprint, high }),
            (fingerprint, high) => {
                let found = [("fingerprint", fingerprint.err()), ("high", high.err())];
                for (field, error) in found {
                    let Some((code, message)) = error else { continue };
                    faults.push(fault(code, &["accepted", field], &message, Some(HELP)));
                }
                None
            }
        }
    }
}

fn amount(number: f64) -> Result<Credits, String> {
    match Credits::from_number(number) {
        Ok(amount) if amount < Credits::ZERO => Err(format!("`{number}` is negative")),
        Ok(amount) => Ok(amount),
        Err(error) => Err(format!("`{number}` is not an amount: {error}")),
    }
}

fn fault(code: Code, path: &[&str], message: &str, help: Option<&str>) -> Fault {
    let path = Path(path.iter().map(|key| Step::Key((*key).into())).collect());
    Fault { code, path, message: message.into(), help: help.map(Into::into), line: None }
}

/// A charge that may be posted. Amounts in millicredits.
#[derive(Debug)]
pub struct Charge {
    /// Held first, and the most that can be charged.
    pub hold: i64,
    pub charge: i64,
    pub released: i64,
    /// Whether the balance does not limit it.
    pub unlimited: bool,
    /// The free units that it really uses, by pool.
    pub free_units: Vec<(String, u64)>,
    pub fingerprint: String,
    /// Documents for the history, as JSON.
    pub plan: String,
    pub estimate: Box<RawValue>,
    pub settlement: String,
}

/// Why a charge is not posted. Nothing of the account changes.
#[derive(Debug)]
pub enum Refusal {
    Faults(Faults),
    NotInTier(Box<Preflight>),
    PriceChanged(Box<Estimate>),
    /// With the account as it stood, from which cheaper ways are found.
    Insufficient(Box<Preflight>, Box<Account>),
}

impl From<Faults> for Refusal {
    fn from(faults: Faults) -> Self {
        Self::Faults(faults)
    }
}

/// Rates the plan anew and decides. The order is the model's: what the tier forbids, then what changed, then what is missing.
pub fn decide(card: &RateCard, request: &Request, account: &Account) -> Result<Charge, Refusal> {
    let plan = card.plan(&request.plan)?;
    let standing = standing(card, account)?;
    let preflight = plan.preflight(&standing);
    if preflight.verdict == Verdict::NotAllowed {
        return Err(Refusal::NotInTier(Box::new(preflight)));
    }
    if changed(&request.accepted, card, preflight.estimate.total) {
        return Err(Refusal::PriceChanged(Box::new(preflight.estimate)));
    }
    if preflight.verdict != Verdict::Covered {
        return Err(Refusal::Insufficient(Box::new(preflight), Box::new(account.clone())));
    }
    let estimate = preflight.estimate;
    let settlement = estimate.settle(&Outcome::whole())?;
    Ok(Charge {
        hold: estimate.total.high.millicredits(),
        charge: settlement.charge.millicredits(),
        released: settlement.released.millicredits(),
        unlimited: standing.balance().is_none(),
        free_units: free_units(&plan, &settlement),
        fingerprint: card.fingerprint().into(),
        plan: json(&plan.document()),
        estimate: RawValue::from_string(json(&estimate)).expect("an estimate is JSON"),
        settlement: json(&settlement),
    })
}

/// Dearer than accepted is always refused; another card's figure must be the same, because the person saw why it was that much.
fn changed(accepted: &Accepted, card: &RateCard, total: Range) -> bool {
    total.high > accepted.high || (accepted.fingerprint != card.fingerprint() && total.high != accepted.high)
}

fn free_units(plan: &Plan<'_>, settlement: &pricetag::Settlement) -> Vec<(String, u64)> {
    let mut used: Vec<(String, u64)> = Vec::new();
    for line in settlement.lines.iter().filter(|line| line.free > 0) {
        // A line has free units only from a pool.
        let Some(pool) = plan.pool_of(line.item) else { continue };
        match used.iter_mut().find(|(id, _)| id == pool) {
            Some((_, units)) => *units += line.free,
            None => used.push((pool.into(), line.free)),
        }
    }
    used
}

fn json(document: &impl Serialize) -> String {
    serde_json::to_string(document).expect("the rules' documents have string keys and finite numbers")
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
    pub fn new(posted: i64, held: i64, unlimited: bool) -> Self {
        let available = if unlimited { None } else { Some(credits(posted - held)) };
        Self { posted: credits(posted), held: credits(held), available }
    }
}

/// The answer to a charge, as it is stored and sent.
#[derive(Debug, Serialize)]
pub struct Receipt<'a> {
    pub id: &'a str,
    pub charge: Credits,
    pub released: Credits,
    pub estimate: &'a RawValue,
    pub balance: Balance,
}

/// The single changes after which the account would cover the plan, the greatest saving first.
///
/// A saving is an expected figure without free units, and what is missing is not: so each change is made and the plan
/// checked again. Few are looked at and fewer answered, because a plan of 500 items has thousands.
pub fn cheaper(card: &RateCard, request: &Request, account: &Account) -> Result<Vec<pricetag::Alternative>, Faults> {
    const LOOKED_AT: usize = 20;
    const ANSWERED: usize = 5;
    let plan = card.plan(&request.plan)?;
    let standing = standing(card, account)?;
    let document = plan.document();
    let mut fitting = Vec::new();
    for alternative in plan.alternatives(Some(&account.tier))?.into_iter().take(LOOKED_AT) {
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
