//! Reading a request's body: whole before anything else, bounded in length and in time, and JSON or nothing.

use std::{pin::pin, time::Duration};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
};
use pricetag::Value;

use super::problem::Problem;

/// 1 MiB: 500 items with every field written out are about 100 kB.
pub const BODY_BYTES: usize = 1 << 20;
/// A body below this is read and rated in microseconds, which is less than handing it to another thread takes.
pub const SMALL_BYTES: usize = 16 << 10;
/// What is still read and thrown away of a body that is too large, so that its client hears the answer instead of a
/// connection that breaks.
const DISCARDED_BYTES: usize = 16 * BODY_BYTES;
/// A body that takes longer than this is not coming.
const BODY_WAIT: Duration = Duration::from_secs(10);

/// A body that has arrived, or what was wrong with it: that is said only after who sent it may send anything at all.
#[derive(Clone)]
pub struct Arrived(pub Result<Bytes, Problem>);

/// Lets the whole body arrive before anything is decided. An answer that overtakes its request's body breaks the
/// connection, and with it whatever its client sends next.
pub async fn arrive(request: Request) -> Result<Request, Problem> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let (mut head, body) = request.into_parts();
    let arrived = tokio::time::timeout(BODY_WAIT, collect(body))
        .await
        .map_err(|_| Problem::request_timeout(format!("a body must arrive within {} seconds", BODY_WAIT.as_secs())))?;
    head.extensions.insert(Arrived(arrived));
    Ok(Request::from_parts(head, Body::empty()))
}

pub fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::malformed_body(error.to_string()))
}

async fn collect(body: Body) -> Result<Bytes, Problem> {
    let too_large = || Problem::body_too_large(format!("a body has at most {BODY_BYTES} bytes"));
    let due = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if due > DISCARDED_BYTES {
        return Err(too_large());
    }
    let mut parts = Parts::None;
    let mut received = 0_usize;
    let mut body = pin!(body);
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let frame = frame.map_err(|error| Problem::malformed_body(format!("the body broke off: {error}")))?;
        let Ok(part) = frame.into_data() else { continue };
        received += part.len();
        if received <= BODY_BYTES {
            parts.add(part, due.min(BODY_BYTES));
        } else if received > DISCARDED_BYTES {
            break;
        }
    }
    if received > BODY_BYTES { Err(too_large()) } else { Ok(parts.into_bytes()) }
}

/// What has arrived: a short body comes in one part, and is not copied.
enum Parts {
    None,
    One(Bytes),
    Many(Vec<u8>),
}

impl Parts {
    fn add(&mut self, part: Bytes, capacity: usize) {
        *self = match std::mem::replace(self, Self::None) {
            Self::None => Self::One(part),
            Self::One(first) => {
                let mut bytes = Vec::with_capacity(capacity.max(first.len() + part.len()));
                bytes.extend_from_slice(&first);
                bytes.extend_from_slice(&part);
                Self::Many(bytes)
            }
            Self::Many(mut bytes) => {
                bytes.extend_from_slice(&part);
                Self::Many(bytes)
            }
        };
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::None => Bytes::new(),
            Self::One(part) => part,
            Self::Many(bytes) => bytes.into(),
        }
    }
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
