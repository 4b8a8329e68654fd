//! Who asks. The account comes from the key, never from the body.

use axum::http::{HeaderMap, header};

use super::{App, problem::Problem};
use crate::{
    key::{Key, Scope},
    store::Credential,
};

/// The credential of a request's key, or that it is not known.
pub async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Result<Credential, Problem>, Problem> {
    let Some(key) = bearer(headers) else {
        return Ok(Err(Problem::invalid_key("send `Authorization: Bearer pk_…`")));
    };
    let known = match Key::parse(key) {
        Some(key) => app.store().credential(&key).await?,
        None => None,
    };
    Ok(known.ok_or_else(|| Problem::invalid_key("the key is not known, or has expired")))
}

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
