//! A SQLite ledger in the test's own process, whose clock the test sets.

use std::sync::Arc;

use pricetag::{RateCard, Value};
use pricetag_server::{
    charge::{self, Account},
    clock::Clock,
    store::{Answer, Database, Idempotency, NewAccount, NewHold, Operation, OperationKey, Reply, Side},
};
use serde_json::json;

use super::{
    engine::{Ledger, credits},
    running::{nth_key, two_credits},
};

pub struct TimedLedger {
    database: Database,
    clock: Arc<Clock>,
    charges: usize,
    pub bytes_a_day: Option<u64>,
}

impl TimedLedger {
    pub fn open(ledger: &Ledger, time: i64) -> Self {
        let clock = Arc::new(Clock::manual(time));
        let mut database = ledger.folder.ledger().with_clock(Arc::clone(&clock));
        let card = RateCard::builtin();
        let body = serde_json::to_string(card.document()).expect("a card is JSON");
        let publish = Operation::PublishCard { fingerprint: card.fingerprint().into(), body };
        database.commit(&[publish])[0].as_ref().expect("a card");
        Self { database, clock, charges: 0, bytes_a_day: None }
    }

    pub fn set(&self, time: i64) {
        self.clock.set(time);
    }

    pub fn account(&mut self, account_id: &str, tier: &str) {
        let grant_millicredits = 100_000;
        let new = NewAccount { account_id: account_id.into(), tier: tier.into(), grant_millicredits, reply: None };
        self.database.commit(&[Operation::OpenAccount(new)])[0].as_ref().expect("an account");
    }

    fn idempotency(&mut self, account_id: &str, side: Side) -> Idempotency {
        self.charges += 1;
        let key = OperationKey { account_id: account_id.into(), side, key: nth_key(self.charges) };
        Idempotency { key, request_hash: [7; 32] }
    }

    pub fn run(&mut self, operation: Operation) -> Answer {
        self.database.commit(&[operation]).remove(0).expect("an answer")
    }

    /// A hold for two credits that lasts so long. Answers its id.
    pub fn hold(&mut self, account_id: &str, lasts_ms: i64) -> String {
        let operation = self.placing(account_id, &two_credits(), Some(lasts_ms));
        let Answer::Stored { body, .. } = self.run(operation) else { panic!("a hold is placed") };
        let answer: serde_json::Value = serde_json::from_str(&body.stored).expect("JSON");
        answer["id"].as_str().expect("a hold's id").into()
    }

    pub fn capture(&mut self, account_id: &str, hold_id: &str) -> Answer {
        self.capture_with(account_id, hold_id, Vec::new())
    }

    /// A capture of nothing but free units.
    pub fn capture_with(&mut self, account_id: &str, hold_id: &str, free_units: Vec<(String, u64)>) -> Answer {
        let settled = charge::Settled { charge: 0, lines: Vec::new(), free_units };
        let reply = self.reply(account_id);
        self.run(Operation::Capture {
            account_id: account_id.into(),
            hold_id: hold_id.into(),
            settled: Ok(settled),
            cover_late: Box::new(|settled, account, month| {
                charge::cover_late(&RateCard::builtin(), settled, account, month)
            }),
            reply,
        })
    }

    pub fn extend(&mut self, account_id: &str, hold_id: &str, lasts_ms: i64) -> Answer {
        let reply = self.reply(account_id);
        self.run(Operation::Extend { account_id: account_id.into(), hold_id: hold_id.into(), lasts_ms, reply })
    }

    fn reply(&mut self, account_id: &str) -> Reply {
        let idempotency = self.idempotency(account_id, Side::Worker);
        Reply { idempotency, status: 200, body: Box::new(|_| "{}".to_owned().into()) }
    }

    /// Charges of a plan, one for each account, in one transaction. Answers what was charged.
    pub fn charge(&mut self, accounts: &[&str], plan: &serde_json::Value) -> Vec<f64> {
        let operations: Vec<Operation> =
            accounts.iter().map(|account_id| self.placing(account_id, plan, None)).collect();
        let charged = |answer| match answer {
            Ok(Answer::Stored { body, .. }) => {
                let answer: serde_json::Value = serde_json::from_str(&body.stored).expect("JSON");
                answer["charge"].as_f64().expect("credits")
            }
            other => panic!("{other:?}"),
        };
        self.database.commit(&operations).into_iter().map(charged).collect()
    }

    pub fn placing(&mut self, account_id: &str, plan: &serde_json::Value, lasts_ms: Option<i64>) -> Operation {
        let card = RateCard::builtin();
        let body: Value = serde_json::from_value(json!({"plan": plan, "accepted": {"high": 1000}})).expect("a body");
        let request = charge::Request::read(&card, &body, charge::Kind::Charge).expect("a request");
        let request_hash = request.document_hash();
        Operation::Hold(NewHold {
            account_id: account_id.into(),
            idempotency: self.idempotency(account_id, Side::Payer),
            decide: Box::new(move |account: &Account| charge::decide(&card, &request, account)),
            asset: None,
            lasts_ms,
            bytes_a_day: self.bytes_a_day,
            document_hash: request_hash,
            body: Box::new(|placed| {
                let charge = credits(placed.terms.whole.charge);
                json!({"id": placed.hold_id, "charge": charge}).to_string().into()
            }),
        })
    }
}
