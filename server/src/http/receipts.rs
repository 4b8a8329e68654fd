//! The answers that the ledger stores with an operation, and gives again to every request with the same key.

use std::sync::Arc;

use axum::http::StatusCode;
use pricetag::Credits;
use serde::Serialize;

use super::{account, app::InForce};
use crate::{
    charge::{Balance, Settled, credits, lines_json},
    store::{Adds, After, Body, HoldRecord, Idempotency, Placed, Reply},
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
    balance: Balance,
}

/// A charge: a hold that was captured at once.
#[derive(Serialize)]
struct Charged<'a> {
    id: &'a str,
    charge: Credits,
    released: Credits,
    balance: Balance,
}

/// What a capture adds to the settlement.
#[derive(Serialize)]
struct Captured<'a> {
    id: &'a str,
    status: &'static str,
    /// Whether the hold had expired.
    late: bool,
    charge: Credits,
    released: Credits,
    balance: Balance,
}

/// What an extension answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extended<'a> {
    id: &'a str,
    status: &'static str,
    amount: Credits,
    expires_at: String,
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

/// Of a hold, or of a charge. The estimate is in the hold's document, which every answer takes it from.
pub fn placed(placed: &Placed<'_>) -> Body {
    let Placed { hold_id: id, terms, account, .. } = placed;
    let balance = Balance::new(account.posted, account.held, terms.unlimited);
    let stored = match placed.expires_at {
        None => {
            let (charge, released) = (credits(terms.whole.charge), credits(terms.hold - terms.whole.charge));
            written(&Charged { id, charge, released, balance })
        }
        Some(expires_at) => written(&Held {
            id,
            status: "held",
            amount: credits(terms.hold),
            created_at: times::written(placed.at),
            expires_at: times::written(expires_at),
            asset: placed.asset,
            balance,
        }),
    };
    Body { stored, adds: Some((Adds::Estimate, terms.document.estimate().get().into())) }
}

fn reply(
    idempotency: Idempotency,
    status: StatusCode,
    body: impl Fn(&After<'_>) -> Body + Send + Sync + 'static,
) -> Reply {
    Reply { idempotency, status: status.as_u16(), body: Box::new(body) }
}

/// Of a capture of what was settled; with faults there is none, and nothing is written.
pub fn captured(
    idempotency: Idempotency,
    in_force: Arc<InForce>,
    hold: Arc<HoldRecord>,
    settled: Option<&Settled>,
) -> Reply {
    let settled = settled.cloned();
    reply(idempotency, StatusCode::OK, move |after| {
        let settled = settled.as_ref().expect("only what was settled is captured");
        let stored = written(&Captured {
            id: &hold.hold_id,
            status: "captured",
            late: after.hold.is_some_and(|hold| hold.late),
            charge: credits(settled.charge),
            released: credits(hold.amount - settled.charge),
            balance: Balance::of(&in_force.card, after.account),
        });
        Body { stored, adds: Some((Adds::Lines, lines_json(&settled.lines))) }
    })
}

pub fn released(idempotency: Idempotency, in_force: Arc<InForce>, hold: HoldRecord) -> Reply {
    reply(idempotency, StatusCode::OK, move |after| {
        let (id, released) = (hold.hold_id.as_str(), credits(hold.amount));
        written(&Returned { id, status: "released", released, balance: Balance::of(&in_force.card, after.account) })
            .into()
    })
}

pub fn extended(idempotency: Idempotency, hold: HoldRecord) -> Reply {
    reply(idempotency, StatusCode::OK, move |after| {
        let expires_at = after.hold.and_then(|hold| hold.expires_at).expect("an open hold expires");
        let (id, amount) = (hold.hold_id.as_str(), credits(hold.amount));
        written(&Extended { id, status: "held", amount, expires_at: times::written(expires_at) }).into()
    })
}

pub fn granted(idempotency: Idempotency, in_force: Arc<InForce>, amount: Credits, note: Option<String>) -> Reply {
    reply(idempotency, StatusCode::CREATED, move |After { account, .. }| {
        let balance = Balance::of(&in_force.card, account);
        let (account_id, seq, note) = (account.account_id.as_str(), account.seq, note.as_deref());
        written(&Granted { account_id, seq, amount, note, balance }).into()
    })
}

pub fn opened(idempotency: Idempotency, in_force: Arc<InForce>) -> Reply {
    reply(idempotency, StatusCode::CREATED, move |after| {
        written(&account::document(&in_force.card, after.account)).into()
    })
}
