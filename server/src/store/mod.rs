//! Where money rests. Handlers send an [`Operation`] and wait for its [`Answer`]; they never hold a transaction.
//!
//! One thread writes: it takes what is queued, runs it in one transaction, commits once, and only then answers all.
//! So one `fsync` serves many charges, and a client that hangs up leaves nothing open: its operation is carried out,
//! and the same idempotency key finds the answer.

mod ledger;
mod readers;
mod sqlite;
mod writer;

use std::{fmt, sync::Arc, time::Duration};

use tokio::sync::{mpsc, oneshot};

use self::{readers::Readers, writer::Job};
pub use self::{
    readers::{Credential, StoredAnswer},
    sqlite::{Database, OpenError},
    writer::Writer,
};
use crate::{
    charge::{Account, Charge, Refusal},
    clock::{Clock, Millis, month},
    key::{Hash, Scopes},
};

/// Operations that may wait for the writer. Beyond that a client is told that the server is busy.
const QUEUE: usize = 1_024;
/// How long an operation waits for room in the queue.
const QUEUE_WAIT: Duration = Duration::from_secs(1);
/// How long its client waits for the answer; the operation itself is carried out whatever happens.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// A change of the ledger.
pub enum Operation {
    OpenAccount(NewAccount),
    AddKey(NewKey),
    PublishCard { fingerprint: String, body: String },
    Charge(NewCharge),
}

pub struct NewAccount {
    pub account_id: String,
    pub tier: String,
    pub grant_millicredits: i64,
}

pub struct NewKey {
    pub key_id: String,
    pub hash: Hash,
    pub account_id: String,
    pub scopes: Scopes,
    pub expires: Option<Millis>,
}

/// A decision on an account as it stands inside the transaction. It may be asked for more than once.
pub type Decide = Box<dyn Fn(&Account) -> Result<Charge, Refusal> + Send>;

pub struct NewCharge {
    pub account_id: String,
    pub idempotency_key: String,
    pub request_hash: Hash,
    pub decide: Decide,
}

/// What became of an operation.
#[derive(Debug)]
pub enum Answer {
    Done,
    /// A receipt, as JSON; replayed when an earlier operation with the same key made it.
    Receipt {
        body: String,
        replayed: bool,
    },
    /// The idempotency key belongs to another request.
    KeyReused,
    /// Nothing changed and nothing is stored: the same key may be used again.
    Refused(Refusal),
}

/// Why an operation has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// The queue was full for the whole wait. Nothing was done.
    Busy,
    /// The writer did not answer in time. It may still carry the operation out.
    InProgress,
    /// No room on the disk. Nothing was done.
    Full,
    /// The database does not take writes, or does not answer. What was done is found by the same key.
    Unavailable(String),
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("too many operations are waiting"),
            Self::InProgress => f.write_str("the operation is still being carried out"),
            Self::Full => f.write_str("the disk is full"),
            Self::Unavailable(reason) => write!(f, "the database is not available: {reason}"),
        }
    }
}

impl std::error::Error for StoreFault {}

impl From<rusqlite::Error> for StoreFault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

/// A handle on the ledger, cheap to clone. The writer stops when the last one is gone.
#[derive(Clone)]
pub struct Store {
    queue: mpsc::Sender<Job>,
    readers: Arc<Readers>,
    clock: Arc<Clock>,
}

impl Store {
    /// Takes the database over: from here on, this process is its only server.
    pub fn start(database: Database) -> Result<(Self, Writer), OpenError> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let clock = database.clock();
        let readers = Arc::new(Readers::open(database.path())?);
        let writer = Writer::spawn(database, jobs);
        Ok((Self { queue, readers, clock }, writer))
    }

    /// Carries an operation out, durably, before it answers.
    pub async fn run(&self, operation: Operation) -> Result<Answer, StoreFault> {
        let (answer, answered) = oneshot::channel();
        let job = Job { operation, answer };
        self.queue.send_timeout(job, QUEUE_WAIT).await.map_err(|refused| match refused {
            mpsc::error::SendTimeoutError::Timeout(_) => StoreFault::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => StoreFault::Unavailable("the writer has stopped".into()),
        })?;
        match tokio::time::timeout(ANSWER_WAIT, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(StoreFault::Unavailable("the writer has stopped".into())),
            Err(_) => Err(StoreFault::InProgress),
        }
    }

    /// What a key may do, by its public part; `None` when there is none or it has expired.
    pub async fn credential(&self, key_id: &str) -> Result<Option<Credential>, StoreFault> {
        let (key_id, now) = (key_id.to_owned(), self.clock.now());
        self.readers.run(move |connection| readers::credential(connection, &key_id, now)).await
    }

    pub async fn account(&self, account_id: &str) -> Result<Option<Account>, StoreFault> {
        let (account_id, month) = (account_id.to_owned(), month(self.clock.now()));
        self.readers.run(move |connection| ledger::account(connection, &account_id, &month)).await
    }

    /// The stored answer of an idempotency key.
    pub async fn stored_answer(&self, account_id: &str, key: &str) -> Result<Option<StoredAnswer>, StoreFault> {
        let (account_id, key) = (account_id.to_owned(), key.to_owned());
        self.readers.run(move |connection| ledger::stored_answer(connection, &account_id, &key)).await
    }
}
