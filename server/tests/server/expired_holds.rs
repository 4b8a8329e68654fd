//! How long a hold lasts, and what becomes of work that is finished later.

use std::{sync::Barrier, thread, time::Duration};

use serde_json::{Value, json};

use super::{
    audit::audit,
    engine::{Administrator, Engine, Ledger, Opened, on_both_engines},
    running::{Client, Reply, Server, nth_key, two_credits, wait_until},
};

const SCOPES: &str = "estimate,hold,settle,read";

on_both_engines! {
    a_hold_shorter_than_the_minimum_is_out_of_range;
    a_worker_that_extends_its_hold_keeps_it;
    a_capture_after_the_expiry_is_late_and_charged;
    a_late_capture_that_the_balance_no_longer_covers_is_refused_until_it_does;
    free_units_that_a_hold_gave_back_are_not_counted_twice;
    late_captures_at_once_have_one_winner;
    a_refusal_tells_held_credits_from_spent_ones;
}

fn place(client: &Client, key: &str, plan: &Value, seconds: u64) -> Reply {
    let mut body = client.accepted(plan);
    body["expiresInSeconds"] = json!(seconds);
    client.post_as(key, "/v1/holds", &body)
}

fn hold(client: &Client, key: &str, plan: &Value, seconds: u64) -> String {
    let reply = place(client, key, plan, seconds);
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json()["id"].as_str().expect("a hold's id").into()
}

fn wait_for_expiry(client: &Client, hold: &str) {
    let path = format!("/v1/holds/{hold}");
    wait_until("the hold expires", Duration::from_secs(20), || client.get(&path).json()["status"] == "expired");
}

fn capture(client: &Client, key: &str, hold: &str) -> Reply {
    client.post_as(key, &format!("/v1/holds/{hold}/capture"), &json!({}))
}

fn a_hold_shorter_than_the_minimum_is_out_of_range(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 10_000, SCOPES);
    let server = Server::start_with(&ledger, &["--hold-minimum", "60"]);
    let client = server.client(&key);
    for seconds in [1, 59] {
        let reply = place(&client, &nth_key(1), &two_credits(), seconds);
        assert_eq!(reply.problem(), (422, "invalid-request".into()), "{seconds}: {}", reply.text);
        let fault = &reply.json()["errors"][0];
        assert_eq!((&fault["code"], &fault["path"]), (&json!("out-of-range"), &json!("expiresInSeconds")));
        assert!(fault["message"].as_str().expect("a message").contains("60 to 86400"), "{fault}");
    }
    assert_eq!(client.balance()["held"], 0);
    assert_eq!(place(&client, &nth_key(1), &two_credits(), 60).status, 201);
    drop(server);
    // The default is never below the minimum.
    let server = Server::start_with(&ledger, &["--hold-minimum", "3600"]);
    let client = server.client(&key);
    let reply = client.post_as(&nth_key(2), "/v1/holds", &client.accepted(&two_credits()));
    assert_eq!(reply.status, 201, "{}", reply.text);
    let described = client.get("/openapi.json").json();
    let schema = &described["paths"]["/v1/holds"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(schema["properties"]["expiresInSeconds"]["minimum"], 3600);
}

fn a_worker_that_extends_its_hold_keeps_it(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { id, key } = ledger.account("basic", 10_000, "estimate,hold,read");
    let server = Server::start(&ledger);
    let worker = server.client(&ledger.admin(&server).key(&id, "settle,read"));
    let payer = server.client(&key);
    let kept = hold(&payer, &nth_key(1), &two_credits(), 1);
    let extend = |client: &Client, key: usize, seconds: Value| {
        client.post_as(&nth_key(key), &format!("/v1/holds/{kept}/extend"), &json!({"seconds": seconds}))
    };
    assert_eq!(extend(&payer, 2, json!(900)).problem(), (403, "missing-scope".into()));
    for seconds in [json!(0), json!(86_401), json!("900"), json!(1.5), json!(null)] {
        assert_eq!(extend(&worker, 2, seconds.clone()).problem(), (422, "invalid-request".into()), "{seconds}");
    }
    let extended = extend(&worker, 2, json!(900));
    assert_eq!((extended.status, &extended.json()["status"]), (200, &json!("held")), "{}", extended.text);
    let expires_at = extended.json()["expiresAt"].clone();
    assert_eq!(extend(&worker, 2, json!(900)).text, extended.text, "the same key extends once");
    // Less than it lasts already takes nothing away.
    assert_eq!(extend(&worker, 3, json!(1)).json()["expiresAt"], expires_at);
    assert_eq!(worker.get(&format!("/v1/holds/{kept}")).json()["expiresAt"], expires_at);
    // When a hold that was placed later for as long has expired, this one has not.
    let other = hold(&payer, &nth_key(4), &two_credits(), 1);
    wait_for_expiry(&payer, &other);
    assert_eq!(worker.get(&format!("/v1/holds/{kept}")).json()["status"], "held");
    let captured = capture(&worker, &nth_key(5), &kept).json();
    assert_eq!(worker.get(&format!("/v1/holds/{kept}")).json()["expiresAt"], expires_at, "of a hold that ended too");
    assert_eq!((&captured["status"], &captured["late"]), (&json!("captured"), &json!(false)));
    assert_eq!(extend(&worker, 6, json!(900)).problem(), (409, "hold-already-captured".into()));
    drop(server);
    audit(&ledger);
}

fn a_capture_after_the_expiry_is_late_and_charged(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 100_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let plan = json!({"items": [{"operation": "create", "quantity": 5}]});
    let id = hold(&client, &nth_key(1), &plan, 1);
    wait_for_expiry(&client, &id);
    let path = format!("/v1/holds/{id}/capture");
    let outcome = json!({"outcome": {"lines": [{"item": 0, "delivered": 4}]}});
    let more = json!({"outcome": {"lines": [{"item": 0, "delivered": 6}]}});
    assert_eq!(client.post_as(&nth_key(2), &path, &more).problem(), (422, "outcome-exceeds-hold".into()));

    let captured = client.post_as(&nth_key(2), &path, &outcome);

    assert_eq!(captured.status, 200, "{}", captured.text);
    let answer = captured.json();
    assert_eq!((&answer["status"], &answer["late"], &answer["charge"]), (&json!("captured"), &json!(true), &json!(16)));
    assert_eq!(answer["balance"], json!({"posted": 84, "held": 0, "available": 84}));
    assert_eq!(answer["lines"][0]["delivered"], 4);
    let again = client.post_as(&nth_key(2), &path, &outcome);
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &captured.text));
    let seen = client.get(&format!("/v1/holds/{id}")).json();
    assert_eq!((&seen["status"], &seen["late"]), (&json!("captured"), &json!(true)));
    assert_eq!(seen["settlement"]["charge"], 16);
    for end in ["capture", "release"] {
        let reply = client.post_once(&format!("/v1/holds/{id}/{end}"), &json!({}));
        assert_eq!(reply.problem(), (409, "hold-already-captured".into()), "{end}");
    }
    let kinds = client.get("/v1/entries?before=99&limit=2").json();
    assert_eq!(
        (&kinds["entries"][0]["kind"], &kinds["entries"][1]["kind"]),
        (&json!("late-capture"), &json!("expire"))
    );
    assert_eq!(client.get("/v1/usage").json()["total"]["charged"], 16);
    drop(server);
    assert_eq!(audit(&ledger).captures, 1);
}

fn grant(administrator: &Administrator, account: &str, amount: u32) {
    let path = format!("/v1/accounts/{account}/grants");
    assert_eq!(administrator.client.post_once(&path, &json!({"amount": amount})).status, 201);
}

fn a_late_capture_that_the_balance_no_longer_covers_is_refused_until_it_does(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { id: account, key } = ledger.account("basic", 3_000, SCOPES);
    let server = Server::start(&ledger);
    let administrator = ledger.admin(&server);
    let client = server.client(&key);
    let id = hold(&client, &nth_key(1), &two_credits(), 1);
    wait_for_expiry(&client, &id);
    assert_eq!(client.charge(&nth_key(2), &client.accepted(&two_credits())).status, 201);

    let refused = capture(&client, &nth_key(3), &id);

    assert_eq!(refused.problem(), (402, "insufficient-credits".into()), "{}", refused.text);
    let problem = refused.json();
    assert_eq!(problem["shortBy"], 1);
    assert_eq!(problem["detail"], "the hold expired, and its charge needs 1 more credits than are available");
    assert_eq!(problem["balance"], json!({"posted": 1, "held": 0, "available": 1}));
    assert_eq!(client.get(&format!("/v1/holds/{id}")).json()["status"], "expired");
    grant(&administrator, &account, 1);
    assert_eq!(capture(&client, &nth_key(3), &id).status, 200);
    assert_eq!(client.balance(), json!({"posted": 0, "held": 0, "available": 0}));
    drop(server);
    assert_eq!(audit(&ledger).captures, 2);
}

fn free_units_that_a_hold_gave_back_are_not_counted_twice(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("free", 50_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let free = json!({"items": [{"operation": "create", "model": "gemini-imagen", "variations": 10}]});
    let holds: Vec<String> = (0..2)
        .map(|number| {
            let id = hold(&client, &nth_key(number), &free, 1);
            wait_for_expiry(&client, &id);
            id
        })
        .collect();

    let (first, second) = (capture(&client, &nth_key(3), &holds[0]), capture(&client, &nth_key(4), &holds[1]));

    // The work was accepted at no charge, so it has none; the month's units are used once.
    assert_eq!((first.status, &first.json()["charge"]), (200, &json!(0)), "{}", first.text);
    assert_eq!((second.status, &second.json()["charge"]), (200, &json!(0)), "{}", second.text);
    assert_eq!(client.get("/v1/account").json()["freeUnits"]["gemini-imagen"], 0);
    assert_eq!(ledger.count("SELECT max(used) FROM free_units"), 10);
}

fn late_captures_at_once_have_one_winner(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 100_000, SCOPES);
    let servers: Vec<Server> =
        (0..if engine == Engine::Postgres { 2 } else { 1 }).map(|_| Server::start(&ledger)).collect();
    let clients: Vec<Client> = (0..4).map(|number| servers[number % servers.len()].client(&key)).collect();
    let holds: Vec<String> = (0..10).map(|number| hold(&clients[0], &nth_key(number), &two_credits(), 1)).collect();
    for id in &holds {
        wait_for_expiry(&clients[0], id);
    }
    for id in &holds {
        let start = Barrier::new(clients.len());
        let replies: Vec<Reply> = thread::scope(|scope| {
            let ask = |(number, client)| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    capture(client, &format!("late-{number}-{id}"), id)
                })
            };
            let asked: Vec<_> = clients.iter().enumerate().map(ask).collect();
            asked.into_iter().map(|asked| asked.join().expect("a client")).collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
        assert_eq!(won.len(), 1, "{:?}", replies.iter().map(|reply| &reply.text).collect::<Vec<_>>());
        assert!(lost.iter().all(|reply| reply.problem() == (409, "hold-already-captured".into())));
    }
    assert_eq!(clients[0].posted(), 80);
    drop(servers);
    assert_eq!(audit(&ledger).captures, 10);
}

fn a_refusal_tells_held_credits_from_spent_ones(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 5_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let three = json!({"items": [{"operation": "upscale", "mode": "fast", "quantity": 3}]});
    let nothing_held = client.charge(&nth_key(9), &client.accepted(&three)).json();
    assert_eq!(nothing_held["balance"], json!({"posted": 5, "held": 0, "available": 5}));
    assert_eq!((&nothing_held["shortBy"], &nothing_held["nextExpiry"]), (&json!(1), &json!(null)));
    let later = place(&client, &nth_key(1), &two_credits(), 7_200).json();
    let sooner = place(&client, &nth_key(2), &two_credits(), 3_600).json();

    let refused = client.charge(&nth_key(3), &client.accepted(&two_credits()));

    assert_eq!(refused.problem(), (402, "insufficient-credits".into()));
    let problem = refused.json();
    assert_eq!(problem["balance"], json!({"posted": 5, "held": 4, "available": 1}));
    assert_eq!((&problem["shortBy"], &problem["nextExpiry"]), (&json!(1), &sooner["expiresAt"]));
    assert_ne!(later["expiresAt"], sooner["expiresAt"]);
    assert!(problem["detail"].as_str().expect("text").contains("4 of 5 are on hold"), "{problem}");
}
