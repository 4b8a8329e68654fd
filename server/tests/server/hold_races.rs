//! Capture, release and expiry of one hold: one of them wins, whatever comes first.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    audit::audit,
    engine::{Engine, Ledger, Opened, on_both_engines},
    running::{Client, Server, nth_key, two_credits, wait_until},
    wire::{Answer, Chance, Wire, insist, request, rounds},
};

const SCOPES: &str = "estimate,hold,settle,read";

on_both_engines! {
    a_capture_and_a_release_at_once_have_one_winner;
    a_capture_a_release_and_the_expiry_have_one_winner;
}

/// Two servers where they may share a ledger, one elsewhere.
fn servers(engine: Engine, ledger: &Ledger) -> Vec<Server> {
    (0..if engine == Engine::Postgres { 2 } else { 1 }).map(|_| Server::start(ledger)).collect()
}

/// A hold's end, asked for on a connection of its own, when the signal comes.
struct Racer<'a> {
    server: &'a Server,
    wire: Wire,
    request: Vec<u8>,
}

impl<'a> Racer<'a> {
    fn new(server: &'a Server, key: &str, hold: &str, end: &str) -> Self {
        let request = request("POST", &format!("/v1/holds/{hold}/{end}"), key, &format!("{end}-{hold}"), "{}");
        Self { server, wire: Wire::connect(&server.base).expect("a connection"), request }
    }

    fn run(self) -> Answer {
        insist(&mut Some(self.wire), &self.server.base, &self.request).0
    }
}

/// Checks that the answers and the hold agree on who won. Answers the winner.
fn winner(client: &Client, hold: &str, capture: &Answer, release: &Answer) -> String {
    let status = client.get(&format!("/v1/holds/{hold}")).json()["status"].as_str().expect("a status").to_owned();
    let refusal = |code: &str| (409, code.to_owned());
    match status.as_str() {
        "captured" => {
            assert_eq!(capture.status, 200);
            // Before a late capture there was an expiry, which the release may have met.
            let late = capture.json()["late"] == true;
            let lost = release.problem();
            assert!(lost == refusal("hold-already-captured") || (late && lost == refusal("hold-expired")), "{lost:?}");
        }
        "released" => assert_eq!((release.status, capture.problem()), (200, refusal("hold-already-released"))),
        other => panic!("{hold} is {other} after {capture:?} and {release:?}"),
    }
    for loser in [capture, release].into_iter().filter(|answer| answer.status == 409) {
        assert_eq!((&loser.json()["holdId"], &loser.json()["retry"]), (&json!(hold), &json!("never")));
    }
    status
}

fn hold(client: &Client, number: usize, body: &Value) -> String {
    let reply = client.post_as(&nth_key(number), "/v1/holds", body);
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json()["id"].as_str().expect("a hold's id").into()
}

fn check_balance(client: &Client, granted: i64, captured: usize) {
    wait_until("nothing is held", Duration::from_secs(20), || client.balance()["held"] == 0);
    let posted = granted / 1_000 - 2 * i64::try_from(captured).expect("a count");
    assert_eq!(client.balance(), json!({"posted": posted, "held": 0, "available": posted}));
}

fn a_capture_and_a_release_at_once_have_one_winner(engine: Engine) {
    let granted = 1_000_000;
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", granted, SCOPES);
    let servers = servers(engine, &ledger);
    let client = servers[0].client(&key);
    let body = client.accepted(&two_credits());
    let mut captured = 0;
    for number in 0..200 * rounds() {
        let hold = hold(&client, number, &body);
        let start = Barrier::new(2);
        let (capture, release) = thread::scope(|scope| {
            let run = |racer: Racer<'_>| {
                start.wait();
                racer.run()
            };
            let [first, last] = [&servers[0], &servers[servers.len() - 1]];
            let capture = Racer::new(first, &key, &hold, "capture");
            let release = Racer::new(last, &key, &hold, "release");
            let capture = scope.spawn(move || run(capture));
            let release = run(release);
            (capture.join().expect("a capture"), release)
        });
        captured += usize::from(winner(&client, &hold, &capture, &release) == "captured");
    }
    check_balance(&client, granted, captured);
    drop(servers);
    assert_eq!(audit(&ledger).captures, captured);
}

fn a_capture_a_release_and_the_expiry_have_one_winner(engine: Engine) {
    const AT_ONCE: usize = 12;
    let granted = 1_000_000;
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", granted, SCOPES);
    let servers = servers(engine, &ledger);
    let client = servers[0].client(&key);
    let mut body = client.accepted(&two_credits());
    body["expiresInSeconds"] = json!(1);
    let mut chance = Chance(5);
    let mut winners = Vec::new();
    for round in 0..8 * rounds() {
        let races: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let hold = hold(&client, round * AT_ONCE + number, &body);
                // Around the moment at which it expires, each a little earlier or later.
                let moments = [(); 2].map(|()| Instant::now() + Duration::from_millis(940 + chance.next() % 120));
                (hold, moments)
            })
            .collect();
        let answers: Vec<(Answer, Answer)> = thread::scope(|scope| {
            let at = |server, hold: &str, end, moment: Instant| {
                let end = Racer::new(server, &key, hold, end);
                scope.spawn(move || {
                    thread::sleep(moment.saturating_duration_since(Instant::now()));
                    end.run()
                })
            };
            let [first, last] = [&servers[0], &servers[servers.len() - 1]];
            let running: Vec<_> = (races.iter())
                .map(|(hold, moments)| (at(first, hold, "capture", moments[0]), at(last, hold, "release", moments[1])))
                .collect();
            running.into_iter().map(|(capture, release)| (capture.join().unwrap(), release.join().unwrap())).collect()
        });
        for ((hold, _), (capture, release)) in races.iter().zip(&answers) {
            winners.push(winner(&client, hold, capture, release));
        }
    }
    let won = |end: &str| winners.iter().filter(|winner| *winner == end).count();
    println!("{} captured, {} released", won("captured"), won("released"));
    check_balance(&client, granted, won("captured"));
    drop(servers);
    let history = audit(&ledger);
    assert_eq!((history.captures, history.open_holds), (won("captured"), 0));
}
