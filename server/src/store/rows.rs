//! Rows of the ledger: those that a transaction reads, those that it adds, and those that are read for an answer.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    charge::{Account, Document, FreeUse, ReadDocument, SettledLine, StoredBytes},
    clock::Millis,
    key::{Hash, same},
};

use super::{
    Adds, Answer, NewKey, OperationKey, Resolution, StoreFault,
    book::{CAPTURE_MS_MAX, first_hold_id},
};

/// What a transaction reads before anything is decided, by account: what a batch of operations concerns and no more.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The clock's time; each account has its own instant.
    pub now: Millis,
    pub accounts: BTreeMap<String, Account>,
    pub answers: BTreeMap<OperationKey, StoredAnswer>,
    /// By account and hold.
    pub holds: BTreeMap<(String, String), HoldState>,
    /// Documents that are stored already, by account and hash.
    pub documents: BTreeSet<(String, Hash)>,
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
    /// `None` for a charge, and for a hold that was resolved.
    pub expires_at: Option<Millis>,
    pub resolution: Option<Resolution>,
    /// When it expired, if it did.
    pub expired_at: Option<Millis>,
    /// Whether it was captured after that.
    pub late: bool,
}

/// What an idempotency key was answered with.
#[derive(Clone, Debug)]
pub struct StoredAnswer {
    pub request_hash: Hash,
    pub status: u16,
    /// Without the member that the rows of a hold add.
    pub body: String,
    /// That member, and the hold.
    pub adds: Option<(Adds, String)>,
}

impl StoredAnswer {
    /// The answer to a request that came with the same key.
    pub fn answer(self, request_hash: &Hash) -> Answer {
        if same(&self.request_hash, request_hash) { Answer::Replayed(self) } else { Answer::KeyReused }
    }
}

/// What a transaction writes: the outcome of all of its operations together.
#[derive(Debug, Default)]
pub struct Changes {
    pub opened: Vec<OpenedRow>,
    pub moved: BTreeMap<String, MovedRow>,
    pub entries: Vec<EntryRow>,
    /// By account and hash.
    pub documents: BTreeMap<(String, Hash), Document>,
    pub holds: Vec<HoldRow>,
    /// Open holds that expire later now, by account and hold.
    pub extended: BTreeMap<(String, String), Millis>,
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
    pub stored: StoredBytes,
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
    pub document: Hash,
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
    /// Whether it is the capture of a hold that had expired.
    pub late: bool,
    pub kind: Resolution,
    pub captured: i64,
    /// Of a hold that was open until now.
    pub expires_at: Option<Millis>,
    pub lines: Vec<SettledLine>,
    pub at: Millis,
}

#[derive(Debug)]
pub struct AnswerRow {
    pub key: OperationKey,
    pub answer: StoredAnswer,
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
    pub document: ReadDocument,
    pub free_units: Vec<FreeUse>,
    pub asset: Option<String>,
    pub at: Millis,
    /// Of an open hold with its extensions, else as it was placed.
    pub expires_at: Option<Millis>,
    pub outcome: Option<HoldOutcome>,
}

/// How a hold ended last.
#[derive(Clone, Debug)]
pub struct HoldOutcome {
    pub kind: Resolution,
    pub late: bool,
    pub captured: i64,
    /// Of a capture.
    pub lines: Vec<SettledLine>,
    pub at: Millis,
}

/// A charge that was made, with the documents that tell what for.
#[derive(Clone, Debug)]
pub struct Capture {
    pub hold_id: String,
    pub at: Millis,
    pub asset: Option<String>,
    pub document: ReadDocument,
    pub captured: i64,
    pub lines: Vec<SettledLine>,
}

/// What usage is grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    Operation,
    Day,
    Asset,
    /// The option of a choice of this name.
    Choice(String),
}

/// Sums are made in two parts, so many together and what is left, because a database's own sum may overflow.
pub const SUM_UNIT: i64 = 1_000_000;

/// What was charged from one time until before another.
#[derive(Clone, Debug)]
pub struct Usage {
    pub total: Sums,
    /// The dearest groups, by what they have in common; days as their number after 1970.
    pub groups: Vec<(Option<String>, Sums)>,
    /// How many groups there are.
    pub groups_count: u64,
    /// When the account was charged for the first time ever.
    pub first_at: Option<Millis>,
}

/// Sums of settled lines. Those of ten years may add up to more than an amount can be, so amounts are wider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub captures: u64,
    pub lines: u64,
    pub outputs: i128,
    /// Millicredits.
    pub estimated: i128,
    pub charged: i128,
}

/// A page of captures, and whether there are more.
#[derive(Clone, Debug)]
pub struct CapturesFound {
    pub captures: Vec<Capture>,
    pub more: bool,
}

impl CapturesFound {
    /// Of what was read for a page, while so many captures are in its range.
    pub fn of(mut captures: Vec<Capture>, in_range: i64, page: &CapturesPage) -> Self {
        captures.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
        let more = i64::try_from(captures.len()).is_ok_and(|listed| listed < in_range);
        Self { captures, more }
    }
}

/// Which captures an answer lists.
#[derive(Clone, Debug)]
pub struct CapturesPage {
    pub account_id: String,
    pub from: Millis,
    pub until: Millis,
    /// Captures of holds after this one.
    pub after: String,
    pub limit: i64,
    /// How large the documents may be in all.
    pub bytes_max: i64,
}

impl CapturesPage {
    /// The name that comes before those of all holds that can have been captured in the range. The range begins
    /// earlier, because a hold can be captured days after it was placed.
    pub fn first(&self) -> String {
        first_hold_id(self.from - CAPTURE_MS_MAX).max(self.after.clone())
    }

    pub fn last(&self) -> String {
        first_hold_id(self.until)
    }
}

/// A document as it is stored.
pub fn read_document(body: &[u8], size: i64) -> Result<ReadDocument, StoreFault> {
    let size = usize::try_from(size);
    let size = size.map_err(|_| StoreFault::Unavailable("a stored document has a negative size".into()))?;
    let read = Document::read(body, size);
    read.map_err(|error| StoreFault::Unavailable(format!("a stored document cannot be read: {error}")))
}

/// Every capture has lines.
pub fn no_lines(hold_id: &str) -> StoreFault {
    StoreFault::Unavailable(format!("the capture of `{hold_id}` has no lines"))
}

/// Free units as they are stored with a hold.
pub fn read_free_units(text: Option<&str>) -> Result<Vec<FreeUse>, serde_json::Error> {
    text.map_or_else(|| Ok(Vec::new()), serde_json::from_str)
}
