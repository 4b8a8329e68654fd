//! Reads outside of the writers' transactions, on connections from a pool.

use std::{collections::BTreeMap, str::FromStr, sync::Arc, time::Duration};

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts,
};
use tokio_postgres::{Config, Row, types::ToSql};

use super::{
    connection::BY_KEY,
    statements::{self, hash_of},
    tls, usage,
};
use crate::{
    charge::{Account, SettledLine},
    clock::Millis,
    key::Scopes,
    store::{
        By, Capture, CapturesFound, Credential, DayEnd, Entry, HoldOutcome, HoldRecord, OpenError, OperationKey,
        Resolution, StoreFault, StoredAnswer, Usage,
        rows::{CapturesPage, no_lines, read_document, read_free_units},
    },
    times::DAY_MS,
};

/// More would only wait for the same few cores of the database.
const CONNECTIONS: usize = 8;
/// For usage, which may read millions of lines, so that it keeps no other read waiting.
const CONNECTIONS_FOR_USAGE: usize = 2;
/// How long a read waits for a connection.
const CONNECTION_WAIT: Duration = Duration::from_secs(1);
/// How long a new connection may take. A database under load takes its time to start a process for it.
const CREATE_WAIT: Duration = Duration::from_secs(5);

/// A read whose client has gone ends too.
const TIME_LIMIT: &str = "SET statement_timeout = '10s'";

const NOW: &str = "(extract(epoch FROM date_trunc('milliseconds', now())) * 1000)::bigint";

#[derive(Clone)]
pub struct Readers {
    pool: Pool,
    for_usage: Pool,
}

type Found<T> = Result<T, StoreFault>;

fn pool(config: &Config, connections: usize, settings: String) -> Result<Pool, OpenError> {
    let settings: Arc<str> = settings.into();
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let connector = tls::connector(config).map_err(|fault| OpenError(fault.to_string()))?;
    let wait = Some(CONNECTION_WAIT);
    Pool::builder(Manager::from_config(config.clone(), connector, recycling))
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .post_create(Hook::async_fn(move |client, _| {
            let settings = Arc::clone(&settings);
            Box::pin(async move { client.batch_execute(&settings).await.map_err(HookError::Backend) })
        }))
        .timeouts(Timeouts { wait, create: Some(CREATE_WAIT), recycle: wait })
        .build()
        .map_err(|error| OpenError(format!("the connections to the database cannot be managed: {error}")))
}

pub async fn rows(pool: &Pool, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Found<Vec<Row>> {
    let connection: Object = pool.get().await?;
    let statement = connection.prepare_cached(sql).await?;
    Ok(connection.query(&statement, parameters).await?)
}

impl Readers {
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        Ok(Self {
            pool: pool(config, CONNECTIONS, format!("{TIME_LIMIT}; {BY_KEY}"))?,
            // Ranges are scanned and sorted there, so every plan is allowed.
            for_usage: pool(config, CONNECTIONS_FOR_USAGE, TIME_LIMIT.into())?,
        })
    }

    async fn rows(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Found<Vec<Row>> {
        rows(&self.pool, sql, parameters).await
    }

    async fn row(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Found<Option<Row>> {
        Ok(self.rows(sql, parameters).await?.into_iter().next())
    }

    pub async fn credential(&self, key_id: String) -> Found<Option<Credential>> {
        let sql = format!(
            "SELECT hash, account_id, scopes, tier FROM api_keys JOIN accounts USING (account_id)
             WHERE key_id = $1 AND (expires IS NULL OR expires > {NOW})"
        );
        let Some(row) = self.row(&sql, &[&key_id]).await? else { return Ok(None) };
        Ok(Some(Credential {
            hash: hash_of(row.try_get(0)?)?,
            account_id: row.try_get(1)?,
            scopes: Scopes::from_str(row.try_get(2)?).map_err(StoreFault::Unavailable)?,
            tier: row.try_get(3)?,
        }))
    }

    pub async fn account(&self, account_id: String) -> Found<Option<Account>> {
        let sql = format!(
            "SELECT a.account_id, tier, terms_rev, posted, held, seq, stored_day, stored_bytes, greatest({NOW}, e.at),
               f.month, f.pool, f.used
             FROM accounts a JOIN entries e USING (account_id, seq) LEFT JOIN free_units f ON f.account_id = a.account_id
               AND f.month >= to_char((now() AT TIME ZONE 'UTC') - interval '1 month', 'YYYY-MM')
             WHERE a.account_id = $1"
        );
        let rows = self.rows(&sql, &[&account_id]).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let mut account = statements::account(first, first.try_get(8)?)?;
        for row in &rows {
            let Some(used) = row.try_get::<_, Option<i64>>(11)? else { continue };
            account.free_units_used.insert((row.try_get(9)?, row.try_get(10)?), used.unsigned_abs());
        }
        Ok(Some(account))
    }

    pub async fn stored_answer(&self, key: OperationKey) -> Found<Option<StoredAnswer>> {
        let sql = "SELECT request_hash, status, body, adds, hold_id FROM ops
            WHERE account_id = $1 AND side = $2 AND idem_key = $3";
        let row = self.row(sql, &[&key.account_id, &key.side.as_str(), &key.key]).await?;
        row.map(|row| statements::stored_answer(&row, 0)).transpose()
    }

    pub async fn usage(&self, account_id: String, by: By, from: Millis, until: Millis, most: i64) -> Found<Usage> {
        usage::of(&self.for_usage, &account_id, &by, from, until, most).await
    }

    /// When the next of an account's holds expires.
    pub async fn next_expiry(&self, account_id: String) -> Found<Option<Millis>> {
        let row = self.row("SELECT min(expires_at) FROM open_holds WHERE account_id = $1", &[&account_id]).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.flatten())
    }

    /// The time of the newest entry in the ledger, and the database's.
    pub async fn last_entry(&self) -> Found<(Millis, Millis)> {
        let sql = format!("SELECT coalesce(max(at), 0), {NOW} FROM accounts JOIN entries USING (account_id, seq)");
        let rows = rows(&self.for_usage, &sql, &[]).await?;
        let row = rows.first().ok_or_else(|| StoreFault::Unavailable("the database tells no time".into()))?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    pub async fn hold(&self, account_id: String, hold_id: String) -> Found<Option<HoldRecord>> {
        let sql = "SELECT h.hold_id, amount, fingerprint, d.body, d.size, free_units, asset, h.at,
              coalesce(w.expires_at, e.expires_at, h.expires_at), o.kind, o.late, o.captured, o.at
            FROM holds h JOIN documents d ON d.account_id = h.account_id AND d.hash = h.document
            LEFT JOIN open_holds w ON w.account_id = h.account_id AND w.hold_id = h.hold_id
            LEFT JOIN hold_outcomes e ON e.account_id = h.account_id AND e.hold_id = h.hold_id AND NOT e.late
            LEFT JOIN hold_outcomes o ON o.account_id = h.account_id AND o.hold_id = h.hold_id
            WHERE h.account_id = $1 AND h.hold_id = $2 ORDER BY o.late DESC LIMIT 1";
        let Some(row) = self.row(sql, &[&account_id, &hold_id]).await? else { return Ok(None) };
        let outcome = match row.try_get::<_, Option<&str>>(9)? {
            None => None,
            Some(kind) => {
                let (kind, at) = (Resolution::named(kind)?, row.try_get(12)?);
                let lines = match kind {
                    Resolution::Captured => self
                        .settled_lines(&account_id, &[at], &[&hold_id])
                        .await?
                        .remove(&hold_id)
                        .ok_or_else(|| no_lines(&hold_id))?,
                    Resolution::Released | Resolution::Expired => Vec::new(),
                };
                Some(HoldOutcome { kind, late: row.try_get(10)?, captured: row.try_get(11)?, lines, at })
            }
        };
        Ok(Some(HoldRecord {
            hold_id,
            amount: row.try_get(1)?,
            fingerprint: row.try_get(2)?,
            document: read_document(row.try_get(3)?, row.try_get(4)?)?,
            free_units: read_free_units(row.try_get(5)?)?,
            asset: row.try_get(6)?,
            at: row.try_get(7)?,
            expires_at: row.try_get(8)?,
            outcome,
        }))
    }

    /// The lines of captures, each named by its time and its hold.
    async fn settled_lines(
        &self,
        account_id: &str,
        times: &[Millis],
        holds: &[&str],
    ) -> Found<BTreeMap<String, Vec<SettledLine>>> {
        let sql = "SELECT s.hold_id, item, operation, choices, delivered, free, unit, charge, capped, estimated
            FROM settled_lines s JOIN unnest($2::bigint[], $3::text[]) AS c (at, hold_id)
              ON s.at = c.at AND s.hold_id = c.hold_id
            WHERE s.account_id = $1 ORDER BY s.hold_id, item";
        let mut by_hold: BTreeMap<String, Vec<SettledLine>> = BTreeMap::new();
        for row in self.rows(sql, &[&account_id, &times, &holds]).await? {
            let count = |column: usize| row.try_get::<_, i64>(column).map(i64::unsigned_abs);
            let line = SettledLine {
                item: count(1)?,
                operation: row.try_get(2)?,
                choices: row.try_get(3)?,
                delivered: count(4)?,
                free: count(5)?,
                unit: row.try_get(6)?,
                charge: row.try_get(7)?,
                capped: row.try_get(8)?,
                estimated: row.try_get(9)?,
            };
            by_hold.entry(row.try_get(0)?).or_default().push(line);
        }
        Ok(by_hold)
    }

    pub async fn entries(&self, account_id: String, after: i64, limit: i64) -> Found<Vec<Entry>> {
        let sql = "SELECT seq, kind, posted_before, posted_after, held_before, held_after, e.hold_id, note, e.at, asset
            FROM entries e LEFT JOIN holds USING (account_id, hold_id) WHERE e.account_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        self.rows(sql, &[&account_id, &after, &limit]).await?.iter().map(entry).collect()
    }

    pub async fn entries_before(&self, account_id: String, before: i64, limit: i64) -> Found<Vec<Entry>> {
        let sql = "SELECT seq, kind, posted_before, posted_after, held_before, held_after, e.hold_id, note, e.at, asset
            FROM entries e LEFT JOIN holds USING (account_id, hold_id) WHERE e.account_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";
        self.rows(sql, &[&account_id, &before, &limit]).await?.iter().map(entry).collect()
    }

    /// By halving, as on SQLite.
    pub async fn day_ends(&self, account_id: String, from: Millis, until: Millis) -> Found<Vec<DayEnd>> {
        let sql = "WITH RECURSIVE
              ends (until) AS (SELECT $2::bigint UNION ALL SELECT until + $4::bigint FROM ends WHERE until < $3::bigint),
              halved (until, low, high) AS (
                SELECT until, 0::bigint, seq + 1 FROM ends CROSS JOIN accounts WHERE account_id = $1
                UNION ALL
                SELECT until, CASE WHEN at < until THEN seq + 1 ELSE low END, CASE WHEN at < until THEN high ELSE seq END
                FROM halved JOIN entries ON account_id = $1 AND seq = (low + high) / 2 WHERE low < high)
            SELECT until, seq, posted_after, held_after
            FROM halved JOIN entries ON account_id = $1 AND seq = low - 1 WHERE low = high ORDER BY until";
        self.rows(sql, &[&account_id, &from, &until, &DAY_MS]).await?.iter().map(day_end).collect()
    }

    /// As on SQLite.
    pub async fn captures(&self, page: CapturesPage) -> Found<CapturesFound> {
        let sql = "SELECT hold_id, at, asset, captured, body, size, in_range FROM (
              SELECT *, sum(size) OVER (ORDER BY hold_id) - size AS before, count(*) OVER () AS in_range FROM (
                SELECT o.hold_id, o.at, h.asset, o.captured, d.body, d.size
                FROM hold_outcomes o JOIN holds h USING (account_id, hold_id)
                JOIN documents d ON d.account_id = h.account_id AND d.hash = h.document
                WHERE o.account_id = $1 AND o.hold_id > $2 AND o.hold_id < $3 AND o.kind = 'captured' AND o.at >= $4 AND o.at < $5
                ORDER BY o.hold_id LIMIT $6::bigint + 1) AS listed) AS page
            WHERE before < $7::bigint ORDER BY hold_id";
        let CapturesPage { account_id, from, until, limit, bytes_max, .. } = &page;
        let (first, last) = (page.first(), page.last());
        let rows = self.rows(sql, &[account_id, &first, &last, from, until, limit, bytes_max]).await?;
        let (mut times, mut holds) = (Vec::new(), Vec::new());
        for row in &rows {
            holds.push(row.try_get::<_, &str>(0)?);
            times.push(row.try_get::<_, Millis>(1)?);
        }
        let mut lines = self.settled_lines(account_id, &times, &holds).await?;
        let mut captures = Vec::with_capacity(rows.len());
        for row in &rows {
            let hold_id: String = row.try_get(0)?;
            captures.push(Capture {
                lines: lines.remove(&hold_id).ok_or_else(|| no_lines(&hold_id))?,
                hold_id,
                at: row.try_get(1)?,
                asset: row.try_get(2)?,
                captured: row.try_get(3)?,
                document: read_document(row.try_get(4)?, row.try_get(5)?)?,
            });
        }
        let in_range = rows.first().map_or(Ok(0), |row| row.try_get(6))?;
        Ok(CapturesFound::of(captures, in_range, &page))
    }

    pub async fn card(&self, fingerprint: String) -> Found<Option<String>> {
        let row = self.row("SELECT body FROM cards WHERE fingerprint = $1", &[&fingerprint]).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    pub async fn newest_card(&self) -> Found<Option<String>> {
        let row = self.row("SELECT fingerprint FROM cards ORDER BY active_from DESC, fingerprint LIMIT 1", &[]).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Holds whose time is over, by account.
    pub async fn due(&self, limit: i64) -> Found<Vec<(String, String)>> {
        let sql = format!(
            "SELECT account_id, hold_id FROM open_holds WHERE expires_at <= {NOW} ORDER BY expires_at LIMIT $1"
        );
        let rows = self.rows(&sql, &[&limit]).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    pub async fn tiers_in_use(&self) -> Found<Vec<String>> {
        self.texts("SELECT DISTINCT tier FROM accounts ORDER BY tier").await
    }

    pub async fn first_accounts(&self) -> Found<Vec<String>> {
        self.texts("SELECT account_id FROM accounts ORDER BY account_id LIMIT 2").await
    }

    async fn texts(&self, sql: &str) -> Found<Vec<String>> {
        self.rows(sql, &[]).await?.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

impl From<PoolError> for StoreFault {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => Self::Busy,
            PoolError::Backend(error) => error.into(),
            error => Self::Unavailable(error.to_string()),
        }
    }
}

fn entry(row: &Row) -> Found<Entry> {
    Ok(Entry {
        seq: row.try_get(0)?,
        kind: row.try_get(1)?,
        posted_before: row.try_get(2)?,
        posted_after: row.try_get(3)?,
        held_before: row.try_get(4)?,
        held_after: row.try_get(5)?,
        hold_id: row.try_get(6)?,
        note: row.try_get(7)?,
        at: row.try_get(8)?,
        asset: row.try_get(9)?,
    })
}

fn day_end(row: &Row) -> Found<DayEnd> {
    Ok(DayEnd { until: row.try_get(0)?, seq: row.try_get(1)?, posted: row.try_get(2)?, held: row.try_get(3)? })
}
