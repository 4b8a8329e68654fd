//! What is read outside of a transaction of the ledger, from either engine.

use super::{Capture, Credential, DayEnd, Entry, HoldRecord, StoreFault, StoredAnswer, postgres, rows::Due, sqlite};
use crate::{charge::Account, clock::Millis};

#[derive(Clone)]
pub enum Readers {
    Sqlite(sqlite::Readers),
    Postgres(postgres::Readers),
}

macro_rules! reads {
    ($($name:ident($($argument:ident: $type:ty),*) -> $found:ty;)*) => {
        impl Readers {
            $(pub async fn $name(&self, $($argument: $type),*) -> Result<$found, StoreFault> {
                match self {
                    Self::Sqlite(readers) => readers.$name($($argument),*).await,
                    Self::Postgres(readers) => readers.$name($($argument),*).await,
                }
            })*
        }
    };
}

reads! {
    credential(key_id: String) -> Option<Credential>;
    account(account_id: String) -> Option<Account>;
    stored_answer(account_id: String, key: String) -> Option<StoredAnswer>;
    hold(account_id: String, hold_id: String) -> Option<HoldRecord>;
    entries(account_id: String, after: i64, limit: i64) -> Vec<Entry>;
    entries_before(account_id: String, before: i64, limit: i64) -> Vec<Entry>;
    day_ends(account_id: String, from: Millis, until: Millis) -> Vec<DayEnd>;
    captures(account_id: String, from: Millis, until: Millis) -> Vec<Capture>;
    captures_after(account_id: String, from: Millis, until: Millis, after: String, limit: i64) -> Vec<Capture>;
    card(fingerprint: String) -> Option<String>;
    newest_card() -> Option<String>;
    due(since: Millis, limit: i64) -> Due;
    tiers_in_use() -> Vec<String>;
    first_accounts() -> Vec<String>;
}
