//! Random histories of an account, on both engines, against the [`model`](super::model): no answer and no balance may
//! differ, and after each the whole ledger adds up.

use std::{sync::Mutex, thread, time::Duration};

use serde_json::{Value, json};

use super::{
    audit::audit,
    engine::{Administrator, Engine, Ledger, Opened, credits, on_both_engines},
    model::{Due, Paper},
    running::{Client, Reply, Server, nth_key, wait_until},
    wire::{Chance, rounds},
};

const STEPS: usize = 30;
const TIERS: [&str; 4] = ["free", "basic", "pro", "enterprise"];

on_both_engines! {
    no_random_history_differs_from_the_model;
}

fn plans() -> [Value; 5] {
    let item = |item: Value| json!({"items": [item]});
    [
        item(json!({"operation": "upscale", "mode": "fast"})),
        item(json!({"operation": "create", "quantity": 5})),
        item(json!({"operation": "create", "quality": "premium"})),
        item(json!({"operation": "create", "model": "huggingface-flux", "variations": 6})),
        item(json!({"operation": "create", "model": "stability-ultra", "variations": 2})),
    ]
}

fn no_random_history_differs_from_the_model(engine: Engine) {
    const AT_ONCE: usize = 8;
    let ledger = Ledger::new(engine);
    ledger.account("basic", 0, "read"); // one that `key new` finds
    let server = Server::start(&ledger);
    let administrator = ledger.admin(&server);
    for batch in 0..4 * rounds() {
        thread::scope(|scope| {
            for number in 0..AT_ONCE {
                let (administrator, server) = (&administrator, &server);
                let seed = batch * AT_ONCE + number;
                scope.spawn(move || History::begin(administrator, server, seed).run());
            }
        });
        audit(&ledger);
    }
}

/// An operation that was carried out, to be sent again.
struct Done {
    key: String,
    path: String,
    body: Value,
    reply: Reply,
}

struct History<'a> {
    administrator: &'a Administrator,
    client: Client,
    account: String,
    paper: Paper,
    chance: Chance,
    seed: usize,
    steps: usize,
    done: Vec<Done>,
    told: Mutex<Vec<String>>,
}

impl<'a> History<'a> {
    fn begin(administrator: &'a Administrator, server: &Server, seed: usize) -> Self {
        let mut chance = Chance(seed as u64);
        let tier = *chance.of(&TIERS);
        let granted = i64::try_from(chance.below(80)).expect("a number") * 1_000;
        let Opened { id, key } = administrator.account(tier, granted, "estimate,hold,settle,read");
        let client = server.client(&key);
        let paper = Paper::new(tier, granted);
        let told = Mutex::new(vec![format!("seed {seed}: {tier} with {granted}")]);
        Self { administrator, client, account: id, paper, chance, seed, steps: 0, done: Vec::new(), told }
    }

    fn run(&mut self) {
        let expiring = self.chance.below(STEPS);
        for step in 0..STEPS {
            if step == expiring {
                self.expire();
            } else {
                self.step();
            }
            let account = self.client.get("/v1/account").json();
            assert_eq!(account["balance"], self.paper.balance(), "{}", self.story());
            assert_eq!(account["freeUnits"], self.paper.free_units(), "{}", self.story());
            assert_eq!(account["tier"], json!(self.paper.tier), "{}", self.story());
        }
    }

    fn step(&mut self) {
        match self.chance.below(12) {
            0 => self.grant(),
            1 => self.change_tier(),
            2..=4 => drop(self.open("/v1/holds", None)),
            5..=6 => drop(self.open("/v1/charges", None)),
            7..=8 => self.capture(),
            9 => self.release(),
            _ => self.again(),
        }
    }

    fn grant(&mut self) {
        let millicredits = 500 * i64::try_from(1 + self.chance.below(40)).expect("a number");
        let due = self.paper.grant(millicredits);
        let path = format!("/v1/accounts/{}/grants", self.account);
        let reply = self.administrator.client.post_once(&path, &json!({"amount": credits(millicredits)}));
        self.compare(&format!("grant {millicredits}"), &reply, &due);
    }

    fn change_tier(&mut self) {
        let tier = *self.chance.of(&TIERS);
        self.paper.tier = tier.into();
        let path = format!("/v1/accounts/{}/tier", self.account);
        let reply = self.administrator.client.send("PUT", &path, &[], json!({"tier": tier}).to_string()).unwrap();
        self.tell(&format!("tier {tier}"));
        assert_eq!((reply.status, &reply.json()["balance"]), (200, &self.paper.balance()), "{}", self.story());
    }

    /// A hold or a charge of a random plan, at the price that the person saw. Answers whether it was made.
    fn open(&mut self, path: &str, expires: Option<u64>) -> bool {
        let plans = plans();
        let plan = self.chance.of(&plans).clone();
        let mut body = json!({"plan": plan, "accepted": self.paper.accepted(&plan)});
        if let Some(seconds) = expires {
            body["expiresInSeconds"] = json!(seconds);
        }
        let due = if path == "/v1/holds" { self.paper.hold(&plan) } else { self.paper.charge(&plan) };
        let id = self.send(path.into(), body, &due);
        if path == "/v1/holds" && due.status == 201 {
            self.paper.holds.last_mut().expect("the new hold").id = id;
        }
        due.status == 201
    }

    fn capture(&mut self) {
        if self.paper.holds.is_empty() {
            return;
        }
        let number = self.chance.below(self.paper.holds.len());
        let delivered = (self.chance.below(2) == 0).then(|| self.chance.next() % 7);
        let body = match delivered {
            Some(delivered) => json!({"outcome": {"lines": [{"item": 0, "delivered": delivered}]}}),
            None => json!({}),
        };
        let due = self.paper.capture(number, delivered);
        self.send(format!("/v1/holds/{}/capture", self.paper.holds[number].id), body, &due);
    }

    fn release(&mut self) {
        if self.paper.holds.is_empty() {
            return;
        }
        let number = self.chance.below(self.paper.holds.len());
        let due = self.paper.release(number);
        self.send(format!("/v1/holds/{}/release", self.paper.holds[number].id), json!({}), &due);
    }

    /// A hold for a second, whose end the balance shows by itself.
    fn expire(&mut self) {
        if !self.open("/v1/holds", Some(1)) {
            return;
        }
        let number = self.paper.holds.len() - 1;
        self.paper.expire(number);
        let path = format!("/v1/holds/{}", self.paper.holds[number].id);
        wait_until("an expired hold is given back", Duration::from_secs(20), || {
            let account = self.client.get("/v1/account").json();
            self.client.get(&path).json()["status"] == "expired"
                && account["balance"] == self.paper.balance()
                && account["freeUnits"] == self.paper.free_units()
        });
        let due = self.paper.release(number);
        self.send(format!("/v1/holds/{}/release", self.paper.holds[number].id), json!({}), &due);
        // Later steps may capture it late, if the account still covers it then.
    }

    /// Sends something again that was carried out: the stored answer comes, and nothing moves.
    fn again(&mut self) {
        if self.done.is_empty() {
            return;
        }
        let Done { key, path, body, reply } = self.chance.of(&self.done);
        let again = self.client.post_as(key, path, body);
        self.tell(&format!("again {key}"));
        let told = self.story();
        assert_eq!((again.status, &again.text), (reply.status, &reply.text), "{told}");
        assert_eq!(again.header("idempotency-replayed"), "true", "{told}");
        let other = self.client.post_as(key, path, &json!({"another": "request"}));
        assert_eq!(other.problem(), (422, "idempotency-key-reused".into()), "{told}");
    }

    fn send(&mut self, path: String, body: Value, due: &Due) -> String {
        self.steps += 1;
        let key = format!("history-{}-{}", self.seed, nth_key(self.steps));
        let reply = self.client.post_as(&key, &path, &body);
        self.compare(&format!("{key} {path} {body}"), &reply, due);
        if reply.status >= 300 {
            return String::new();
        }
        let id = reply.json()["id"].as_str().expect("an id").to_owned();
        self.done.push(Done { key, path, body, reply });
        id
    }

    fn compare(&self, what: &str, reply: &Reply, due: &Due) {
        self.tell(&format!("{what} → {} {}", reply.status, reply.text));
        assert_eq!(reply.status, due.status, "{due:?} {}", self.story());
        let answer = reply.json();
        assert_eq!(answer["code"].as_str().unwrap_or_default(), due.code, "{}", self.story());
        for (figure, millicredits) in &due.figures {
            let place = if ["posted", "held"].contains(figure) { &answer["balance"][figure] } else { &answer[figure] };
            assert_eq!(place, &credits(*millicredits), "{figure} {}", self.story());
        }
    }

    fn tell(&self, what: &str) {
        self.told.lock().expect("one thread").push(what.into());
    }

    fn story(&self) -> String {
        self.told.lock().expect("one thread").join("\n")
    }
}
