//! What makes a request happen once: its key, and what tells it from another request with the same key.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use pricetag::Value;

use super::{problem::Problem, routes::Route};
use crate::key::{Hash, sha256};

/// Shorter keys collide by accident, longer ones are no keys.
pub const KEY_CHARACTERS: std::ops::RangeInclusive<usize> = 16..=255;
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was stored, and is given again.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

pub fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let due = || {
        let (least, most) = (KEY_CHARACTERS.start(), KEY_CHARACTERS.end());
        Problem::key_missing(format!(
            "send `Idempotency-Key` with {least} to {most} visible ASCII characters, new for each operation"
        ))
    };
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let key = values.next().map(HeaderValue::as_bytes).ok_or_else(due)?;
    let well_formed =
        KEY_CHARACTERS.contains(&key.len()) && key.iter().all(u8::is_ascii_graphic) && values.next().is_none();
    if well_formed { String::from_utf8(key.to_vec()).map_err(|_| due()) } else { Err(due()) }
}

/// What tells a request that is sent again from another one: its route, its id and its document, whatever the white
/// space and the order of members. Whoever builds the body anew to send it again may well get another order, and must not be
/// told to take a new key: that would be a second charge.
pub fn request_hash(route: &Route, id: &str, document: &Value) -> Hash {
    let (path, rest) = route.path.split_once('{').unwrap_or((route.path, ""));
    let rest = rest.split_once('}').map_or("", |(_, rest)| rest);
    let mut request = format!("{} {path}{id}{rest}\n", route.method.as_str()).into_bytes();
    serde_json::to_writer(&mut request, &sorted(document)).expect("a JSON document can be written again");
    sha256(&request)
}

/// The document with the members of each object in the order of their keys; no key is there twice.
fn sorted(document: &Value) -> Value {
    match document {
        Value::List(elements) => Value::List(elements.iter().map(sorted).collect()),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().map(|(key, member)| (key.clone(), sorted(member))).collect();
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(members)
        }
        plain => plain.clone(),
    }
}
