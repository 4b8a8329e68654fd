//! The statements of a transaction. All that a batch reads is asked for at once, and so is all that it writes: two round
//! trips a transaction, however many operations are in it.

use std::collections::BTreeMap;

use futures_util::try_join;
use tokio_postgres::{Client, Row, Statement, types::ToSql};

use super::connection::Connection;
use crate::{
    charge::Account,
    clock::month,
    store::{
        Resolution, StoreFault,
        book::Needs,
        rows::{Changes, HoldState, Loaded, StoredAnswer, read_free_units},
    },
};

#[expect(non_upper_case_globals, reason = "each is named as the statement that is prepared from it")]
pub mod sql {
    /// Of a clock that was set back, the time of the last entry: what had ended stays so. A join in the statement that locks
    /// would lose an account whose lock was waited for, because it moved on meanwhile.
    pub const now: &str = "SELECT greatest((extract(epoch FROM date_trunc('milliseconds', now())) * 1000)::bigint,
        (SELECT max(at) FROM accounts JOIN entries USING (account_id, seq) WHERE account_id = ANY($1::text[])))";
    /// Locked in the order of their names, so that two writers never wait for each other.
    pub const accounts: &str = "SELECT account_id, tier, terms_rev, posted, held, seq FROM accounts
        WHERE account_id = ANY($1::text[]) ORDER BY account_id FOR NO KEY UPDATE";
    pub const free_units: &str = "SELECT account_id, pool, used FROM free_units
        WHERE account_id = ANY($1::text[]) AND month = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM')";
    pub const answers: &str = "SELECT account_id, idem_key, request_hash, status, body FROM ops
        JOIN unnest($1::text[], $2::text[]) AS asked (account_id, idem_key) USING (account_id, idem_key)";
    pub const holds: &str = "SELECT account_id, hold_id, amount, unlimited, free_units, h.at, expires_at, o.kind
        FROM holds h JOIN unnest($1::text[], $2::text[]) AS asked (account_id, hold_id) USING (account_id, hold_id)
        LEFT JOIN hold_outcomes o USING (account_id, hold_id)";
    pub const keys: &str = "SELECT key_id FROM api_keys WHERE key_id = ANY($1::text[])";
    pub const open_accounts: &str =
        "INSERT INTO accounts (account_id, tier) SELECT * FROM unnest($1::text[], $2::text[])";
    /// The guard says what was decided on. A row that it leaves out has a later entry already, which the entries' key finds.
    pub const move_accounts: &str = "UPDATE accounts a
        SET tier = m.tier, terms_rev = m.terms_rev, posted = m.posted, held = m.held, seq = m.seq
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
          AS m (account_id, tier, terms_rev, posted, held, seq, seq_before, terms_rev_before)
        WHERE a.account_id = m.account_id AND a.seq = m.seq_before AND a.terms_rev = m.terms_rev_before";
    pub const add_entries: &str = "INSERT INTO entries
        (account_id, seq, kind, posted_before, posted_after, held_before, held_after, hold_id, note, at)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
          $8::text[], $9::text[], $10::bigint[])";
    pub const add_cards: &str = "INSERT INTO cards (fingerprint, body, active_from)
        SELECT fingerprint, body, greatest(at, (SELECT max(active_from) + 1 FROM cards))
        FROM unnest($1::text[], $2::text[], $3::bigint[]) AS n (fingerprint, body, at)
        ON CONFLICT (fingerprint) DO UPDATE SET active_from = excluded.active_from";
    pub const add_holds: &str = "INSERT INTO holds
        (account_id, hold_id, amount, unlimited, fingerprint, plan, estimate, free_units, asset, at, expires_at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::text[], $6::text[], $7::text[],
          $8::text[], $9::text[], $10::bigint[], $11::bigint[])";
    pub const add_outcomes: &str = "INSERT INTO hold_outcomes (account_id, hold_id, kind, captured, settlement, at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[])";
    pub const take_free_units: &str = "INSERT INTO free_units AS f (account_id, pool, month, used)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
        ON CONFLICT (account_id, month, pool) DO UPDATE SET used = f.used + excluded.used";
    pub const give_free_units: &str = "UPDATE free_units f SET used = f.used + g.change
        FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS g (account_id, pool, month, change)
        WHERE f.account_id = g.account_id AND f.pool = g.pool AND f.month = g.month";
    pub const add_answers: &str = "INSERT INTO ops (account_id, idem_key, request_hash, status, body, at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::smallint[], $5::text[], $6::bigint[])";
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
    let ((), accounts, now, free_units, answers, holds, keys) = try_join!(
        begin,
        ask(client, &prepared.accounts, rows![needs.accounts; |account_id| *account_id]),
        ask(client, &prepared.now, Rows { count: 1, ..rows![needs.accounts; |account_id| *account_id] }),
        ask(client, &prepared.free_units, rows![needs.accounts; |account_id| *account_id]),
        ask(client, &prepared.answers, rows![answers; |asked| asked.0, |asked| asked.1]),
        ask(client, &prepared.holds, rows![holds; |asked| asked.0, |asked| asked.1]),
        ask(client, &prepared.keys, rows![needs.keys; |key_id| *key_id]),
    )?;
    let now = now.first().ok_or_else(|| StoreFault::Unavailable("the database tells no time".into()))?.try_get(0)?;
    let mut loaded = Loaded { now, ..Loaded::default() };
    for row in &accounts {
        let account = account(row, month(now))?;
        loaded.accounts.insert(account.account_id.clone(), account);
    }
    for row in &free_units {
        let (account_id, used): (&str, i64) = (row.try_get(0)?, row.try_get(2)?);
        let Some(account) = loaded.accounts.get_mut(account_id) else { continue };
        account.free_units_used.push((row.try_get(1)?, used.unsigned_abs()));
    }
    for row in &answers {
        loaded.answers.insert((row.try_get(0)?, row.try_get(1)?), stored_answer(row, 2)?);
    }
    loaded.holds = holds.iter().map(hold_state).collect::<Result<BTreeMap<_, _>, StoreFault>>()?;
    for row in &keys {
        loaded.keys.insert(row.try_get(0)?);
    }
    Ok(loaded)
}

/// Asks about rows, if there are any.
async fn ask(client: &Client, statement: &Statement, rows: Rows<'_>) -> Result<Vec<Row>, StoreFault> {
    if rows.count == 0 { Ok(Vec::new()) } else { Ok(client.query(statement, &rows.parameters()).await?) }
}

/// An account from its columns in the order of `sql::accounts`, without its free units.
pub fn account(row: &Row, month: String) -> Result<Account, StoreFault> {
    Ok(Account {
        account_id: row.try_get(0)?,
        tier: row.try_get(1)?,
        terms_rev: row.try_get(2)?,
        posted: row.try_get(3)?,
        held: row.try_get(4)?,
        seq: row.try_get(5)?,
        month,
        free_units_used: Vec::new(),
    })
}

/// A stored answer from three columns.
pub fn stored_answer(row: &Row, first: usize) -> Result<StoredAnswer, StoreFault> {
    let hash: &[u8] = row.try_get(first)?;
    let status: i16 = row.try_get(first + 1)?;
    Ok(StoredAnswer { request_hash: hash_of(hash)?, status: status.unsigned_abs(), body: row.try_get(first + 2)? })
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
    };
    Ok(((row.try_get(0)?, row.try_get(1)?), state))
}

/// Writes what was decided, and commits. When a statement fails, those after it and the commit do nothing.
pub async fn write(connection: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    let Connection { client, prepared } = connection;
    let moved: Vec<_> = changes.moved.iter().filter(|(_, moved)| moved.seq > moved.seq_before).collect();
    let free: Vec<_> = changes.free_units.iter().filter(|(_, change)| **change != 0).collect();
    let (taken, given): (Vec<_>, Vec<_>) = free.into_iter().partition(|(_, change)| **change > 0);
    let commit = async { Ok::<_, StoreFault>(client.batch_execute("COMMIT").await?) };
    try_join!(
        add(client, &prepared.open_accounts, rows![changes.opened; |row| &row.account_id, |row| &row.tier]),
        add(
            client,
            &prepared.move_accounts,
            rows![moved;
            |(account_id, _)| account_id, |(_, row)| &row.tier, |(_, row)| row.terms_rev, |(_, row)| row.posted,
            |(_, row)| row.held, |(_, row)| row.seq, |(_, row)| row.seq_before, |(_, row)| row.terms_rev_before]
        ),
        add(
            client,
            &prepared.add_cards,
            rows![changes.cards;
            |row| &row.fingerprint, |row| &row.body, |row| row.active_from]
        ),
        add(
            client,
            &prepared.add_holds,
            rows![changes.holds;
            |row| &row.account_id, |row| &row.hold_id, |row| row.amount, |row| row.unlimited, |row| &row.fingerprint,
            |row| &row.plan, |row| &row.estimate, |row| &row.free_units, |row| &row.asset, |row| row.at,
            |row| row.expires_at]
        ),
        add(
            client,
            &prepared.add_outcomes,
            rows![changes.outcomes;
            |row| &row.account_id, |row| &row.hold_id, |row| row.kind.as_str(), |row| row.captured,
            |row| &row.settlement, |row| row.at]
        ),
        add(
            client,
            &prepared.add_entries,
            rows![changes.entries;
            |row| &row.account_id, |row| row.seq, |row| row.kind, |row| row.posted_before, |row| row.posted_after,
            |row| row.held_before, |row| row.held_after, |row| &row.hold_id, |row| &row.note, |row| row.at]
        ),
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
        add(
            client,
            &prepared.add_answers,
            rows![changes.answers;
            |row| &row.account_id, |row| &row.idem_key, |row| row.request_hash.as_slice(),
            |row| i16::try_from(row.status).unwrap_or_default(), |row| &row.body, |row| row.at]
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

/// Adds rows, if there are any.
async fn add(client: &Client, statement: &Statement, rows: Rows<'_>) -> Result<(), StoreFault> {
    if rows.count > 0 {
        client.execute(statement, &rows.parameters()).await?;
    }
    Ok(())
}
