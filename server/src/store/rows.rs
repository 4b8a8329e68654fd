//! Rows of the ledger: those that a transaction reads, those that it adds, and those that are read for an answer.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    charge::{Account, FreeUse},
    clock::Millis,
    key::{Hash, same},
};

use super::{Answer, NewKey, Resolution};

/// What a transaction reads before anything is decided, by account: what a batch of operations concerns and no more.
#[derive(Debug, Default)]
pub struct Loaded {
    pub now: Millis,
    pub accounts: BTreeMap<String, Account>,
    /// By account and idempotency key.
    pub answers: BTreeMap<(String, String), StoredAnswer>,
    /// By account and hold.
    pub holds: BTreeMap<(String, String), HoldState>,
    /// API keys that are there.
    pub keys: BTreeSet<String>,
}

/// What resolving a hold depends on.
#[derive(Clone, Debug)]
pub struct HoldState {
    pub amount: i64,
    pub unlimited: bool,
    pub free_units: Vec<FreeUse>,
    pub at: Millis,
    pub expires_at: Option<Millis>,
    pub resolution: Option<Resolution>,
}

/// What an idempotency key was answered with.
#[derive(Clone, Debug)]
pub struct StoredAnswer {
    pub request_hash: Hash,
    pub status: u16,
    pub body: String,
}

impl StoredAnswer {
    /// The answer to a request that came with the same key.
    pub fn answer(self, request_hash: &Hash) -> Answer {
        if same(&self.request_hash, request_hash) {
            Answer::Stored { status: self.status, body: self.body, replayed: true }
        } else {
            Answer::KeyReused
        }
    }
}

/// What a transaction writes: the outcome of all of its operations together.
#[derive(Debug, Default)]
pub struct Changes {
    pub opened: Vec<OpenedRow>,
    pub moved: BTreeMap<String, MovedRow>,
    pub entries: Vec<EntryRow>,
    pub holds: Vec<HoldRow>,
    pub outcomes: Vec<OutcomeRow>,
    pub answers: Vec<AnswerRow>,
    pub free_units: BTreeMap<FreeUnitsKey, i64>,
    pub keys: Vec<NewKeyRow>,
    pub deleted_keys: Vec<String>,
    pub cards: Vec<CardRow>,
}

/// An account that begins, with everything at zero.
#[derive(Debug)]
pub struct OpenedRow {
    pub account_id: String,
    pub tier: String,
}

/// An account's move, guarded by what it was decided on.
#[derive(Debug)]
pub struct MovedRow {
    pub seq_before: i64,
    pub terms_rev_before: i64,
    pub tier: String,
    pub terms_rev: i64,
    pub posted: i64,
    pub held: i64,
    pub seq: i64,
}

#[derive(Debug)]
pub struct EntryRow {
    pub account_id: String,
    pub seq: i64,
    pub kind: &'static str,
    pub posted_before: i64,
    pub posted_after: i64,
    pub held_before: i64,
    pub held_after: i64,
    pub hold_id: Option<String>,
    pub note: Option<String>,
    pub at: Millis,
}

#[derive(Debug)]
pub struct HoldRow {
    pub account_id: String,
    pub hold_id: String,
    pub amount: i64,
    pub unlimited: bool,
    pub fingerprint: String,
    pub plan: String,
    pub estimate: String,
    /// JSON, `null` when it takes none.
    pub free_units: Option<String>,
    pub asset: Option<String>,
    pub at: Millis,
    pub expires_at: Option<Millis>,
}

#[derive(Debug)]
pub struct OutcomeRow {
    pub account_id: String,
    pub hold_id: String,
    pub kind: Resolution,
    pub captured: i64,
    pub settlement: Option<String>,
    pub at: Millis,
}

#[derive(Debug)]
pub struct AnswerRow {
    pub account_id: String,
    pub idem_key: String,
    pub request_hash: Hash,
    pub status: u16,
    pub body: String,
    pub at: Millis,
}

/// Whose free units, of which pool and UTC month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FreeUnitsKey {
    pub account_id: String,
    pub pool: String,
    pub month: String,
}

#[derive(Debug)]
pub struct NewKeyRow {
    pub key_id: String,
    pub hash: Hash,
    pub account_id: String,
    pub scopes: String,
    pub expires: Option<Millis>,
}

impl From<&NewKey> for NewKeyRow {
    fn from(new: &NewKey) -> Self {
        Self {
            key_id: new.key_id.clone(),
            hash: new.hash,
            account_id: new.account_id.clone(),
            scopes: new.scopes.to_string(),
            expires: new.expires,
        }
    }
}

#[derive(Debug)]
pub struct CardRow {
    pub fingerprint: String,
    pub body: String,
    pub active_from: Millis,
}

/// Holds whose time is over, by account, and the time that this was true at.
#[derive(Clone, Debug)]
pub struct Due {
    pub holds: Vec<(String, String)>,
    pub now: Millis,
}

/// An entry of the history.
#[derive(Clone, Debug)]
pub struct Entry {
    pub seq: i64,
    pub kind: String,
    pub posted_before: i64,
    pub posted_after: i64,
    pub held_before: i64,
    pub held_after: i64,
    pub hold_id: Option<String>,
    /// Of its hold.
    pub asset: Option<String>,
    pub note: Option<String>,
    pub at: Millis,
}

/// How a balance stood at the end of a day: what its last entry left.
#[derive(Clone, Copy, Debug)]
pub struct DayEnd {
    /// The first millisecond of the next day.
    pub until: Millis,
    pub seq: i64,
    pub posted: i64,
    pub held: i64,
}

/// A hold with all that is known of it.
#[derive(Clone, Debug)]
pub struct HoldRecord {
    pub hold_id: String,
    pub amount: i64,
    pub fingerprint: String,
    pub plan: String,
    pub estimate: String,
    pub free_units: Vec<FreeUse>,
    pub asset: Option<String>,
    pub at: Millis,
    pub expires_at: Option<Millis>,
    pub outcome: Option<HoldOutcome>,
}

#[derive(Clone, Debug)]
pub struct HoldOutcome {
    pub kind: Resolution,
    pub captured: i64,
    pub settlement: Option<String>,
    pub at: Millis,
}

/// A charge that was made, with the documents that tell what for.
#[derive(Clone, Debug)]
pub struct Capture {
    pub hold_id: String,
    pub at: Millis,
    pub asset: Option<String>,
    pub plan: String,
    pub estimate: String,
    pub settlement: String,
    pub captured: i64,
}

/// Free units as they are stored with a hold.
pub fn read_free_units(text: Option<&str>) -> Result<Vec<FreeUse>, serde_json::Error> {
    text.map_or_else(|| Ok(Vec::new()), serde_json::from_str)
}
