//! Reading a request's body: after who sent it may send it, bounded in length and in time, and JSON or nothing.

use std::{pin::Pin, sync::Arc, time::Duration};

use axum::body::{Body, Bytes, HttpBody};
use pricetag::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Problem;

/// 1 MiB: 500 items with every field written out are about 100 kB.
pub const BODY_BYTES: usize = 1 << 20;
/// A body below this is read and rated in microseconds, which is less than handing it to another thread takes.
pub const SMALL_BYTES: usize = 16 << 10;
/// What all bodies that are not small may have at once, until they are answered: sixteen of the largest with a known key,
/// and four of public calls, which anybody can send.
const LARGE_BYTES: usize = 16 << 20;
const LARGE_BYTES_PUBLIC: usize = 4 << 20;
/// How long a large body waits for its share of that.
const SHARE_WAIT: Duration = Duration::from_secs(1);
/// What is still read and thrown away of a body that is not needed, so that its client hears the answer instead of a
/// connection that breaks.
const DISCARDED_BYTES: usize = 16 * BODY_BYTES;
/// A body that takes longer than this is not coming.
const BODY_WAIT: Duration = Duration::from_secs(10);

/// A body that has arrived, with its share of the memory for large ones.
#[derive(Default)]
pub struct Arrived {
    pub bytes: Bytes,
    /// Given back when the request is answered.
    _share: Option<OwnedSemaphorePermit>,
}

/// The memory for large bodies.
pub struct Large {
    keyed: Share,
    public: Share,
}

impl Large {
    pub fn new() -> Self {
        let share = |bytes| Share(Arc::new(Semaphore::new(bytes)));
        Self { keyed: share(LARGE_BYTES), public: share(LARGE_BYTES_PUBLIC) }
    }

    /// The memory for calls with a key that is known, or for the others.
    pub fn of(&self, keyed: bool) -> &Share {
        if keyed { &self.keyed } else { &self.public }
    }
}

pub struct Share(Arc<Semaphore>);

impl Share {
    async fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let bytes = u32::try_from(bytes).expect("at most BODY_BYTES");
        let share = Arc::clone(&self.0).acquire_many_owned(bytes);
        let busy = || Problem::busy("too many large bodies are being read; ask again in a second");
        tokio::time::timeout(SHARE_WAIT, share).await.map_err(|_| busy())?.map_err(|_| busy())
    }
}

/// Reads a body whole.
pub async fn read(mut body: Body, large: &Share) -> Result<Arrived, Problem> {
    if body.is_end_stream() {
        return Ok(Arrived::default());
    }
    match tokio::time::timeout(BODY_WAIT, arrive(&mut body, large)).await {
        Ok(Ok(arrived)) => Ok(arrived),
        Ok(Err(problem)) => {
            discard(body);
            Err(problem)
        }
        // What did not come in that time is not waited for again.
        Err(_) => {
            let detail = format!("a body must arrive within {} seconds", BODY_WAIT.as_secs());
            Err(Problem::request_timeout(detail))
        }
    }
}

/// Throws away a body that is not needed, beside the answer. If it were left unread, the connection would break, and with
/// it whatever its client sends next.
pub fn discard(mut body: Body) {
    if body.is_end_stream() || body.size_hint().lower() > DISCARDED_BYTES as u64 {
        return;
    }
    tokio::spawn(tokio::time::timeout(BODY_WAIT, async move {
        let mut received = 0;
        while let Ok(Some(part)) = next(&mut body).await {
            received += part.len();
            if received > DISCARDED_BYTES {
                break;
            }
        }
    }));
}

pub fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::malformed_body(error.to_string()))
}

async fn arrive(body: &mut Body, large: &Share) -> Result<Arrived, Problem> {
    let too_large = || Problem::body_too_large(format!("a body has at most {BODY_BYTES} bytes"));
    let due = body.size_hint();
    let least = usize::try_from(due.lower()).unwrap_or(usize::MAX);
    if least > BODY_BYTES {
        return Err(too_large());
    }
    let mut share = if least > SMALL_BYTES { Some(large.take(least).await?) } else { None };
    let (mut parts, mut received) = (Parts::None, 0);
    while let Some(part) = next(body).await? {
        received += part.len();
        if received > BODY_BYTES {
            return Err(too_large());
        }
        // A body that does not tell its length is small until it is not; then it may become as long as any.
        if received > SMALL_BYTES && share.is_none() {
            share = Some(large.take(BODY_BYTES).await?);
        }
        parts.add(part, least);
    }
    Ok(Arrived { bytes: parts.into_bytes(), _share: share })
}

/// The next part of a body.
async fn next(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
        let Some(frame) = frame else { return Ok(None) };
        let frame = frame.map_err(|error| Problem::malformed_body(format!("the body broke off: {error}")))?;
        if let Ok(part) = frame.into_data() {
            return Ok(Some(part));
        }
    }
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
