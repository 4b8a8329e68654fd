//! What concerns an account: its balance, whether a plan fits it, and charging it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use pricetag::{Call, Code, Fault, Faults, Path, Preflight, RateCard, Step, Value};
use serde::Serialize;

use super::{App, body, credential::authorize, json, json_text, problem::Problem};
use crate::{
    charge::{self, Account, Balance, Refusal},
    key::{Hash, Scope, sha256},
    store::{Answer, Idempotency, NewHold, Operation, Placed},
};

/// Shorter keys collide by accident, longer ones are no keys.
const KEY_CHARACTERS: std::ops::RangeInclusive<usize> = 16..=255;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountView<'a> {
    account_id: &'a str,
    tier: &'a str,
    balance: Balance,
    /// Left this month, by pool.
    free_units: serde_json::Map<String, serde_json::Value>,
}

/// The balance, the tier, and the free units that are left.
pub async fn account(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let credential = authorize(&app, &headers, Scope::Read).await?;
    let account = find(&app, &credential.account_id).await?;
    let unlimited = charge::tier_of(&app.card, &account).is_some_and(|tier| tier.monthly_credits.is_none());
    let left = charge::free_units_left(&app.card, &account);
    let view = AccountView {
        account_id: &account.account_id,
        tier: &account.tier,
        balance: Balance::new(account.posted, account.held, unlimited),
        free_units: left.into_iter().map(|(pool, units)| (pool.into(), units.into())).collect(),
    };
    Ok(json(StatusCode::OK, &view))
}

async fn find(app: &App, account_id: &str) -> Result<Account, Problem> {
    app.store.account(account_id).await?.ok_or_else(|| Problem::not_found("the account is not there"))
}

/// Whether a plan may run on the key's account.
pub async fn preflight(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let credential = authorize(&app, request.headers(), Scope::Estimate).await?;
    let body = body::read(request).await?;
    let account = find(&app, &credential.account_id).await?;
    match check(&app.card, &body, &account) {
        Ok(preflight) => Ok(json(StatusCode::OK, &preflight)),
        Err(faults) => Err(Problem::faults(&faults)),
    }
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

/// Holds and captures in one step: charges the plan's expected figure, once for each idempotency key.
pub async fn charge(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let credential = authorize(&app, request.headers(), Scope::Hold).await?;
    let idempotency_key = idempotency_key(request.headers())?;
    let body = body::read(request).await?;
    let request_hash = request_hash(&body);
    let asked = match charge::Request::read(&app.card, &body, charge::Kind::Charge) {
        Ok(asked) => Arc::new(asked),
        Err(faults) => {
            return before_faults(&app, &credential.account_id, &idempotency_key, &request_hash, &faults).await;
        }
    };
    let decide = {
        let (card, asked) = (Arc::clone(&app.card), Arc::clone(&asked));
        move |account: &Account| charge::decide(&card, &asked, account)
    };
    let operation = Operation::Hold(NewHold {
        account_id: credential.account_id,
        idempotency: Idempotency { key: idempotency_key, request_hash },
        decide: Box::new(decide),
        asset: asked.asset().map(Into::into),
        lasts_ms: None,
        body: Box::new(receipt),
    });
    let decided = app.store.run(operation).await?;
    answer(app.card, asked, decided).await
}

/// A request that has faults today may have been charged under an earlier card: its stored answer comes first.
async fn before_faults(
    app: &App,
    account_id: &str,
    idempotency_key: &str,
    request_hash: &Hash,
    faults: &Faults,
) -> Result<Response, Problem> {
    match app.store.stored_answer(account_id, idempotency_key).await? {
        Some(stored) => posted(stored.answer(request_hash)),
        None => Err(Problem::faults(faults)),
    }
}

async fn answer(card: Arc<RateCard>, asked: Arc<charge::Request>, answer: Answer) -> Result<Response, Problem> {
    let Answer::Refused(refusal) = answer else { return posted(answer) };
    // Finding what would be cheaper rates a long plan many times, which must not keep other requests waiting.
    let refusing = tokio::task::spawn_blocking(move || refused(&card, &asked, refusal));
    Err(refusing.await.unwrap_or_else(|_| Problem::defect()))
}

fn posted(answer: Answer) -> Result<Response, Problem> {
    match answer {
        Answer::Stored { body, replayed, .. } => {
            let mut response = json_text(StatusCode::CREATED, body);
            if replayed {
                response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            }
            Ok(response)
        }
        Answer::KeyReused => {
            Err(Problem::key_reused("this key was used for another request; a new charge needs a new key"))
        }
        _ => Err(Problem::defect()),
    }
}

fn refused(card: &RateCard, asked: &charge::Request, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Faults(faults) => Problem::faults(&faults),
        Refusal::NotInTier(preflight) => {
            let messages: Vec<&str> = preflight.blocks.iter().map(|block| block.message.as_str()).collect();
            Problem::not_in_tier(messages.join("; "))
                .with("needs", needs(card, &preflight))
                .with("blocks", &preflight.blocks)
        }
        Refusal::PriceChanged(estimate) => {
            let detail = format!("it costs up to {} credits; nothing was charged", estimate.total.high);
            Problem::price_changed(detail).with("estimate", &estimate)
        }
        Refusal::Insufficient(preflight, account) => {
            let alternatives = charge::cheaper(card, asked, &account).unwrap_or_default();
            let detail = format!("{} credits are missing to cover the highest price", preflight.short_by);
            Problem::insufficient_credits(detail)
                .with("shortBy", preflight.short_by)
                .with("alternatives", &alternatives)
                .with("estimate", &preflight.estimate)
        }
    }
}

/// The lowest tier that allows the whole plan: the highest that an item needs, or null when one is allowed in none.
fn needs(card: &RateCard, preflight: &Preflight) -> Option<String> {
    let needed = preflight.blocks.iter().map(|block| block.needs.clone()).collect::<Option<Vec<_>>>()?;
    card.tiers().iter().rev().map(|tier| tier.id.clone()).find(|tier| needed.contains(tier))
}

fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    let due = || {
        let (least, most) = (KEY_CHARACTERS.start(), KEY_CHARACTERS.end());
        Problem::key_missing(format!(
            "send `Idempotency-Key` with {least} to {most} visible ASCII characters, new for each charge"
        ))
    };
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let key = values.next().map(HeaderValue::as_bytes).ok_or_else(due)?;
    let well_formed =
        KEY_CHARACTERS.contains(&key.len()) && key.iter().all(u8::is_ascii_graphic) && values.next().is_none();
    if well_formed { String::from_utf8(key.to_vec()).map_err(|_| due()) } else { Err(due()) }
}

/// What tells a request that is sent again from another one: its document, whatever the white space.
fn request_hash(body: &Value) -> Hash {
    let text = serde_json::to_vec(body).expect("a JSON document can be written again");
    sha256(&[b"POST /v1/charges\n", text.as_slice()].concat())
}

#[derive(Serialize)]
struct Receipt<'a> {
    id: &'a str,
    charge: pricetag::Credits,
    released: pricetag::Credits,
    estimate: &'a serde_json::value::RawValue,
    balance: Balance,
}

fn receipt(placed: &Placed<'_>) -> String {
    let Placed { hold_id, terms, account, .. } = placed;
    let receipt = Receipt {
        id: hold_id,
        charge: charge::credits(terms.whole.charge),
        released: charge::credits(terms.hold - terms.whole.charge),
        estimate: &terms.estimate,
        balance: Balance::new(account.posted, account.held, terms.unlimited),
    };
    serde_json::to_string(&receipt).expect("a receipt is JSON")
}
