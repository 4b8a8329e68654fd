//! What is read outside of a transaction of the ledger, from either engine.

use super::{
    By, CapturesFound, CapturesPage, Credential, DayEnd, Entry, HoldRecord, OperationKey, StoreFault, StoredAnswer,
    Usage, postgres, sqlite,
};
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
    stored_answer(key: OperationKey) -> Option<StoredAnswer>;
    hold(account_id: String, hold_id: String) -> Option<HoldRecord>;
    entries(account_id: String, after: i64, limit: i64) -> Vec<Entry>;
    entries_before(account_id: String, before: i64, limit: i64) -> Vec<Entry>;
    day_ends(account_id: String, from: Millis, until: Millis) -> Vec<DayEnd>;
    captures(page: CapturesPage) -> CapturesFound;
    usage(account_id: String, by: By, from: Millis, until: Millis, most: i64) -> Usage;
    next_expiry(account_id: String) -> Option<Millis>;
    card(fingerprint: String) -> Option<String>;
    newest_card() -> Option<String>;
    due(limit: i64) -> Vec<(String, String)>;
    last_entry() -> (Millis, Millis);
    tiers_in_use() -> Vec<String>;
    first_accounts() -> Vec<String>;
}
