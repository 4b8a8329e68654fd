//! The check over HTTP: what is at which address.

mod body;
mod charges;
mod credential;
mod envelope;
mod page;
mod problem;
mod rating;

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use pricetag::{Call, RateCard};
use serde::Serialize;
use tower_http::compression::CompressionLayer;

pub use self::problem::Problem;
use crate::store::Store;

/// What every handler has at hand.
#[derive(Clone)]
pub struct App {
    card: Arc<RateCard>,
    /// The card's document as JSON, and its ETag, made once.
    card_body: Bytes,
    card_etag: Arc<str>,
    store: Store,
}

impl App {
    pub fn new(card: RateCard, store: Store) -> Self {
        let card_body = serde_json::to_vec(card.document()).expect("a card is JSON");
        let card_etag = format!("\"{}\"", card.fingerprint());
        Self { card: Arc::new(card), card_body: card_body.into(), card_etag: card_etag.into(), store }
    }

    /// The card in force, for people.
    pub fn card_name(&self) -> String {
        format!("{} {} ({})", self.card.id(), self.card.version(), self.card.fingerprint())
    }
}

/// The whole server as one service.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/card", get(rating::card))
        .route("/v1/estimate", post(|app, request| rating::answer(Call::Estimate, app, request)))
        .route("/v1/alternatives", post(|app, request| rating::answer(Call::Alternatives, app, request)))
        .route("/v1/fit", post(|app, request| rating::answer(Call::Fit, app, request)))
        .route("/v1/affordable", post(|app, request| rating::answer(Call::Affordable, app, request)))
        .route("/v1/preflight", post(charges::preflight))
        .route("/v1/charges", post(charges::charge))
        .route("/v1/account", get(charges::account))
        .route("/healthz", get(|| async { json(StatusCode::OK, &serde_json::json!({"status": "ok"})) }))
        .fallback(page::serve)
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(middleware::from_fn(body::arrive))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(envelope::wrap))
        .with_state(app)
}

/// A JSON answer. Nothing is cached unless its handler says so: most answers are an account's.
fn json(status: StatusCode, document: &impl Serialize) -> Response {
    match serde_json::to_string(document) {
        Ok(text) => json_text(status, text),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            Problem::defect().into_response()
        }
    }
}

fn json_text(status: StatusCode, text: impl Into<axum::body::Body>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, text.into()).into_response()
}
