//! What every answer has, whoever made it: a request id, security headers, a count, and a line in the log.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use tracing::Instrument;

use super::{App, body, host, problem::Problem};
use crate::key::random_hex;

/// `wasm-unsafe-eval` lets the page compile its own module and nothing else. No inline scripts or styles, no other
/// origins, no frames.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; \
    object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub async fn wrap(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = request_id();
    // Whatever is logged for a request, by whom and at which level, has its id.
    let span = tracing::error_span!("request", %id);
    answer(app, id, request, next).instrument(span).await
}

async fn answer(app: App, id: String, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    // Without the query, which could carry what nobody wants in a log.
    let path = tracing::enabled!(tracing::Level::INFO).then(|| request.uri().path().to_owned());
    let mut response = match host::check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            body::discard(request.into_body());
            problem.into_response()
        }
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        // What a layer below said about the answer stays, such as the methods that an address allows.
        let mut headers = std::mem::take(response.headers_mut());
        response = problem.render(&id);
        headers.extend(std::mem::take(response.headers_mut()));
        *response.headers_mut() = headers;
    }
    secure(response.headers_mut());
    let value = HeaderValue::from_str(&id).expect("hexadecimal digits are a header value");
    response.headers_mut().insert(REQUEST_ID, value);
    let took = started.elapsed();
    app.meters().count(route.as_ref().map(MatchedPath::as_str), &method, response.status(), took);
    if let Some(path) = path {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(%method, path, status = response.status().as_u16(), micros);
    }
    response
}

/// A name that no other request of this process has, and hardly one of another process: the number of the request,
/// counted from a random one. Random bytes for each would be a system call for each.
fn request_id() -> String {
    static FIRST: OnceLock<u64> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let first = *FIRST.get_or_init(|| u64::from_str_radix(&random_hex::<8>(), 16).unwrap_or(0));
    format!("{:016x}", mixed(first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed))))
}

/// Spreads neighbouring numbers over all of them, each to another one (the finish of SplitMix64).
const fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn secure(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
