//! Who asks. The account comes from the key, never from the body.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};

use super::{App, problem::Problem};
use crate::{
    key::{Key, Scope},
    store::Credential,
};

/// The credential of a request's key. A key that was known a moment ago passes whatever its address did; every other is
/// counted as unknown until the ledger has answered.
pub async fn authenticate(app: &App, headers: &HeaderMap, address: IpAddr) -> Result<Credential, Problem> {
    let text = bearer(headers);
    let key = text.and_then(Key::parse);
    if let Some(known) = key.as_ref().and_then(|key| app.store().remembered(key)) {
        return Ok(known);
    }
    app.limits().count_unknown_key(address)?;
    let Some(key) = key else {
        return Err(Problem::invalid_key(match text {
            None => "send `Authorization: Bearer pk_…`",
            Some(_) => UNKNOWN,
        }));
    };
    let found = app.store().credential(&key).await;
    if !matches!(found, Ok(None)) {
        app.limits().give_key_back(address);
    }
    found?.ok_or_else(|| Problem::invalid_key(UNKNOWN))
}

const UNKNOWN: &str = "the key is not known, or has expired";

/// Whether a key may do what a route needs.
pub fn authorize(credential: &Credential, scope: Scope) -> Result<(), Problem> {
    if credential.scopes.allow(scope) {
        return Ok(());
    }
    let detail = format!("the key has the scopes {}, and this needs {}", credential.scopes, scope.as_str());
    Err(Problem::missing_scope(detail).with("needs", scope.as_str()))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (scheme, key) = values.next()?.to_str().ok()?.split_once(' ')?;
    let only = values.next().is_none();
    (only && scheme.eq_ignore_ascii_case("bearer")).then(|| key.trim())
}
