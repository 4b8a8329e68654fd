//! What every answer has, whoever made it: a request id, security headers, and a line in the log.

use std::time::Instant;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::problem::Problem;
use crate::key::random_hex;

/// `wasm-unsafe-eval` lets the page compile its own module and nothing else. No inline scripts or styles, no other
/// origins, no frames.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; \
    object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub async fn wrap(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = random_hex::<8>();
    let method = request.method().clone();
    let path = request.uri().path().to_owned(); // without the query, which could carry what nobody wants in a log
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        // What a layer below said about the answer stays, such as the methods that an address allows.
        let said = std::mem::take(response.headers_mut());
        response = problem.render(&request_id);
        for name in [header::ALLOW, header::VARY] {
            if let Some(value) = said.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
    }
    secure(response.headers_mut());
    response.headers_mut().insert(
        HeaderName::from_static("x-request-id"),
        HeaderValue::from_str(&request_id).expect("hexadecimal digits are a header value"),
    );
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(%method, path, status = response.status().as_u16(), micros, request_id);
    response
}

fn secure(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
