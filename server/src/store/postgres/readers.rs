//! Reads outside of the writers' transactions, on connections from a pool.

use std::{str::FromStr, time::Duration};

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts,
};
use tokio_postgres::{Config, Row, types::ToSql};

use super::{
    connection::BY_KEY,
    statements::{self, hash_of},
    tls,
};
use crate::{
    charge::{Account, HOLD_MS_MAX},
    clock::{Millis, month},
    key::Scopes,
    store::{
        Capture, Credential, DayEnd, Entry, HoldOutcome, HoldRecord, OpenError, Resolution, StoreFault, StoredAnswer,
        book::first_hold_id,
        rows::{Due, read_free_units},
    },
    times::DAY_MS,
};

/// More would only wait for the same few cores of the database.
const CONNECTIONS: usize = 8;
/// How long a read waits for a connection.
const CONNECTION_WAIT: Duration = Duration::from_secs(1);
/// How long a new connection may take. A database under load takes its time to start a process for it.
const CREATE_WAIT: Duration = Duration::from_secs(5);

const NOW: &str = "(extract(epoch FROM date_trunc('milliseconds', now())) * 1000)::bigint";

#[derive(Clone)]
pub struct Readers {
    pool: Pool,
}

type Found<T> = Result<T, StoreFault>;

impl Readers {
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let connector = tls::connector(config).map_err(|fault| OpenError(fault.to_string()))?;
        let wait = Some(CONNECTION_WAIT);
        let pool = Pool::builder(Manager::from_config(config.clone(), connector, recycling))
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move { client.batch_execute(BY_KEY).await.map_err(HookError::Backend) })
            }))
            .timeouts(Timeouts { wait, create: Some(CREATE_WAIT), recycle: wait })
            .build()
            .map_err(|error| OpenError(format!("the connections to the database cannot be managed: {error}")))?;
        Ok(Self { pool })
    }

    async fn rows(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Found<Vec<Row>> {
        let connection: Object = self.pool.get().await?;
        let statement = connection.prepare_cached(sql).await?;
        Ok(connection.query(&statement, parameters).await?)
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
            "SELECT a.account_id, tier, terms_rev, posted, held, seq, {NOW}, f.pool, f.used FROM accounts a
             LEFT JOIN free_units f ON f.account_id = a.account_id AND f.month = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM')
             WHERE a.account_id = $1"
        );
        let rows = self.rows(&sql, &[&account_id]).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let mut account = statements::account(first, month(first.try_get(6)?))?;
        for row in &rows {
            let (Some(pool), Some(used)) = (row.try_get(7)?, row.try_get::<_, Option<i64>>(8)?) else { continue };
            account.free_units_used.push((pool, used.unsigned_abs()));
        }
        Ok(Some(account))
    }

    pub async fn stored_answer(&self, account_id: String, key: String) -> Found<Option<StoredAnswer>> {
        let sql = "SELECT request_hash, status, body FROM ops WHERE account_id = $1 AND idem_key = $2";
        self.row(sql, &[&account_id, &key]).await?.map(|row| statements::stored_answer(&row, 0)).transpose()
    }

    pub async fn hold(&self, account_id: String, hold_id: String) -> Found<Option<HoldRecord>> {
        let sql = "SELECT h.hold_id, amount, fingerprint, plan, estimate, free_units, asset, h.at, expires_at,
              o.kind, o.captured, o.settlement, o.at
            FROM holds h LEFT JOIN hold_outcomes o USING (account_id, hold_id) WHERE h.account_id = $1 AND h.hold_id = $2";
        self.row(sql, &[&account_id, &hold_id]).await?.map(|row| hold(&row)).transpose()
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

    /// By halving, as on SQLite. Two servers' entries may be out of order by the moments that their transactions took; at
    /// midnight these count to the one day or the other.
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

    pub async fn captures_after(
        &self,
        account_id: String,
        from: Millis,
        until: Millis,
        after: String,
        limit: i64,
    ) -> Found<Vec<Capture>> {
        let (first, last) = (first_hold_id(from - HOLD_MS_MAX).max(after), first_hold_id(until));
        let sql = "SELECT o.at, h.asset, h.plan, h.estimate, o.settlement, o.captured, o.hold_id
            FROM hold_outcomes o JOIN holds h USING (account_id, hold_id)
            WHERE o.account_id = $1 AND o.hold_id > $2 AND o.hold_id < $3 AND o.kind = 'captured' AND o.at >= $4 AND o.at < $5
            ORDER BY o.hold_id LIMIT $6";
        self.rows(sql, &[&account_id, &first, &last, &from, &until, &limit]).await?.iter().map(capture).collect()
    }

    pub async fn captures(&self, account_id: String, from: Millis, until: Millis) -> Found<Vec<Capture>> {
        let (first, last) = (first_hold_id(from - HOLD_MS_MAX), first_hold_id(until));
        let sql = "SELECT o.at, h.asset, h.plan, h.estimate, o.settlement, o.captured, o.hold_id
            FROM hold_outcomes o JOIN holds h USING (account_id, hold_id)
            WHERE o.account_id = $1 AND o.hold_id >= $2 AND o.hold_id < $3 AND o.kind = 'captured' AND o.at >= $4 AND o.at < $5
            ORDER BY o.at, o.hold_id";
        self.rows(sql, &[&account_id, &first, &last, &from, &until]).await?.iter().map(capture).collect()
    }

    pub async fn card(&self, fingerprint: String) -> Found<Option<String>> {
        let row = self.row("SELECT body FROM cards WHERE fingerprint = $1", &[&fingerprint]).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    pub async fn newest_card(&self) -> Found<Option<String>> {
        let row = self.row("SELECT fingerprint FROM cards ORDER BY active_from DESC, fingerprint LIMIT 1", &[]).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    pub async fn due(&self, since: Millis, limit: i64) -> Found<Due> {
        let now: Millis = match self.row(&format!("SELECT {NOW}"), &[]).await? {
            Some(row) => row.try_get(0)?,
            None => return Err(StoreFault::Unavailable("the database tells no time".into())),
        };
        let sql = "SELECT account_id, hold_id FROM holds h WHERE expires_at >= $1 AND expires_at <= $2 AND NOT EXISTS
              (SELECT FROM hold_outcomes o WHERE o.account_id = h.account_id AND o.hold_id = h.hold_id)
            ORDER BY expires_at LIMIT $3";
        let rows = self.rows(sql, &[&since, &now, &limit]).await?;
        let holds = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Found<_>>()?;
        Ok(Due { holds, now })
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

fn hold(row: &Row) -> Found<HoldRecord> {
    let outcome = match row.try_get::<_, Option<&str>>(9)? {
        None => None,
        Some(kind) => Some(HoldOutcome {
            kind: Resolution::named(kind)?,
            captured: row.try_get(10)?,
            settlement: row.try_get(11)?,
            at: row.try_get(12)?,
        }),
    };
    Ok(HoldRecord {
        hold_id: row.try_get(0)?,
        amount: row.try_get(1)?,
        fingerprint: row.try_get(2)?,
        plan: row.try_get(3)?,
        estimate: row.try_get(4)?,
        free_units: read_free_units(row.try_get(5)?)?,
        asset: row.try_get(6)?,
        at: row.try_get(7)?,
        expires_at: row.try_get(8)?,
        outcome,
    })
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

fn capture(row: &Row) -> Found<Capture> {
    Ok(Capture {
        at: row.try_get(0)?,
        asset: row.try_get(1)?,
        plan: row.try_get(2)?,
        estimate: row.try_get(3)?,
        settlement: row.try_get(4)?,
        captured: row.try_get(5)?,
        hold_id: row.try_get(6)?,
    })
}

fn day_end(row: &Row) -> Found<DayEnd> {
    Ok(DayEnd { until: row.try_get(0)?, seq: row.try_get(1)?, posted: row.try_get(2)?, held: row.try_get(3)? })
}
