//! Who asks. The account comes from the key, never from the body.

use axum::http::{HeaderMap, header};

use super::{App, problem::Problem};
use crate::{
    key::{self, Key, Scope},
    store::Credential,
};

/// The credential of a request, if its key is known and has the scope.
pub async fn authorize(app: &App, headers: &HeaderMap, scope: Scope) -> Result<Credential, Problem> {
    let key = bearer(headers).ok_or_else(|| Problem::invalid_key("send `Authorization: Bearer pk_…`"))?;
    let unknown = || Problem::invalid_key("the key is not known, or has expired");
    let key = Key::parse(key).ok_or_else(unknown)?;
    let stored = app.store().credential(key.id()).await?;
    // A key that is not there is compared too, so that the time of an answer does not tell which ids are.
    let expected = stored.as_ref().map_or([0; 32], |stored| stored.hash);
    let matches = key::same(&key.hash(), &expected);
    let credential = stored.filter(|_| matches).ok_or_else(unknown)?;
    if credential.scopes.allow(scope) {
        Ok(credential)
    } else {
        let detail = format!("the key has the scopes {}, and this needs {}", credential.scopes, scope.as_str());
        Err(Problem::missing_scope(detail).with("needs", scope.as_str()))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (scheme, key) = values.next()?.to_str().ok()?.split_once(' ')?;
    let only = values.next().is_none();
    (only && scheme.eq_ignore_ascii_case("bearer")).then(|| key.trim())
}
