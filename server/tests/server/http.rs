//! The shape of answers: what is at which address, and what is wrong with a request that is not one.

use serde_json::{Value, json};

use super::running::{Folder, Reply, Server, two_credits};

fn check_problem(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.problem(), (status, code.into()), "{}", reply.text);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_eq!(reply.header("cache-control"), "no-store");
    let problem = reply.json();
    assert_eq!(problem["status"], status);
    assert_eq!(problem["type"], format!("urn:pricetag:problem:{code}"));
    assert_eq!(problem["requestId"], reply.header("x-request-id"));
    assert!(["never", "same-key", "new-key"].contains(&problem["retry"].as_str().unwrap()));
    assert!(!problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty());
}

#[test]
fn a_body_that_is_not_one_json_document_is_malformed_everywhere() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let client = server.client(server.key.as_deref().unwrap());
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let twice = r#"{"plan": {"items": [{"operation": "library", "operation": "library"}]}}"#;
    let bodies: [&[u8]; 7] = [b"", b"{", b"{} {}", twice.as_bytes(), b"{\"plan\": \"\xff\"}", b"NaN", deep.as_bytes()];
    for path in ["/v1/estimate", "/v1/preflight", "/v1/charges", "/v1/alternatives", "/v1/fit", "/v1/affordable"] {
        for body in bodies {
            let headers = [("Idempotency-Key", "a-key-for-this-operation")];
            check_problem(&client.send("POST", path, &headers, body).unwrap(), 400, "malformed-body");
        }
    }
}

#[test]
fn a_body_of_more_than_a_mebibyte_is_too_large() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let client = server.stranger();
    let plan = json!({"plan": two_credits()}).to_string();
    let padded = |length: usize| format!("{plan}{}", " ".repeat(length - plan.len()));
    assert_eq!(client.post("/v1/estimate", padded(1 << 20)).status, 200);
    check_problem(&client.post("/v1/estimate", padded((1 << 20) + 1)), 413, "body-too-large");
    check_problem(&client.post("/v1/estimate", padded(4 << 20)), 413, "body-too-large");
}

#[test]
fn an_answer_that_overtakes_its_requests_body_breaks_no_connection() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let client = server.client(server.key.as_deref().unwrap());
    let body = json!({"plan": two_credits()}).to_string();
    // Refused for its head alone, each time; one connection must carry all of them, and the charge that comes after.
    for _ in 0..100 {
        for (path, status) in [("/v1/charges", 400), ("/v1/card", 405), ("/v1/nothing", 404)] {
            let reply = client.send("POST", path, &[], &body).expect("a connection that holds");
            assert_eq!(reply.status, status, "{path}");
        }
    }
    let reply = client.charge("a-key-for-this-operation", &client.accepted(&two_credits()));
    assert_eq!(reply.status, 201);
}

#[test]
fn unknown_addresses_and_methods_are_problems_too() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let client = server.stranger();
    for path in ["/v1", "/v1/", "/v1/nothing", "/nothing.js", "/../Cargo.toml", "/%2e%2e/secret", "/v1/charges/1"] {
        check_problem(&client.get(path), 404, "not-found");
    }
    for (method, path, allow) in [
        ("GET", "/v1/charges", "POST"),
        ("PUT", "/v1/charges", "POST"),
        ("DELETE", "/v1/account", "GET,HEAD"),
        ("POST", "/v1/card", "GET,HEAD"),
    ] {
        let reply = client.send(method, path, &[], "").unwrap();
        check_problem(&reply, 405, "method-not-allowed");
        assert_eq!(reply.header("allow"), allow, "{method} {path}");
    }
}

#[test]
fn faults_of_a_plan_are_the_models_own_list() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let body = json!({"plan": {"items": [{"operation": "create", "modle": "x"}, {"operation": "paint"}]}});
    let reply = server.stranger().post("/v1/estimate", body.to_string());
    check_problem(&reply, 422, "invalid-request");
    let errors = reply.json()["errors"].clone();
    assert_eq!((&errors[0]["code"], &errors[0]["path"]), (&json!("unknown-field"), &json!("items[0].modle")));
    assert_eq!((&errors[1]["code"], &errors[1]["path"]), (&json!("unknown-operation"), &json!("items[1].operation")));
}

#[test]
fn the_card_is_served_with_its_fingerprint_as_etag() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let client = server.stranger();
    let card = pricetag::RateCard::builtin();
    let reply = client.get("/v1/card");
    let etag = format!("\"{}\"", card.fingerprint());
    assert_eq!((reply.status, reply.header("etag"), reply.header("cache-control")), (200, etag.as_str(), "no-cache"));
    let read = pricetag::RateCard::from_json(&reply.text).unwrap();
    assert_eq!(read.fingerprint(), card.fingerprint());
    let weak = format!("\"x\", W/{etag}");
    for tag in [etag.as_str(), "*", weak.as_str()] {
        let reply = client.get_with("/v1/card", &[("If-None-Match", tag)]);
        assert_eq!((reply.status, reply.text.as_str(), reply.header("etag")), (304, "", etag.as_str()), "{tag}");
    }
    assert_eq!(client.get_with("/v1/card", &[("If-None-Match", "\"sha256:0\"")]).status, 200);
}

#[test]
fn every_answer_has_the_security_headers_and_an_id_of_its_own() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let client = server.stranger();
    let mut ids = std::collections::HashSet::new();
    for path in ["/", "/healthz", "/v1/card", "/v1/account", "/nothing"] {
        let reply = client.get(path);
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'self'; script-src 'self' 'wasm-unsafe-eval';"), "{path}");
        assert!(!policy.contains("unsafe-inline"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert!(ids.insert(reply.header("x-request-id").to_owned()), "{path}");
    }
    assert_eq!(client.get("/healthz").json(), json!({"status": "ok"}));
}

#[test]
fn the_page_is_served_or_says_how_to_build_it() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let reply = server.stranger().get("/");
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/html; charset=utf-8"));
    let built = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/dist/index.html").exists();
    if built {
        assert!(reply.text.contains("<script"), "{}", reply.text);
        let again = server.stranger().get_with("/", &[("If-None-Match", reply.header("etag"))]);
        assert_eq!(again.status, 304);
    } else {
        assert!(reply.text.contains("cargo xtask build"), "{}", reply.text);
    }
}

#[test]
fn long_answers_are_compressed_for_clients_that_can() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let agent: ureq::Agent = ureq::Agent::config_builder().accept_encoding("gzip").build().into();
    let response = agent.get(format!("{}/v1/card", server.base)).call().unwrap();
    assert_eq!(response.headers().get("content-encoding").unwrap(), "gzip");
    let plain = server.stranger().get("/v1/card");
    assert_eq!(plain.header("content-encoding"), "");
}

#[test]
fn a_plan_alone_is_taken_as_a_request() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let client = server.client(server.key.as_deref().unwrap());
    for path in ["/v1/estimate", "/v1/preflight", "/v1/alternatives"] {
        let bare = client.post(path, two_credits().to_string());
        let wrapped = client.post(path, json!({"plan": two_credits()}).to_string());
        assert_eq!((bare.status, &bare.text), (200, &wrapped.text), "{path}");
    }
}

#[test]
fn stateless_questions_are_answered_without_a_key() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let client = server.stranger();
    let fit = client.post("/v1/fit", json!({"plan": two_credits(), "budget": 1}).to_string()).json();
    assert_eq!(fit, json!({"cheapest": 2, "shortBy": 1}));
    let item = json!({"item": two_credits()["items"][0], "balance": 9});
    let affordable: Value = client.post("/v1/affordable", item.to_string()).json();
    assert_eq!(affordable["quantity"], 4);
}
