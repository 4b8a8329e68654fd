//! Credits that are set aside for work, and what becomes of them.

use std::sync::Arc;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use pricetag::{Code, Credits, Faults, RateCard, Step, Value};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    InForce,
    answer::{self, json},
    dispatch::{Asked, off},
    fields::Fields,
    problem::Problem,
    receipts,
};
use crate::{
    charge::{self, Account, Kind, Refusal, credits},
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
    let mut response = reserve(asked, Kind::Hold).await?;
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
            return answer::before(asked.store(), asked.account_id(), &idempotency, Problem::faults(&faults)).await;
        }
    };
    let decide = {
        let (in_force, request) = (Arc::clone(&asked.in_force), Arc::clone(&request));
        move |account: &Account| charge::decide(&in_force.card, &request, account)
    };
    let operation = Operation::Hold(NewHold {
        account_id: asked.account_id().into(),
        idempotency,
        decide: Box::new(decide),
        asset: request.asset().map(Into::into),
        lasts_ms: (kind == Kind::Hold).then(|| request.lasts_ms()),
        body: Box::new(receipts::placed),
    });
    match asked.store().run(operation).await? {
        Answer::Refused(refusal) => Err(refuse(Arc::clone(&asked.in_force), request, refusal).await),
        answer => answer::stored(answer, NO_ACCOUNT),
    }
}

/// Finding what would be cheaper rates a long plan many times, which must not keep other requests waiting.
async fn refuse(in_force: Arc<InForce>, request: Arc<charge::Request>, refusal: Refusal) -> Problem {
    off(move || refused(&in_force.card, &request, refusal)).await.unwrap_or_else(|problem| problem)
}

fn refused(card: &RateCard, request: &charge::Request, refusal: Refusal) -> Problem {
    match refusal {
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
            let alternatives = charge::cheaper(card, request, &account).unwrap_or_default();
            let detail = format!("{} credits are missing to cover the highest price", preflight.short_by);
            Problem::insufficient_credits(detail)
                .with("shortBy", preflight.short_by)
                .with("alternatives", &alternatives)
                .with("estimate", &preflight.estimate)
        }
    }
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

/// Charges what was delivered of a hold, and gives the rest back.
pub async fn capture(mut asked: Asked) -> Result<Response, Problem> {
    let document = asked.document().await?;
    let idempotency = asked.idempotency(&document);
    let hold = find(&asked).await?;
    let (in_force, estimate, free_units) =
        (Arc::clone(&asked.in_force), hold.estimate.clone(), hold.free_units.clone());
    let settling = off(move || {
        let outcome = outcome(&document)?;
        charge::settle(&in_force.card, &estimate, &free_units, outcome)
    });
    // Whatever is wrong with an outcome, the ledger is asked: the key may be that of a request which was carried out, or
    // the hold be resolved already, and it alone knows.
    let settled = settling.await?;
    let (account_id, hold_id) = (asked.account_id().into(), asked.id().into());
    let reply = receipts::captured(idempotency, Arc::clone(&asked.in_force), hold, settled.as_ref().ok());
    resolve(&asked, Operation::Capture { account_id, hold_id, settled, reply }).await
}

fn outcome(document: &Value) -> Result<Option<&Value>, Faults> {
    let fields = Fields::of(document, "a capture", &["outcome"]);
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
    if let Err(faults) = Fields::of(&document, "a release", &[]).finish(()) {
        return answer::before(asked.store(), asked.account_id(), &idempotency, Problem::faults(&faults)).await;
    }
    let hold = find(&asked).await?;
    let reply = receipts::released(idempotency, Arc::clone(&asked.in_force), hold);
    let (account_id, hold_id) = (asked.account_id().into(), asked.id().into());
    resolve(&asked, Operation::Release { account_id, hold_id, reply }).await
}

async fn resolve(asked: &Asked, operation: Operation) -> Result<Response, Problem> {
    match asked.store().run(operation).await? {
        Answer::Refused(Refusal::Faults(faults)) => Err(unsettled(&faults)),
        resolved @ Answer::HoldResolved(_) => Err(answer::unless(&resolved, NO_HOLD).with("holdId", asked.id())),
        answer => answer::stored(answer, NO_HOLD),
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
    asset: Option<&'a str>,
    plan: &'a RawValue,
    estimate: &'a RawValue,
    settlement: Option<&'a RawValue>,
}

/// The state of a hold, or of a charge, which is a hold that was captured at once.
pub async fn read(asked: Asked) -> Result<Response, Problem> {
    let hold = find(&asked).await?;
    let stored = |text| serde_json::from_str::<&RawValue>(text).map_err(|error| unreadable(&hold, &error));
    let outcome = hold.outcome.as_ref();
    let view = HoldView {
        id: &hold.hold_id,
        status: outcome.map_or("held", |outcome| match outcome.kind {
            Resolution::Captured => "captured",
            Resolution::Released => "released",
            Resolution::Expired => "expired",
        }),
        amount: credits(hold.amount),
        created_at: times::written(hold.at),
        expires_at: hold.expires_at.map(times::written),
        resolved_at: outcome.map(|outcome| times::written(outcome.at)),
        asset: hold.asset.as_deref(),
        plan: stored(&hold.plan)?,
        estimate: stored(&hold.estimate)?,
        settlement: outcome.and_then(|outcome| outcome.settlement.as_deref()).map(stored).transpose()?,
    };
    Ok(json(StatusCode::OK, &view))
}

fn unreadable(hold: &HoldRecord, error: &serde_json::Error) -> Problem {
    tracing::error!(hold = hold.hold_id, %error, "a stored document is not JSON");
    Problem::defect()
}
