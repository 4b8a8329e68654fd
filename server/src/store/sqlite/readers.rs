//! Read-only connections. In WAL mode they see the last commit and never wait for the writer.

use std::{
    path::Path,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{last_time, open_error, plan_once, statements, usage};
use crate::{
    charge::{Account, SettledLine},
    clock::{Clock, Millis, system_time},
    key::Scopes,
    store::{
        By, Capture, CapturesFound, Credential, DayEnd, Entry, HoldOutcome, HoldRecord, OpenError, OperationKey,
        Resolution, StoreFault, StoredAnswer, Usage,
        rows::{CapturesPage, no_lines, read_document, read_free_units},
    },
    times::DAY_MS,
};

/// More would only wait for the same few cores.
const CONNECTIONS: usize = 4;
const CONNECTIONS_FOR_KEYS: usize = 2;
const CONNECTIONS_FOR_USAGE: usize = 2;
/// How long a read may take. One whose client has gone ends then too.
const READ_TIME_MAX: Duration = Duration::from_secs(10);
/// Steps of SQLite's machine between two looks at the time, a fraction of a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;
/// How long a read waits for a connection.
const CONNECTION_WAIT: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Readers {
    connections: Arc<Connections>,
    /// Of their own for keys, so that long reads keep nobody from being known.
    for_keys: Arc<Connections>,
    /// For usage, which may read millions of lines, so that it keeps no other read waiting.
    for_usage: Arc<Connections>,
    clock: Arc<Clock>,
}

struct Connections {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

type Found<T> = Result<T, StoreFault>;

impl Readers {
    pub fn open(path: &Path, clock: Arc<Clock>) -> Result<Self, OpenError> {
        let connections = Connections::open(path, CONNECTIONS)?;
        let for_keys = Connections::open(path, CONNECTIONS_FOR_KEYS)?;
        let for_usage = Connections::open(path, CONNECTIONS_FOR_USAGE)?;
        Ok(Self {
            connections: Arc::new(connections),
            for_keys: Arc::new(for_keys),
            for_usage: Arc::new(for_usage),
            clock,
        })
    }

    async fn run<T, F>(&self, read: F) -> Found<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Found<T> + Send + 'static,
    {
        run(&self.connections, read).await
    }

    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    pub async fn credential(&self, key_id: String) -> Found<Option<Credential>> {
        let now = self.clock.now();
        run(&self.for_keys, move |ledger| credential(ledger, &key_id, now)).await
    }

    pub async fn account(&self, account_id: String) -> Found<Option<Account>> {
        let clock = self.clock.now();
        self.run(move |ledger| statements::account(ledger, &account_id, clock)).await
    }

    pub async fn stored_answer(&self, key: OperationKey) -> Found<Option<StoredAnswer>> {
        self.run(move |ledger| statements::stored_answer(ledger, &key)).await
    }

    pub async fn usage(&self, account_id: String, by: By, from: Millis, until: Millis, most: i64) -> Found<Usage> {
        run(&self.for_usage, move |ledger| usage::of(ledger, &account_id, &by, from, until, most)).await
    }

    /// When the next of an account's holds expires.
    pub async fn next_expiry(&self, account_id: String) -> Found<Option<Millis>> {
        self.run(move |ledger| {
            let sql = "SELECT min(expires_at) FROM open_holds WHERE account_id = ?1";
            Ok(ledger.prepare_cached(sql)?.query_row([account_id], |row| row.get(0))?)
        })
        .await
    }

    /// The time of the newest entry in the ledger, and the system's.
    pub async fn last_entry(&self) -> Found<(Millis, Millis)> {
        self.run(|ledger| Ok((last_time(ledger)?, system_time()))).await
    }

    pub async fn hold(&self, account_id: String, hold_id: String) -> Found<Option<HoldRecord>> {
        self.run(move |ledger| hold(ledger, &account_id, &hold_id)).await
    }

    pub async fn entries(&self, account_id: String, after: i64, limit: i64) -> Found<Vec<Entry>> {
        self.run(move |ledger| {
            let mut statement = ledger.prepare_cached(
                "SELECT seq, kind, posted_before, posted_after, held_before, held_after, e.hold_id, note, e.at, asset
                 FROM entries e LEFT JOIN holds USING (account_id, hold_id) WHERE e.account_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
            )?;
            Ok(statement.query_map(params![account_id, after, limit], entry)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub async fn entries_before(&self, account_id: String, before: i64, limit: i64) -> Found<Vec<Entry>> {
        self.run(move |ledger| {
            let mut statement = ledger.prepare_cached(
                "SELECT seq, kind, posted_before, posted_after, held_before, held_after, e.hold_id, note, e.at, asset
                 FROM entries e LEFT JOIN holds USING (account_id, hold_id) WHERE e.account_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3",
            )?;
            Ok(statement.query_map(params![account_id, before, limit], entry)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Entries ascend in time as in number, and no number is missing. So the last of each day is found by halving, for all
    /// days at once, with no index by time and without reading the history.
    pub async fn day_ends(&self, account_id: String, from: Millis, until: Millis) -> Found<Vec<DayEnd>> {
        self.run(move |ledger| {
            let mut statement = ledger.prepare_cached(
                "WITH RECURSIVE
                   ends (until) AS (SELECT ?2 UNION ALL SELECT until + ?4 FROM ends WHERE until < ?3),
                   halved (until, low, high) AS (
                     SELECT until, 0, seq + 1 FROM ends CROSS JOIN accounts WHERE account_id = ?1
                     UNION ALL
                     SELECT until, iif(at < until, seq + 1, low), iif(at < until, high, seq)
                     FROM halved CROSS JOIN entries ON account_id = ?1 AND seq = (low + high) / 2 WHERE low < high)
                 SELECT until, seq, posted_after, held_after
                 FROM halved CROSS JOIN entries ON account_id = ?1 AND seq = low - 1 WHERE low = high ORDER BY until",
            )?;
            Ok(statement.query_map(params![account_id, from, until, DAY_MS], day_end)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// A hold's name begins with its time, so a page needs no more than the key. One capture more than asked for tells
    /// whether there is a next page. A page ends before its documents are larger than it allows, but has one capture.
    pub async fn captures(&self, page: CapturesPage) -> Found<CapturesFound> {
        self.run(move |ledger| {
            let mut statement = ledger.prepare_cached(
                "SELECT hold_id, at, asset, captured, body, size, in_range FROM (
                   SELECT *, sum(size) OVER (ORDER BY hold_id) - size AS before, count(*) OVER () AS in_range FROM (
                     SELECT o.hold_id, o.at, h.asset, o.captured, d.body, d.size
                     FROM hold_outcomes o JOIN holds h USING (account_id, hold_id)
                     JOIN documents d ON d.account_id = h.account_id AND d.hash = h.document
                     WHERE o.account_id = ?1 AND o.hold_id > ?2 AND o.hold_id < ?3 AND o.kind = 'captured' AND o.at >= ?4 AND o.at < ?5
                     ORDER BY o.hold_id LIMIT ?6 + 1))
                 WHERE before < ?7 ORDER BY hold_id",
            )?;
            let CapturesPage { account_id, from, until, limit, bytes_max, .. } = &page;
            let range = params![account_id, page.first(), page.last(), from, until, limit, bytes_max];
            let mut rows = statement.query(range)?;
            let (mut captures, mut in_range) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let (hold_id, at): (String, Millis) = (row.get(0)?, row.get(1)?);
                captures.push(Capture {
                    lines: settled_lines(ledger, account_id, at, &hold_id)?,
                    hold_id,
                    at,
                    asset: row.get(2)?,
                    captured: row.get(3)?,
                    document: read_document(row.get_ref(4)?.as_blob()?, row.get(5)?)?,
                });
                in_range = row.get(6)?;
            }
            Ok(CapturesFound::of(captures, in_range, &page))
        })
        .await
    }

    pub async fn card(&self, fingerprint: String) -> Found<Option<String>> {
        self.run(move |ledger| {
            let sql = "SELECT body FROM cards WHERE fingerprint = ?1";
            Ok(ledger.prepare_cached(sql)?.query_row([fingerprint], |row| row.get(0)).optional()?)
        })
        .await
    }

    pub async fn newest_card(&self) -> Found<Option<String>> {
        self.run(|ledger| {
            let sql = "SELECT fingerprint FROM cards ORDER BY active_from DESC, fingerprint LIMIT 1";
            Ok(ledger.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?)
        })
        .await
    }

    /// Holds whose time is over, by account.
    pub async fn due(&self, limit: i64) -> Found<Vec<(String, String)>> {
        let now = self.clock.now();
        self.run(move |ledger| {
            let sql = "SELECT account_id, hold_id FROM open_holds WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
            let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
            Ok(ledger.prepare_cached(sql)?.query_map(params![now, limit], row)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub async fn tiers_in_use(&self) -> Found<Vec<String>> {
        self.texts("SELECT DISTINCT tier FROM accounts ORDER BY tier").await
    }

    pub async fn first_accounts(&self) -> Found<Vec<String>> {
        self.texts("SELECT account_id FROM accounts ORDER BY account_id LIMIT 2").await
    }

    async fn texts(&self, sql: &'static str) -> Found<Vec<String>> {
        self.run(|ledger| Ok(ledger.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)).await
    }
}

/// Runs a read in one transaction, so that all it sees is of one moment. A read whose client has gone keeps its connection
/// and its permit until it ends.
async fn run<T, F>(connections: &Arc<Connections>, read: F) -> Found<T>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Found<T> + Send + 'static,
{
    let permit = tokio::time::timeout(CONNECTION_WAIT, Arc::clone(&connections.permits).acquire_owned());
    let permit = permit.await.map_err(|_| StoreFault::Busy)?;
    let permit = permit.map_err(|_| StoreFault::Unavailable("the server is stopping".into()))?;
    let connections = Arc::clone(connections);
    let reading = tokio::task::spawn_blocking(move || {
        let mut lent = Lent { connection: Some(connections.take()?), connections, _permit: permit };
        let connection = lent.connection.as_mut().ok_or(StoreFault::Busy)?;
        let end = Instant::now() + READ_TIME_MAX;
        connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || Instant::now() > end))?;
        consistently(connection, read)
    });
    reading.await.map_err(|error| StoreFault::Unavailable(error.to_string()))?
}

/// A connection that goes back when the read ends, even by a panic.
struct Lent {
    connection: Option<Connection>,
    connections: Arc<Connections>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.connections.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

impl Connections {
    fn open(path: &Path, count: usize) -> Result<Self, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || {
            let connection = Connection::open_with_flags(path, flags)?;
            plan_once(&connection)?;
            Ok(connection)
        };
        let idle = (0..count).map(|_| open()).collect::<Result<_, _>>().map_err(|error| open_error(path, &error))?;
        Ok(Self { idle: Mutex::new(idle), permits: Arc::new(Semaphore::new(count)) })
    }

    fn take(&self) -> Found<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop().ok_or(StoreFault::Busy)
    }
}

fn consistently<T>(connection: &Connection, read: impl FnOnce(&Connection) -> Found<T>) -> Found<T> {
    let transaction = connection.unchecked_transaction()?;
    let answer = read(&transaction);
    transaction.finish()?;
    answer
}

fn credential(ledger: &Connection, key_id: &str, now: Millis) -> Found<Option<Credential>> {
    let found = ledger
        .prepare_cached(
            "SELECT hash, account_id, scopes, tier FROM api_keys JOIN accounts USING (account_id)
             WHERE key_id = ?1 AND (expires IS NULL OR expires > ?2)",
        )?
        .query_row(params![key_id, now], |row| {
            let scopes: String = row.get(2)?;
            Ok((row.get(0)?, row.get(1)?, scopes, row.get(3)?))
        })
        .optional()?;
    let Some((hash, account_id, scopes, tier)) = found else { return Ok(None) };
    let scopes = Scopes::from_str(&scopes).map_err(StoreFault::Unavailable)?;
    Ok(Some(Credential { hash, account_id, scopes, tier }))
}

fn hold(ledger: &Connection, account_id: &str, hold_id: &str) -> Found<Option<HoldRecord>> {
    let mut statement = ledger.prepare_cached(
        "SELECT h.hold_id, amount, fingerprint, d.body, d.size, free_units, asset, h.at,
           coalesce(w.expires_at, o.expires_at, h.expires_at)
         FROM holds h JOIN documents d ON d.account_id = h.account_id AND d.hash = h.document
         LEFT JOIN open_holds w ON w.account_id = h.account_id AND w.hold_id = h.hold_id
         LEFT JOIN hold_outcomes o ON o.account_id = h.account_id AND o.hold_id = h.hold_id AND o.late = 0
         WHERE h.account_id = ?1 AND h.hold_id = ?2",
    )?;
    let mut rows = statement.query([account_id, hold_id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(HoldRecord {
        hold_id: row.get(0)?,
        amount: row.get(1)?,
        fingerprint: row.get(2)?,
        document: read_document(row.get_ref(3)?.as_blob()?, row.get(4)?)?,
        free_units: read_free_units(row.get::<_, Option<String>>(5)?.as_deref())?,
        asset: row.get(6)?,
        at: row.get(7)?,
        expires_at: row.get(8)?,
        outcome: outcome(ledger, account_id, hold_id)?,
    }))
}

/// How a hold ended last.
fn outcome(ledger: &Connection, account_id: &str, hold_id: &str) -> Found<Option<HoldOutcome>> {
    let mut statement = ledger.prepare_cached(
        "SELECT kind, late, captured, at FROM hold_outcomes WHERE account_id = ?1 AND hold_id = ?2
         ORDER BY late DESC LIMIT 1",
    )?;
    let mut rows = statement.query([account_id, hold_id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (kind, at): (String, Millis) = (row.get(0)?, row.get(3)?);
    let kind = Resolution::named(&kind)?;
    let lines = match kind {
        Resolution::Captured => settled_lines(ledger, account_id, at, hold_id)?,
        Resolution::Released | Resolution::Expired => Vec::new(),
    };
    Ok(Some(HoldOutcome { kind, late: row.get(1)?, captured: row.get(2)?, lines, at }))
}

fn settled_lines(ledger: &Connection, account_id: &str, at: Millis, hold_id: &str) -> Found<Vec<SettledLine>> {
    let mut statement = ledger.prepare_cached(
        "SELECT item, operation, choices, delivered, free, unit, charge, capped, estimated FROM settled_lines
         WHERE account_id = ?1 AND at = ?2 AND hold_id = ?3 ORDER BY item",
    )?;
    let line = |row: &Row<'_>| {
        Ok(SettledLine {
            item: row.get(0)?,
            operation: row.get(1)?,
            choices: row.get(2)?,
            delivered: row.get(3)?,
            free: row.get(4)?,
            unit: row.get(5)?,
            charge: row.get(6)?,
            capped: row.get(7)?,
            estimated: row.get(8)?,
        })
    };
    let lines: Vec<_> = statement.query_map(params![account_id, at, hold_id], line)?.collect::<Result<_, _>>()?;
    if lines.is_empty() { Err(no_lines(hold_id)) } else { Ok(lines) }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        seq: row.get(0)?,
        kind: row.get(1)?,
        posted_before: row.get(2)?,
        posted_after: row.get(3)?,
        held_before: row.get(4)?,
        held_after: row.get(5)?,
        hold_id: row.get(6)?,
        note: row.get(7)?,
        at: row.get(8)?,
        asset: row.get(9)?,
    })
}

fn day_end(row: &Row<'_>) -> rusqlite::Result<DayEnd> {
    Ok(DayEnd { until: row.get(0)?, seq: row.get(1)?, posted: row.get(2)?, held: row.get(3)? })
}
