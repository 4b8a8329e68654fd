//! What an account can put on the disk, and what reading it takes.

use serde_json::{Value, json};

use super::{
    audit::audit,
    engine::{Engine, Ledger, Opened, on_both_engines},
    running::{Client, Server, nth_key, two_credits},
};

const SCOPES: &str = "estimate,hold,settle,read";

on_both_engines! {
    a_plan_is_stored_once_however_many_holds_are_of_it;
    an_account_that_has_stored_its_bytes_of_a_day_is_refused_and_its_work_settled;
    usage_is_the_sum_of_what_was_captured;
    a_page_of_captures_ends_when_its_plans_are_long;
}

/// As many items as a plan may have, all free.
fn long_plan(variant: usize) -> Value {
    let item = json!({"operation": "library", "quantity": variant + 1});
    json!({"items": vec![item; 500]})
}

fn a_plan_is_stored_once_however_many_holds_are_of_it(engine: Engine) {
    const HOLDS: usize = 20;
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 0, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let body = client.accepted(&long_plan(0));
    let mut first = String::new();
    for number in 0..HOLDS {
        let reply = client.post_as(&nth_key(number), "/v1/holds", &body);
        assert_eq!(reply.status, 201, "{}", reply.text);
        first = if first.is_empty() { reply.text } else { first };
    }
    let again = client.post_as(&nth_key(0), "/v1/holds", &body);
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &first));
    assert_eq!(again.json()["estimate"]["lines"].as_array().expect("lines").len(), 500);
    assert_eq!(ledger.count("SELECT count(*) FROM documents"), 1);
    let stored = ledger.count("SELECT (SELECT sum(length(body)) FROM documents) + (SELECT sum(length(body)) FROM ops)");
    // One answer alone is over 100 kB.
    assert!(first.len() > 100_000 && stored < 20_000, "{stored} bytes for {HOLDS} holds of {}", first.len());
}

fn an_account_that_has_stored_its_bytes_of_a_day_is_refused_and_its_work_settled(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 10_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let accepted = client.accepted(&two_credits());
    let placed = client.post_as(&nth_key(0), "/v1/holds", &accepted);
    drop(server);
    // So few bytes that nothing may be stored, whatever the day.
    let server = Server::start_with(&ledger, &["--stored-bytes-per-day", "1000"]);
    let client = server.client(&key);
    for path in ["/v1/holds", "/v1/charges"] {
        let refused = client.post_as(&nth_key(1), path, &accepted);
        assert_eq!(refused.problem(), (429, "storage-limit".into()), "{}", refused.text);
        assert_eq!(refused.json()["retry"], "same-key");
        let seconds: u64 = refused.header("retry-after").parse().expect("seconds");
        assert!((1..=86_400).contains(&seconds), "{seconds}");
    }
    // Work that was held is settled, and what was stored is found again.
    let hold = placed.json()["id"].as_str().expect("a hold").to_owned();
    let captured = client.post_as(&nth_key(2), &format!("/v1/holds/{hold}/capture"), &json!({}));
    assert_eq!(captured.status, 200, "{}", captured.text);
    let again = client.post_as(&nth_key(0), "/v1/holds", &accepted);
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &placed.text));
    drop(server);
    let server = Server::start_with(&ledger, &["--stored-bytes-per-day", "unlimited"]);
    assert_eq!(server.client(&key).charge(&nth_key(3), &accepted).status, 201);
    drop(server);
    audit(&ledger);
}

/// A hold for five pictures and three cut-outs, of which 2 and 1 were delivered.
fn captured(client: &Client, number: usize, asset: Option<&str>) {
    let plan = json!({"items": [
        {"operation": "create", "model": "stability-core", "quantity": 5},
        {"operation": "edit", "edit": "remove-background", "quantity": 3}]});
    let mut body = client.accepted(&plan);
    if let Some(asset) = asset {
        body["asset"] = json!(asset);
    }
    let hold = client.post_as(&nth_key(2 * number), "/v1/holds", &body).json();
    let outcome = json!({"outcome": {"lines": [{"item": 0, "delivered": 2}, {"item": 1, "delivered": 1}]}});
    let path = format!("/v1/holds/{}/capture", hold["id"].as_str().expect("a hold"));
    let reply = client.post_as(&nth_key(2 * number + 1), &path, &outcome);
    assert_eq!(reply.status, 200, "{}", reply.text);
}

fn usage_is_the_sum_of_what_was_captured(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 500_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let empty = client.get("/v1/usage").json();
    assert_eq!((&empty["groups"], &empty["total"]["charged"]), (&json!([]), &json!(0)));
    for (number, asset) in [Some("x"), Some("x"), None].into_iter().enumerate() {
        captured(&client, number, asset);
    }
    let captures = client.get("/v1/captures").json();
    let charged: f64 =
        captures["captures"].as_array().expect("captures").iter().map(|one| one["charge"].as_f64().unwrap()).sum();
    let usage = |by: &str| client.get(&format!("/v1/usage?by={by}")).json();
    let rows = |usage: &Value| -> Vec<Value> {
        let names = ["captures", "lines", "outputs", "estimated", "charged", "averagePerOutput"];
        let groups = usage["groups"].as_array().expect("groups");
        groups.iter().map(|group| json!([group["key"], names.map(|name| group[name].clone())])).collect()
    };
    // Stability Core is expected at 3 credits, a cut-out at 3.
    let by_operation = usage("operation");
    assert_eq!(by_operation["total"]["charged"], json!(27));
    assert_eq!(by_operation["total"]["captures"], json!(3));
    assert!((charged - 27.0).abs() < f64::EPSILON, "{charged}");
    assert_eq!(rows(&by_operation), [json!(["create", [3, 3, 6, 45, 18, 3]]), json!(["edit", [3, 3, 3, 27, 9, 3]])]);
    assert_eq!(rows(&usage("asset")), [json!(["x", [2, 4, 6, 48, 18, 3]]), json!([null, [1, 2, 3, 24, 9, 3]])]);
    assert_eq!(
        rows(&usage("model")),
        [json!(["stability-core", [3, 3, 6, 45, 18, 3]]), json!([null, [3, 3, 3, 27, 9, 3]])]
    );
    let by_day = usage("day");
    let days = by_day["groups"].as_array().expect("days");
    // One day, or two around midnight, the last of which the answer's range ends with or is before.
    let today = pricetag_server::times::Day::of(pricetag_server::clock::system_time());
    let due = [today.plus(-1).to_string(), today.to_string()];
    assert!(days.iter().all(|day| due.contains(&day["key"].as_str().expect("a day").to_owned())), "{by_day}");
    assert_eq!(days.iter().map(|day| day["lines"].as_i64().expect("a count")).sum::<i64>(), 6);
    assert_eq!(by_day["groupsLeftOut"], 0);
    // A few minutes are no history to tell a pace from.
    assert_eq!(by_day["daysToExhaustion"], json!(null));
    let before = client.get("/v1/usage?from=2020-01-01&to=2020-01-31").json();
    assert_eq!((&before["groups"], &before["total"]["lines"]), (&json!([]), &json!(0)));
}

fn a_page_of_captures_ends_when_its_plans_are_long(engine: Engine) {
    const CHARGES: usize = 12;
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 10_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    for number in 0..CHARGES {
        let reply = client.charge(&nth_key(number), &client.accepted(&long_plan(number)));
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    let (mut after, mut seen, mut pages) = (String::new(), 0, 0);
    loop {
        let reply = client.get(&format!("/v1/captures?limit=200{after}"));
        assert!(reply.text.len() < 2 << 20, "{} bytes", reply.text.len());
        let page = reply.json();
        let listed = page["captures"].as_array().expect("captures").len();
        assert!(listed > 0, "a page has one capture at least");
        (seen, pages) = (seen + listed, pages + 1);
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, CHARGES);
    assert!(pages > 1, "{pages}");
}
