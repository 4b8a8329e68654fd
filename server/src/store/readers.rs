//! Read-only connections. In WAL mode they see the last commit and never wait for the writer.

use std::{
    path::Path,
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use tokio::sync::Semaphore;

use super::{StoreFault, sqlite::OpenError};
use crate::{
    clock::Millis,
    key::{Hash, Scopes},
};

/// More would only wait for the same few cores.
const CONNECTIONS: usize = 4;
/// How long a read waits for a connection.
const CONNECTION_WAIT: Duration = Duration::from_secs(1);

pub struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

/// What a key stands for.
#[derive(Clone, Debug)]
pub struct Credential {
    pub hash: Hash,
    pub account_id: String,
    pub scopes: Scopes,
}

/// What an idempotency key was answered with.
#[derive(Debug)]
pub struct StoredAnswer {
    pub request_hash: Hash,
    pub body: String,
}

impl Readers {
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let idle = (0..CONNECTIONS)
            .map(|_| Connection::open_with_flags(path, flags))
            .collect::<Result<_, _>>()
            .map_err(|error| OpenError::sqlite(path, &error))?;
        Ok(Self { idle: Mutex::new(idle), permits: Semaphore::new(CONNECTIONS) })
    }

    /// Runs a read in one transaction, so that all it sees is of one moment.
    pub async fn run<T, F>(self: &std::sync::Arc<Self>, read: F) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreFault> + Send + 'static,
    {
        let permit = tokio::time::timeout(CONNECTION_WAIT, self.permits.acquire());
        let permit = permit.await.map_err(|_| StoreFault::Busy)?;
        let _permit = permit.map_err(|_| StoreFault::Unavailable("the server is stopping".into()))?;
        let readers = std::sync::Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            let connection = readers.take()?;
            let answer = consistently(&connection, read);
            readers.put_back(connection);
            answer
        });
        reading.await.map_err(|error| StoreFault::Unavailable(error.to_string()))?
    }

    fn take(&self) -> Result<Connection, StoreFault> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop().ok_or(StoreFault::Busy)
    }

    fn put_back(&self, connection: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

fn consistently<T>(
    connection: &Connection,
    read: impl FnOnce(&Connection) -> Result<T, StoreFault>,
) -> Result<T, StoreFault> {
    let transaction = connection.unchecked_transaction()?;
    let answer = read(&transaction);
    transaction.finish()?;
    answer
}

pub fn credential(connection: &Connection, key_id: &str, now: Millis) -> Result<Option<Credential>, StoreFault> {
    let found = connection
        .prepare_cached(
            "SELECT hash, account_id, scopes FROM api_keys WHERE key_id = ?1 AND (expires IS NULL OR expires > ?2)",
        )?
        .query_row(rusqlite::params![key_id, now], |row| {
            Ok((row.get::<_, Hash>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })
        .optional()?;
    let Some((hash, account_id, scopes)) = found else { return Ok(None) };
    let scopes = Scopes::from_str(&scopes).map_err(StoreFault::Unavailable)?;
    Ok(Some(Credential { hash, account_id, scopes }))
}
