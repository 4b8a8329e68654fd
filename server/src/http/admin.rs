//! Administration: accounts, what they are given, and their keys. An admin's key acts on any account.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use pricetag::{Code, Credits, RateCard, Value};
use serde::Serialize;

use super::{
    account,
    answer::{self, json},
    dispatch::Asked,
    fields::Fields,
    problem::Problem,
    receipts,
};
use crate::{
    key::{Key, Scope, Scopes, hex, sha256},
    store::{Answer, NewAccount, NewGrant, NewKey, Operation},
    times::{self, DAY_MS},
};

const ACCOUNT_ID_CHARACTERS: usize = 64;
/// The same as a regular expression. No dot comes first: `..` would be no id in an address.
pub const ACCOUNT_ID: &str = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$";
pub const NOTE_CHARACTERS: usize = 200;
pub const KEY_DAYS_MAX: u32 = 36_500;

const NO_ACCOUNT: &str = "there is no such account";

/// Opens an account, once for each idempotency key.
pub async fn open_account(mut asked: Asked) -> Result<Response, Problem> {
    let document = asked.document().await?;
    let mut fields = Fields::of(&document, &["accountId", "tier", "grant"]);
    let account_id = fields.optional("accountId").and_then(|id| account_id(&mut fields, Some(id)));
    let tier = tier(&mut fields, &asked.in_force.card);
    let grant = fields.optional("grant");
    let grant = fields.amount("grant", grant, Credits::ZERO).unwrap_or(Credits::ZERO);
    let (account_id, idempotency) =
        (account_id.map_or_else(|| derived_id(&asked), Into::into), asked.idempotency(&document));
    let tier = match fields.finish(tier) {
        Ok(tier) => tier.unwrap_or_default().into(),
        // The card in force may have lost the tier since.
        Err(faults) => {
            return answer::before(asked.store(), &idempotency, Problem::faults(&faults)).await;
        }
    };
    let grant_millicredits = grant.millicredits();
    let key = idempotency.key.clone();
    let reply = Some(receipts::opened(idempotency, Arc::clone(&asked.in_force)));
    let account = NewAccount { account_id, tier, grant_millicredits, reply };
    let opened = asked.store().run(Operation::OpenAccount(account)).await?;
    answer::stored(asked.store(), &key, opened, NO_ACCOUNT).await
}

/// The same for the same idempotency key of the same administrator, so that a retry finds what the first try made.
fn derived_id(asked: &Asked) -> String {
    const BYTES: usize = 12;
    let hash = sha256(format!("account\n{}\n{}", asked.account_id(), asked.idempotency_key()).as_bytes());
    format!("acct_{}", hex(&hash[..BYTES]))
}

/// Adds credits, once for each idempotency key.
pub async fn grant(mut asked: Asked) -> Result<Response, Problem> {
    let document = asked.document().await?;
    let mut fields = Fields::of(&document, &["amount", "note"]);
    let amount = fields.required("amount", "a number of credits");
    let amount = fields.amount("amount", amount, Credits::MILLICREDIT);
    let note = fields.line("note", NOTE_CHARACTERS);
    let amount = fields.finish(amount).map_err(|faults| Problem::faults(&faults))?.unwrap_or_default();
    let note: Option<String> = note.map(Into::into);
    let (idempotency, in_force) = (asked.idempotency(&document), Arc::clone(&asked.in_force));
    let key = idempotency.key.clone();
    let grant = NewGrant {
        account_id: named_account(&asked)?,
        millicredits: amount.millicredits(),
        note: note.clone(),
        reply: receipts::granted(idempotency, in_force, amount, note),
    };
    let granted = asked.store().run(Operation::Grant(grant)).await?;
    answer::stored(asked.store(), &key, granted, NO_ACCOUNT).await
}

/// Puts an account into a tier of the card in force. Doing it twice is the same as once.
pub async fn set_tier(mut asked: Asked) -> Result<Response, Problem> {
    let document = asked.document().await?;
    let mut fields = Fields::of(&document, &["tier"]);
    let tier = tier(&mut fields, &asked.in_force.card);
    let tier = fields.finish(tier).map_err(|faults| Problem::faults(&faults))?.unwrap_or_default();
    let operation = Operation::SetTier { account_id: named_account(&asked)?, tier: tier.into() };
    match asked.store().run(operation).await? {
        Answer::Account(changed) => Ok(account::view(&asked.in_force.card, &changed)),
        other => Err(answer::unless(&other, NO_ACCOUNT)),
    }
}

/// A key, for the one time that it is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyView<'a> {
    key_id: &'a str,
    key: &'a str,
    account_id: &'a str,
    scopes: Vec<&'static str>,
    expires_at: Option<String>,
}

/// Makes a key. It is not stored in clear, so it cannot be given a second time: a retry makes another.
pub async fn make_key(mut asked: Asked) -> Result<Response, Problem> {
    let document = asked.document().await?;
    let mut fields = Fields::of(&document, &["accountId", "scopes", "expiresInDays"]);
    let account = fields.required("accountId", "the id of an account");
    let account = account_id(&mut fields, account);
    let scopes = scopes(&mut fields);
    let days = fields.optional("expiresInDays");
    let days = fields.whole("expiresInDays", days, 1..=KEY_DAYS_MAX);
    let read = fields.finish(account.zip(scopes)).map_err(|faults| Problem::faults(&faults))?;
    let (account_id, scopes) = read.ok_or_else(Problem::defect)?;
    let key = Key::generate();
    let expires = days.map(|days| asked.store().now() + i64::from(days) * DAY_MS);
    let view = KeyView {
        key_id: key.id(),
        key: key.reveal(),
        account_id,
        scopes: Scope::ALL.into_iter().filter(|scope| scopes.allow(*scope)).map(Scope::as_str).collect(),
        expires_at: expires.map(times::written),
    };
    let operation = Operation::AddKey(NewKey {
        key_id: key.id().into(),
        hash: key.hash(),
        account_id: account_id.into(),
        scopes: scopes.clone(),
        expires,
    });
    match asked.store().run(operation).await? {
        Answer::Done => Ok(json(StatusCode::CREATED, &view)),
        other => Err(answer::unless(&other, NO_ACCOUNT)),
    }
}

pub async fn delete_key(asked: Asked) -> Result<Response, Problem> {
    const NO_KEY: &str = "there is no such key";
    let key_id = asked.id();
    if !Key::is_id(key_id) {
        return Err(Problem::not_found(NO_KEY));
    }
    match asked.store().run(Operation::DeleteKey { key_id: key_id.into() }).await? {
        Answer::Done => Ok(StatusCode::NO_CONTENT.into_response()),
        other => Err(answer::unless(&other, NO_KEY)),
    }
}

/// The account that an address names, if it can be the id of one.
fn named_account(asked: &Asked) -> Result<String, Problem> {
    if is_account_id(asked.id()) { Ok(asked.id().into()) } else { Err(Problem::not_found(NO_ACCOUNT)) }
}

pub fn is_account_id(id: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=ACCOUNT_ID_CHARACTERS).contains(&id.len()) && id.bytes().all(known) && !id.starts_with('.')
}

fn account_id<'v>(fields: &mut Fields<'v>, value: Option<&'v Value>) -> Option<&'v str> {
    let id = fields.text("accountId", value)?;
    if is_account_id(id) {
        return Some(id);
    }
    let message =
        format!("an account's id has 1 to {ACCOUNT_ID_CHARACTERS} letters, digits, `.`, `-` or `_`, and no dot first");
    fields.fault(Code::OutOfRange, "accountId", message);
    None
}

fn tier<'v>(fields: &mut Fields<'v>, card: &RateCard) -> Option<&'v str> {
    let value = fields.required("tier", "the id of a tier");
    let id = fields.text("tier", value)?;
    if card.tiers().iter().any(|tier| tier.id == id) {
        return Some(id);
    }
    let known: Vec<&str> = card.tiers().iter().map(|tier| tier.id.as_str()).collect();
    fields.unknown(Code::UnknownTier, "tier", "tier", id, &known);
    None
}

fn scopes(fields: &mut Fields<'_>) -> Option<Scopes> {
    let names = Scope::ALL.map(Scope::as_str);
    let Value::List(list) = fields.required("scopes", "a list of scopes")? else {
        fields.fault(Code::WrongType, "scopes", "a list of scopes is due here");
        return None;
    };
    let mut found: Vec<&str> = Vec::new();
    for value in list {
        match value {
            Value::String(scope) if !names.contains(&scope.as_str()) => {
                fields.unknown(Code::OutOfRange, "scopes", "scope", scope, &names);
            }
            Value::String(scope) if found.contains(&scope.as_str()) => {
                fields.fault(Code::DuplicateId, "scopes", format!("the scope `{scope}` stands here a second time"));
            }
            Value::String(scope) => found.push(scope),
            _ => fields.fault(Code::WrongType, "scopes", format!("a scope is one of {}", names.join(", "))),
        }
    }
    if list.is_empty() {
        fields.fault(Code::OutOfRange, "scopes", "a key needs at least one scope");
    }
    found.join(" ").parse().ok()
}
