//! What the ledger is asked to do, and what it answers.

use pricetag::Faults;

use super::StoreFault;
use crate::{
    charge::{Account, Refusal, Settled, Terms},
    clock::Millis,
    key::{Hash, Scopes},
};

/// A change of the ledger. Each touches one account at most.
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
        reply: Reply,
    },
    Release {
        account_id: String,
        hold_id: String,
        reply: Reply,
    },
    /// Nothing, to see whether a writer can begin a transaction.
    Probe,
    /// Releases a hold whose time is over; it happens once, because a hold has one outcome.
    Expire {
        account_id: String,
        hold_id: String,
    },
}

/// What makes an operation happen once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    pub key: String,
    pub request_hash: Hash,
}

/// The answer that is stored with an operation, and found again by its idempotency key.
pub struct Reply {
    pub idempotency: Idempotency,
    pub status: u16,
    /// Writes the body, from the account after the operation.
    pub body: Box<dyn Fn(&Account) -> String + Send + Sync>,
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
    /// Writes the body of the answer.
    pub body: Box<dyn Fn(&Placed<'_>) -> String + Send + Sync>,
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
            | Self::Release { account_id, .. }
            | Self::Expire { account_id, .. } => Some(account_id),
            Self::DeleteKey { .. } | Self::PublishCard { .. } | Self::Probe => None,
        }
    }

    pub fn idempotency(&self) -> Option<&Idempotency> {
        match self {
            Self::OpenAccount(NewAccount { reply, .. }) => reply.as_ref().map(|reply| &reply.idempotency),
            Self::Grant(NewGrant { reply, .. }) | Self::Capture { reply, .. } | Self::Release { reply, .. } => {
                Some(&reply.idempotency)
            }
            Self::Hold(new) => Some(&new.idempotency),
            Self::SetTier { .. }
            | Self::AddKey(_)
            | Self::DeleteKey { .. }
            | Self::PublishCard { .. }
            | Self::Probe
            | Self::Expire { .. } => None,
        }
    }

    /// The hold that it resolves.
    pub fn hold_id(&self) -> Option<&str> {
        match self {
            Self::Capture { hold_id, .. } | Self::Release { hold_id, .. } | Self::Expire { hold_id, .. } => {
                Some(hold_id)
            }
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
    /// The answer as it is stored; replayed when an earlier operation with the same key made it.
    Stored {
        status: u16,
        body: String,
        replayed: bool,
    },
    /// The idempotency key belongs to another request.
    KeyReused,
    /// There is no such account, hold or key.
    NotFound,
    AccountExists,
    /// The hold was resolved before.
    HoldResolved(Resolution),
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
