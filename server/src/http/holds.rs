//! Credits that are set aside for work, and what becomes of them.

use std::sync::Arc;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use pricetag::{Code, Credits, Faults, Step, Value};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    answer::{self, json},
    dispatch::{Asked, off},
    fields::Fields,
    problem::Problem,
    receipts,
};
use crate::{
    charge::{self, Account, Balance, Kind, Refusal, Short, credits},
    clock::Millis,
    store::{Answer, HoldRecord, NewHold, Operation, Resolution},
    times,
};

const NO_ACCOUNT: &str = "the account is not there";
const NO_HOLD: &str = "there is no such hold";

/// Rates the plan anew and reserves its high figure, once for each idempotency key.
pub async fn place(asked: Asked) -> Result<Response, Problem> {
    #[derive(Deserialize)]
    struct Placed {
        id: String,
    }
    let kind = Kind::Hold { seconds_min: asked.app.hold_limits().seconds_min };
    let mut response = reserve(asked, kind).await?;
    let body = std::mem::take(response.body_mut());
    let text = axum::body::to_bytes(body, usize::MAX).await.map_err(|_| Problem::defect())?;
    let placed: Placed = serde_json::from_slice(&text).map_err(|_| Problem::defect())?;
    *response.body_mut() = text.into();
    let location = HeaderValue::from_str(&format!("/v1/holds/{}", placed.id)).map_err(|_| Problem::defect())?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// Holds and captures in one step: charges the plan's expected figure, once for each idempotency key.
pub async fn charge(asked: Asked) -> Result<Response, Problem> {
    reserve(asked, Kind::Charge).await
}

async fn reserve(mut asked: Asked, kind: Kind) -> Result<Response, Problem> {
    let document = asked.document().await?;
    let idempotency = asked.idempotency(&document);
    let request = match charge::Request::read(&asked.in_force.card, &document, kind) {
        Ok(request) => Arc::new(request),
        Err(faults) => {
            return answer::before(asked.store(), &idempotency, Problem::faults(&faults)).await;
        }
    };
    let key = idempotency.key.clone();
    let decide = {
        let (in_force, request) = (Arc::clone(&asked.in_force), Arc::clone(&request));
        move |account: &Account| charge::decide(&in_force.card, &request, account)
    };
    let operation = Operation::Hold(NewHold {
        account_id: asked.account_id().into(),
        idempotency,
        decide: Box::new(decide),
        asset: request.asset().map(Into::into),
        lasts_ms: (kind != Kind::Charge).then(|| request.lasts_ms()),
        bytes_a_day: asked.app.hold_limits().bytes_a_day,
        document_hash: request.document_hash(),
        body: Box::new(receipts::placed),
    });
    match asked.store().run(operation).await? {
        Answer::Refused(refusal) => Err(refuse(&asked, request, refusal).await?),
        answer => answer::stored(asked.store(), &key, answer, NO_ACCOUNT).await,
    }
}

async fn refuse(asked: &Asked, request: Arc<charge::Request>, refusal: Refusal) -> Result<Problem, Problem> {
    let card = &asked.in_force.card;
    Ok(match refusal {
        Refusal::Faults(faults) => account_faults(&faults),
        Refusal::NotInTier(preflight) => {
            let messages: Vec<&str> = preflight.blocks.iter().map(|block| block.message.as_str()).collect();
            Problem::not_in_tier(messages.join("; ")).with("needs", &preflight.needs).with("blocks", &preflight.blocks)
        }
        Refusal::PriceChanged(estimate) => {
            let detail = format!("it costs up to {} credits; nothing was charged", estimate.total.high);
            Problem::price_changed(detail).with("estimate", &estimate)
        }
        Refusal::Insufficient(preflight, account) => {
            let balance = Balance::of(card, &account);
            let in_force = Arc::clone(&asked.in_force);
            // Finding what would be cheaper rates a long plan many times, which must not keep other requests waiting.
            let alternatives = off(move || charge::cheaper(&in_force.card, &request, &account)).await?;
            let what = format!(
                "expected {} available credits, {} more than there are",
                preflight.estimate.total.high, preflight.short_by
            );
            insufficient(asked, what, preflight.short_by, balance)
                .await?
                .with("alternatives", alternatives.unwrap_or_default())
                .with("estimate", &preflight.estimate)
        }
        Refusal::StorageLimit { bytes_max, until } => storage_limit(asked, bytes_max, until),
    })
}

/// What is missing, what is there, and when held credits may come back.
async fn insufficient(asked: &Asked, what: String, short_by: Credits, balance: Balance) -> Result<Problem, Problem> {
    let next_expiry = asked.store().next_expiry(asked.account_id()).await?.map(times::written);
    let held = match balance.held {
        Credits::ZERO => String::new(),
        held => format!("; {held} of {} are on hold", balance.posted),
    };
    Ok(Problem::insufficient_credits(what + &held)
        .with("shortBy", short_by)
        .with("balance", balance)
        .with("nextExpiry", next_expiry))
}

/// The hold has expired, and the credits that went back are not there any more.
async fn late_capture(asked: &Asked, short: Short) -> Result<Problem, Problem> {
    let balance = Balance::of(&asked.in_force.card, &short.account);
    let by = credits(short.by);
    let what = format!("the hold expired, and its charge needs {by} more credits than are available");
    insufficient(asked, what, by, balance).await
}

fn storage_limit(asked: &Asked, bytes_max: u64, until: Millis) -> Problem {
    let seconds = (until - asked.store().now()).max(0) / 1_000 + 1;
    Problem::storage_limit(format!("this would exceed the account's limit of {bytes_max} stored bytes a day"))
        .after(seconds.unsigned_abs())
}

/// The faults of a request on an account. That the card in force does not have the account's tier is nothing that the
/// request could do better.
pub fn account_faults(faults: &Faults) -> Problem {
    let of_account = |fault: &&pricetag::Fault| {
        fault.code == Code::UnknownTier && matches!(fault.path.0.first(), Some(Step::Key(key)) if key == "account")
    };
    match faults.errors.iter().find(of_account) {
        Some(fault) => {
            Problem::unknown_tier(format!("{}; the account needs another tier, or the card this one", fault.message))
        }
        None => Problem::faults(faults),
    }
}

/// Charges what was delivered of a hold, and gives the rest back. Of a hold that expired too, for a day, where the account
/// still covers it.
pub async fn capture(mut asked: Asked) -> Result<Response, Problem> {
    let document = asked.document().await?;
    let idempotency = asked.idempotency(&document);
    let hold = Arc::new(find(&asked).await?);
    let in_force = Arc::clone(&asked.in_force);
    let settling = {
        let (in_force, hold) = (Arc::clone(&in_force), Arc::clone(&hold));
        off(move || {
            let outcome = outcome(&document)?;
            charge::settle(&in_force.card, &hold.document, &hold.free_units, outcome)
        })
    };
    // Whatever is wrong with an outcome, the ledger is asked: the key may be that of a request which was carried out, or
    // the hold be resolved already, and it alone knows.
    let settled = settling.await?;
    let reply = receipts::captured(idempotency, Arc::clone(&in_force), hold, settled.as_ref().ok());
    let operation = Operation::Capture {
        account_id: asked.account_id().into(),
        hold_id: asked.id().into(),
        settled,
        cover_late: Box::new(move |settled, account, month| {
            charge::cover_late(&in_force.card, settled, account, month)
        }),
        reply,
    };
    resolve(&asked, operation).await
}

/// Lets a hold last longer, for a worker that has begun.
pub async fn extend(mut asked: Asked) -> Result<Response, Problem> {
    let document = asked.document().await?;
    let idempotency = asked.idempotency(&document);
    let mut fields = Fields::of(&document, &["seconds"]);
    let seconds = fields.required("seconds", "a number of seconds");
    let seconds = fields.whole("seconds", seconds, 1..=charge::HOLD_SECONDS_MAX);
    let seconds = match fields.finish(seconds) {
        Ok(seconds) => seconds.ok_or_else(Problem::defect)?,
        Err(faults) => return answer::before(asked.store(), &idempotency, Problem::faults(&faults)).await,
    };
    let reply = receipts::extended(idempotency, find(&asked).await?);
    let (account_id, hold_id) = (asked.account_id().into(), asked.id().into());
    let lasts_ms = i64::from(seconds) * 1_000;
    resolve(&asked, Operation::Extend { account_id, hold_id, lasts_ms, reply }).await
}

fn outcome(document: &Value) -> Result<Option<&Value>, Faults> {
    let fields = Fields::of(document, &["outcome"]);
    let outcome = fields.optional("outcome");
    fields.finish(outcome)
}

fn unsettled(faults: &Faults) -> Problem {
    if faults.errors.iter().any(|fault| fault.code == Code::OutcomeExceedsEstimate) {
        Problem::outcome_exceeds("").listing(faults)
    } else {
        Problem::faults(faults)
    }
}

/// Gives all of a hold back.
pub async fn release(mut asked: Asked) -> Result<Response, Problem> {
    let document = asked.document().await?;
    let idempotency = asked.idempotency(&document);
    if let Err(faults) = Fields::of(&document, &[]).finish(()) {
        return answer::before(asked.store(), &idempotency, Problem::faults(&faults)).await;
    }
    let hold = find(&asked).await?;
    let reply = receipts::released(idempotency, Arc::clone(&asked.in_force), hold);
    let (account_id, hold_id) = (asked.account_id().into(), asked.id().into());
    resolve(&asked, Operation::Release { account_id, hold_id, reply }).await
}

async fn resolve(asked: &Asked, operation: Operation) -> Result<Response, Problem> {
    let key = operation.idempotency().map(|idempotency| idempotency.key.clone()).ok_or_else(Problem::defect)?;
    match asked.store().run(operation).await? {
        Answer::Refused(Refusal::Faults(faults)) => Err(unsettled(&faults)),
        Answer::NotCovered(short) => Err(late_capture(asked, *short).await?),
        resolved @ Answer::HoldResolved(_) => Err(answer::unless(&resolved, NO_HOLD).with("holdId", asked.id())),
        answer => answer::stored(asked.store(), &key, answer, NO_HOLD).await,
    }
}

/// The hold of a request's address. Another account's is as absent as one that never was.
async fn find(asked: &Asked) -> Result<HoldRecord, Problem> {
    const ID_BYTES_MAX: usize = 128;
    let id = asked.id();
    // A database may refuse what cannot be an id, such as a NUL, with an error of its own.
    let well_formed = id.len() <= ID_BYTES_MAX && id.bytes().all(|byte| byte.is_ascii_graphic());
    let hold = if well_formed { asked.store().hold(asked.account_id(), id).await? } else { None };
    hold.ok_or_else(|| Problem::not_found(NO_HOLD))
}

/// A hold as it was placed, and what became of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HoldView<'a> {
    id: &'a str,
    status: &'static str,
    amount: Credits,
    created_at: String,
    expires_at: Option<String>,
    resolved_at: Option<String>,
    /// Whether it was captured after it had expired.
    late: bool,
    asset: Option<&'a str>,
    plan: &'a RawValue,
    estimate: &'a RawValue,
    settlement: Option<SettlementView>,
}

#[derive(Serialize)]
struct SettlementView {
    charge: Credits,
    released: Credits,
    lines: Box<RawValue>,
}

/// The state of a hold, or of a charge, which is a hold that was captured at once.
pub async fn read(asked: Asked) -> Result<Response, Problem> {
    let hold = find(&asked).await?;
    let outcome = hold.outcome.as_ref();
    let settlement = outcome.filter(|outcome| outcome.kind == Resolution::Captured).map(|outcome| SettlementView {
        charge: credits(outcome.captured),
        released: credits(hold.amount - outcome.captured),
        lines: RawValue::from_string(charge::lines_json(&outcome.lines)).expect("lines are JSON"),
    });
    let view = HoldView {
        id: &hold.hold_id,
        status: outcome.map_or("held", |outcome| outcome.kind.as_str()),
        amount: credits(hold.amount),
        created_at: times::written(hold.at),
        expires_at: hold.expires_at.map(times::written),
        resolved_at: outcome.map(|outcome| times::written(outcome.at)),
        late: outcome.is_some_and(|outcome| outcome.late),
        asset: hold.asset.as_deref(),
        plan: &hold.document.plan,
        estimate: &hold.document.estimate,
        settlement,
    };
    Ok(json(StatusCode::OK, &view))
}
