//! Answers that are JSON, and what the ledger's answers become.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{idempotency::REPLAYED, problem::Problem};
use crate::{
    charge::Refusal,
    store::{Answer, Idempotency, Resolution, Store},
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
pub fn stored(answer: Answer, absent: &str) -> Result<Response, Problem> {
    match answer {
        Answer::Stored { status, body, replayed } => {
            let status = StatusCode::from_u16(status).map_err(|_| Problem::defect())?;
            let mut response = json_text(status, body);
            if replayed {
                response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            }
            Ok(response)
        }
        other => Err(unless(&other, absent)),
    }
}

/// A request that has faults today may have been carried out under an earlier card: its stored answer comes first.
pub async fn before(
    store: &Store,
    account_id: &str,
    idempotency: &Idempotency,
    problem: Problem,
) -> Result<Response, Problem> {
    match store.stored_answer(account_id, &idempotency.key).await? {
        Some(earlier) => stored(earlier.answer(&idempotency.request_hash), ""),
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
        Answer::Done | Answer::Account(_) | Answer::Stored { .. } | Answer::Refused(_) => Problem::defect(),
    }
}

fn resolved(resolution: Resolution) -> Problem {
    match resolution {
        Resolution::Captured => Problem::hold_captured("the hold was captured; it cannot be resolved again"),
        Resolution::Released => Problem::hold_released("the hold was released; it cannot be resolved again"),
        Resolution::Expired => Problem::hold_expired("the hold expired, and all of it went back"),
    }
}
