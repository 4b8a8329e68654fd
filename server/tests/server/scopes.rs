//! Every route against every kind of key.

use serde_json::json;

use super::{
    engine::{Engine, Ledger, Opened, on_both_engines},
    running::{Client, Reply, Server, nth_key, two_credits},
};

const SCOPES: [&str; 5] = ["estimate", "hold", "settle", "read", "admin"];
const ALL: &str = "estimate,hold,settle,read,admin";

on_both_engines! {
    every_route_asks_for_its_scope_and_for_the_accounts_own_key;
}

/// A route, what it needs, and what it answers when that is there, and to a key of another account.
struct Row(&'static str, &'static str, Option<&'static str>, u16, u16);

/// `{hold}`, `{account}` and `{key}` stand for ids of the account that is asked about.
const ROUTES: [Row; 26] = [
    Row("GET", "/v1/card", None, 200, 200),
    Row("GET", "/v1/card/{fingerprint}", None, 200, 200),
    Row("POST", "/v1/estimate", None, 200, 200),
    Row("POST", "/v1/alternatives", None, 200, 200),
    Row("POST", "/v1/fit", None, 200, 200),
    Row("POST", "/v1/affordable", None, 200, 200),
    Row("POST", "/v1/preflight", Some("estimate"), 200, 200),
    Row("POST", "/v1/holds", Some("hold"), 201, 201),
    Row("GET", "/v1/holds/{hold}", Some("read"), 200, 404),
    Row("POST", "/v1/holds/{hold}/capture", Some("settle"), 200, 404),
    Row("POST", "/v1/holds/{hold}/extend", Some("settle"), 200, 404),
    Row("POST", "/v1/holds/{hold}/release", Some("settle"), 200, 404),
    Row("POST", "/v1/charges", Some("hold"), 201, 201),
    Row("GET", "/v1/account", Some("read"), 200, 200),
    Row("GET", "/v1/entries", Some("read"), 200, 200),
    Row("GET", "/v1/balances", Some("read"), 200, 200),
    Row("GET", "/v1/captures", Some("read"), 200, 200),
    Row("GET", "/v1/usage", Some("read"), 200, 200),
    Row("POST", "/v1/accounts", Some("admin"), 201, 201),
    Row("POST", "/v1/accounts/{account}/grants", Some("admin"), 201, 201),
    Row("PUT", "/v1/accounts/{account}/tier", Some("admin"), 200, 200),
    Row("POST", "/v1/keys", Some("admin"), 201, 201),
    Row("DELETE", "/v1/keys/{key}", Some("admin"), 204, 204),
    Row("GET", "/healthz", None, 200, 200),
    Row("GET", "/readyz", None, 200, 200),
    Row("GET", "/metrics", None, 200, 200),
];

struct Table {
    server: Server,
    owner: Client,
    account: String,
    sent: usize,
}

impl Table {
    /// Asks a route about the account, of which there is a fresh hold and a fresh key each time.
    fn ask(&mut self, client: &Client, method: &str, path: &str) -> Reply {
        self.sent += 1;
        let accepted = self.owner.accepted(&two_credits());
        let mut place = path.replace("{account}", &self.account).replace("{fingerprint}", &fingerprint());
        if path.contains("{hold}") {
            let hold = self.owner.post_once("/v1/holds", &accepted).json();
            place = place.replace("{hold}", hold["id"].as_str().expect("a hold"));
        }
        if path.contains("{key}") {
            let body = json!({"accountId": self.account, "scopes": ["read"]});
            let key = self.owner.post("/v1/keys", body.to_string()).json();
            place = place.replace("{key}", key["keyId"].as_str().expect("a key"));
        }
        let body = match (method, path.rsplit('/').next().expect("a name")) {
            ("GET" | "DELETE", _) => String::new(),
            (_, "holds" | "charges") => accepted.to_string(),
            (_, "capture" | "release") => "{}".into(),
            (_, "extend") => json!({"seconds": 900}).to_string(),
            (_, "fit") => json!({"plan": two_credits(), "budget": 10}).to_string(),
            (_, "affordable") => json!({"item": two_credits()["items"][0], "balance": 10}).to_string(),
            (_, "grants") => json!({"amount": 1, "note": "for the table"}).to_string(),
            (_, "accounts" | "tier") => json!({"tier": "basic"}).to_string(),
            (_, "keys") => json!({"accountId": self.account, "scopes": ["read"]}).to_string(),
            _ => json!({"plan": two_credits()}).to_string(),
        };
        let key = nth_key(self.sent);
        client.send(method, &place, &[("Idempotency-Key", &key)], body).expect("an answer")
    }

    fn check(&mut self, row: &Row, actor: &str, client: &Client, status: u16, code: &str) {
        let Row(method, path, ..) = row;
        let reply = self.ask(client, method, path);
        assert_eq!(reply.status, status, "{method} {path} with {actor}: {}", reply.text);
        if !code.is_empty() {
            assert_eq!(reply.problem().1, code, "{method} {path} with {actor}");
        }
    }
}

fn fingerprint() -> String {
    pricetag::RateCard::builtin().fingerprint().into()
}

fn every_route_asks_for_its_scope_and_for_the_accounts_own_key(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { id: account, key } = ledger.account("basic", 500_000, ALL);
    let server = Server::start(&ledger);
    let administrator = ledger.admin(&server);
    let other = administrator.account("basic", 500_000, ALL);
    let single: Vec<_> = SCOPES.iter().map(|scope| (*scope, administrator.key(&account, scope))).collect();
    let mut table = Table { owner: server.client(&key), server, account, sent: 0 };
    let client = |table: &Table, key: &str| table.server.client(key);
    for row in &ROUTES {
        let Row(_, _, needed, status, foreign) = row;
        let refused = if needed.is_some() { (401, "invalid-key") } else { (*status, "") };
        let stranger = table.server.stranger();
        table.check(row, "no key", &stranger, refused.0, refused.1);
        for malformed in ["pk_", "nonsense", "pk_0123456789abcdef_short"] {
            let client = client(&table, malformed);
            table.check(row, malformed, &client, refused.0, refused.1);
        }
        for (scope, key) in &single {
            let due = if needed.is_none_or(|needed| needed == *scope) { (*status, "") } else { (403, "missing-scope") };
            let client = client(&table, key);
            table.check(row, scope, &client, due.0, due.1);
        }
        let own = client(&table, &key);
        table.check(row, "every scope", &own, *status, "");
        let foreigner = client(&table, &other.key);
        table.check(row, "another account's key", &foreigner, *foreign, if *foreign == 404 { "not-found" } else { "" });
    }
}

/// What is somebody else's is answered exactly as what is not there.
#[test]
fn another_accounts_hold_is_answered_as_one_that_is_not_there() {
    let ledger = Ledger::new(Engine::Sqlite);
    let (one, other) = (ledger.account("basic", 500_000, ALL), ledger.account("basic", 500_000, ALL));
    let server = Server::start(&ledger);
    let (owner, foreigner) = (server.client(&one.key), server.client(&other.key));
    let hold = owner.post_once("/v1/holds", &owner.accepted(&two_credits())).json();
    let theirs = hold["id"].as_str().expect("a hold").to_owned();
    // The same number of characters, and as like as can be.

    let absent = format!("{}{}", &theirs[..theirs.len() - 1], if theirs.ends_with('0') { '1' } else { '0' });
    for (method, end) in [("GET", ""), ("POST", "/capture"), ("POST", "/release"), ("POST", "/extend")] {
        let [mut foreign, mut nothing] = [&theirs, &absent].map(|id| {
            let body = if end == "/extend" {
                r#"{"seconds": 900}"#
            } else if method == "GET" {
                ""
            } else {
                "{}"
            };
            let path = format!("/v1/holds/{id}{end}");
            let headers = [("Idempotency-Key", "a-key-for-this-operation")];
            let reply = foreigner.send(method, &path, &headers, body).expect("an answer");
            assert_eq!(reply.status, 404, "{method} {end}");
            reply.json()
        });
        for problem in [&mut foreign, &mut nothing] {
            problem.as_object_mut().expect("a problem").remove("requestId");
        }
        assert_eq!(foreign, nothing, "{method} {end}");
    }
    assert_eq!(owner.balance()["held"], 2);
}
