//! Balances, tiers and keys, as their owner sees them.

use pricetag_server::key::Scopes;
use serde_json::json;

use super::running::{Folder, Server, nth_key, two_credits};

#[test]
fn a_charge_takes_the_expected_figure_and_gives_the_rest_back() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 100_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let plan = json!({"items": [{"operation": "create", "quantity": 5}]});
    let reply = client.charge(&nth_key(1), &client.accepted(&plan));
    let receipt = reply.json();
    assert_eq!(reply.status, 201);
    assert_eq!(receipt["estimate"]["total"], json!({"low": 15, "expected": 20, "high": 25}));
    assert_eq!((&receipt["charge"], &receipt["released"]), (&json!(20), &json!(5)));
    assert_eq!(receipt["balance"], json!({"posted": 80, "held": 0, "available": 80}));
    assert_eq!(client.get("/v1/account").json()["balance"], receipt["balance"]);
}

#[test]
fn a_tier_without_a_limit_is_charged_without_a_balance() {
    let folder = Folder::new();
    let key = folder.with_account("enterprise", 0);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let plan = json!({"items": [{"operation": "create", "model": "stability-ultra", "quantity": 1000}]});
    let receipt = client.charge(&nth_key(1), &client.accepted(&plan)).json();
    assert_eq!(receipt["charge"], 8000);
    assert_eq!(receipt["balance"], json!({"posted": 0, "held": 0, "available": null}));
    assert_eq!(client.get("/v1/account").json()["balance"], receipt["balance"]);
    assert_eq!(client.post("/v1/preflight", plan.to_string()).json()["balance"], json!(null));
}

#[test]
fn free_units_are_used_first_and_counted() {
    let folder = Folder::new();
    let key = folder.with_account("free", 50_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let plan = json!({"items": [{"operation": "create", "model": "gemini-imagen", "variations": 6}]});
    let left = |client: &super::running::Client| client.get("/v1/account").json()["freeUnits"]["gemini-imagen"].clone();
    assert_eq!(left(&client), 10);
    assert_eq!(client.charge(&nth_key(1), &client.accepted(&plan)).json()["charge"], 0);
    assert_eq!(left(&client), 4);
    assert_eq!(client.charge(&nth_key(2), &client.accepted(&plan)).json()["charge"], 8);
    assert_eq!(left(&client), 0);
    assert_eq!(client.posted(), 42);
}

#[test]
fn a_preflight_takes_the_account_from_the_key_alone() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 1_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let preflight = client.post("/v1/preflight", json!({"plan": two_credits()}).to_string()).json();
    assert_eq!((&preflight["verdict"], &preflight["shortBy"]), (&json!("insufficient"), &json!(1)));
    let with_account = json!({"plan": two_credits(), "account": {"tier": "enterprise", "balance": null}});
    let reply = client.post("/v1/preflight", with_account.to_string());
    assert_eq!(reply.problem(), (422, "invalid-request".into()));
    assert_eq!(reply.json()["errors"][0]["path"], "account");
    for (body, paths) in [
        (json!({"plan": {"items": []}, "tier": "pro"}), &["tier", "items"][..]),
        (json!({"plan": {"items": []}, "account": null}), &["account", "items"]),
        (json!({"plan": 5}), &["plan"]),
        (json!({}), &["plan"]),
        (json!([]), &[""]),
    ] {
        let problem = client.post("/v1/preflight", body.to_string()).json();
        let found: Vec<&str> =
            problem["errors"].as_array().unwrap().iter().map(|fault| fault["path"].as_str().unwrap()).collect();
        assert_eq!(found, paths, "{body}");
    }
}

#[test]
fn only_a_known_key_in_force_opens_an_account() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 1_000);
    let expired = folder.with_key("basic", 1_000, Scopes::browser(), Some(1));
    let server = Server::start(&folder);
    let (id, secret) = key.rsplit_once('_').unwrap();
    let other_secret = format!("{id}_{}", expired.rsplit_once('_').unwrap().1);
    let other_id = key.replacen(&key[3..5], if &key[3..5] == "00" { "11" } else { "00" }, 1);
    for bad in ["", "pk_", secret, &other_secret, &other_id, &expired, &format!("{key} {key}")] {
        for (method, path) in [("GET", "/v1/account"), ("POST", "/v1/preflight"), ("POST", "/v1/charges")] {
            let reply = server.client(bad).send(method, path, &[], "").unwrap();
            assert_eq!(reply.problem(), (401, "invalid-key".into()), "{method} {path} with `{bad}`");
            assert!(reply.header("www-authenticate").starts_with("Bearer"));
        }
    }
    let stranger = server.stranger();
    assert_eq!(stranger.get("/v1/account").problem(), (401, "invalid-key".into()));
    let basic = [("Authorization", "Basic cGs6cGs=")];
    assert_eq!(stranger.get_with("/v1/account", &basic).problem(), (401, "invalid-key".into()));
    let lower = format!("bearer {key}");
    assert_eq!(stranger.get_with("/v1/account", &[("Authorization", &lower)]).status, 200);
}

#[test]
fn every_route_of_an_account_asks_for_its_scope() {
    let routes =
        [("GET", "/v1/account", "read"), ("POST", "/v1/preflight", "estimate"), ("POST", "/v1/charges", "hold")];
    let folder = Folder::new();
    let scopes = ["estimate", "hold", "settle", "read", "admin"];
    let keys: Vec<String> =
        scopes.iter().map(|scope| folder.with_key("basic", 50_000, scope.parse().unwrap(), None)).collect();
    let server = Server::start(&folder);
    for (scope, key) in scopes.iter().zip(&keys) {
        for (method, path, needed) in routes {
            let body = if method == "GET" { String::new() } else { json!({"plan": two_credits()}).to_string() };
            let headers = [("Idempotency-Key", "a-key-for-this-operation")];
            let reply = server.client(key).send(method, path, &headers, body).unwrap();
            if *scope == needed {
                assert_ne!(reply.status, 403, "{method} {path} with {scope}");
            } else {
                assert_eq!(reply.problem(), (403, "missing-scope".into()), "{method} {path} with {scope}");
                assert_eq!(reply.json()["needs"], needed);
            }
        }
    }
}
