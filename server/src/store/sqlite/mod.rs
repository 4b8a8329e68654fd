//! SQLite: one file, opened by one server at a time, brought to the newest schema, and refused with a reason when it cannot be.

mod readers;
mod statements;
mod usage;
mod writer;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};

pub use self::{readers::Readers, writer::spawn};
use super::{OpenError, StoreFault};
use crate::clock::{Clock, Millis};

/// The schema's versions, in order. A migration that was published is never edited.
const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/sqlite/0001_ledger.sql")];
/// The first one makes schema 3. Schemas 1 and 2 were of development versions, and were never released.
const SCHEMA_BEFORE: usize = 2;
/// "PTAG" in SQLite's header says that a file is a ledger of ours.
const APPLICATION_ID: i32 = 0x5054_4147;
/// Older WAL code can corrupt a database.
const SQLITE_VERSION_MIN: i32 = 3_051_003;
/// Pages in the write-ahead log before they are copied into the file, 8 MiB. Fewer are copied more often than they must be:
/// under load most are the same few, written again and again. More keep the writer, which copies them, for longer: with
/// 8,192 a hundredth of the charges waited for 45 ms, with this for 18.
const CHECKPOINT_PAGES: i32 = 2_048;
/// How long a writer waits for another process, such as `pricetag key new` or a backup.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// A ledger's file, open for writing.
pub struct Database {
    path: PathBuf,
    connection: Connection,
    clock: Arc<Clock>,
    /// Held by a server for as long as it lives, until after the connection.
    _lock: Option<Lock>,
}

fn refused(path: &Path, reason: &str) -> OpenError {
    OpenError(format!("the database `{}` {reason}", path.display()))
}

fn open_error(path: &Path, error: &rusqlite::Error) -> OpenError {
    let reason = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => "is not a SQLite database".into(),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            "is locked by another program".into()
        }
        Some(rusqlite::ErrorCode::ReadOnly) => "is read-only; a ledger must be able to write".into(),
        _ => format!("cannot be opened: {error}"),
    };
    refused(path, &reason)
}

impl From<rusqlite::Error> for StoreFault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            Some(rusqlite::ErrorCode::OperationInterrupted) => Self::TooLong,
            Some(rusqlite::ErrorCode::ConstraintViolation) => Self::Rejected(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<rusqlite::types::FromSqlError> for StoreFault {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl Database {
    /// Opens a ledger for a server, making it when it is not there, and locks out every other server.
    pub fn open_to_serve(path: &Path) -> Result<Self, OpenError> {
        let version = rusqlite::version_number();
        if version < SQLITE_VERSION_MIN {
            let reason = format!("needs SQLite 3.51.3 or newer, and this program has {}", rusqlite::version());
            return Err(refused(path, &reason));
        }
        let lock = Lock::take(path)?;
        let made = create(path).map_err(|error| refused(path, &format!("cannot be made: {error}")))?;
        match Self::open(path) {
            Ok(database) => Ok(Self { _lock: Some(lock), ..database }),
            Err(error) => {
                if made {
                    let _ = fs::remove_file(path); // it is empty
                }
                Err(error)
            }
        }
    }

    /// Opens a ledger that is there, beside a server that may be running.
    pub fn open_existing(path: &Path) -> Result<Self, OpenError> {
        if !path.exists() {
            return Err(refused(path, "is not there; `pricetag serve` makes it on its first start"));
        }
        Self::open(path)
    }

    fn open(path: &Path) -> Result<Self, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let named = |error: rusqlite::Error| open_error(path, &error);
        let mut connection = Connection::open_with_flags(path, flags).map_err(named)?;
        if connection.is_readonly("main").map_err(named)? {
            return Err(refused(path, "is read-only; a ledger must be able to write"));
        }
        configure(&connection).map_err(named)?;
        migrate(&mut connection, path)?;
        let clock = Arc::new(Clock::system());
        Ok(Self { path: path.into(), connection, clock, _lock: None })
    }

    /// The same ledger with another clock, for tests of what clocks do.
    #[must_use]
    pub fn with_clock(self, clock: Arc<Clock>) -> Self {
        Self { clock, ..self }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn clock(&self) -> Arc<Clock> {
        Arc::clone(&self.clock)
    }

    /// `BEGIN IMMEDIATE`: the right to write is taken before anything is read that a decision rests on.
    fn begin(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate)
    }
}

/// The lock file beside a database. The system lets the lock go even after `kill -9`.
struct Lock {
    name: PathBuf,
    /// Open for as long as it is locked.
    _file: fs::File,
}

impl Lock {
    fn take(path: &Path) -> Result<Self, OpenError> {
        // Whatever name it goes by: a link leads to the same lock.
        let mut name = fs::canonicalize(path).unwrap_or_else(|_| path.into()).into_os_string();
        name.push(".lock");
        let name = PathBuf::from(name);
        let failed = |error: io::Error| refused(path, &format!("cannot be locked: {error}"));
        loop {
            let mut options = fs::OpenOptions::new();
            let mut file = private(options.read(true).write(true).create(true)).open(&name).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(fs::TryLockError::WouldBlock) => {
                    let server = io::read_to_string(&file).unwrap_or_default();
                    let server = if server.is_empty() { String::new() } else { format!(" (process {server})") };
                    return Err(refused(path, &format!("is in use by another server{server}")));
                }
                Err(fs::TryLockError::Error(error)) => return Err(failed(error)),
            }
            // The process id is for the person who finds the file locked.
            let process = std::process::id().to_string();
            file.set_len(0).and_then(|()| file.write_all(process.as_bytes())).map_err(failed)?;
            // Another server may have removed the file since it was opened here.
            if is_at(&file, &name) {
                return Ok(Self { name, _file: file });
            }
        }
    }
}

/// Whether a name leads to an open file.
#[cfg(unix)]
fn is_at(file: &fs::File, name: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let own = file.metadata().map(id);
    own.is_ok_and(|own| fs::metadata(name).map(id).is_ok_and(|found| found == own))
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
fn is_at(_: &fs::File, _: &Path) -> bool {
    true
}

impl Drop for Lock {
    /// While it is still locked, so that no server is locked out that takes the file next.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.name); // one that stays is no lock
    }
}

/// Makes the file for its owner alone, unless it is there. SQLite gives the same rights to the files that it adds beside it.
fn create(path: &Path) -> io::Result<bool> {
    match private(fs::OpenOptions::new().write(true).create_new(true)).open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    options
}

/// A statement is planned once. Otherwise SQLite would plan one with a range again for each value that is bound to it, which
/// took a fifth of a charge's instructions.
fn plan_once(connection: &Connection) -> rusqlite::Result<bool> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    plan_once(connection)?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // In WAL mode, NORMAL would leave the last commits to the next checkpoint: an acknowledged charge could be lost.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let named = |error: rusqlite::Error| open_error(path, &error);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(named)?;
    let number = |sql: &str| transaction.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(named);
    let is_empty = number("SELECT count(*) FROM sqlite_schema")? == 0;
    if !is_empty && number("PRAGMA application_id")? != i64::from(APPLICATION_ID) {
        return Err(refused(path, "belongs to another program"));
    }
    let version = usize::try_from(number("PRAGMA user_version")?).unwrap_or(usize::MAX);
    let newest = SCHEMA_BEFORE + MIGRATIONS.len();
    if !is_empty && version <= SCHEMA_BEFORE {
        return Err(refused(path, "was made by a version before the first release; move it away, and start a new one"));
    }
    if version > newest {
        let reason = format!("has schema {version}, and this program knows up to {newest}: use a newer one");
        return Err(refused(path, &reason));
    }
    for migration in &MIGRATIONS[version.saturating_sub(SCHEMA_BEFORE)..] {
        transaction.execute_batch(migration).map_err(named)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(named)?;
    transaction.pragma_update(None, "user_version", newest).map_err(named)?;
    transaction.commit().map_err(named)
}

/// The newest time in the history: of each account's last entry, so that it takes one look-up an account.
fn last_time(connection: &Connection) -> rusqlite::Result<Millis> {
    connection.query_row("SELECT coalesce(max(at), 0) FROM accounts a CROSS JOIN entries e ON e.account_id = a.account_id AND e.seq = a.seq", [], |row| {
        row.get(0)
    })
}
