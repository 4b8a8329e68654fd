//! The statements of a transaction: what a batch concerns is read, and what was decided is written.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use crate::{
    charge::{Account, StoredBytes},
    clock::{Millis, month_before},
    store::{
        Adds, OperationKey, Resolution, StoreFault,
        book::Needs,
        rows::{AnswerRow, Changes, HoldState, Loaded, MovedRow, OutcomeRow, StoredAnswer, read_free_units},
    },
};

pub fn load(ledger: &Connection, needs: &Needs<'_>, now: Millis) -> Result<Loaded, StoreFault> {
    let mut loaded = Loaded { now, ..Loaded::default() };
    for account_id in &needs.accounts {
        if let Some(account) = account(ledger, account_id, now)? {
            loaded.accounts.insert((*account_id).into(), account);
        }
    }
    for key in &needs.answers {
        if let Some(answer) = stored_answer(ledger, key)? {
            loaded.answers.insert((*key).clone(), answer);
        }
    }
    for (account_id, hold_id) in &needs.holds {
        if let Some(hold) = hold_state(ledger, account_id, hold_id)? {
            loaded.holds.insert(((*account_id).into(), (*hold_id).into()), hold);
        }
    }
    for (account_id, hash) in &needs.documents {
        let mut find = ledger.prepare_cached("SELECT 1 FROM documents WHERE account_id = ?1 AND hash = ?2")?;
        if find.exists(params![account_id, hash])? {
            loaded.documents.insert(((*account_id).into(), **hash));
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

/// An account at its own instant, with the free units that it used.
pub fn account(ledger: &Connection, account_id: &str, clock: Millis) -> Result<Option<Account>, StoreFault> {
    let account = ledger
        .prepare_cached(
            "SELECT tier, terms_rev, posted, held, seq, stored_day, stored_bytes, at
             FROM accounts JOIN entries USING (account_id, seq) WHERE account_id = ?1",
        )?
        .query_row([account_id], |row| {
            let now = clock.max(row.get(7)?);
            Ok(Account {
                account_id: account_id.into(),
                tier: row.get(0)?,
                terms_rev: row.get(1)?,
                posted: row.get(2)?,
                held: row.get(3)?,
                seq: row.get(4)?,
                now,
                free_units_used: BTreeMap::new(),
                stored: StoredBytes { day: row.get(5)?, bytes: row.get(6)? },
            })
        })
        .optional()?;
    let Some(mut account) = account else { return Ok(None) };
    account.free_units_used = ledger
        .prepare_cached("SELECT month, pool, used FROM free_units WHERE account_id = ?1 AND month >= ?2")?
        .query_map([account_id, &month_before(clock)], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    Ok(Some(account))
}

pub fn stored_answer(ledger: &Connection, key: &OperationKey) -> Result<Option<StoredAnswer>, StoreFault> {
    let stored = ledger
        .prepare_cached(
            "SELECT request_hash, status, body, adds, hold_id FROM ops
             WHERE account_id = ?1 AND side = ?2 AND idem_key = ?3",
        )?
        .query_row([&key.account_id, key.side.as_str(), &key.key], |row| {
            let adds: Option<String> = row.get(3)?;
            let stored = StoredAnswer { request_hash: row.get(0)?, status: row.get(1)?, body: row.get(2)?, adds: None };
            Ok((stored, adds, row.get::<_, Option<String>>(4)?))
        })
        .optional()?;
    let Some((stored, adds, hold_id)) = stored else { return Ok(None) };
    let adds = adds.as_deref().map(Adds::named).transpose()?;
    Ok(Some(StoredAnswer { adds: adds.zip(hold_id), ..stored }))
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
                expired_at: row.get("expired_at")?,
                late: row.get("late")?,
            },
            row.get::<_, Option<String>>("free_units")?,
            row.get::<_, Option<String>>("kind")?,
        ))
    };
    let found = ledger
        .prepare_cached(
            "SELECT h.amount, h.unlimited, h.free_units, h.at, w.expires_at, coalesce(l.kind, o.kind) AS kind,
               l.kind IS NOT NULL AS late, iif(o.kind = 'expired', o.at, NULL) AS expired_at
             FROM holds h
             LEFT JOIN open_holds w USING (account_id, hold_id)
             LEFT JOIN hold_outcomes o ON o.account_id = h.account_id AND o.hold_id = h.hold_id AND o.late = 0
             LEFT JOIN hold_outcomes l ON l.account_id = h.account_id AND l.hold_id = h.hold_id AND l.late = 1
             WHERE h.account_id = ?1 AND h.hold_id = ?2",
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
    write_documents(ledger, changes)?;
    write_holds(ledger, changes)?;
    write_outcomes(ledger, changes)?;
    write_entries(ledger, changes)?;
    write_free_units(ledger, changes)?;
    write_answers(ledger, changes)?;
    write_keys(ledger, changes)
}

/// The guard says what was decided on; it does not rely on what this process remembers.
fn move_account(ledger: &Connection, account_id: &str, moved: &MovedRow) -> Result<(), StoreFault> {
    let count = ledger
        .prepare_cached(
            "UPDATE accounts SET tier = :tier, terms_rev = :terms_rev, posted = :posted, held = :held, seq = :seq,
               stored_day = :stored_day, stored_bytes = :stored_bytes
             WHERE account_id = :account_id AND seq = :seq_before AND terms_rev = :terms_rev_before",
        )?
        .execute(named_params! {
            ":tier": moved.tier,
            ":terms_rev": moved.terms_rev,
            ":posted": moved.posted,
            ":held": moved.held,
            ":seq": moved.seq,
            ":stored_day": moved.stored.day,
            ":stored_bytes": moved.stored.bytes,
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

fn write_answers(ledger: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    let mut insert = ledger.prepare_cached(
        "INSERT INTO ops (account_id, side, idem_key, request_hash, status, body, adds, hold_id, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for AnswerRow { key, answer, at } in &changes.answers {
        let (adds, hold_id) = answer.adds.as_ref().map(|(adds, hold_id)| (adds.as_str(), hold_id)).unzip();
        insert.execute(params![
            key.account_id,
            key.side.as_str(),
            key.key,
            answer.request_hash,
            answer.status,
            answer.body,
            adds,
            hold_id,
            at
        ])?;
    }
    Ok(())
}

/// A document that an earlier hold stored is not stored again.
fn write_documents(ledger: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    let mut insert = ledger.prepare_cached(
        "INSERT INTO documents (account_id, hash, size, body) SELECT ?1, ?2, ?3, ?4
         WHERE NOT EXISTS (SELECT 1 FROM documents WHERE account_id = ?1 AND hash = ?2)",
    )?;
    for ((account_id, hash), document) in &changes.documents {
        insert.execute(params![account_id, hash, document.size(), document.body()])?;
    }
    Ok(())
}

fn write_holds(ledger: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    let mut insert = ledger.prepare_cached(
        "INSERT INTO holds (account_id, hold_id, amount, unlimited, fingerprint, document, free_units, asset, at,
           expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for hold in &changes.holds {
        insert.execute(params![
            hold.account_id,
            hold.hold_id,
            hold.amount,
            hold.unlimited,
            hold.fingerprint,
            hold.document,
            hold.free_units,
            hold.asset,
            hold.at,
            hold.expires_at
        ])?;
    }
    let mut open =
        ledger.prepare_cached("INSERT INTO open_holds (account_id, hold_id, expires_at) VALUES (?1, ?2, ?3)")?;
    for hold in changes.holds.iter().filter(|hold| hold.expires_at.is_some()) {
        open.execute(params![hold.account_id, hold.hold_id, hold.expires_at])?;
    }
    let mut extend =
        ledger.prepare_cached("UPDATE open_holds SET expires_at = ?3 WHERE account_id = ?1 AND hold_id = ?2")?;
    for ((account_id, hold_id), expires_at) in &changes.extended {
        extend.execute(params![account_id, hold_id, expires_at])?;
    }
    Ok(())
}

fn write_outcomes(ledger: &Connection, changes: &Changes) -> Result<(), StoreFault> {
    let mut insert = ledger.prepare_cached(
        "INSERT INTO hold_outcomes (account_id, hold_id, late, kind, captured, expires_at, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut settle = ledger.prepare_cached(
        "INSERT INTO settled_lines (account_id, at, hold_id, item, operation, choices, delivered, free, unit, charge,
           capped, estimated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    let mut close = ledger.prepare_cached("DELETE FROM open_holds WHERE account_id = ?1 AND hold_id = ?2")?;
    for OutcomeRow { account_id, hold_id, late, kind, captured, expires_at, lines, at } in &changes.outcomes {
        insert.execute(params![account_id, hold_id, late, kind.as_str(), captured, expires_at, at])?;
        if expires_at.is_some() {
            close.execute(params![account_id, hold_id])?;
        }
        for line in lines {
            settle.execute(params![
                account_id,
                at,
                hold_id,
                line.item,
                line.operation,
                line.choices,
                line.delivered,
                line.free,
                line.unit,
                line.charge,
                line.capped,
                line.estimated
            ])?;
        }
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
