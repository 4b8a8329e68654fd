//! One charge for one key, however often and however it is sent.

use std::{sync::Barrier, thread};

use serde_json::json;

use super::running::{Folder, Server, nth_key, two_credits};

#[test]
fn the_same_key_and_body_gets_the_stored_answer() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());

    let first = client.charge(&nth_key(1), &body);
    let again = client.charge(&nth_key(1), &body);

    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(first.text, again.text);
    assert_eq!(first.header("cache-control"), "no-store");
    assert_eq!(client.posted(), 498);
}

#[test]
fn white_space_does_not_make_another_request() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    let first = client.charge(&nth_key(1), &body);
    let spread = serde_json::to_string_pretty(&body).unwrap();
    let again = client.send("POST", "/v1/charges", &[("Idempotency-Key", &nth_key(1))], spread).unwrap();
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &first.text));
}

#[test]
fn the_order_of_members_does_not_make_another_request() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let fingerprint = client.accepted(&two_credits())["accepted"]["fingerprint"].clone();
    let send = |body: String| client.send("POST", "/v1/charges", &[("Idempotency-Key", &nth_key(1))], body).unwrap();
    let first = send(format!(
        r#"{{"plan": {{"items": [{{"operation": "upscale", "mode": "fast"}}, {{"operation": "library"}}]}}, "accepted": {{"fingerprint": {fingerprint}, "high": 2}}}}"#
    ));
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""), "{}", first.text);
    let again = send(format!(
        r#"{{"accepted": {{"high": 2.0, "fingerprint": {fingerprint}}}, "plan": {{"items": [{{"mode": "fast", "operation": "upscale"}}, {{"operation": "library"}}]}}}}"#
    ));
    assert_eq!((again.status, again.header("idempotency-replayed"), &again.text), (201, "true", &first.text));
    // The order of a list says something.
    let other = send(format!(
        r#"{{"plan": {{"items": [{{"operation": "library"}}, {{"operation": "upscale", "mode": "fast"}}]}}, "accepted": {{"fingerprint": {fingerprint}, "high": 2}}}}"#
    ));
    assert_eq!(other.problem(), (422, "idempotency-key-reused".into()));
    assert_eq!(client.posted(), 498);
}

#[test]
fn the_same_key_with_another_body_is_refused() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    assert_eq!(client.charge(&nth_key(1), &body).status, 201);

    let mut another = body.clone();
    another["accepted"]["high"] = json!(3);
    let reply = client.charge(&nth_key(1), &another);
    assert_eq!(reply.problem(), (422, "idempotency-key-reused".into()));
    assert_eq!(reply.json()["retry"], "new-key");

    let broken = client.charge(&nth_key(1), &json!({"plan": 3}));
    assert_eq!(broken.problem(), (422, "idempotency-key-reused".into()), "a key that was charged outlives any body");
    assert_eq!(client.posted(), 498);
}

#[test]
fn keys_of_two_accounts_do_not_meet() {
    let folder = Folder::new();
    let (one, other) = (folder.with_account("basic", 10_000), folder.with_account("basic", 10_000));
    let server = Server::start(&folder);
    for key in [one, other] {
        let client = server.client(&key);
        let reply = client.charge(&nth_key(1), &client.accepted(&two_credits()));
        assert_eq!((reply.status, reply.header("idempotency-replayed")), (201, ""));
        assert_eq!(client.posted(), 8);
    }
}

#[test]
fn a_key_sent_many_times_at_once_is_charged_once() {
    const AT_ONCE: usize = 16;
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    let start = Barrier::new(AT_ONCE);
    let replies: Vec<_> = thread::scope(|scope| {
        let senders: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    client.clone().charge(&nth_key(1), &body)
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    assert!(replies.iter().all(|reply| reply.status == 201 && reply.text == replies[0].text));
    let first = replies.iter().filter(|reply| reply.header("idempotency-replayed").is_empty()).count();
    assert_eq!((first, client.posted()), (1, json!(498)));
}

#[test]
fn a_refusal_is_not_stored_so_its_key_may_be_used_again() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    let mut cheap = body.clone();
    cheap["accepted"]["high"] = json!(1);
    assert_eq!(client.charge(&nth_key(1), &cheap).problem(), (409, "price-changed".into()));
    assert_eq!(client.charge(&nth_key(1), &body).status, 201);
}

#[test]
fn a_missing_short_long_or_invisible_key_is_refused() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    let long = "k".repeat(256);
    for bad in ["", "fifteen-letters", long.as_str(), "with spaces in it", "mit-Umlauten-äöü"] {
        let reply = client.charge(bad, &body);
        assert_eq!(reply.problem(), (400, "idempotency-key-missing".into()), "{bad}");
    }
    let reply = client.post("/v1/charges", body.to_string());
    assert_eq!(reply.problem(), (400, "idempotency-key-missing".into()));
    let two = [("Idempotency-Key", "the-first-of-the-two"), ("Idempotency-Key", "the-second-of-the-two")];
    let reply = client.send("POST", "/v1/charges", &two, body.to_string()).unwrap();
    assert_eq!(reply.problem(), (400, "idempotency-key-missing".into()));
    assert_eq!(client.posted(), 500);
    assert_eq!(client.charge(&"k".repeat(16), &body).status, 201);
    assert_eq!(client.charge(&"k".repeat(255), &body).status, 201);
}

#[test]
fn a_stored_answer_outlives_the_card_that_priced_it() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let (body, first) = {
        let server = Server::start(&folder);
        let client = server.client(&key);
        let body = client.accepted(&two_credits());
        let first = client.charge(&nth_key(1), &body);
        assert_eq!(first.status, 201);
        (body, first)
    };
    let renamed = include_str!("../../../cards/image-studio.toml").replace("\"fast\"", "\"quick\"");
    let card = folder.write("renamed.toml", &renamed);
    let server = Server::start_with(&folder, &["--card", card.to_str().unwrap()]);
    let client = server.client(&key);
    let again = client.charge(&nth_key(1), &body);
    assert_eq!((again.status, again.header("idempotency-replayed"), &again.text), (201, "true", &first.text));
    let fresh = client.charge(&nth_key(2), &body);
    assert_eq!(fresh.json()["errors"][0]["code"], "unknown-option");
    assert_eq!(client.posted(), 498);
}
