//! What needs no account: the card, and what the card answers.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use pricetag::Call;

use super::{
    InForce,
    answer::{json, json_text},
    body::{self, SMALL_BYTES},
    dispatch::{Asked, off},
    problem::Problem,
};

/// May be kept, but must be asked about before it is used again.
const IN_FORCE: HeaderValue = HeaderValue::from_static("no-cache");
/// A fingerprint is of one card for ever.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The card in force, as it was written. The ETag is its fingerprint.
pub async fn card(asked: Asked) -> Result<Response, Problem> {
    let InForce { document, etag, .. } = &*asked.in_force;
    Ok(card_answer(&asked.headers, document.clone(), etag.clone(), IN_FORCE))
}

/// A card by its fingerprint: the one in force, or one that was.
pub async fn card_by_fingerprint(asked: Asked) -> Result<Response, Problem> {
    let fingerprint = asked.id();
    if fingerprint == asked.in_force.card.fingerprint() {
        let InForce { document, etag, .. } = &*asked.in_force;
        return Ok(card_answer(&asked.headers, document.clone(), etag.clone(), IMMUTABLE));
    }
    let absent = || Problem::not_found("no card with this fingerprint was ever in force");
    let digits = fingerprint.strip_prefix("sha256:").ok_or_else(absent)?;
    let well_formed = digits.len() == 64 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let etag = HeaderValue::from_str(&format!("\"{fingerprint}\"")).map_err(|_| absent())?;
    let document = if well_formed { asked.store().card(fingerprint).await? } else { None };
    Ok(card_answer(&asked.headers, document.ok_or_else(absent)?, etag, IMMUTABLE))
}

fn card_answer(
    headers: &HeaderMap,
    document: impl Into<axum::body::Body>,
    etag: HeaderValue,
    caching: HeaderValue,
) -> Response {
    let unchanged = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag.as_bytes() == etag.as_bytes());
    let mut response =
        if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { json_text(StatusCode::OK, document) };
    response.headers_mut().insert(header::ETAG, etag);
    response.headers_mut().insert(header::CACHE_CONTROL, caching);
    response
}

pub async fn estimate(asked: Asked) -> Result<Response, Problem> {
    answer(Call::Estimate, asked).await
}

pub async fn alternatives(asked: Asked) -> Result<Response, Problem> {
    answer(Call::Alternatives, asked).await
}

pub async fn fit(asked: Asked) -> Result<Response, Problem> {
    answer(Call::Fit, asked).await
}

pub async fn affordable(asked: Asked) -> Result<Response, Problem> {
    answer(Call::Affordable, asked).await
}

/// One of the card's questions that need no account.
async fn answer(call: Call, mut asked: Asked) -> Result<Response, Problem> {
    let bytes = asked.take_body();
    let in_force = asked.in_force;
    let inline = call == Call::Estimate && bytes.len() < SMALL_BYTES;
    let answer = move || -> Result<Response, Problem> {
        let document = body::parse(&bytes)?;
        let answer = in_force.card.answer(call, &document).map_err(|faults| Problem::faults(&faults))?;
        Ok(json(StatusCode::OK, &answer))
    };
    // The others weigh options against each other: a plan of a few hundred bytes can keep them busy for milliseconds.
    if inline { answer() } else { off(answer).await? }
}
