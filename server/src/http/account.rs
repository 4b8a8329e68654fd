//! What an account is told of itself: its balance, its history, and whether a plan fits it.

use axum::{http::StatusCode, response::Response};
use pricetag::{Call, Code, Credits, Fault, Faults, Path, RateCard, Step, Value};
use serde::Serialize;

use super::{
    answer::json,
    dispatch::{Asked, off},
    holds::account_faults,
    openapi::Shape,
    problem::Problem,
    query::Query,
    routes::Parameter,
};
use crate::{
    charge::{self, Account, Balance, credits},
    store::Entry,
    times,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountView<'a> {
    account_id: &'a str,
    tier: &'a str,
    balance: Balance,
    /// Left this month, by pool.
    free_units: serde_json::Map<String, serde_json::Value>,
}

/// The balance, the tier, and the free units that are left.
pub async fn account(asked: Asked) -> Result<Response, Problem> {
    let account = find(&asked).await?;
    Ok(view(&asked.in_force.card, &account))
}

pub fn view(card: &RateCard, account: &Account) -> Response {
    json(StatusCode::OK, &document(card, account))
}

pub fn document<'a>(card: &RateCard, account: &'a Account) -> AccountView<'a> {
    let left = charge::free_units_left(card, account);
    AccountView {
        account_id: &account.account_id,
        tier: &account.tier,
        balance: Balance::new(account.posted, account.held, charge::is_unlimited(card, account)),
        free_units: left.into_iter().map(|(pool, units)| (pool.into(), units.into())).collect(),
    }
}

/// The account of the key.
pub async fn find(asked: &Asked) -> Result<Account, Problem> {
    let account = asked.store().account(asked.account_id()).await?;
    account.ok_or_else(|| Problem::not_found("the account is not there"))
}

/// Whether a plan may run on the key's account.
pub async fn preflight(mut asked: Asked) -> Result<Response, Problem> {
    let document = asked.document().await?;
    let account = find(&asked).await?;
    let card = asked.in_force;
    let checked = off(move || check(&card.card, &document, &account)).await?;
    checked.map(|preflight| json(StatusCode::OK, &preflight)).map_err(|faults| account_faults(&faults))
}

/// A preflight on the ledger's account. What a request says about an account is refused, not ignored.
fn check(card: &RateCard, body: &Value, account: &Account) -> Result<pricetag::Answer, Faults> {
    let given = body.get("account").map(|_| Fault {
        code: Code::UnknownField,
        path: Path(vec![Step::Key("account".into())]),
        message: "a preflight has no field `account` here".into(),
        help: Some("the account and its tier come from the key".into()),
        line: None,
    });
    let request = match body {
        Value::Object(_) if body.get("plan").is_none() && body.get("items").is_some() => {
            vec![("plan".into(), body.clone())]
        }
        Value::Object(members) => members.iter().filter(|(key, _)| key != "account").cloned().collect(),
        // The card says what is due instead.
        other => return card.answer(Call::Preflight, other),
    };
    let account = ("account".into(), charge::standing_document(card, account));
    let answer = card.answer(Call::Preflight, &Value::Object(request.into_iter().chain([account]).collect()));
    match (given, answer) {
        (None, answer) => answer,
        (Some(given), Ok(_)) => Err(Faults { errors: vec![given] }),
        (Some(given), Err(found)) => Err(Faults { errors: [given].into_iter().chain(found.errors).collect() }),
    }
}

const ENTRIES_MAX: i64 = 1_000;
const ENTRIES_DEFAULT: i64 = 100;

pub const ENTRIES_QUERY: &[Parameter] = &[
    Parameter { name: "after", shape: Shape::After, about: "Entries after this `seq`; without it from the first" },
    Parameter { name: "limit", shape: Shape::Limit(ENTRIES_MAX), about: "At most so many; 100 without it" },
];

#[derive(Serialize)]
struct Entries<'a> {
    entries: Vec<EntryView<'a>>,
    /// The `after` of the next page.
    next: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryView<'a> {
    seq: i64,
    kind: &'a str,
    at: String,
    posted_before: Credits,
    posted_after: Credits,
    held_before: Credits,
    held_after: Credits,
    hold_id: Option<&'a str>,
    note: Option<&'a str>,
}

impl<'a> From<&'a Entry> for EntryView<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            seq: entry.seq,
            kind: &entry.kind,
            at: times::written(entry.at),
            posted_before: credits(entry.posted_before),
            posted_after: credits(entry.posted_after),
            held_before: credits(entry.held_before),
            held_after: credits(entry.held_after),
            hold_id: entry.hold_id.as_deref(),
            note: entry.note.as_deref(),
        }
    }
}

/// The account's history, a page at a time.
pub async fn entries(asked: Asked) -> Result<Response, Problem> {
    let mut query = Query::of(&asked.uri, ENTRIES_QUERY);
    let after = query.whole("after", -1..=i64::MAX).unwrap_or(-1);
    let limit = query.whole("limit", 1..=ENTRIES_MAX).unwrap_or(ENTRIES_DEFAULT);
    let limit = usize::try_from(query.finish(limit).map_err(|faults| Problem::faults(&faults))?).unwrap_or(1);
    // One more than asked for tells whether there is a next page.
    let mut entries = asked.store().entries(asked.account_id(), after, limit + 1).await?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|entry| entry.seq);
    Ok(json(StatusCode::OK, &Entries { entries: entries.iter().map(EntryView::from).collect(), next }))
}
