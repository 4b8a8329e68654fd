//! Requests that were changed on their way to a better price. Each is refused with its code, and nothing is charged.

use serde_json::{Value, json};

use super::running::{Folder, Server, nth_key, two_credits};

/// A charge as the page sends it, changed by `tamper`, must be answered with this status, code, and faults (code and path).
fn check(tamper: impl Fn(&mut Value), status: u16, code: &str, faults: &[(&str, &str)]) {
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let mut body = client.accepted(&two_credits());
    tamper(&mut body);

    let reply = client.charge(&nth_key(1), &body);

    assert_eq!(reply.problem(), (status, code.into()), "{}", reply.text);
    let problem = reply.json();
    let found: Vec<(&str, &str)> = (problem["errors"].as_array().into_iter().flatten())
        .map(|fault| (fault["code"].as_str().unwrap(), fault["path"].as_str().unwrap()))
        .collect();
    assert_eq!(found, faults);
    assert_eq!(reply.header("x-request-id"), problem["requestId"]);
    let account = client.get("/v1/account").json();
    assert_eq!(account["balance"], json!({"posted": 500, "held": 0, "available": 500}));
}

#[test]
fn a_lower_price_than_the_cards_is_refused() {
    check(|body| body["accepted"]["high"] = json!(1.999), 409, "price-changed", &[]);
    check(|body| body["accepted"]["high"] = json!(0), 409, "price-changed", &[]);
}

#[test]
fn a_price_that_is_no_amount_is_refused() {
    let fault = [("invalid-amount", "accepted.high")];
    for high in [json!(-1), json!(2.0001), json!(1e12)] {
        check(|body| body["accepted"]["high"] = high.clone(), 422, "invalid-request", &fault);
    }
    for high in [json!("2"), json!(null), json!([2])] {
        check(
            |body| body["accepted"]["high"] = high.clone(),
            422,
            "invalid-request",
            &[("wrong-type", "accepted.high")],
        );
    }
}

#[test]
fn a_tier_an_account_or_a_price_in_the_request_is_refused() {
    for (field, value) in [("tier", json!("enterprise")), ("account", json!({"tier": "pro"})), ("price", json!(1))] {
        let fault = [("unknown-field", field)];
        check(|body| body[field] = value.clone(), 422, "invalid-request", &fault);
    }
    let price = [("unknown-field", "items[0].price")];
    check(|body| body["plan"]["items"][0]["price"] = json!(1), 422, "invalid-request", &price);
    let free = [("unknown-field", "freeUnits")];
    check(|body| body["plan"]["freeUnits"] = json!({"huggingface-flux": 9}), 422, "invalid-request", &free);
}

#[test]
fn a_negative_huge_or_broken_quantity_is_refused() {
    for quantity in [json!(-5), json!(0), json!(10_001), json!(1e300)] {
        let fault = [("out-of-range", "items[0].quantity")];
        check(|body| body["plan"]["items"][0]["quantity"] = quantity.clone(), 422, "invalid-request", &fault);
    }
    for quantity in [json!(1.5), json!("1"), json!(true), json!(null)] {
        let fault = [("wrong-type", "items[0].quantity")];
        check(|body| body["plan"]["items"][0]["quantity"] = quantity.clone(), 422, "invalid-request", &fault);
    }
}

#[test]
fn what_the_tier_excludes_is_refused_whatever_was_accepted() {
    let tamper = |body: &mut Value| {
        body["plan"] = json!({"items": [{"operation": "create", "quality": "premium"}]});
        body["accepted"]["high"] = json!(1000);
    };
    check(tamper, 403, "not-in-tier", &[]);
}

#[test]
fn another_plan_than_the_accepted_one_is_charged_at_most_what_was_accepted() {
    check(|body| body["plan"]["items"][0]["mode"] = json!("creative"), 409, "price-changed", &[]);
    check(|body| body["plan"]["items"][0]["quantity"] = json!(10_000), 409, "price-changed", &[]);
}

#[test]
fn a_price_below_what_was_accepted_is_charged_whatever_the_fingerprint() {
    for accepted in [json!({"fingerprint": "sha256:0", "high": 2.5}), json!({"high": 2.5}), json!({"high": 2})] {
        let folder = Folder::new();
        let key = folder.with_account("basic", 500_000);
        let server = Server::start(&folder);
        let client = server.client(&key);
        let body = json!({"plan": two_credits(), "accepted": accepted});
        let reply = client.charge(&nth_key(1), &body);
        assert_eq!((reply.status, &reply.json()["charge"]), (201, &json!(2)), "{}", reply.text);
        let reply = client.post_as(&nth_key(2), "/v1/holds", &body);
        assert_eq!((reply.status, &reply.json()["amount"]), (201, &json!(2)), "{}", reply.text);
    }
}

#[test]
fn a_plan_or_an_acceptance_left_out_is_refused_with_every_fault_at_once() {
    check(
        |body| *body = json!({}),
        422,
        "invalid-request",
        &[("missing-field", "plan"), ("missing-field", "accepted")],
    );
    let high = [("missing-field", "accepted.high")];
    check(|body| body["accepted"] = json!({}), 422, "invalid-request", &high);
    let everything = [
        ("unknown-field", "discount"),
        ("unknown-field", "accepted.low"),
        ("wrong-type", "accepted.fingerprint"),
        ("invalid-amount", "accepted.high"),
        ("unknown-option", "items[0].mode"),
    ];
    let tamper = |body: &mut Value| {
        body["discount"] = json!(100);
        body["plan"]["items"][0]["mode"] = json!("fastest");
        body["accepted"] = json!({"fingerprint": 7, "high": -2, "low": 0});
    };
    check(tamper, 422, "invalid-request", &everything);
    check(|body| *body = json!([]), 422, "invalid-request", &[("wrong-type", "")]);
    check(|body| body["plan"] = json!(3), 422, "invalid-request", &[("wrong-type", "plan")]);
}

#[test]
fn the_same_price_under_another_fingerprint_is_charged() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let body = json!({"plan": two_credits(), "accepted": {"fingerprint": "sha256:0", "high": 2}});
    let reply = client.charge(&nth_key(1), &body);
    assert_eq!((reply.status, &reply.json()["charge"]), (201, &json!(2)));
}

#[test]
fn a_refusal_says_what_would_be_right() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 16_000);
    let server = Server::start(&folder);
    let client = server.client(&key);

    let premium = json!({"items": [{"operation": "create", "quality": "premium"}]});
    let problem = client.charge(&nth_key(1), &client.accepted(&premium)).json();
    assert_eq!((&problem["code"], &problem["needs"]), (&json!("not-in-tier"), &json!("pro")));
    assert_eq!(problem["blocks"][0]["item"], 0);

    let five = json!({"items": [{"operation": "create", "quantity": 5}]});
    let accepted = client.accepted(&five);
    let problem = client.charge(&nth_key(1), &accepted).json();
    assert_eq!((&problem["code"], &problem["shortBy"]), (&json!("insufficient-credits"), &json!(9)));
    let alternatives = problem["alternatives"].as_array().unwrap();
    assert!(!alternatives.is_empty() && alternatives.len() <= 5);
    for change in alternatives {
        let mut changed = five.clone();
        changed["items"][0][change["field"].as_str().unwrap()] = change["option"].clone();
        let preflight = client.post("/v1/preflight", json!({"plan": changed}).to_string()).json();
        assert_eq!(preflight["verdict"], "covered", "{change}");
    }

    let mut cheap = accepted;
    cheap["accepted"]["high"] = json!(24.999);
    let problem = client.charge(&nth_key(1), &cheap).json();
    assert_eq!(problem["code"], "price-changed");
    assert_eq!(problem["estimate"]["total"], json!({"low": 15, "expected": 20, "high": 25}));
    assert_eq!(client.posted(), 16);
}
