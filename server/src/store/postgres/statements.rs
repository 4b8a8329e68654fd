//! The statements of a transaction. All that a batch reads is asked for at once, and so is all that it writes: two round
//! trips a transaction, however many operations are in it.

use std::collections::BTreeMap;

use futures_util::try_join;
use tokio_postgres::{Client, Row, Statement, types::ToSql};

use super::connection::Connection;
use crate::{
    charge::{Account, StoredBytes},
    clock::Millis,
    store::{
        Adds, OperationKey, Resolution, Side, StoreFault,
        book::Needs,
        rows::{Changes, HoldState, Loaded, StoredAnswer, read_free_units},
    },
};

#[expect(non_upper_case_globals, reason = "each is named as the statement that is prepared from it")]
pub mod sql {
    /// The clock, and the instant of each account: of a clock that was set back, the time of its last entry. A join in the
    /// statement that locks would lose an account whose lock was waited for, because it moved on meanwhile.
    pub const times: &str =
        "WITH clock (now) AS (SELECT (extract(epoch FROM date_trunc('milliseconds', now())) * 1000)::bigint)
        SELECT NULL, now FROM clock UNION ALL
        SELECT account_id, greatest(now, at) FROM clock CROSS JOIN accounts JOIN entries USING (account_id, seq)
        WHERE account_id = ANY($1::text[])";
    /// Locked in the order of their names, so that two writers never wait for each other.
    pub const accounts: &str =
        "SELECT account_id, tier, terms_rev, posted, held, seq, stored_day, stored_bytes FROM accounts
        WHERE account_id = ANY($1::text[]) ORDER BY account_id FOR NO KEY UPDATE";
    /// Of the months from the one before the clock's on: holds that were placed then may still be resolved.
    pub const free_units: &str =
        "SELECT account_id, month, pool, used FROM free_units WHERE account_id = ANY($1::text[])
        AND month >= to_char((now() AT TIME ZONE 'UTC') - interval '1 month', 'YYYY-MM')";
    pub const answers: &str = "SELECT account_id, side, idem_key, request_hash, status, body, adds, hold_id FROM ops
        JOIN unnest($1::text[], $2::text[], $3::text[]) AS asked (account_id, side, idem_key)
          USING (account_id, side, idem_key)";
    pub const holds: &str = "SELECT h.account_id, h.hold_id, h.amount, h.unlimited, h.free_units, h.at, w.expires_at,
          coalesce(l.kind, o.kind), l.kind IS NOT NULL, CASE WHEN o.kind = 'expired' THEN o.at END
        FROM holds h JOIN unnest($1::text[], $2::text[]) AS asked (account_id, hold_id) USING (account_id, hold_id)
        LEFT JOIN open_holds w ON w.account_id = h.account_id AND w.hold_id = h.hold_id
        LEFT JOIN hold_outcomes o ON o.account_id = h.account_id AND o.hold_id = h.hold_id AND NOT o.late
        LEFT JOIN hold_outcomes l ON l.account_id = h.account_id AND l.hold_id = h.hold_id AND l.late";
    pub const documents: &str = "SELECT account_id, hash FROM documents
        JOIN unnest($1::text[], $2::bytea[]) AS asked (account_id, hash) USING (account_id, hash)";
    pub const keys: &str = "SELECT key_id FROM api_keys WHERE key_id = ANY($1::text[])";
    pub const open_accounts: &str =
        "INSERT INTO accounts (account_id, tier) SELECT * FROM unnest($1::text[], $2::text[])";
    /// The guard says what was decided on. A row that it leaves out has a later entry already, which the entries' key finds.
    pub const move_accounts: &str = "UPDATE accounts a
        SET tier = m.tier, terms_rev = m.terms_rev, posted = m.posted, held = m.held, seq = m.seq,
          stored_day = m.stored_day, stored_bytes = m.stored_bytes
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::bigint[], $10::bigint[])
          AS m (account_id, tier, terms_rev, posted, held, seq, seq_before, terms_rev_before, stored_day, stored_bytes)
        WHERE a.account_id = m.account_id AND a.seq = m.seq_before AND a.terms_rev = m.terms_rev_before";
    pub const add_entries: &str = "INSERT INTO entries
        (account_id, seq, kind, posted_before, posted_after, held_before, held_after, hold_id, note, at)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
          $8::text[], $9::text[], $10::bigint[])";
    pub const add_cards: &str = "INSERT INTO cards (fingerprint, body, active_from)
        SELECT fingerprint, body, greatest(at, (SELECT max(active_from) + 1 FROM cards))
        FROM unnest($1::text[], $2::text[], $3::bigint[]) AS n (fingerprint, body, at)
        ON CONFLICT (fingerprint) DO UPDATE SET active_from = excluded.active_from";
    /// A document that an earlier hold stored is not stored again.
    pub const add_documents: &str = "INSERT INTO documents (account_id, hash, size, body)
        SELECT * FROM unnest($1::text[], $2::bytea[], $3::bigint[], $4::bytea[]) ON CONFLICT DO NOTHING";
    pub const add_holds: &str = "INSERT INTO holds
        (account_id, hold_id, amount, unlimited, fingerprint, document, free_units, asset, at, expires_at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::text[], $6::bytea[], $7::text[],
          $8::text[], $9::bigint[], $10::bigint[])";
    pub const open_holds: &str = "INSERT INTO open_holds (account_id, hold_id, expires_at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])";
    pub const extend_holds: &str = "UPDATE open_holds w SET expires_at = e.expires_at
        FROM unnest($1::text[], $2::text[], $3::bigint[]) AS e (account_id, hold_id, expires_at)
        WHERE w.account_id = e.account_id AND w.hold_id = e.hold_id";
    pub const add_outcomes: &str = "INSERT INTO hold_outcomes (account_id, hold_id, late, kind, captured, expires_at, at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])";
    pub const close_holds: &str =
        "DELETE FROM open_holds w USING unnest($1::text[], $2::text[]) AS c (account_id, hold_id)
        WHERE w.account_id = c.account_id AND w.hold_id = c.hold_id";
    pub const add_lines: &str = "INSERT INTO settled_lines
        (account_id, at, hold_id, item, operation, choices, delivered, free, unit, charge, capped, estimated)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bigint[],
          $8::bigint[], $9::bigint[], $10::bigint[], $11::boolean[], $12::bigint[])";
    pub const take_free_units: &str = "INSERT INTO free_units AS f (account_id, pool, month, used)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
        ON CONFLICT (account_id, month, pool) DO UPDATE SET used = f.used + excluded.used";
    pub const give_free_units: &str = "UPDATE free_units f SET used = f.used + g.change
        FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS g (account_id, pool, month, change)
        WHERE f.account_id = g.account_id AND f.pool = g.pool AND f.month = g.month";
    pub const add_answers: &str = "INSERT INTO ops
        (account_id, side, idem_key, request_hash, status, body, adds, hold_id, at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::smallint[], $6::text[], $7::text[],
          $8::text[], $9::bigint[])";
    pub const add_keys: &str = "INSERT INTO api_keys (key_id, hash, account_id, scopes, expires)
        SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::bigint[])";
    pub const delete_keys: &str = "DELETE FROM api_keys WHERE key_id = ANY($1::text[])";
}

/// The rows that a statement takes: an array for each column.
struct Rows<'a> {
    count: usize,
    columns: Vec<Box<dyn ToSql + Sync + Send + 'a>>,
}

macro_rules! rows {
    ($rows:expr; $($value:expr),* $(,)?) => {
        Rows { count: $rows.len(), columns: vec![$(Box::new($rows.iter().map($value).collect::<Vec<_>>())),*] }
    };
}

impl Rows<'_> {
    fn parameters(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.columns.iter().map(|column| &**column as &(dyn ToSql + Sync)).collect()
    }
}

/// Begins a transaction, and reads what a batch concerns.
pub async fn load(connection: &Connection, needs: &Needs<'_>) -> Result<Loaded, StoreFault> {
    let Connection { client, prepared } = connection;
    let (answers, holds) = (&needs.answers, &needs.holds);
    let begin = async { Ok::<_, StoreFault>(client.batch_execute("BEGIN").await?) };
    // Sent in this order, one after another without waiting for answers. Accounts come first: what is read after they
    // are locked is how the operation before left it.
    let ((), accounts, times, free_units, answers, holds, documents, keys) = try_join!(
        begin,
        ask(client, &prepared.accounts, rows![needs.accounts; |account_id| *account_id]),
        ask(client, &prepared.times, Rows { count: 1, ..rows![needs.accounts; |account_id| *account_id] }),
        ask(client, &prepared.free_units, rows![needs.accounts; |account_id| *account_id]),
        ask(client, &prepared.answers, rows![answers; |key| &key.account_id, |key| key.side.as_str(), |key| &key.key]),
        ask(client, &prepared.holds, rows![holds; |asked| asked.0, |asked| asked.1]),
        ask(
            client,
            &prepared.documents,
            rows![needs.documents; |(account_id, _)| *account_id, |(_, hash)| hash.as_slice()]
        ),
        ask(client, &prepared.keys, rows![needs.keys; |key_id| *key_id]),
    )?;
    let mut instants: BTreeMap<Option<&str>, Millis> = BTreeMap::new();
    for row in &times {
        instants.insert(row.try_get(0)?, row.try_get(1)?);
    }
    let now = *instants.get(&None).ok_or_else(|| StoreFault::Unavailable("the database tells no time".into()))?;
    let mut loaded = Loaded { now, ..Loaded::default() };
    for row in &accounts {
        let now = instants.get(&Some(row.try_get(0)?)).copied();
        let account = account(row, now.ok_or_else(|| StoreFault::Unavailable("an account has no entry".into()))?)?;
        loaded.accounts.insert(account.account_id.clone(), account);
    }
    for row in &free_units {
        let Some(account) = loaded.accounts.get_mut(row.try_get::<_, &str>(0)?) else { continue };
        let used: i64 = row.try_get(3)?;
        account.free_units_used.insert((row.try_get(1)?, row.try_get(2)?), used.unsigned_abs());
    }
    for row in &answers {
        let key =
            OperationKey { account_id: row.try_get(0)?, side: Side::named(row.try_get(1)?)?, key: row.try_get(2)? };
        loaded.answers.insert(key, stored_answer(row, 3)?);
    }
    loaded.holds = holds.iter().map(hold_state).collect::<Result<BTreeMap<_, _>, StoreFault>>()?;
    for row in &documents {
        loaded.documents.insert((row.try_get(0)?, hash_of(row.try_get(1)?)?));
    }
    for row in &keys {
        loaded.keys.insert(row.try_get(0)?);
    }
    Ok(loaded)
}

/// Asks about rows, if there are any.
async fn ask(client: &Client, statement: &Statement, rows: Rows<'_>) -> Result<Vec<Row>, StoreFault> {
    if rows.count == 0 { Ok(Vec::new()) } else { Ok(client.query(statement, &rows.parameters()).await?) }
}

/// An account from its columns in the order of `sql::accounts`, at an instant, without its free units.
pub fn account(row: &Row, now: Millis) -> Result<Account, StoreFault> {
    let bytes: i64 = row.try_get(7)?;
    Ok(Account {
        account_id: row.try_get(0)?,
        tier: row.try_get(1)?,
        terms_rev: row.try_get(2)?,
        posted: row.try_get(3)?,
        held: row.try_get(4)?,
        seq: row.try_get(5)?,
        now,
        free_units_used: BTreeMap::new(),
        stored: StoredBytes { day: row.try_get(6)?, bytes: bytes.unsigned_abs() },
    })
}

/// A stored answer from five columns.
pub fn stored_answer(row: &Row, first: usize) -> Result<StoredAnswer, StoreFault> {
    let hash: &[u8] = row.try_get(first)?;
    let status: i16 = row.try_get(first + 1)?;
    let adds = row.try_get::<_, Option<&str>>(first + 3)?.map(Adds::named).transpose()?;
    Ok(StoredAnswer {
        request_hash: hash_of(hash)?,
        status: status.unsigned_abs(),
        body: row.try_get(first + 2)?,
        adds: adds.zip(row.try_get(first + 4)?),
    })
}

pub fn hash_of(bytes: &[u8]) -> Result<crate::key::Hash, StoreFault> {
    bytes.try_into().map_err(|_| StoreFault::Unavailable("a stored hash has not 32 bytes".into()))
}

fn hold_state(row: &Row) -> Result<((String, String), HoldState), StoreFault> {
    let (free_units, kind): (Option<&str>, Option<&str>) = (row.try_get(4)?, row.try_get(7)?);
    let state = HoldState {
        amount: row.try_get(2)?,
        unlimited: row.try_get(3)?,
        free_units: read_free_units(free_units)?,
        at: row.try_get(5)?,
        expires_at: row.try_get(6)?,
        resolution: kind.map(Resolution::named).transpose()?,
        late: row.try_get(8)?,
        expired_at: row.try_get(9)?,
    };
    Ok(((row.try_get(0)?, row.try_get(1)?), state))
}

/// Writes what was decided, and commits. When a statement fails, those after it and the commit do nothing.
pub async fn write(connection: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    let Connection { client, prepared } = connection;
    let moved: Vec<_> = changes.moved.iter().filter(|(_, moved)| moved.seq > moved.seq_before).collect();
    let commit = async { Ok::<_, StoreFault>(client.batch_execute("COMMIT").await?) };
    try_join!(
        add(client, &prepared.open_accounts, rows![changes.opened; |row| &row.account_id, |row| &row.tier]),
        add(
            client,
            &prepared.move_accounts,
            rows![moved;
            |(account_id, _)| account_id, |(_, row)| &row.tier, |(_, row)| row.terms_rev, |(_, row)| row.posted,
            |(_, row)| row.held, |(_, row)| row.seq, |(_, row)| row.seq_before, |(_, row)| row.terms_rev_before,
            |(_, row)| row.stored.day, |(_, row)| signed(row.stored.bytes)]
        ),
        add(
            client,
            &prepared.add_cards,
            rows![changes.cards;
            |row| &row.fingerprint, |row| &row.body, |row| row.active_from]
        ),
        write_holds(connection, changes),
        add(
            client,
            &prepared.add_entries,
            rows![changes.entries;
            |row| &row.account_id, |row| row.seq, |row| row.kind, |row| row.posted_before, |row| row.posted_after,
            |row| row.held_before, |row| row.held_after, |row| &row.hold_id, |row| &row.note, |row| row.at]
        ),
        write_free_units(connection, changes),
        add(
            client,
            &prepared.add_answers,
            rows![changes.answers;
            |row| &row.key.account_id, |row| row.key.side.as_str(), |row| &row.key.key,
            |row| row.answer.request_hash.as_slice(), |row| i16::try_from(row.answer.status).expect("a status of HTTP"),
            |row| &row.answer.body, |row| row.answer.adds.as_ref().map(|(adds, _)| adds.as_str()),
            |row| row.answer.adds.as_ref().map(|(_, hold_id)| hold_id), |row| row.at]
        ),
        add(
            client,
            &prepared.add_keys,
            rows![changes.keys;
            |row| &row.key_id, |row| row.hash.as_slice(), |row| &row.account_id, |row| &row.scopes, |row| row.expires]
        ),
        add(client, &prepared.delete_keys, rows![changes.deleted_keys; |key_id| key_id]),
        commit,
    )?;
    Ok(())
}

/// Holds with their documents, and how holds ended.
async fn write_holds(connection: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    let Connection { client, prepared } = connection;
    let open: Vec<_> = changes.holds.iter().filter(|hold| hold.expires_at.is_some()).collect();
    let closed: Vec<_> = changes.outcomes.iter().filter(|outcome| outcome.expires_at.is_some()).collect();
    let lines: Vec<_> = changes.outcomes.iter().flat_map(|of| of.lines.iter().map(move |line| (of, line))).collect();
    try_join!(
        add(
            client,
            &prepared.add_documents,
            rows![changes.documents;
            |((account_id, _), _)| account_id, |((_, hash), _)| hash.as_slice(), |(_, row)| signed(row.size()),
            |(_, row)| row.body()]
        ),
        add(
            client,
            &prepared.add_holds,
            rows![changes.holds;
            |row| &row.account_id, |row| &row.hold_id, |row| row.amount, |row| row.unlimited, |row| &row.fingerprint,
            |row| row.document.as_slice(), |row| &row.free_units, |row| &row.asset, |row| row.at, |row| row.expires_at]
        ),
        add(client, &prepared.open_holds, rows![open; |row| &row.account_id, |row| &row.hold_id, |row| row.expires_at]),
        add(
            client,
            &prepared.extend_holds,
            rows![changes.extended; |((account_id, _), _)| account_id, |((_, hold_id), _)| hold_id, |(_, at)| *at]
        ),
        add(
            client,
            &prepared.add_outcomes,
            rows![changes.outcomes;
            |row| &row.account_id, |row| &row.hold_id, |row| row.late, |row| row.kind.as_str(), |row| row.captured,
            |row| row.expires_at, |row| row.at]
        ),
        add(client, &prepared.close_holds, rows![closed; |row| &row.account_id, |row| &row.hold_id]),
        add(
            client,
            &prepared.add_lines,
            rows![lines;
            |(of, _)| &of.account_id, |(of, _)| of.at, |(of, _)| &of.hold_id, |(_, line)| signed(line.item),
            |(_, line)| &line.operation, |(_, line)| &line.choices, |(_, line)| signed(line.delivered),
            |(_, line)| signed(line.free), |(_, line)| line.unit, |(_, line)| line.charge, |(_, line)| line.capped,
            |(_, line)| line.estimated]
        ),
    )?;
    Ok(())
}

async fn write_free_units(connection: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    let Connection { client, prepared } = connection;
    let free: Vec<_> = changes.free_units.iter().filter(|(_, change)| **change != 0).collect();
    let (taken, given): (Vec<_>, Vec<_>) = free.into_iter().partition(|(_, change)| **change > 0);
    try_join!(
        add(
            client,
            &prepared.take_free_units,
            rows![taken;
            |(key, _)| &key.account_id, |(key, _)| &key.pool, |(key, _)| &key.month, |(_, change)| **change]
        ),
        add(
            client,
            &prepared.give_free_units,
            rows![given;
            |(key, _)| &key.account_id, |(key, _)| &key.pool, |(key, _)| &key.month, |(_, change)| **change]
        ),
    )?;
    Ok(())
}

/// A count as PostgreSQL's integers hold it.
fn signed(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or_else(|_| unreachable!("no count of a ledger is above 2^63"))
}

/// Adds rows, if there are any.
async fn add(client: &Client, statement: &Statement, rows: Rows<'_>) -> Result<(), StoreFault> {
    if rows.count > 0 {
        client.execute(statement, &rows.parameters()).await?;
    }
    Ok(())
}
