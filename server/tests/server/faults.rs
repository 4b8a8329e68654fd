//! Faults that need a hold, a lock, a tier or a card that changes, and what is answered.

use std::{sync::Barrier, thread, time::Duration};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{
    audit::audit,
    engine::{Engine, Ledger, Opened, on_both_engines},
    postgres::Session,
    running::{Client, Server, nth_key, two_credits, wait_until},
    wire::{Wire, request, rounds},
};

const SCOPES: &str = "estimate,hold,settle,read";

on_both_engines! {
    an_operation_that_another_session_keeps_waiting_is_told_so_and_then_found_by_its_key;
    more_delivered_than_held_is_refused_and_the_hold_stays;
    a_hold_is_resolved_once_and_its_key_replays;
    a_key_of_one_operation_is_refused_for_another;
    a_tier_that_changes_while_it_is_charged_is_the_tier_that_is_charged;
    a_hold_that_expires_gives_its_credits_back_and_never_returns;
    a_published_card_is_taken_by_a_running_server_within_a_second;
}

/// Keeps the ledger from being written: the whole file, or the account's row.
enum Lock {
    File(#[allow(dead_code, reason = "held until it is dropped")] Connection),
    Row(#[allow(dead_code, reason = "held until it is dropped")] Session),
}

fn lock(ledger: &Ledger, account: &str) -> Lock {
    if ledger.engine() == Engine::Sqlite {
        let other = Connection::open(ledger.file()).expect("the ledger");
        other.execute_batch("BEGIN IMMEDIATE").expect("the right to write");
        return Lock::File(other);
    }
    let (cluster, name) = ledger.postgres();
    Lock::Row(
        cluster.session(name, &format!("BEGIN; SELECT posted FROM accounts WHERE account_id = '{account}' FOR UPDATE")),
    )
}

fn an_operation_that_another_session_keeps_waiting_is_told_so_and_then_found_by_its_key(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { id, key } = ledger.account("basic", 10_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    let lock = lock(&ledger, &id);
    let started = std::time::Instant::now();
    let replies: Vec<_> = thread::scope(|scope| {
        // The same key twice at once: both wait, and neither is told that it was charged.
        let ask = || scope.spawn(|| client.charge(&nth_key(1), &body));
        [ask(), ask()].into_iter().map(|asked| asked.join().expect("a client")).collect()
    });
    // PostgreSQL says which session is in the way, so nothing waits for it; SQLite waits.
    let code = if engine == Engine::Sqlite { "in-progress" } else { "account-locked" };
    for reply in replies {
        assert_eq!(reply.problem(), (409, code.into()), "{}", reply.text);
        assert_eq!(reply.json()["retry"], "same-key");
    }
    assert!(started.elapsed() < Duration::from_millis(4_500), "{:?}", started.elapsed());
    if engine == Engine::Postgres {
        // What the answer says is true: nothing was done, and nothing is done later.
        assert_eq!(ledger.count(&format!("SELECT count(*) FROM holds WHERE account_id = '{id}'")), 0);
    }
    drop(lock);
    wait_until("the charge", Duration::from_secs(10), || client.charge(&nth_key(1), &body).status == 201);
    assert_eq!(client.charge(&nth_key(1), &body).header("idempotency-replayed"), "true");
    assert_eq!(client.posted(), 8);
    drop(server);
    assert_eq!(audit(&ledger).captures, 1);
}

fn hold(client: &Client, key: &str, plan: &Value, expires: Option<u64>) -> (String, Value) {
    let mut body = client.accepted(plan);
    if let Some(seconds) = expires {
        body["expiresInSeconds"] = json!(seconds);
    }
    let reply = client.post_as(key, "/v1/holds", &body);
    assert_eq!(reply.status, 201, "{}", reply.text);
    let answer = reply.json();
    let id = answer["id"].as_str().expect("an id").to_owned();
    assert_eq!(reply.header("location"), format!("/v1/holds/{id}"));
    (id, answer)
}

fn more_delivered_than_held_is_refused_and_the_hold_stays(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 100_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let (id, held) = hold(&client, &nth_key(1), &json!({"items": [{"operation": "create", "quantity": 5}]}), None);
    assert_eq!((&held["status"], &held["amount"]), (&json!("held"), &json!(25)));
    let capture = |key: usize, lines: Value| {
        client.post_as(&nth_key(key), &format!("/v1/holds/{id}/capture"), &json!({"outcome": {"lines": lines}}))
    };
    for lines in [json!([{"item": 0, "delivered": 6}]), json!([{"item": 0, "delivered": 10_000}])] {
        let reply = capture(2, lines);
        assert_eq!(reply.problem(), (422, "outcome-exceeds-hold".into()), "{}", reply.text);
        assert_eq!(reply.json()["errors"][0]["code"], "outcome-exceeds-estimate");
        assert_eq!(client.balance(), json!({"posted": 100, "held": 25, "available": 75}));
    }
    for lines in [json!([{"item": 1, "delivered": 1}]), json!([{"item": 0, "delivered": -1}]), json!("all")] {
        assert_eq!(capture(2, lines.clone()).status, 422, "{lines}");
    }
    // The key of a refusal may be used again; a price above the hold's is capped by it.
    let reply = capture(2, json!([{"item": 0, "delivered": 3, "unit": 99}]));
    assert_eq!((reply.status, &reply.json()["charge"], &reply.json()["released"]), (200, &json!(15), &json!(10)));
    assert_eq!(client.balance(), json!({"posted": 85, "held": 0, "available": 85}));
    let seen = client.get(&format!("/v1/holds/{id}")).json();
    assert_eq!((&seen["status"], &seen["settlement"]["charge"]), (&json!("captured"), &json!(15)));
}

fn a_hold_is_resolved_once_and_its_key_replays(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 100_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    for (number, (end, other, code)) in
        [("capture", "release", "hold-already-captured"), ("release", "capture", "hold-already-released")]
            .into_iter()
            .enumerate()
    {
        let (id, _) = hold(&client, &nth_key(number), &two_credits(), None);
        let ask =
            |key: &str, end: &str| client.post_as(&format!("{key}-{id}"), &format!("/v1/holds/{id}/{end}"), &json!({}));
        let first = ask("the-first-one", end);
        let again = ask("the-first-one", end);
        assert_eq!((first.status, again.status, &first.text), (200, 200, &again.text));
        assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
        for end in [end, other] {
            let reply = ask("another-key", end);
            assert_eq!(reply.problem(), (409, code.into()));
            assert_eq!((&reply.json()["holdId"], &reply.json()["retry"]), (&json!(id), &json!("never")));
        }
    }
    assert_eq!(client.balance(), json!({"posted": 98, "held": 0, "available": 98}));
}

fn a_key_of_one_operation_is_refused_for_another(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 100_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    let (id, _) = hold(&client, &nth_key(1), &two_credits(), None);
    let (other, _) = hold(&client, &nth_key(2), &two_credits(), None);
    let captured = client.post_as(&nth_key(3), &format!("/v1/holds/{id}/capture"), &json!({}));
    assert_eq!(captured.status, 200, "{}", captured.text);
    for (key, path, body) in [
        (1, "/v1/charges".to_owned(), &body),
        (3, format!("/v1/holds/{id}/release"), &json!({})),
        (3, format!("/v1/holds/{other}/capture"), &json!({})),
    ] {
        let reply = client.post_as(&nth_key(key), &path, body);
        assert_eq!(reply.problem(), (422, "idempotency-key-reused".into()), "{path}");
    }
    assert_eq!(client.balance(), json!({"posted": 98, "held": 2, "available": 96}));
}

/// Premium images need the tier `pro`. However the two race, what is charged was allowed when it was committed: the
/// history between two changes of the tier says which it was.
fn a_tier_that_changes_while_it_is_charged_is_the_tier_that_is_charged(engine: Engine) {
    let changes = 60 * rounds();
    let ledger = Ledger::new(engine);
    let Opened { id, key } = ledger.account("basic", 500_000_000, SCOPES);
    let server = Server::start(&ledger);
    let administrator = ledger.admin(&server);
    let client = server.client(&key);
    let premium = json!({"items": [{"operation": "create", "quality": "premium"}]});
    let body = client.accepted(&premium);
    let start = Barrier::new(2);
    let done = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            start.wait();
            for change in 0..changes {
                let tier = json!({"tier": (["pro", "basic"][change % 2])}).to_string();
                let reply = administrator.client.send("PUT", &format!("/v1/accounts/{id}/tier"), &[], tier).unwrap();
                assert_eq!(reply.status, 200, "{}", reply.text);
            }
            done.store(true, std::sync::atomic::Ordering::SeqCst);
        });
        start.wait();
        for number in 0.. {
            let reply = client.charge(&nth_key(number), &body);
            assert!(reply.status == 201 || reply.problem() == (403, "not-in-tier".into()), "{}", reply.text);
            if done.load(std::sync::atomic::Ordering::SeqCst) {
                break;
            }
        }
    });
    let entries = ledger.rows(&format!("SELECT kind FROM entries WHERE account_id = '{id}' ORDER BY seq"));
    let mut tier_changes = 0;
    for entry in &entries {
        match entry[0].as_str() {
            "tier" => tier_changes += 1,
            "charge" => assert_eq!(tier_changes % 2, 1, "a premium image was charged in the tier `basic`"),
            _ => {}
        }
    }
    assert_eq!(tier_changes, changes, "every change of the tier is in the history");
    audit(&ledger);
}

fn a_hold_that_expires_gives_its_credits_back_and_never_returns(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 2_000, SCOPES);
    let (body, id) = {
        let server = Server::start(&ledger);
        let client = server.client(&key);
        let body = client.accepted(&two_credits());
        (body, hold(&client, &nth_key(1), &two_credits(), Some(1)).0)
    };
    // It expires while no server runs, and the next one gives it back.
    let server = Server::start(&ledger);
    let client = server.client(&key);
    wait_until("the credits are back", Duration::from_secs(20), || client.balance()["available"] == 2);
    let seen = client.get(&format!("/v1/holds/{id}")).json();
    assert_eq!((&seen["status"], &seen["settlement"]), (&json!("expired"), &json!(null)));
    for (end, body) in [("release", json!({})), ("extend", json!({"seconds": 900}))] {
        let reply = client.post_once(&format!("/v1/holds/{id}/{end}"), &body);
        assert_eq!(reply.problem(), (409, "hold-expired".into()));
    }
    assert_eq!(client.charge(&nth_key(2), &body).status, 201);
    drop(server);
    let history = audit(&ledger);
    assert_eq!((history.captures, history.open_holds), (1, 0));
}

fn a_published_card_is_taken_by_a_running_server_within_a_second(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 100_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let before = client.accepted(&two_credits());
    let publish = |text: &str| {
        use super::engine::Place;
        let card = ledger.folder.write("card.toml", text);
        let mut command = super::running::pricetag();
        command.args(["card", "publish"]).arg(card).args(ledger.arguments()).envs(ledger.environment());
        command.output().expect("the program runs")
    };
    let card = include_str!("../../../cards/image-studio.toml");
    let refused = publish(&card.replace("price = 8\n", "price = -8\n"));
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stdout).contains("invalid-amount"), "{refused:?}");
    assert_eq!(client.accepted(&two_credits()), before, "a card that is not valid is not taken");
    let published = publish(&card.replace("version = \"2026-11-22\"", "version = \"2027-01-01\""));
    assert!(published.status.success(), "{}", String::from_utf8_lossy(&published.stderr));
    let fingerprint = |body: &Value| body["accepted"]["fingerprint"].clone();
    let changed = || fingerprint(&client.accepted(&two_credits())) != fingerprint(&before);
    wait_until("the new card", Duration::from_secs(2), changed);
    // The same price under the earlier card is still charged, and the earlier card is still there.
    assert_eq!(client.charge(&nth_key(1), &before).status, 201);
    let earlier = client.get(&format!("/v1/card/{}", fingerprint(&before).as_str().expect("text")));
    assert_eq!((earlier.status, earlier.header("cache-control")), (200, "public, max-age=31536000, immutable"));
    assert_eq!(client.get("/v1/card/sha256:0").problem(), (404, "not-found".into()));
}

#[test]
fn a_body_that_does_not_arrive_is_given_up_and_nothing_is_charged() {
    let ledger = Ledger::new(Engine::Sqlite);
    let Opened { key, .. } = ledger.account("basic", 10_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let bytes = request("POST", "/v1/charges", &key, &nth_key(1), &client.accepted(&two_credits()).to_string());
    let mut wire = Wire::connect(&server.base).expect("a connection");
    wire.send(&bytes[..bytes.len() - 1]).expect("all but a byte");
    assert_eq!(wire.answer().expect("an answer").problem(), (408, "request-timeout".into()));
    assert_eq!(client.posted(), 10);
}

#[test]
fn requests_a_minute_are_limited_by_tier_and_the_answer_says_how_long_to_wait() {
    let ledger = Ledger::new(Engine::Sqlite);
    let (basic, pro) = (ledger.account("basic", 10_000, SCOPES), ledger.account("pro", 10_000, SCOPES));
    let server = Server::start_with(&ledger, &["--requests-per-minute", "5,pro=unlimited"]);
    let statuses = |key: &str| -> Vec<u16> { (0..30).map(|_| server.client(key).get("/v1/account").status).collect() };
    assert_eq!(statuses(&pro.key), [200; 30]);
    let limited = statuses(&basic.key);
    assert_eq!((limited[0], limited[29]), (200, 429), "{limited:?}");
    let reply = server.client(&basic.key).get("/v1/account");
    assert_eq!(reply.problem(), (429, "too-many-requests".into()));
    let wait: u64 = reply.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(reply.json()["retry"], "same-key");
}

#[test]
fn a_card_that_does_not_validate_is_refused_at_reload_and_the_last_good_one_stays() {
    let ledger = Ledger::new(Engine::Sqlite);
    let Opened { key, .. } = ledger.account("basic", 10_000, SCOPES);
    let good = include_str!("../../../cards/image-studio.toml");
    let card = ledger.folder.write("card.toml", good);
    let server = Server::start_with(&ledger, &["--card", card.to_str().expect("text")]);
    let client = server.client(&key);
    let before = client.accepted(&two_credits());
    ledger.folder.write("card.toml", &good.replace("price = 8\n", "price = -8\n"));
    server.signal("-HUP");
    // A good card after it shows that the bad one has been looked at.
    assert_eq!(client.charge(&nth_key(1), &before).status, 201);
    assert_eq!(client.accepted(&two_credits()), before);
    ledger.folder.write("card.toml", &good.replace("version = \"2026-11-22\"", "version = \"2027-01-01\""));
    server.signal("-HUP");
    let changed = || client.accepted(&two_credits())["accepted"]["fingerprint"] != before["accepted"]["fingerprint"];
    wait_until("the new card", Duration::from_secs(5), changed);
    assert_eq!(client.charge(&nth_key(2), &before).status, 201);
}
