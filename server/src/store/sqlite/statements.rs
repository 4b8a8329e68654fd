//! The statements of a transaction: what a batch concerns is read, and what was decided is written.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use crate::{
    charge::Account,
    clock::{Millis, month},
    store::{
        Resolution, StoreFault,
        book::Needs,
        rows::{Changes, HoldState, Loaded, MovedRow, StoredAnswer, read_free_units},
    },
};

pub fn load(ledger: &Connection, needs: &Needs<'_>, now: Millis) -> Result<Loaded, StoreFault> {
    let mut loaded = Loaded { now, ..Loaded::default() };
    let month = month(now);
    for account_id in &needs.accounts {
        if let Some(account) = account(ledger, account_id, &month)? {
            loaded.accounts.insert((*account_id).into(), account);
        }
    }
    for (account_id, key) in &needs.answers {
        if let Some(answer) = stored_answer(ledger, account_id, key)? {
            loaded.answers.insert(((*account_id).into(), (*key).into()), answer);
        }
    }
    for (account_id, hold_id) in &needs.holds {
        if let Some(hold) = hold_state(ledger, account_id, hold_id)? {
            loaded.holds.insert(((*account_id).into(), (*hold_id).into()), hold);
        }
    }
    for key_id in &needs.keys {
        let mut find = ledger.prepare_cached("SELECT 1 FROM api_keys WHERE key_id = ?1")?;
        if find.exists([key_id])? {
            loaded.keys.insert((*key_id).into());
        }
    }
    Ok(loaded)
}

/// An account, with the free units that it used in a month.
pub fn account(ledger: &Connection, account_id: &str, month: &str) -> Result<Option<Account>, StoreFault> {
    let account = ledger
        .prepare_cached("SELECT tier, terms_rev, posted, held, seq FROM accounts WHERE account_id = ?1")?
        .query_row([account_id], |row| {
            Ok(Account {
                account_id: account_id.into(),
                tier: row.get(0)?,
                terms_rev: row.get(1)?,
                posted: row.get(2)?,
                held: row.get(3)?,
                seq: row.get(4)?,
                month: month.into(),
                free_units_used: Vec::new(),
            })
        })
        .optional()?;
    let Some(mut account) = account else { return Ok(None) };
    account.free_units_used = ledger
        .prepare_cached("SELECT pool, used FROM free_units WHERE account_id = ?1 AND month = ?2")?
        .query_map([account_id, month], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(Some(account))
}

pub fn stored_answer(ledger: &Connection, account_id: &str, key: &str) -> Result<Option<StoredAnswer>, StoreFault> {
    let stored = ledger
        .prepare_cached("SELECT request_hash, status, body FROM ops WHERE account_id = ?1 AND idem_key = ?2")?
        .query_row([account_id, key], |row| {
            Ok(StoredAnswer { request_hash: row.get(0)?, status: row.get(1)?, body: row.get(2)? })
        })
        .optional()?;
    Ok(stored)
}

fn hold_state(ledger: &Connection, account_id: &str, hold_id: &str) -> Result<Option<HoldState>, StoreFault> {
    let read = |row: &Row<'_>| -> rusqlite::Result<_> {
        Ok((
            HoldState {
                amount: row.get("amount")?,
                unlimited: row.get("unlimited")?,
                free_units: Vec::new(),
                at: row.get("at")?,
                expires_at: row.get("expires_at")?,
                resolution: None,
            },
            row.get::<_, Option<String>>("free_units")?,
            row.get::<_, Option<String>>("kind")?,
        ))
    };
    let found = ledger
        .prepare_cached(
            "SELECT amount, unlimited, free_units, h.at, expires_at, o.kind
             FROM holds h LEFT JOIN hold_outcomes o USING (account_id, hold_id) WHERE h.account_id = ?1 AND h.hold_id = ?2",
        )?
        .query_row([account_id, hold_id], read)
        .optional()?;
    let Some((mut hold, free_units, kind)) = found else { return Ok(None) };
    hold.free_units = read_free_units(free_units.as_deref())?;
    hold.resolution = kind.as_deref().map(Resolution::named).transpose()?;
    Ok(Some(hold))
}

pub fn write(ledger: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    for opened in &changes.opened {
        ledger
            .prepare_cached("INSERT INTO accounts (account_id, tier) VALUES (?1, ?2)")?
            .execute(params![opened.account_id, opened.tier])?;
    }
    for (account_id, moved) in changes.moved.iter().filter(|(_, moved)| moved.seq > moved.seq_before) {
        move_account(ledger, account_id, moved)?;
    }
    write_cards(ledger, changes)?;
    write_holds(ledger, changes)?;
    write_entries(ledger, changes)?;
    write_free_units(ledger, changes)?;
    for answer in &changes.answers {
        ledger
            .prepare_cached(
                "INSERT INTO ops (account_id, idem_key, request_hash, status, body, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                answer.account_id,
                answer.idem_key,
                answer.request_hash,
                answer.status,
                answer.body,
                answer.at
            ])?;
    }
    write_keys(ledger, changes)
}

/// The guard says what was decided on; it does not rely on what this process remembers.
fn move_account(ledger: &Connection, account_id: &str, moved: &MovedRow) -> Result<(), StoreFault> {
    let count = ledger
        .prepare_cached(
            "UPDATE accounts SET tier = :tier, terms_rev = :terms_rev, posted = :posted, held = :held, seq = :seq
             WHERE account_id = :account_id AND seq = :seq_before AND terms_rev = :terms_rev_before",
        )?
        .execute(named_params! {
            ":tier": moved.tier,
            ":terms_rev": moved.terms_rev,
            ":posted": moved.posted,
            ":held": moved.held,
            ":seq": moved.seq,
            ":account_id": account_id,
            ":seq_before": moved.seq_before,
            ":terms_rev_before": moved.terms_rev_before,
        })?;
    if count == 1 { Ok(()) } else { Err(StoreFault::Conflict(format!("{account_id} moved"))) }
}

fn write_entries(ledger: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    let mut insert = ledger.prepare_cached(
        "INSERT INTO entries (account_id, seq, kind, posted_before, posted_after, held_before, held_after, hold_id, note, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for entry in &changes.entries {
        insert.execute(params![
            entry.account_id,
            entry.seq,
            entry.kind,
            entry.posted_before,
            entry.posted_after,
            entry.held_before,
            entry.held_after,
            entry.hold_id,
            entry.note,
            entry.at
        ])?;
    }
    Ok(())
}

fn write_holds(ledger: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    let mut insert = ledger.prepare_cached(
        "INSERT INTO holds (account_id, hold_id, amount, unlimited, fingerprint, plan, estimate, free_units, asset, at,
           expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for hold in &changes.holds {
        insert.execute(params![
            hold.account_id,
            hold.hold_id,
            hold.amount,
            hold.unlimited,
            hold.fingerprint,
            hold.plan,
            hold.estimate,
            hold.free_units,
            hold.asset,
            hold.at,
            hold.expires_at
        ])?;
    }
    let mut insert = ledger.prepare_cached(
        "INSERT INTO hold_outcomes (account_id, hold_id, kind, captured, settlement, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for outcome in &changes.outcomes {
        let kind = outcome.kind.as_str();
        let (account_id, hold_id) = (&outcome.account_id, &outcome.hold_id);
        insert.execute(params![account_id, hold_id, kind, outcome.captured, outcome.settlement, outcome.at])?;
    }
    Ok(())
}

fn write_free_units(ledger: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    for (key, change) in changes.free_units.iter().filter(|(_, change)| **change != 0) {
        // Units that are given back were taken, so their row is there.
        let sql = if *change > 0 {
            "INSERT INTO free_units (account_id, pool, month, used) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET used = used + excluded.used"
        } else {
            "UPDATE free_units SET used = used + ?4 WHERE account_id = ?1 AND pool = ?2 AND month = ?3"
        };
        ledger.prepare_cached(sql)?.execute(params![key.account_id, key.pool, key.month, change])?;
    }
    Ok(())
}

fn write_cards(ledger: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    for card in &changes.cards {
        ledger
            .prepare_cached(
                "INSERT INTO cards (fingerprint, body, active_from)
                 VALUES (?1, ?2, max(?3, (SELECT coalesce(max(active_from), 0) + 1 FROM cards)))
                 ON CONFLICT DO UPDATE SET active_from = excluded.active_from",
            )?
            .execute(params![card.fingerprint, card.body, card.active_from])?;
    }
    Ok(())
}

fn write_keys(ledger: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    for key in &changes.keys {
        ledger
            .prepare_cached(
                "INSERT INTO api_keys (key_id, hash, account_id, scopes, expires) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![key.key_id, key.hash, key.account_id, key.scopes, key.expires])?;
    }
    for key_id in &changes.deleted_keys {
        ledger.prepare_cached("DELETE FROM api_keys WHERE key_id = ?1")?.execute([key_id])?;
    }
    Ok(())
}
