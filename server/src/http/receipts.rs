//! The answers that the ledger stores with an operation, and gives again to every request with the same key.

use std::sync::Arc;

use axum::http::StatusCode;
use pricetag::Credits;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{account, app::InForce};
use crate::{
    charge::{Account, Balance, Settled, credits, is_unlimited},
    store::{HoldRecord, Idempotency, Placed, Reply},
    times,
};

/// A hold that was placed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Held<'a> {
    id: &'a str,
    status: &'static str,
    amount: Credits,
    created_at: String,
    expires_at: String,
    asset: Option<&'a str>,
    estimate: &'a RawValue,
    balance: Balance,
}

/// A charge: a hold that was captured at once.
#[derive(Serialize)]
struct Charged<'a> {
    id: &'a str,
    charge: Credits,
    released: Credits,
    estimate: &'a RawValue,
    balance: Balance,
}

/// What a capture adds to the settlement.
#[derive(Serialize)]
struct Captured<'a> {
    id: &'a str,
    status: &'static str,
    charge: Credits,
    released: Credits,
    lines: &'a RawValue,
    balance: Balance,
}

/// What a release answers.
#[derive(Serialize)]
struct Returned<'a> {
    id: &'a str,
    status: &'static str,
    released: Credits,
    balance: Balance,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Granted<'a> {
    account_id: &'a str,
    seq: i64,
    amount: Credits,
    note: Option<&'a str>,
    balance: Balance,
}

fn written(receipt: &impl Serialize) -> String {
    serde_json::to_string(receipt).expect("a receipt is JSON")
}

/// Of a hold, or of a charge.
pub fn placed(placed: &Placed<'_>) -> String {
    let Placed { hold_id: id, terms, account, .. } = placed;
    let balance = Balance::new(account.posted, account.held, terms.unlimited);
    let Some(expires_at) = placed.expires_at else {
        let (charge, released) = (credits(terms.whole.charge), credits(terms.hold - terms.whole.charge));
        return written(&Charged { id, charge, released, estimate: &terms.estimate, balance });
    };
    written(&Held {
        id,
        status: "held",
        amount: credits(terms.hold),
        created_at: times::written(placed.at),
        expires_at: times::written(expires_at),
        asset: placed.asset,
        estimate: &terms.estimate,
        balance,
    })
}

fn reply(
    idempotency: Idempotency,
    status: StatusCode,
    body: impl Fn(&Account) -> String + Send + Sync + 'static,
) -> Reply {
    Reply { idempotency, status: status.as_u16(), body: Box::new(body) }
}

fn balance(in_force: &InForce, account: &Account) -> Balance {
    Balance::new(account.posted, account.held, is_unlimited(&in_force.card, account))
}

/// Of a capture of what was settled; with faults there is none, and nothing is written.
pub fn captured(
    idempotency: Idempotency,
    in_force: Arc<InForce>,
    hold: HoldRecord,
    settled: Option<&Settled>,
) -> Reply {
    /// The lines as the rules wrote them.
    #[derive(serde::Deserialize)]
    struct Settlement<'a> {
        #[serde(borrow)]
        lines: &'a RawValue,
    }
    let settled = settled.cloned();
    reply(idempotency, StatusCode::OK, move |account| {
        let settled = settled.as_ref().expect("only what was settled is captured");
        let settlement: Settlement<'_> = serde_json::from_str(&settled.settlement).expect("a settlement has lines");
        written(&Captured {
            id: &hold.hold_id,
            status: "captured",
            charge: credits(settled.charge),
            released: credits(hold.amount - settled.charge),
            lines: settlement.lines,
            balance: balance(&in_force, account),
        })
    })
}

pub fn released(idempotency: Idempotency, in_force: Arc<InForce>, hold: HoldRecord) -> Reply {
    reply(idempotency, StatusCode::OK, move |account| {
        let (id, released) = (hold.hold_id.as_str(), credits(hold.amount));
        written(&Returned { id, status: "released", released, balance: balance(&in_force, account) })
    })
}

pub fn granted(idempotency: Idempotency, in_force: Arc<InForce>, amount: Credits, note: Option<String>) -> Reply {
    reply(idempotency, StatusCode::CREATED, move |account| {
        written(&Granted {
            account_id: &account.account_id,
            seq: account.seq,
            amount,
            note: note.as_deref(),
            balance: balance(&in_force, account),
        })
    })
}

pub fn opened(idempotency: Idempotency, in_force: Arc<InForce>) -> Reply {
    reply(idempotency, StatusCode::CREATED, move |account| written(&account::document(&in_force.card, account)))
}
