//! Several operations in one transaction: they share a commit and nothing else.

use pricetag::RateCard;
use pricetag_server::{
    charge::{Account, Document, Refusal, Settled, Terms},
    store::{Answer, Database, Idempotency, NewAccount, NewHold, Operation, OperationKey, Side, StoreFault},
};
use rusqlite::Connection;
use serde_json::json;

use super::{
    ledger::audit,
    running::{Folder, nth_key},
};

const ACCOUNT: &str = "acct_of_the_batch";

fn ledger(folder: &Folder, millicredits: i64) -> Database {
    let card = RateCard::builtin();
    let mut database = folder.ledger();
    let account = new_account(millicredits);
    let publish = Operation::PublishCard { fingerprint: card.fingerprint().into(), body: "{}".into() };
    for answer in database.commit(&[publish, Operation::OpenAccount(account)]) {
        answer.expect("an account");
    }
    database
}

fn new_account(grant_millicredits: i64) -> NewAccount {
    NewAccount { account_id: ACCOUNT.into(), tier: "basic".into(), grant_millicredits, reply: None }
}

fn charge(number: usize, decide: fn(&Account) -> Result<Terms, Refusal>) -> Operation {
    Operation::Hold(NewHold {
        account_id: ACCOUNT.into(),
        idempotency: Idempotency {
            key: OperationKey { account_id: ACCOUNT.into(), side: Side::Payer, key: nth_key(number) },
            request_hash: [7; 32],
        },
        decide: Box::new(decide),
        asset: None,
        lasts_ms: None,
        bytes_a_day: None,
        document_hash: None,
        body: Box::new(|placed| json!({"id": placed.hold_id, "posted": placed.account.posted}).to_string().into()),
    })
}

/// A decision that approves two credits, whatever the balance is.
#[expect(clippy::unnecessary_wraps, reason = "it stands where others refuse")]
fn approve(_: &Account) -> Result<Terms, Refusal> {
    let two_credits = 2_000;
    let card = RateCard::builtin();
    let plan = serde_json::from_value(super::running::two_credits()).expect("a document");
    let plan = card.plan(&plan).expect("a plan");
    Ok(Terms {
        hold: two_credits,
        unlimited: false,
        free_units: Vec::new(),
        whole: Settled { charge: two_credits, lines: Vec::new(), free_units: Vec::new() },
        fingerprint: RateCard::builtin().fingerprint().into(),
        document: Document::new(&plan.document(), &plan.estimate(&pricetag::FreeUnits::none())),
    })
}

fn refuse(_: &Account) -> Result<Terms, Refusal> {
    Err(RateCard::builtin().plan(&pricetag::Value::Null).expect_err("faults").into())
}

fn defect(_: &Account) -> Result<Terms, Refusal> {
    panic!("a defect of the decision, as this test wants it")
}

fn is_receipt(answer: &Result<Answer, StoreFault>) -> bool {
    matches!(answer, Ok(Answer::Stored { .. }))
}

#[test]
fn a_refusal_a_failure_and_a_defect_undo_themselves_and_not_their_neighbours() {
    let folder = Folder::new();
    let mut ledger = ledger(&folder, 10_000);
    let twice = new_account(1);
    let answers = ledger.commit(&[
        charge(1, approve),
        charge(2, refuse),
        charge(3, approve),
        charge(4, defect),
        Operation::OpenAccount(twice),
        charge(5, approve),
    ]);
    let receipts: Vec<bool> = answers.iter().map(is_receipt).collect();
    assert_eq!(receipts, [true, false, true, false, false, true]);
    assert!(matches!(answers[1], Ok(Answer::Refused(Refusal::Faults(_)))));
    assert!(matches!((&answers[3], &answers[4]), (Err(StoreFault::Rejected(_)), Ok(Answer::AccountExists))));
    drop(ledger);
    assert_eq!(audit(&folder.database()).captures, 3);
}

#[test]
fn the_guard_holds_even_when_a_decision_is_wrong() {
    let folder = Folder::new();
    let mut ledger = ledger(&folder, 5_000);
    let answers = ledger.commit(&[charge(1, approve), charge(2, approve), charge(3, approve)]);
    let receipts: Vec<bool> = answers.iter().map(is_receipt).collect();
    assert_eq!(receipts, [true, true, false], "five credits cover two charges of two");
    drop(ledger);
    assert_eq!(audit(&folder.database()).captures, 2);
}

#[test]
fn the_same_key_twice_in_one_transaction_is_charged_once() {
    let folder = Folder::new();
    let mut ledger = ledger(&folder, 10_000);
    let answers = ledger.commit(&[charge(1, approve), charge(1, approve)]);
    let [Ok(Answer::Stored { body: first, .. }), Ok(Answer::Replayed(again))] = &answers[..] else {
        panic!("{answers:?}")
    };
    assert_eq!(first.stored, again.body);
    drop(ledger);
    assert_eq!(audit(&folder.database()).captures, 1);
}

#[test]
fn a_lost_transaction_is_nobodys_charge_and_the_next_one_succeeds() {
    let folder = Folder::new();
    let mut ledger = ledger(&folder, 10_000);
    let other = Connection::open(folder.database()).unwrap();
    // What an administrator could do to a table: from now on no commit can succeed.
    other
        .execute_batch("CREATE TRIGGER no_answers BEFORE INSERT ON ops BEGIN SELECT RAISE(ROLLBACK, 'no room'); END")
        .unwrap();
    let answers = ledger.commit(&[charge(1, refuse), charge(2, approve), charge(3, approve)]);
    let [Ok(Answer::Refused(_)), Err(StoreFault::Rejected(_)), Err(StoreFault::Rejected(_))] = &answers[..] else {
        panic!("{answers:?}")
    };
    assert_eq!(audit(&folder.database()).captures, 0);
    other.execute_batch("DROP TRIGGER no_answers").unwrap();
    let answers = ledger.commit(&[charge(2, approve), charge(3, approve)]);
    assert!(answers.iter().all(is_receipt), "{answers:?}");
    drop(ledger);
    assert_eq!(audit(&folder.database()).captures, 2);
}
