//! Clients without a known key: how often they may ask, what they may keep busy, and for how long.

use std::{
    io::{ErrorKind, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use pricetag_server::key::Key;
use serde_json::json;

use super::{
    engine::{Engine, Ledger, Opened, on_both_engines},
    running::{Reply, Server, pricetag, two_credits, wait_until},
    wire::{Wire, request},
};

on_both_engines! {
    unknown_keys_are_limited_by_address_before_they_are_looked_up;
    a_wrong_secret_costs_one_look_up_whether_its_id_is_known_or_not;
    an_unknown_key_is_remembered_for_a_second_and_a_new_key_works_at_once;
    a_published_card_gives_no_account_another_minute;
    public_calls_of_an_address_do_not_stop_its_known_keys;
}

/// How often keys were looked up in the ledger.
fn look_ups(server: &Server) -> u64 {
    let metrics = server.stranger().get("/metrics").text;
    let figure = metrics.lines().find_map(|line| line.strip_prefix("pricetag_key_look_ups_total "));
    figure.map_or(0, |figure| figure.parse().expect("a count"))
}

fn ask(server: &Server, key: &str) -> Reply {
    server.client(key).get("/v1/account")
}

fn ask_unknown(server: &Server) -> Reply {
    ask(server, Key::generate().reveal())
}

/// The key of this id with another secret.
fn with_wrong_secret(key: &str) -> String {
    let other = Key::generate();
    let secret = other.reveal().splitn(3, '_').last().expect("a secret").to_owned();
    format!("{}_{secret}", key.splitn(3, '_').take(2).collect::<Vec<_>>().join("_"))
}

fn unknown_keys_are_limited_by_address_before_they_are_looked_up(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 10_000, "read");
    let server = Server::start_with(&ledger, &["--requests-per-minute", "2,basic=unlimited"]);
    let started = Instant::now();
    assert!((0..30).all(|_| ask(&server, &key).status == 200), "a known key is counted by its account alone");
    let before = look_ups(&server);
    let statuses: Vec<u16> = (0..30).map(|_| ask_unknown(&server).status).collect();
    let refilled = started.elapsed().as_secs() / 30 + 1;
    let looked_up = look_ups(&server) - before;
    assert!((2..=2 + refilled).contains(&looked_up), "{looked_up} look-ups: {statuses:?}");
    assert_eq!((statuses[0], statuses[1]), (401, 401));
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert_eq!(refused + usize::try_from(looked_up).expect("a few"), statuses.len(), "{statuses:?}");
    // Until the address may ask again, no key of it is looked up.
    let reply = ask_unknown(&server);
    assert_eq!(reply.problem(), (429, "too-many-requests".into()));
    let wait: u64 = reply.header("retry-after").parse().expect("seconds");
    assert!((1..=30).contains(&wait), "{wait}");
}

fn a_wrong_secret_costs_one_look_up_whether_its_id_is_known_or_not(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 10_000, "read");
    let server = Server::start(&ledger);
    for _ in 0..5 {
        // Its owner is using it just now.
        assert_eq!(ask(&server, &key).status, 200);
        let before = look_ups(&server);
        let known = ask(&server, &with_wrong_secret(&key));
        let between = look_ups(&server);
        let unknown = ask_unknown(&server);
        assert_eq!((between - before, look_ups(&server) - between), (1, 1));
        let told = |reply: &Reply| (reply.problem(), reply.json()["detail"].clone());
        assert_eq!(told(&known), told(&unknown));
        assert_eq!(known.status, 401);
    }
}

fn an_unknown_key_is_remembered_for_a_second_and_a_new_key_works_at_once(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { id, .. } = ledger.account("basic", 10_000, "read");
    let server = Server::start(&ledger);
    let administrator = ledger.admin(&server);
    let unknown = Key::generate();
    let (before, started) = (look_ups(&server), Instant::now());
    for _ in 0..100 {
        assert_eq!(ask(&server, unknown.reveal()).status, 401);
    }
    let looked_up = look_ups(&server) - before;
    assert!((1..=started.elapsed().as_secs() + 1).contains(&looked_up), "{looked_up} look-ups");
    for _ in 0..5 {
        assert_eq!(ask(&server, &administrator.key(&id, "read")).status, 200);
    }
}

fn public_calls_of_an_address_do_not_stop_its_known_keys(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 10_000, "read");
    let server = Server::start_with(&ledger, &["--requests-per-minute", "1,basic=unlimited"]);
    let estimate = || server.stranger().post("/v1/estimate", two_credits().to_string()).status;
    assert_eq!([estimate(), estimate()], [200, 429]);
    assert_eq!(ask(&server, &key).status, 200);
}

fn a_published_card_gives_no_account_another_minute(engine: Engine) {
    use super::engine::Place;
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 10_000, "read");
    let server = Server::start_with(&ledger, &["--requests-per-minute", "1"]);
    let statuses =
        || [ask(&server, &key).status, server.stranger().post("/v1/estimate", two_credits().to_string()).status];
    assert_eq!((statuses(), statuses()), ([200, 200], [429, 429]));
    let card = include_str!("../../../cards/image-studio.toml")
        .replace("version = \"2026-11-22\"", "version = \"2027-01-01\"");
    let card = ledger.folder.write("card.toml", &card);
    let published = pricetag()
        .args(["card", "publish"])
        .arg(card)
        .args(ledger.arguments())
        .envs(ledger.environment())
        .output()
        .expect("the program runs");
    assert!(published.status.success(), "{}", String::from_utf8_lossy(&published.stderr));
    let taken = || server.stranger().get("/v1/card").json()["version"] == "2027-01-01";
    wait_until("the new card", Duration::from_secs(10), taken);
    assert_eq!(statuses(), [429, 429]);
}

#[test]
fn an_unknown_key_is_refused_before_its_body_arrives_and_the_connection_stays() {
    let ledger = Ledger::new(Engine::Sqlite);
    let server = Server::start(&ledger);
    let body = json!({"plan": two_credits()}).to_string();
    let unknown = request("POST", "/v1/preflight", Key::generate().reveal(), "", &body);
    let mut wire = Wire::connect(&server.base).expect("a connection");
    for _ in 0..3 {
        let (first, rest) = unknown.split_at(unknown.len() - 1);
        let started = Instant::now();
        wire.send(first).expect("all but a byte");
        assert_eq!(wire.answer().expect("an answer").problem(), (401, "invalid-key".into()));
        assert!(started.elapsed() < Duration::from_secs(8), "the body was waited for");
        wire.send(rest).expect("the rest");
        let known = request("POST", "/v1/preflight", server.key.as_deref().expect("a key"), "", &body);
        assert_eq!(wire.ask(&known).expect("the same connection").status, 200);
    }
}

/// A body's memory is its client's to fill, so all large bodies together have a limit.
#[test]
fn unfinished_large_bodies_are_refused_beyond_their_share_and_small_ones_are_not() {
    const LARGE: usize = 1 << 20;
    let ledger = Ledger::new(Engine::Sqlite);
    let key = ledger.account("basic", 10_000, "estimate").key;
    let server = Server::start(&ledger);
    let part =
        format!("POST /v1/estimate HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGE}\r\n\r\n{}", " ".repeat(LARGE / 2));
    let mut wires: Vec<Wire> = (0..40).map(|_| Wire::connect(&server.base).expect("a connection")).collect();
    for wire in &mut wires {
        wire.send(part.as_bytes()).expect("half a body");
    }
    assert_eq!(server.stranger().post("/v1/estimate", two_credits().to_string()).status, 200);
    // What strangers send takes nothing from those who have a key.
    let keyed = server.client(&key);
    let padded = |length: usize| format!("{}{}", json!({"plan": two_credits()}), " ".repeat(length));
    assert_eq!(keyed.post("/v1/preflight", padded(LARGE / 2)).status, 200);
    let problems: Vec<_> = wires.iter_mut().map(|wire| wire.answer().expect("an answer").problem()).collect();
    let count = |status: u16, code: &str| problems.iter().filter(|problem| **problem == (status, code.into())).count();
    assert_eq!((count(503, "busy"), count(408, "request-timeout")), (36, 4), "{problems:?}");
    // What they held is free again.
    drop(wires);
    assert_eq!(server.stranger().post("/v1/estimate", padded(LARGE / 2)).status, 200);
}

#[test]
fn a_client_that_never_reads_its_answers_is_cut_off() {
    let ledger = Ledger::new(Engine::Sqlite);
    let server = Server::start(&ledger);
    let mut connection = TcpStream::connect(server.base.trim_start_matches("http://")).expect("a connection");
    connection.set_nonblocking(true).expect("no waiting");
    let asking = b"GET /v1/card HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_000);
    let mut cut_off = || match connection.write(&asking) {
        Ok(_) => false,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    };
    let started = Instant::now();
    while !cut_off() {
        assert!(started.elapsed() < Duration::from_secs(40), "it was never cut off");
        std::thread::yield_now();
    }
    assert_eq!(server.stranger().get("/healthz").status, 200);
}

#[test]
fn a_trusted_proxy_names_its_client_and_any_other_client_names_itself_in_vain() {
    let ledger = Ledger::new(Engine::Sqlite);
    let ask = |server: &Server, forwarded: &str| {
        let headers: Vec<_> = forwarded.split('|').map(|value| ("X-Forwarded-For", value)).collect();
        let headers = if forwarded.is_empty() { &[][..] } else { &headers };
        server.stranger().send("POST", "/v1/estimate", headers, two_credits().to_string()).expect("an answer").status
    };
    let server = Server::start_with(
        &ledger,
        &["--requests-per-minute", "1", "--trusted-proxy", "127.0.0.1,10.0.0.0/8", "--trusted-proxy", "2001:db8::/32"],
    );
    for (forwarded, due) in [
        ("203.0.113.1", 200),
        ("203.0.113.1", 429),
        ("198.51.100.7, 203.0.113.1", 429), // what the client said of itself comes first
        ("198.51.100.7|203.0.113.1", 429),  // in a separate line too
        ("203.0.113.1, 10.1.2.3, 2001:db8::1", 429), // by way of two more proxies
        ("::ffff:203.0.113.1", 429),
        ("203.0.113.1:4711", 429),
        ("203.0.113.2", 200),
        ("[2001:db9::1]:4711", 200),
        ("2001:db9::2", 429),        // the same network
        ("10.9.9.9, 10.1.2.3", 200), // all are trusted: the one that is farthest away
        ("10.9.9.9", 429),
        ("203.0.113.3, nonsense", 200), // not an address: the proxy itself, which said it
        ("", 429),
    ] {
        assert_eq!(ask(&server, forwarded), due, "{forwarded:?}");
    }
    drop(server);
    let server = Server::start_with(&ledger, &["--requests-per-minute", "1"]);
    assert_eq!((ask(&server, "203.0.113.1"), ask(&server, "203.0.113.2")), (200, 429));
}
