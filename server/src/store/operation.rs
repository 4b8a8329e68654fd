//! What the ledger is asked to do, and what it answers.

use pricetag::Faults;

use super::{HoldState, StoreFault, StoredAnswer};
use crate::{
    charge::{Account, Late, Refusal, Settled, Short, Terms},
    clock::Millis,
    key::{Hash, Scopes},
};

/// A change of the ledger. Each changes one account at most; its answer may be stored with another, an administrator's.
pub enum Operation {
    OpenAccount(NewAccount),
    Grant(NewGrant),
    SetTier {
        account_id: String,
        tier: String,
    },
    AddKey(NewKey),
    DeleteKey {
        key_id: String,
    },
    PublishCard {
        fingerprint: String,
        body: String,
    },
    Hold(NewHold),
    Capture {
        account_id: String,
        hold_id: String,
        /// What it is settled at, or what is wrong with its outcome.
        settled: Result<Settled, Faults>,
        /// Whether the account still covers it after the hold has expired.
        cover_late: CoverLate,
        reply: Reply,
    },
    /// Lets a hold last until so long from now, if that is later than it lasts already.
    Extend {
        account_id: String,
        hold_id: String,
        lasts_ms: Millis,
        reply: Reply,
    },
    Release {
        account_id: String,
        hold_id: String,
        reply: Reply,
    },
    /// Nothing, to see whether a writer can begin a transaction.
    Probe,
    /// Releases a hold that has expired. A hold expires once.
    Expire {
        account_id: String,
        hold_id: String,
    },
}

/// Who asks for an operation. Each side has idempotency keys of its own, so that no payer can take a worker's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Payer,
    Worker,
    Administrator,
}

impl Side {
    pub const ALL: [Self; 3] = [Self::Payer, Self::Worker, Self::Administrator];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Worker => "worker",
            Self::Administrator => "administrator",
        }
    }

    pub fn named(name: &str) -> Result<Self, StoreFault> {
        let named = Self::ALL.into_iter().find(|side| side.as_str() == name);
        named.ok_or_else(|| StoreFault::Unavailable(format!("no idempotency key is of the side `{name}`")))
    }
}

/// An idempotency key in the space of the account and the side that it is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperationKey {
    /// Of the API key that asks, which for an administrator is not the account that is changed.
    pub account_id: String,
    pub side: Side,
    pub key: String,
}

/// What makes an operation happen once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    pub key: OperationKey,
    pub request_hash: Hash,
}

/// The answer that is stored with an operation, and found again by its idempotency key.
pub struct Reply {
    pub idempotency: Idempotency,
    pub status: u16,
    /// Writes the body.
    pub body: Box<dyn Fn(&After<'_>) -> Body + Send + Sync>,
}

/// What an operation left, for its answer.
pub struct After<'a> {
    pub account: &'a Account,
    /// The hold that it was about.
    pub hold: Option<&'a HoldState>,
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// A JSON object, as it is stored.
    pub stored: String,
    /// A member that is not stored with it, because the hold's own rows hold it.
    pub adds: Option<(Adds, String)>,
}

/// What the rows of a hold add to a stored answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adds {
    Estimate,
    Lines,
}

impl Adds {
    pub const ALL: [Self; 2] = [Self::Estimate, Self::Lines];

    /// The name of the member.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Estimate => "estimate",
            Self::Lines => "lines",
        }
    }

    pub fn named(name: &str) -> Result<Self, StoreFault> {
        let named = Self::ALL.into_iter().find(|adds| adds.as_str() == name);
        named.ok_or_else(|| StoreFault::Unavailable(format!("no answer has a member `{name}` from its hold")))
    }
}

impl From<String> for Body {
    fn from(stored: String) -> Self {
        Self { stored, adds: None }
    }
}

impl Body {
    /// The body as it is sent, with the member that its hold adds.
    pub fn whole(self) -> String {
        let Some((adds, json)) = self.adds else { return self.stored };
        let members = self.stored.strip_suffix('}').expect("an answer is a JSON object");
        format!("{members},\"{}\":{json}}}", adds.as_str())
    }
}

pub struct NewAccount {
    pub account_id: String,
    pub tier: String,
    pub grant_millicredits: i64,
    /// `None` for an account that no client asked for.
    pub reply: Option<Reply>,
}

pub struct NewGrant {
    pub account_id: String,
    pub millicredits: i64,
    pub note: Option<String>,
    pub reply: Reply,
}

pub struct NewKey {
    pub key_id: String,
    pub hash: Hash,
    pub account_id: String,
    pub scopes: Scopes,
    pub expires: Option<Millis>,
}

/// Whether an account covers a late capture of a hold that was placed in such a month.
pub type CoverLate = Box<dyn Fn(&Settled, &Account, &str) -> Result<Late, Box<Short>> + Send + Sync>;

/// A decision on an account as it stands inside the transaction. It may be asked for more than once.
pub type Decide = Box<dyn Fn(&Account) -> Result<Terms, Refusal> + Send + Sync>;

/// A hold, or a charge: a hold that is captured whole at once.
pub struct NewHold {
    pub account_id: String,
    pub idempotency: Idempotency,
    pub decide: Decide,
    pub asset: Option<String>,
    /// `None` for a charge.
    pub lasts_ms: Option<Millis>,
    /// Bytes that the account may store on a day.
    pub bytes_a_day: Option<u64>,
    /// The hash of its document, if that is known before the decision.
    pub document_hash: Option<Hash>,
    /// Writes the body of the answer.
    pub body: Box<dyn Fn(&Placed<'_>) -> Body + Send + Sync>,
}

/// A hold or a charge that was placed, for its answer.
pub struct Placed<'a> {
    pub hold_id: &'a str,
    pub terms: &'a Terms,
    pub asset: Option<&'a str>,
    pub at: Millis,
    /// `None` for a charge.
    pub expires_at: Option<Millis>,
    /// The account after it.
    pub account: &'a Account,
}

impl Operation {
    /// The account that it touches.
    pub fn account_id(&self) -> Option<&str> {
        match self {
            Self::OpenAccount(NewAccount { account_id, .. })
            | Self::Grant(NewGrant { account_id, .. })
            | Self::SetTier { account_id, .. }
            | Self::AddKey(NewKey { account_id, .. })
            | Self::Hold(NewHold { account_id, .. })
            | Self::Capture { account_id, .. }
            | Self::Extend { account_id, .. }
            | Self::Release { account_id, .. }
            | Self::Expire { account_id, .. } => Some(account_id),
            Self::DeleteKey { .. } | Self::PublishCard { .. } | Self::Probe => None,
        }
    }

    pub fn idempotency(&self) -> Option<&Idempotency> {
        match self {
            Self::OpenAccount(NewAccount { reply, .. }) => reply.as_ref().map(|reply| &reply.idempotency),
            Self::Grant(NewGrant { reply, .. })
            | Self::Capture { reply, .. }
            | Self::Extend { reply, .. }
            | Self::Release { reply, .. } => Some(&reply.idempotency),
            Self::Hold(new) => Some(&new.idempotency),
            Self::SetTier { .. }
            | Self::AddKey(_)
            | Self::DeleteKey { .. }
            | Self::PublishCard { .. }
            | Self::Probe
            | Self::Expire { .. } => None,
        }
    }

    /// The document that it may store.
    pub fn document_hash(&self) -> Option<&Hash> {
        if let Self::Hold(new) = self { new.document_hash.as_ref() } else { None }
    }

    /// The hold that it resolves or extends.
    pub fn hold_id(&self) -> Option<&str> {
        match self {
            Self::Capture { hold_id, .. }
            | Self::Extend { hold_id, .. }
            | Self::Release { hold_id, .. }
            | Self::Expire { hold_id, .. } => Some(hold_id),
            _ => None,
        }
    }
}

/// What became of an operation.
#[derive(Debug)]
pub enum Answer {
    Done,
    /// The account as it is now.
    Account(Account),
    /// The answer as it is stored.
    Stored {
        status: u16,
        body: Body,
    },
    /// The answer that an earlier operation with the same key stored.
    Replayed(StoredAnswer),
    /// The idempotency key belongs to another request.
    KeyReused,
    /// There is no such account, hold or key.
    NotFound,
    AccountExists,
    /// The hold was resolved before.
    HoldResolved(Resolution),
    /// The hold had expired, and the account no longer covers its capture. Nothing is stored.
    NotCovered(Box<Short>),
    /// Nothing changed and nothing is stored: the same key may be used again.
    Refused(Refusal),
}

/// How a hold ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    Captured,
    Released,
    Expired,
}

impl Resolution {
    pub const ALL: [Self; 3] = [Self::Captured, Self::Released, Self::Expired];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Captured => "captured",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }

    pub fn named(name: &str) -> Result<Self, StoreFault> {
        let named = Self::ALL.into_iter().find(|resolution| resolution.as_str() == name);
        named.ok_or_else(|| StoreFault::Unavailable(format!("a hold cannot have ended as `{name}`")))
    }
}
