//! What an account is told of itself: its balance, and whether a plan fits it.

use axum::{http::StatusCode, response::Response};
use pricetag::{Call, Faults, RateCard, Value};
use serde::Serialize;

use super::{
    answer::json,
    dispatch::{Asked, off},
    holds::account_faults,
    problem::Problem,
};
use crate::charge::{self, Account, Balance, unknown_fields};

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
        balance: Balance::of(card, account),
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
    const PLAN: &str = "plan";
    // The card says what is due instead.
    if !matches!(body, Value::Object(_)) {
        return card.answer(Call::Preflight, body);
    }
    let is_plan = body.get(PLAN).is_none() && body.get("items").is_some();
    let plan = if is_plan { Some(body) } else { body.get(PLAN) };
    let account = ("account".into(), charge::standing_document(card, account));
    let request = plan.map(|plan| (PLAN.into(), plan.clone())).into_iter().chain([account]).collect();
    let answer = card.answer(Call::Preflight, &Value::Object(request));
    let unknown = if is_plan { Vec::new() } else { unknown_fields(body, &[PLAN]) };
    if unknown.is_empty() {
        return answer;
    }
    let found = answer.err().into_iter().flat_map(|faults| faults.errors);
    Err(Faults { errors: unknown.into_iter().chain(found).collect() })
}
