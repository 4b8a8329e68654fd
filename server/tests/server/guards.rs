//! What PostgreSQL itself makes impossible, even for its superuser. The same of SQLite is in `ledger.rs`.

use super::{
    audit::audit,
    engine::{Engine, Ledger},
    running::{Server, nth_key, two_credits},
};

/// A ledger in which something has happened, and no server.
fn used_ledger() -> Ledger<'static> {
    let ledger = Ledger::new(Engine::Postgres);
    let key = ledger.account("basic", 20_000, "estimate,hold,read").key;
    let server = Server::start(&ledger);
    let client = server.client(&key);
    assert_eq!(client.charge(&nth_key(1), &client.accepted(&two_credits())).status, 201);
    assert_eq!(client.post_once("/v1/holds", &client.accepted(&two_credits())).status, 201);
    ledger
}

fn check_refused(ledger: &Ledger, statements: &[&str]) {
    let (cluster, database) = ledger.postgres();
    for sql in statements {
        // psql runs what one `--command` holds as one transaction.
        assert!(cluster.try_sql(database, sql).is_err(), "{sql}");
    }
    audit(ledger);
}

const CHARGED: &str = "(SELECT account_id FROM public.entries WHERE kind = 'charge')";

#[test]
fn history_cannot_be_changed_or_taken_away() {
    check_refused(
        &used_ledger(),
        &[
            "UPDATE entries SET posted_after = posted_after + 1",
            "DELETE FROM entries",
            "TRUNCATE entries CASCADE",
            "UPDATE holds SET amount = 0",
            "DELETE FROM holds",
            "UPDATE hold_outcomes SET captured = 0",
            "DELETE FROM hold_outcomes",
            "TRUNCATE hold_outcomes",
            "UPDATE settled_lines SET charge = 0",
            "DELETE FROM settled_lines",
            "TRUNCATE settled_lines",
            "UPDATE documents SET size = 0",
            "DELETE FROM documents",
            "TRUNCATE documents CASCADE",
            "DELETE FROM open_holds",
            "UPDATE open_holds SET expires_at = expires_at - 1",
            "TRUNCATE open_holds",
            "UPDATE ops SET body = '{}'",
            "DELETE FROM ops",
            "TRUNCATE ops",
            "UPDATE cards SET body = '{}'",
            "UPDATE cards SET active_from = active_from - 1",
            "DELETE FROM cards",
            "DELETE FROM accounts",
        ],
    );
}

#[test]
fn a_balance_that_differs_from_its_last_entry_cannot_be_committed() {
    let ledger = used_ledger();
    let moved = format!("UPDATE accounts SET posted = posted + 5000, seq = seq + 1 WHERE account_id = {CHARGED}");
    let entry = |values: &str| {
        format!(
            "INSERT INTO entries SELECT account_id, {values}, NULL, NULL, 0 FROM accounts WHERE account_id = {CHARGED}"
        )
    };
    let shadow = format!(
        "CREATE TEMP TABLE entries (LIKE public.entries); {moved}; INSERT INTO public.entries
         SELECT account_id, seq, 'grant', posted - 4999, posted, held, held, NULL, NULL, 0 FROM accounts WHERE account_id = {CHARGED}"
    );
    check_refused(
        &ledger,
        &[
            "UPDATE accounts SET posted = posted + 1000",
            "UPDATE accounts SET posted = posted + 1000, seq = seq + 1",
            "UPDATE accounts SET posted = 20000, seq = 1",
            "UPDATE accounts SET posted = -1, seq = seq + 1",
            "INSERT INTO accounts (account_id, tier) VALUES ('acct_without_history', 'basic')",
            "INSERT INTO accounts (account_id, tier, posted) VALUES ('acct_gift', 'basic', 1000000);
             INSERT INTO entries VALUES ('acct_gift', 0, 'tier', 1000000, 1000000, 0, 0, NULL, NULL, 0)",
            &entry("seq + 1, 'grant', posted, posted + 5000, held, held"),
            &format!("{moved}; {}", entry("seq, 'grant', posted - 4999, posted, held, held")),
            &format!("{moved}; {}", entry("seq, 'gift', posted - 5000, posted, held, held")),
            &shadow,
            "INSERT INTO entries SELECT account_id, seq + 1, 'charge', posted, posted, held, held, 'hold_nothing', NULL, 0 FROM accounts",
            "INSERT INTO hold_outcomes SELECT account_id, hold_id, false, 'released', 0, NULL, 0 FROM hold_outcomes",
            "INSERT INTO hold_outcomes SELECT account_id, hold_id, true, 'captured', 0, NULL, 0 FROM hold_outcomes",
        ],
    );
    let (cluster, database) = ledger.postgres();
    let true_entry = format!("{moved}; {}", entry("seq, 'grant', posted - 5000, posted, held, held"));
    cluster.sql(database, &true_entry); // so that the refusals above are about what they say
    audit(&ledger);
}
