//! What an operator's programs ask: whether it lives, whether it can work, how it does, and what it offers.

use std::time::Duration;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::json;

use super::{
    answer::{json, json_text},
    dispatch::Asked,
    problem::Problem,
};

/// A ledger that takes longer than this to say that it is there is not.
const READY_WAIT: Duration = Duration::from_secs(1);

pub async fn healthz(_: Asked) -> Result<Response, Problem> {
    Ok(json(StatusCode::OK, &json!({"status": "ok"})))
}

pub async fn readyz(asked: Asked) -> Result<Response, Problem> {
    let ready = tokio::time::timeout(READY_WAIT, asked.app.ready()).await;
    ready.map_err(|_| Problem::unavailable("the ledger does not answer"))??;
    Ok(json(StatusCode::OK, &json!({"status": "ready"})))
}

pub async fn metrics(asked: Asked) -> Result<Response, Problem> {
    let mut response = json_text(StatusCode::OK, asked.app.meters().text(asked.store().depth()));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    Ok(response)
}

pub async fn openapi(asked: Asked) -> Result<Response, Problem> {
    let mut response = json_text(StatusCode::OK, asked.in_force.openapi(asked.app.hold_limits()));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}
