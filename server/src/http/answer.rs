//! Answers that are JSON, and what the ledger's answers become.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{idempotency::REPLAYED, problem::Problem};
use crate::{
    charge::Refusal,
    store::{Answer, Idempotency, OperationKey, Resolution, Store},
};

/// A JSON answer. Nothing is cached unless its handler says so: most answers are an account's.
pub fn json(status: StatusCode, document: &impl Serialize) -> Response {
    match serde_json::to_vec(document) {
        Ok(text) => json_text(status, text),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            Problem::defect().into_response()
        }
    }
}

pub fn json_text(status: StatusCode, text: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer that the ledger stored, as it is given now and to every later request with the same key.
pub async fn stored(store: &Store, key: &OperationKey, answer: Answer, absent: &str) -> Result<Response, Problem> {
    match answer {
        Answer::Stored { status, body } => stored_text(status, body.whole()),
        Answer::Replayed(stored) => {
            let status = stored.status;
            let mut response = stored_text(status, store.whole_body(key, stored).await?)?;
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
        other => Err(unless(&other, absent)),
    }
}

fn stored_text(status: u16, body: String) -> Result<Response, Problem> {
    Ok(json_text(StatusCode::from_u16(status).map_err(|_| Problem::defect())?, body))
}

/// A request that has faults today may have been carried out under an earlier card: its stored answer comes first.
pub async fn before(store: &Store, idempotency: &Idempotency, problem: Problem) -> Result<Response, Problem> {
    match store.stored_answer(&idempotency.key).await? {
        Some(earlier) => stored(store, &idempotency.key, earlier.answer(&idempotency.request_hash), "").await,
        None => Err(problem),
    }
}

/// The problem that an answer is which no route expects as a success.
pub fn unless(answer: &Answer, absent: &str) -> Problem {
    match answer {
        Answer::KeyReused => {
            Problem::key_reused("this key was used for another request; a new operation needs a new key")
        }
        Answer::NotFound => Problem::not_found(absent),
        Answer::AccountExists => Problem::account_exists("there is an account of this id, opened by another request"),
        Answer::HoldResolved(resolution) => resolved(*resolution),
        // Such as a grant that would make a balance larger than an amount can be.
        Answer::Refused(Refusal::Faults(faults)) => Problem::faults(faults),
        Answer::Done
        | Answer::Account(_)
        | Answer::Stored { .. }
        | Answer::Replayed(_)
        | Answer::NotCovered(_)
        | Answer::Refused(_) => Problem::defect(),
    }
}

fn resolved(resolution: Resolution) -> Problem {
    match resolution {
        Resolution::Captured => Problem::hold_captured("the hold was captured; it cannot be resolved again"),
        Resolution::Released => Problem::hold_released("the hold was released; it cannot be resolved again"),
        Resolution::Expired => Problem::hold_expired("the hold expired, and all of it went back"),
    }
}
