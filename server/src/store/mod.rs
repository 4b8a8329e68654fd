//! Where money rests. Handlers send an [`Operation`] and wait for its [`Answer`]; they never hold a transaction.
//!
//! A writer takes what is queued, runs it in one transaction, commits once, and only then answers all. So one `fsync`
//! serves many charges, and a client that hangs up leaves nothing open: its operation is carried out, and the same
//! idempotency key finds the answer. What is decided is the same on both engines ([`book`]); an engine loads and writes.

mod book;
mod expiry;
mod operation;
mod place;
pub mod postgres;
mod queue;
mod readers;
mod rows;
pub mod sqlite;

use std::{
    fmt,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    ops::Range,
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use moka::sync::Cache;
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

pub use self::{
    operation::{
        Adds, After, Answer, Body, CoverLate, Decide, Idempotency, NewAccount, NewGrant, NewHold, NewKey, Operation,
        OperationKey, Placed, Reply, Resolution, Side,
    },
    place::{OpenError, Place},
    rows::{
        By, Capture, CapturesFound, CapturesPage, DayEnd, Entry, HoldOutcome, HoldRecord, HoldState, StoredAnswer,
        Sums, Usage,
    },
    sqlite::Database,
};
use self::{queue::Job, readers::Readers};
use crate::{
    charge::{Account, lines_json},
    clock::{Millis, is_far_ahead, system_time},
    key::{Hash, Key, Scopes, same},
};

/// How long an operation waits for room in the queue.
const QUEUE_WAIT: Duration = Duration::from_secs(1);
/// How long a client waits for an answer. The writer may still run the operation afterwards.
const ANSWER_WAIT: Duration = Duration::from_secs(2);
/// For how long a key is taken as known, or as unknown. A key that another process deletes works at most this long.
const CREDENTIAL_LIFE: Duration = Duration::from_secs(1);
const CREDENTIALS_KEPT: u64 = 10_000;

/// What a key stands for.
#[derive(Clone, Debug)]
pub struct Credential {
    pub hash: Hash,
    pub account_id: String,
    pub scopes: Scopes,
    /// The account's tier, for limits that depend on it; charges look at the account itself.
    pub tier: String,
}

/// Why an operation has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// The queue was full for the whole wait. Nothing was done.
    Busy,
    /// The writer did not answer in time. It may still carry the operation out.
    InProgress,
    /// The database took longer than a statement may. Nothing was done.
    TooLong,
    /// Another session holds the row of an account. Nothing was done.
    Locked,
    /// No room on the disk. Nothing was done.
    Full,
    /// Another process was faster. Nothing was done; it is to be decided again.
    Conflict(String),
    /// A constraint refused what was decided, which is a defect. Nothing was done.
    Rejected(String),
    /// The database does not take writes, or does not answer. What was done is found by the same key.
    Unavailable(String),
}

impl StoreFault {
    /// Whether a single operation is the cause, so that its neighbours in a transaction can be carried out without it.
    fn is_of_one(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Rejected(_))
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("too many operations are waiting"),
            Self::InProgress => f.write_str("the writer did not answer in time"),
            Self::TooLong => f.write_str("the database took too long"),
            Self::Locked => f.write_str("another session holds the account"),
            Self::Full => f.write_str("the disk is full"),
            Self::Conflict(reason) => write!(f, "another process was faster: {reason}"),
            Self::Rejected(reason) => write!(f, "the database refused it: {reason}"),
            Self::Unavailable(reason) => write!(f, "the database is not available: {reason}"),
        }
    }
}

impl std::error::Error for StoreFault {}

impl From<serde_json::Error> for StoreFault {
    fn from(error: serde_json::Error) -> Self {
        Self::Rejected(format!("a stored document cannot be read: {error}"))
    }
}

/// How the writers work.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Operations in one transaction at most. More would make the first wait longer than the shared commit saves.
    pub batch: usize,
    /// Writers on PostgreSQL. An account always goes to the same one.
    pub writers: usize,
    /// Whether a transaction on PostgreSQL may concern one account only, as databases that are spread by account need.
    pub one_account: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { batch: 256, writers: 4, one_account: false }
    }
}

/// The writers. They end when every [`Store`] is gone and the queues are empty.
pub struct Writers {
    /// Each gives back what must outlive the readers.
    threads: Vec<JoinHandle<Option<Database>>>,
}

impl Writers {
    /// Waits until everything that was accepted is carried out. Reads must have ended.
    pub fn finish(self) {
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a writer of the ledger ended with a panic");
            }
        }
    }
}

/// A handle on the ledger, cheap to clone.
#[derive(Clone)]
pub struct Store {
    readers: Readers,
    /// By the whole key: the time of an answer to its public part alone does not tell whether its owner is using it.
    credentials: Cache<(String, Hash), Option<Credential>>,
    queues: Arc<[mpsc::Sender<Job>]>,
}

impl Store {
    /// Opens a ledger for a server, making it when it is not there. A file is locked for this server alone.
    pub async fn serve(place: &Place, settings: Settings) -> Result<(Self, Writers), OpenError> {
        match place {
            Place::File(path) => Self::on_file(Database::open_to_serve(path)?, settings),
            Place::Postgres(config) => Self::on_postgres(config, settings).await,
        }
    }

    /// Opens a ledger that is there, beside servers that may be running.
    pub async fn beside(place: &Place) -> Result<(Self, Writers), OpenError> {
        match place {
            Place::File(path) => Self::on_file(Database::open_existing(path)?, Settings::default()),
            Place::Postgres(config) => Self::on_postgres(config, Settings { writers: 1, ..Settings::default() }).await,
        }
    }

    fn on_file(database: Database, settings: Settings) -> Result<(Self, Writers), OpenError> {
        let (queue, jobs) = mpsc::channel(queue::QUEUE);
        let readers = Readers::Sqlite(sqlite::Readers::open(database.path(), database.clock())?);
        let writers = Writers { threads: vec![sqlite::spawn(database, jobs, settings.batch)] };
        Ok((Self::new(vec![queue], readers), writers))
    }

    async fn on_postgres(config: &postgres::Config, settings: Settings) -> Result<(Self, Writers), OpenError> {
        postgres::migrate(config).await?;
        let readers = Readers::Postgres(postgres::Readers::open(config)?);
        let (mut queues, mut threads) = (Vec::new(), Vec::new());
        for number in 0..settings.writers.max(1) {
            let (queue, jobs) = mpsc::channel(queue::QUEUE);
            queues.push(queue);
            threads.push(postgres::spawn(number, config.clone(), jobs, settings));
        }
        Ok((Self::new(queues, readers), Writers { threads }))
    }

    fn new(queues: Vec<mpsc::Sender<Job>>, readers: Readers) -> Self {
        let credentials = Cache::builder()
            .max_capacity(CREDENTIALS_KEPT)
            .time_to_live(CREDENTIAL_LIFE)
            .support_invalidation_closures()
            .build();
        Self { queues: queues.into(), readers, credentials }
    }

    /// Carries an operation out, durably, before it answers.
    pub async fn run(&self, operation: Operation) -> Result<Answer, StoreFault> {
        let (mut made, mut deleted) = (None, None);
        match &operation {
            Operation::AddKey(key) => made = Some((key.key_id.clone(), key.hash)),
            Operation::DeleteKey { key_id } => deleted = Some(key_id.clone()),
            _ => {}
        }
        let answer = send(self.queue_of(&operation), operation).await;
        if let Some(made) = made {
            self.credentials.invalidate(&made); // it may have been tried before it was there
        }
        if let Some(deleted) = deleted {
            let of_the_id = self.credentials.invalidate_entries_if(move |(key_id, _), _| *key_id == deleted);
            of_the_id.expect("the cache takes closures");
        }
        answer
    }

    /// An account always goes to the same writer, so that its operations share transactions instead of waiting for locks.
    fn queue_of(&self, operation: &Operation) -> &mpsc::Sender<Job> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(operation.account_id());
        let count = u64::try_from(self.queues.len()).expect("a few writers");
        &self.queues[usize::try_from(hash % count).expect("less than their number")]
    }

    /// Operations that wait for a writer.
    pub fn depth(&self) -> usize {
        self.queues.iter().map(|queue| queue.max_capacity() - queue.capacity()).sum()
    }

    /// A key that was known a moment ago.
    pub fn remembered(&self, key: &Key) -> Option<Credential> {
        self.credentials.get(&credential_name(key)).flatten()
    }

    /// What a key may do; `None` when there is no such key, or it has expired.
    pub async fn credential(&self, key: &Key) -> Result<Option<Credential>, StoreFault> {
        let name = credential_name(key);
        if let Some(remembered) = self.credentials.get(&name) {
            return Ok(remembered);
        }
        metrics::counter!("pricetag_key_look_ups_total").increment(1);
        let stored = self.readers.credential(key.id().into()).await?;
        // A key that is not there is compared too, so that the time of an answer does not tell which ids are.
        let expected = stored.as_ref().map_or([0; 32], |stored| stored.hash);
        let matches = same(&name.1, &expected);
        let credential = stored.filter(|_| matches);
        self.credentials.insert(name, credential.clone());
        Ok(credential)
    }

    pub async fn account(&self, account_id: &str) -> Result<Option<Account>, StoreFault> {
        self.readers.account(account_id.into()).await
    }

    /// The stored answer of an idempotency key.
    pub async fn stored_answer(&self, key: &OperationKey) -> Result<Option<StoredAnswer>, StoreFault> {
        self.readers.stored_answer(key.clone()).await
    }

    /// The body of a stored answer, with the member that its hold adds.
    pub async fn whole_body(&self, key: &OperationKey, answer: StoredAnswer) -> Result<String, StoreFault> {
        let Some((adds, hold_id)) = answer.adds else { return Ok(answer.body) };
        let hold = self.readers.hold(key.account_id.clone(), hold_id).await?;
        let hold = hold.ok_or_else(|| StoreFault::Unavailable("the hold of a stored answer is missing".into()))?;
        let json = match adds {
            Adds::Estimate => hold.document.estimate.get().to_owned(),
            Adds::Lines => {
                let outcome = hold
                    .outcome
                    .ok_or_else(|| StoreFault::Unavailable("the hold of a stored capture has no outcome".into()))?;
                lines_json(&outcome.lines)
            }
        };
        Ok(Body { stored: answer.body, adds: Some((adds, json)) }.whole())
    }

    pub async fn hold(&self, account_id: &str, hold_id: &str) -> Result<Option<HoldRecord>, StoreFault> {
        self.readers.hold(account_id.into(), hold_id.into()).await
    }

    /// The entries after a number, oldest first.
    pub async fn entries(&self, account_id: &str, after: i64, limit: usize) -> Result<Vec<Entry>, StoreFault> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.readers.entries(account_id.into(), after, limit).await
    }

    /// The entries before a number, newest first.
    pub async fn entries_before(&self, account_id: &str, before: i64, limit: usize) -> Result<Vec<Entry>, StoreFault> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.readers.entries_before(account_id.into(), before, limit).await
    }

    /// How the balance stood at the beginning of a day, and at each day's end until another begins.
    pub async fn day_ends(&self, account_id: &str, from: Millis, until: Millis) -> Result<Vec<DayEnd>, StoreFault> {
        self.readers.day_ends(account_id.into(), from, until).await
    }

    /// What was charged, in the order of the holds.
    pub async fn captures(&self, page: CapturesPage) -> Result<CapturesFound, StoreFault> {
        self.readers.captures(page).await
    }

    /// What was charged from one time until before another, summed in at most so many groups.
    pub async fn usage(
        &self,
        account_id: &str,
        by: By,
        range: Range<Millis>,
        groups_max: i64,
    ) -> Result<Usage, StoreFault> {
        self.readers.usage(account_id.into(), by, range.start, range.end, groups_max).await
    }

    /// When the next of an account's holds expires.
    pub async fn next_expiry(&self, account_id: &str) -> Result<Option<Millis>, StoreFault> {
        self.readers.next_expiry(account_id.into()).await
    }

    /// The time of the newest entry and the clock's, if they are so far apart that one of them must be wrong.
    pub async fn far_ahead(&self) -> Result<Option<(Millis, Millis)>, StoreFault> {
        let (last_entry, clock) = self.readers.last_entry().await?;
        Ok(is_far_ahead(last_entry, clock).then_some((last_entry, clock)))
    }

    /// A card that was published, as JSON.
    pub async fn card(&self, fingerprint: &str) -> Result<Option<String>, StoreFault> {
        self.readers.card(fingerprint.into()).await
    }

    /// The fingerprint of the card that was published last.
    pub async fn newest_card(&self) -> Result<Option<String>, StoreFault> {
        self.readers.newest_card().await
    }

    pub async fn tiers_in_use(&self) -> Result<Vec<String>, StoreFault> {
        self.readers.tiers_in_use().await
    }

    /// The first two accounts: none, the only one, or one of many.
    pub async fn first_accounts(&self) -> Result<Vec<String>, StoreFault> {
        self.readers.first_accounts().await
    }

    /// Whether the database answers readers, and lets every writer begin a transaction.
    pub async fn ready(&self) -> Result<(), StoreFault> {
        self.readers.newest_card().await?;
        for queue in self.queues.iter() {
            send(queue, Operation::Probe).await?;
        }
        Ok(())
    }

    /// The time by which this ledger's holds and keys end.
    pub fn now(&self) -> Millis {
        match &self.readers {
            Readers::Sqlite(readers) => readers.now(),
            // A database's own clock decides there; this machine's is near enough for a default or a time to come.
            Readers::Postgres(_) => system_time(),
        }
    }
}

/// A key as it is remembered: the time of an answer to its public part alone would tell whether its owner is using it.
fn credential_name(key: &Key) -> (String, Hash) {
    (key.id().to_owned(), key.hash())
}

async fn send(queue: &mpsc::Sender<Job>, operation: Operation) -> Result<Answer, StoreFault> {
    let deadline = Instant::now() + ANSWER_WAIT;
    let (answer, answered) = oneshot::channel();
    queue.send_timeout(Job { operation, request: tracing::Span::current(), answer }, QUEUE_WAIT).await.map_err(
        |refused| match refused {
            mpsc::error::SendTimeoutError::Timeout(_) => StoreFault::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => StoreFault::Unavailable("the writer has stopped".into()),
        },
    )?;
    match tokio::time::timeout_at(deadline, answered).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(StoreFault::Unavailable("the writer has stopped".into())),
        Err(_) => Err(StoreFault::InProgress),
    }
}
