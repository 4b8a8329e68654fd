//! The same answers over HTTP and at the command line as from the crate.

use std::{
    cell::RefCell,
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use pricetag::{Call, Credits, RateCard};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{
    corpus,
    running::{Client, Folder, Server, nth_key, pricetag},
};

#[test]
fn every_golden_case_is_answered_exactly_over_http() {
    let faces = RefCell::new(HttpFace::start());
    let cases = corpus::check(|call, request| faces.borrow_mut().answer(call, request));
    assert_eq!(cases, 130);
}

/// Over HTTP the account comes from the key, so each case that has an account gets one in the ledger.
struct HttpFace {
    server: Server,
    folder: Folder,
    accounts: usize,
}

impl HttpFace {
    fn start() -> Self {
        let folder = Folder::new();
        folder.with_account("free", 0);
        Self { server: Server::start(&folder), folder, accounts: 0 }
    }

    fn answer(&mut self, call: Call, request: &Value) -> Value {
        let stranger = self.server.stranger();
        match call {
            Call::Preflight => self.preflight(&request["plan"], &request["account"]),
            call => stranger.post(&format!("/v1/{}", call.as_str()), request.to_string()).json(),
        }
    }

    fn preflight(&mut self, plan: &Value, account: &Value) -> Value {
        self.accounts += 1;
        let tier = account["tier"].as_str().expect("a tier");
        let folder = Folder::new();
        let balance =
            account["balance"].as_f64().map_or(0, |credits| Credits::from_number(credits).unwrap().millicredits());
        let key = folder.with_account(tier, balance);
        let ledger = Connection::open(folder.database()).expect("the ledger");
        for (pool, left) in account["freeUnits"].as_object().into_iter().flatten() {
            let monthly = RateCard::builtin().pools().iter().find(|known| known.id == *pool).unwrap().monthly(tier);
            let used = monthly - left.as_u64().expect("a number of units");
            let month = pricetag_server::clock::month(pricetag_server::clock::system_time());
            let sql = "INSERT INTO free_units SELECT account_id, ?1, ?2, ?3 FROM accounts";
            ledger.execute(sql, rusqlite::params![pool, month, used]).expect("free units");
        }
        // An account is unlimited by its tier; a card whose tier is so makes the case with a balance of null.
        let mut card = serde_json::to_value(RateCard::builtin().document()).expect("a card");
        if account["balance"].is_null() {
            let tiers = card["tiers"].as_array_mut().expect("tiers");
            tiers.iter_mut().find(|known| known["id"] == tier).expect("the tier")["monthlyCredits"] =
                json!("unlimited");
        }
        let card = self.folder.write(&format!("card-{}.json", self.accounts), &card.to_string());
        let server = Server::start_with(&folder, &["--card", card.to_str().expect("a path")]);
        server.client(&key).post("/v1/preflight", json!({"plan": plan}).to_string()).json()
    }
}

#[test]
fn every_golden_case_is_answered_exactly_at_the_command_line() {
    let commands = RefCell::new(HashMap::<&str, LineFace>::new());
    let cases = corpus::check(|call, request| {
        commands.borrow_mut().entry(call.as_str()).or_insert_with(|| LineFace::start(call)).answer(request)
    });
    assert_eq!(cases, 130);
}

/// One `pricetag <call> --lines` that is asked line by line.
struct LineFace {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl LineFace {
    fn start(call: Call) -> Self {
        let arguments = [call.as_str(), "--lines"];
        let mut process =
            pricetag().args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().expect("its output"));
        Self { process, input, output }
    }

    fn answer(&mut self, request: &Value) -> Value {
        writeln!(self.input.as_mut().expect("its input"), "{request}").expect("it reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).expect("an answer is JSON")
    }
}

impl Drop for LineFace {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

#[test]
fn a_thousand_random_plans_are_charged_what_the_crate_and_the_server_estimate() {
    const PLANS: usize = 1_000;
    let folder = Folder::new();
    let key = folder.with_account("enterprise", 0);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let card = RateCard::builtin();
    let document = serde_json::to_value(card.document()).unwrap();
    let mut random = Random(0x5EED);
    let mut priced = 0;
    for number in 0..PLANS {
        let plan = random.plan(&document);
        priced += usize::from(compare(&client, &card, &plan, number));
    }
    assert!(priced > PLANS / 2, "only {priced} of the plans had a price");
    drop(server);
    assert_eq!(super::ledger::audit(&folder.database()).captures, priced);
}

/// Whether a plan has a price; the crate, the server's estimate and its charge agree either way.
fn compare(client: &Client, card: &RateCard, plan: &Value, number: usize) -> bool {
    let free_units = client.get("/v1/account").json()["freeUnits"].clone();
    let request = json!({"plan": plan, "freeUnits": free_units});
    let expected = match card.answer(Call::Estimate, &serde_json::from_value(request.clone()).unwrap()) {
        Ok(estimate) => serde_json::to_value(estimate).unwrap(),
        Err(faults) => {
            let faults = serde_json::to_value(faults).unwrap();
            let body = json!({"plan": plan, "accepted": {"fingerprint": card.fingerprint(), "high": 1_000_000_000}});
            for reply in [client.post("/v1/estimate", request.to_string()), client.charge(&nth_key(number), &body)] {
                assert_eq!((reply.status, &reply.json()["errors"]), (422, &faults["errors"]), "{plan}");
            }
            return false;
        }
    };
    assert_eq!(client.post("/v1/estimate", request.to_string()).json(), expected, "{plan}");
    let accepted = json!({"fingerprint": card.fingerprint(), "high": expected["total"]["high"]});
    let reply = client.charge(&nth_key(number), &json!({"plan": plan, "accepted": accepted}));
    let receipt = reply.json();
    assert_eq!((reply.status, &receipt["estimate"]), (201, &expected), "{plan}");
    assert_eq!(receipt["charge"], expected["total"]["expected"], "{plan}");
    true
}

/// Knuth's 64-bit linear congruential generator: the same plans in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn plan(&mut self, card: &Value) -> Value {
        let items: Vec<Value> = (0..=self.below(6)).map(|_| self.item(card)).collect();
        json!({ "items": items })
    }

    /// An item of the card's own fields and options, some left to their defaults.
    fn item(&mut self, card: &Value) -> Value {
        let operations = card["operations"].as_array().unwrap();
        let operation = &operations[self.below(operations.len())];
        let mut item = json!({"operation": operation["id"]});
        for choice in operation["choices"].as_array().into_iter().flatten() {
            let options = choice["options"].as_array().unwrap();
            if choice.get("default").is_none() || self.below(3) > 0 {
                item[choice["name"].as_str().unwrap()] = options[self.below(options.len())]["id"].clone();
            }
        }
        for count in operation["counts"].as_array().into_iter().flatten() {
            if self.below(2) == 0 {
                let max = usize::try_from(count["max"].as_u64().unwrap()).unwrap();
                item[count["name"].as_str().unwrap()] = json!(1 + self.below(max));
            }
        }
        if operation.get("size").is_some() && self.below(2) == 0 {
            item["width"] = json!(64 + self.below(3_500));
            item["height"] = json!(64 + self.below(3_500));
        }
        if self.below(2) == 0 {
            item["quantity"] = json!(1 + self.below(50));
        }
        item
    }
}
