//! Whether a whole ledger adds up, on either engine.

use std::collections::HashMap;

use serde_json::Value;

use super::engine::{Engine, Ledger, credits};

/// What a history adds up to.
#[derive(Debug, PartialEq, Eq)]
pub struct History {
    /// Holds and charges that were captured.
    pub captures: usize,
    pub millicredits_captured: i64,
    pub open_holds: i64,
}

const FAULTS: [(&str, &str); 13] = [
    (
        "a balance is not its last entry's",
        "SELECT count(*) FROM accounts a WHERE NOT EXISTS (SELECT 1 FROM entries e
        WHERE e.account_id = a.account_id AND e.seq = a.seq AND e.posted_after = a.posted AND e.held_after = a.held)",
    ),
    (
        "entries beyond the balance",
        "SELECT count(*) FROM accounts a JOIN entries e ON e.account_id = a.account_id WHERE e.seq > a.seq",
    ),
    (
        "a history row is missing",
        "SELECT count(*) FROM accounts a WHERE a.seq + 1 <>
        (SELECT count(*) FROM entries e WHERE e.account_id = a.account_id)",
    ),
    (
        "an entry does not continue the one before",
        "SELECT count(*) FROM entries e WHERE e.seq > 0 AND NOT EXISTS
        (SELECT 1 FROM entries b WHERE b.account_id = e.account_id AND b.seq = e.seq - 1
         AND b.posted_after = e.posted_before AND b.held_after = e.held_before)",
    ),
    (
        "a balance is not the sum of its entries",
        "SELECT count(*) FROM accounts a WHERE posted <>
        (SELECT sum(posted_after - posted_before) FROM entries e WHERE e.account_id = a.account_id)",
    ),
    (
        "what is held is not the open holds",
        "SELECT count(*) FROM accounts a WHERE held <> (SELECT coalesce(sum(amount), 0)
        FROM holds h LEFT JOIN hold_outcomes o ON o.account_id = h.account_id AND o.hold_id = h.hold_id
        WHERE h.account_id = a.account_id AND o.kind IS NULL)",
    ),
    (
        "a capture is not what was taken",
        "SELECT count(*) FROM hold_outcomes o JOIN entries e
        ON e.account_id = o.account_id AND e.hold_id = o.hold_id
        WHERE o.kind = 'captured' AND e.kind IN ('capture', 'charge', 'late-capture')
          AND e.posted_before - e.posted_after <> o.captured",
    ),
    (
        "a hold is open with an outcome, or neither",
        "SELECT count(*) FROM holds h
        LEFT JOIN open_holds w ON w.account_id = h.account_id AND w.hold_id = h.hold_id
        LEFT JOIN hold_outcomes o ON o.account_id = h.account_id AND o.hold_id = h.hold_id
        WHERE (w.hold_id IS NULL) = (o.hold_id IS NULL)",
    ),
    (
        "a hold without its document",
        "SELECT count(*) FROM holds h WHERE NOT EXISTS
        (SELECT 1 FROM documents d WHERE d.account_id = h.account_id AND d.hash = h.document)",
    ),
    (
        "settled lines do not add up to their capture",
        "SELECT count(*) FROM hold_outcomes o WHERE kind = 'captured' AND captured <> (SELECT coalesce(sum(charge), -1)
        FROM settled_lines s WHERE s.account_id = o.account_id AND s.at = o.at AND s.hold_id = o.hold_id)",
    ),
    (
        "settled lines without a capture",
        "SELECT count(*) FROM settled_lines s WHERE NOT EXISTS (SELECT 1 FROM hold_outcomes o WHERE kind = 'captured'
        AND s.account_id = o.account_id AND s.at = o.at AND s.hold_id = o.hold_id)",
    ),
    (
        "more is captured than was held",
        "SELECT count(*) FROM hold_outcomes o JOIN holds h
        ON h.account_id = o.account_id AND h.hold_id = o.hold_id WHERE o.captured > h.amount",
    ),
    ("a balance is below nothing", "SELECT count(*) FROM accounts WHERE posted < 0 OR held < 0 OR held > posted"),
];

/// Checks chains, balances, holds and stored answers, and says what was captured.
pub fn audit(ledger: &Ledger) -> History {
    for (fault, sql) in FAULTS {
        assert_eq!(ledger.count(sql), 0, "{fault}");
    }
    if ledger.engine() == Engine::Sqlite {
        assert_eq!(ledger.count("SELECT count(*) FROM pragma_foreign_key_check"), 0, "a broken foreign key");
    }
    let outcomes = ledger.rows("SELECT account_id, hold_id, captured FROM hold_outcomes WHERE kind = 'captured'");
    let answers = stored_charges(ledger);
    let mut millicredits_captured = 0;
    for outcome in &outcomes {
        let [account, hold, captured] = &outcome[..] else { panic!("three columns") };
        let captured: i64 = captured.parse().expect("millicredits");
        let stored = answers.get(&(account.clone(), hold.clone()));
        assert_eq!(stored, Some(&vec![credits(captured)]), "{hold} has one stored answer with what was captured");
        millicredits_captured += captured;
    }
    assert_eq!(outcomes.len(), answers.len(), "every stored charge was captured");
    let open_holds = ledger.count(
        "SELECT count(*) FROM holds h LEFT JOIN hold_outcomes o
         ON o.account_id = h.account_id AND o.hold_id = h.hold_id WHERE o.kind IS NULL",
    );
    History { captures: outcomes.len(), millicredits_captured, open_holds }
}

/// What the stored answers say was charged, by account and hold.
fn stored_charges(ledger: &Ledger) -> HashMap<(String, String), Vec<Value>> {
    let mut found: HashMap<_, Vec<Value>> = HashMap::new();
    for row in ledger.rows("SELECT account_id, body FROM ops") {
        let answer: Value = serde_json::from_str(&row[1]).expect("a stored answer is JSON");
        let Some(charge) = answer.get("charge") else { continue };
        let hold = answer["id"].as_str().expect("a charge's answer names it").to_owned();
        found.entry((row[0].clone(), hold)).or_default().push(charge.clone());
    }
    found
}
