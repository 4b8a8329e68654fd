//! What the database itself makes impossible, whoever writes to it.

use std::path::Path;

use rusqlite::Connection;

use super::running::{Folder, Server, nth_key, two_credits};

/// What a history adds up to.
pub struct History {
    pub captures: usize,
    pub operations: usize,
}

/// Checks a whole ledger: chains unbroken, balances equal to the last entry, holds to their outcomes, answers to captures.
pub fn audit(database: &Path) -> History {
    let ledger = Connection::open(database).expect("the ledger");
    let count = |sql: &str| ledger.query_row(sql, [], |row| row.get::<_, usize>(0)).expect(sql);
    let faults = [
        ("a balance is not its last entry's", "SELECT count(*) FROM accounts a WHERE NOT EXISTS (SELECT 1 FROM entries e
            WHERE e.account_id = a.account_id AND e.seq = a.seq AND e.posted_after = a.posted AND e.held_after = a.held)"),
        ("entries beyond the balance", "SELECT count(*) FROM accounts a JOIN entries e USING (account_id) WHERE e.seq > a.seq"),
        ("an entry does not continue the one before", "SELECT count(*) FROM entries e WHERE e.seq > 0 AND NOT EXISTS
            (SELECT 1 FROM entries b WHERE b.account_id = e.account_id AND b.seq = e.seq - 1
             AND b.posted_after = e.posted_before AND b.held_after = e.held_before)"),
        ("a balance is not the sum of its entries", "SELECT count(*) FROM accounts a WHERE posted <>
            (SELECT sum(posted_after - posted_before) FROM entries e WHERE e.account_id = a.account_id)"),
        ("held is not the open holds", "SELECT count(*) FROM accounts a WHERE held <> (SELECT coalesce(sum(amount), 0)
            FROM holds h LEFT JOIN hold_outcomes o USING (account_id, hold_id) WHERE h.account_id = a.account_id AND o.kind IS NULL)"),
        ("a capture is not what was taken", "SELECT count(*) FROM hold_outcomes o JOIN entries e USING (account_id, hold_id)
            WHERE o.kind = 'captured' AND e.kind IN ('capture', 'charge', 'late-capture') AND e.posted_before - e.posted_after <> o.captured"),
        ("a broken foreign key", "SELECT count(*) FROM pragma_foreign_key_check"),
    ];
    for (fault, sql) in faults {
        assert_eq!(count(sql), 0, "{fault}");
    }
    let history = History {
        captures: count("SELECT count(*) FROM entries WHERE kind IN ('capture', 'charge', 'late-capture')"),
        operations: count("SELECT count(*) FROM ops"),
    };
    assert_eq!(history.captures, history.operations, "every capture has its stored answer");
    history
}

/// A ledger in which something has happened, and no server.
fn used_ledger() -> (Folder, Connection) {
    let folder = Folder::new();
    let key = folder.with_account("basic", 20_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    assert_eq!(client.charge(&nth_key(1), &client.accepted(&two_credits())).status, 201);
    drop(server);
    let ledger = Connection::open(folder.database()).expect("the ledger");
    ledger.pragma_update(None, "foreign_keys", true).expect("foreign keys");
    (folder, ledger)
}

#[test]
fn history_cannot_be_changed_or_taken_away() {
    let (folder, ledger) = used_ledger();
    for sql in [
        "UPDATE entries SET posted_after = posted_after + 1",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries SELECT account_id, seq, kind, posted_before, posted_after + 1, held_before,
           held_after, hold_id, note, at FROM entries WHERE kind = 'grant'",
        "UPDATE holds SET amount = 0",
        "DELETE FROM holds",
        "INSERT OR REPLACE INTO holds SELECT account_id, hold_id, 0, 0, fingerprint, document, NULL, NULL, at,
           NULL FROM holds",
        "UPDATE hold_outcomes SET captured = 0",
        "DELETE FROM hold_outcomes",
        "INSERT OR REPLACE INTO hold_outcomes SELECT account_id, hold_id, late, 'released', 0, NULL, at FROM hold_outcomes",
        "INSERT INTO hold_outcomes SELECT account_id, hold_id, 1, 'captured', 2000, NULL, at FROM hold_outcomes",
        "UPDATE settled_lines SET charge = 0",
        "DELETE FROM settled_lines",
        "INSERT OR REPLACE INTO settled_lines SELECT * FROM settled_lines",
        "UPDATE documents SET body = x'00'",
        "DELETE FROM documents",
        "INSERT OR REPLACE INTO documents SELECT account_id, hash, size, x'00' FROM documents",
        "INSERT OR REPLACE INTO documents (rowid, account_id, hash, size, body)
           SELECT rowid, account_id, zeroblob(32), size, body FROM documents",
        "UPDATE ops SET body = '{}'",
        "DELETE FROM ops",
        "INSERT OR REPLACE INTO ops SELECT account_id, side, idem_key, request_hash, 201, '{}', NULL, NULL, at FROM ops",
        // A row that takes the place of another by SQLite's own number of rows.
        "INSERT OR REPLACE INTO ops (rowid, account_id, side, idem_key, request_hash, status, body, at)
           SELECT rowid, account_id, side, 'another-key-of-theirs', request_hash, 201, '{}', at FROM ops",
        "INSERT OR REPLACE INTO holds (rowid, account_id, hold_id, amount, unlimited, fingerprint, document, at)
           SELECT rowid, account_id, 'hold_other', 0, 0, fingerprint, document, at FROM holds",
        "INSERT OR REPLACE INTO cards SELECT fingerprint, '{}', active_from + 1 FROM cards",
        "UPDATE cards SET active_from = active_from - 1",
        "UPDATE cards SET body = '{}'",
        "DELETE FROM cards",
        "DELETE FROM accounts",
        "INSERT OR REPLACE INTO accounts SELECT * FROM accounts",
    ] {
        assert!(ledger.execute(sql, []).is_err(), "{sql}");
    }
    drop(ledger);
    audit(&folder.database());
}

#[test]
fn a_balance_that_differs_from_its_last_entry_cannot_be_committed() {
    let (_folder, mut ledger) = used_ledger();
    for sql in [
        "UPDATE accounts SET posted = posted + 1000",
        "UPDATE accounts SET posted = posted + 1000, seq = seq + 1",
        "UPDATE accounts SET posted = 20000, seq = 1",
        "UPDATE accounts SET seq = seq + 1",
        "UPDATE accounts SET held = posted + 1, seq = seq + 1",
        "UPDATE accounts SET posted = -1, seq = seq + 1",
        "INSERT INTO accounts (account_id, tier) VALUES ('acct_without_history', 'basic')",
        "INSERT INTO accounts (account_id, tier, posted) VALUES ('acct_gift', 'basic', 1000000);
         INSERT INTO entries VALUES ('acct_gift', 0, 'tier', 1000000, 1000000, 0, 0, NULL, NULL, 0)",
        "INSERT INTO accounts (account_id, tier, posted) VALUES ('acct_from_nothing', 'basic', 1000000)",
    ] {
        let transaction = ledger.transaction().unwrap();
        let written = transaction.execute_batch(sql).and_then(|()| transaction.commit());
        assert!(written.is_err(), "{sql}");
    }
}

#[test]
fn an_entry_that_does_not_continue_the_last_one_is_refused() {
    let (_folder, mut ledger) = used_ledger();
    let move_account = "UPDATE accounts SET posted = posted + 5000, seq = seq + 1";
    let entry = |values: &str| format!("INSERT INTO entries SELECT account_id, {values}, NULL, NULL, 0 FROM accounts");
    for (sql, entry) in [
        ("an account that did not move", entry("seq + 1, 'grant', posted, posted + 5000, held, held")),
        (move_account, entry("seq, 'grant', posted - 4999, posted, held, held")),
        (move_account, entry("seq + 1, 'grant', posted, posted, held, held")),
        (move_account, entry("seq, 'gift', posted - 5000, posted, held, held")),
        (move_account, entry("seq, 'capture', posted - 5000, posted, held, held")),
        (move_account, entry("seq, 'grant', posted - 5000, posted, held, held + 1")),
    ] {
        let transaction = ledger.transaction().unwrap();
        if sql == move_account {
            transaction.execute(sql, []).unwrap();
        }
        let written = transaction.execute(&entry, []).and_then(|_| transaction.commit());
        assert!(written.is_err(), "{entry}");
    }
    let transaction = ledger.transaction().unwrap();
    transaction.execute(move_account, []).unwrap();
    transaction.execute(&entry("seq, 'grant', posted - 5000, posted, held, held"), []).unwrap();
    transaction.commit().expect("a true entry, so that the refusals above are about what they say");
}

#[test]
fn a_hold_cannot_be_resolved_twice_or_above_its_amount() {
    let (_folder, ledger) = used_ledger();
    let hold = "INSERT INTO holds SELECT account_id, 'hold_open', 2000, 0, fingerprint, document, NULL, NULL, at,
        at + 1000 FROM holds";
    ledger.execute(hold, []).unwrap();
    ledger.execute("INSERT INTO open_holds SELECT account_id, 'hold_open', at + 1000 FROM holds LIMIT 1", []).unwrap();
    let resolve = |kind: &str, captured: i64, late: i64| {
        let sql = format!(
            "INSERT INTO hold_outcomes SELECT account_id, 'hold_open', {late}, '{kind}', {captured}, NULL, 0 FROM accounts"
        );
        ledger.execute(&sql, [])
    };
    let refused = |sql: &str| assert!(ledger.execute(sql, []).is_err(), "{sql}");
    refused("DELETE FROM open_holds");
    refused("UPDATE open_holds SET expires_at = expires_at - 1");
    refused("INSERT OR REPLACE INTO open_holds SELECT account_id, hold_id, expires_at + 1 FROM open_holds");
    ledger.execute("UPDATE open_holds SET expires_at = expires_at + 1", []).unwrap();
    assert!(resolve("captured", 2_001, 0).is_err());
    assert!(resolve("captured", -1, 0).is_err());
    assert!(resolve("released", 1, 0).is_err());
    assert!(resolve("captured", 2_000, 1).is_err(), "a hold that has not expired is not captured late");
    resolve("expired", 0, 0).unwrap();
    ledger.execute("DELETE FROM open_holds", []).unwrap();
    assert!(resolve("released", 0, 0).is_err());
    assert!(resolve("captured", 2_000, 0).is_err());
    assert!(resolve("released", 0, 1).is_err());
    assert!(resolve("captured", 2_001, 1).is_err());
    resolve("captured", 2_000, 1).unwrap();
    assert!(resolve("captured", 2_000, 1).is_err());
}

#[test]
fn the_file_is_its_owners_alone_and_keeps_no_key() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let server = Server::start(&folder);
    let key = server.key.clone().expect("a first key");
    assert_eq!(server.client(&key).get("/v1/account").status, 200);
    let secret = key.rsplit_once('_').unwrap().1.as_bytes();
    for name in ["pricetag.db", "pricetag.db-wal", "pricetag.db.lock"] {
        let path = folder.file(name);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{name} has the key in clear");
    }
}
