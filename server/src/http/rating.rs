//! What needs no account: the card, and what the card answers.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use pricetag::Call;

use super::{App, body, json, json_text, problem::Problem};

/// The card in force, as it was written. The ETag is its fingerprint.
pub async fn card(State(app): State<App>, headers: HeaderMap) -> Response {
    let unchanged = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == &*app.card_etag);
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        json_text(StatusCode::OK, app.card_body.clone())
    };
    let etag = HeaderValue::from_str(&app.card_etag).expect("a fingerprint is a header value");
    response.headers_mut().insert(header::ETAG, etag);
    // May be kept, but must be asked about before it is used again.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// One of the card's questions that need no account.
pub async fn answer(call: Call, State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let document = body::read(request).await?;
    // A plan of 500 items can take milliseconds to fit, which must not keep other requests waiting.
    let answering = tokio::task::spawn_blocking(move || match app.card.answer(call, &document) {
        Ok(answer) => json(StatusCode::OK, &answer),
        Err(faults) => Problem::faults(&faults).into_response(),
    });
    answering.await.map_err(|error| {
        tracing::error!(%error, "an answer ended with a panic");
        Problem::defect()
    })
}
