//! Reading a request's body: whole before anything else, bounded in length and in time, and JSON or nothing.

use std::{pin::pin, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use pricetag::Value;

use super::problem::Problem;

/// 1 MiB: 500 items with every field written out are about 100 kB.
pub const BODY_BYTES: usize = 1 << 20;
/// What is still read and thrown away of a body that is too large, so that its client hears the answer instead of a
/// connection that breaks.
const DISCARDED_BYTES: usize = 16 * BODY_BYTES;
/// A body that takes longer than this is not coming.
const BODY_WAIT: Duration = Duration::from_secs(10);

/// Lets the whole body arrive before anything is decided. An answer that overtakes its request's body breaks the
/// connection, and with it whatever its client sends next.
pub async fn arrive(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match tokio::time::timeout(BODY_WAIT, collect(body)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => Problem::request_timeout(format!("a body must arrive within {} seconds", BODY_WAIT.as_secs()))
            .into_response(),
    }
}

/// The JSON document of a request.
pub async fn read(request: Request) -> Result<Value, Problem> {
    parse(&collect(request.into_body()).await?)
}

fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::malformed_body(error.to_string()))
}

async fn collect(body: Body) -> Result<Vec<u8>, Problem> {
    let too_large = || Problem::body_too_large(format!("a body has at most {BODY_BYTES} bytes"));
    let due = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if due > DISCARDED_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(due.min(BODY_BYTES));
    let mut received = 0_usize;
    let mut body = pin!(body);
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let frame = frame.map_err(|error| Problem::malformed_body(format!("the body broke off: {error}")))?;
        let Ok(part) = frame.into_data() else { continue };
        received += part.len();
        if received <= BODY_BYTES {
            bytes.extend_from_slice(&part);
        } else if received > DISCARDED_BYTES {
            break;
        }
    }
    if received > BODY_BYTES { Err(too_large()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_is_not_one_json_document_is_malformed() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let texts: [&[u8]; 8] =
            [b"", b"{", b"{} {}", b"{\"a\": 1, \"a\": 2}", b"\"\xff\"", b"NaN", b"{'a': 1}", deep.as_bytes()];
        for text in texts {
            assert!(parse(text).is_err(), "{}", String::from_utf8_lossy(&text[..text.len().min(40)]));
        }
        assert!(parse(b"{\"items\": []}").is_ok());
    }
}
