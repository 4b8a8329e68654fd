//! Money under load, on both engines: what must hold when everything happens at once or ends in the middle.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::{
    audit::audit,
    engine::{Engine, Ledger, Opened, on_both_engines},
    postgres::Cluster,
    running::{Server, nth_key, two_credits, wait_until},
    wire::{Answer, Chance, Wire, insist, request, rounds},
};

const MILLICREDITS_EACH: i64 = 2_000;
const BROWSER: &str = "estimate,hold,read";

on_both_engines! {
    a_thousand_attempts_on_a_balance_that_covers_ten_succeed_ten_times;
    fifty_kills_under_load_lose_and_double_no_charge;
}

/// A charge of two credits as bytes, but for its idempotency key.
fn charge_of(server: &Server, key: &str) -> impl Fn(usize) -> Vec<u8> + use<> {
    let body = server.client(key).accepted(&two_credits()).to_string();
    let key = key.to_owned();
    move |number| request("POST", "/v1/charges", &key, &nth_key(number), &body)
}

#[test]
fn one_account_a_transaction_charges_many_accounts_as_well() {
    const ACCOUNTS: usize = 8;
    const CHARGES: usize = 25;
    let ledger = Ledger::new(Engine::Postgres);
    let keys: Vec<String> =
        (0..ACCOUNTS).map(|_| ledger.account("basic", 100 * MILLICREDITS_EACH, BROWSER).key).collect();
    let server = Server::start_with(&ledger, &["--one-account-a-transaction", "--writers", "1"]);
    thread::scope(|scope| {
        for key in &keys {
            let server = &server;
            scope.spawn(move || {
                let client = server.client(key);
                let body = client.accepted(&two_credits());
                for number in 0..CHARGES {
                    assert_eq!(client.charge(&nth_key(number), &body).status, 201);
                }
                assert_eq!(client.posted(), 150);
            });
        }
    });
    drop(server);
    assert_eq!(audit(&ledger).captures, ACCOUNTS * CHARGES);
}

fn a_thousand_attempts_on_a_balance_that_covers_ten_succeed_ten_times(engine: Engine) {
    const ATTEMPTS: usize = 1_000;
    for _ in 0..rounds() {
        let ledger = Ledger::new(engine);
        let Opened { key, .. } = ledger.account("basic", 10 * MILLICREDITS_EACH, BROWSER);
        // Several servers may share a PostgreSQL; a file has one.
        let servers: Vec<Server> =
            (0..if engine == Engine::Postgres { 2 } else { 1 }).map(|_| Server::start(&ledger)).collect();
        let charge = charge_of(&servers[0], &key);
        let base = |number: usize| &servers[number % servers.len()].base;
        // Every request is there but for its last byte; then they all become whole.
        let mut wires: Vec<Wire> = (0..ATTEMPTS)
            .map(|number| {
                let mut wire = Wire::connect(base(number)).expect("a connection; `ulimit -n` must allow 4096 files");
                let bytes = charge(number);
                wire.send(&bytes[..bytes.len() - 1]).expect("most of a request");
                wire
            })
            .collect();
        for wire in &mut wires {
            wire.send(b"}").expect("the last byte");
        }
        let answers: Vec<Answer> = wires
            .into_iter()
            .enumerate()
            .map(|(number, mut wire)| match wire.answer() {
                // Two seconds were too short for a slow machine: the same key finds what became of it.
                Ok(answer) if answer.try_again() => insist(&mut Some(wire), base(number), &charge(number)).0,
                answer => answer.expect("an answer"),
            })
            .collect();
        let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((count(201), count(402)), (10, ATTEMPTS - 10));
        let account = servers[0].client(&key).get("/v1/account").json();
        assert_eq!(account["balance"], serde_json::json!({"posted": 0, "held": 0, "available": 0}));
        drop(servers);
        let history = audit(&ledger);
        assert_eq!((history.captures, history.open_holds), (10, 0));
    }
}

/// What a client knows of its charges when the server was killed.
#[derive(Default)]
struct Known {
    acknowledged: Vec<usize>,
    unknown: Vec<usize>,
}

/// Charges until the server is gone; the numbers are `first`, `first + step`, and so on.
fn charge_until_gone(
    base: &str,
    numbers: impl Iterator<Item = usize>,
    charge: impl Fn(usize) -> Vec<u8>,
    acknowledged: &AtomicUsize,
) -> Known {
    let mut known = Known::default();
    let Ok(mut wire) = Wire::connect(base) else { return known };
    for number in numbers {
        let Ok(answer) = wire.ask(&charge(number)) else {
            known.unknown.push(number);
            break;
        };
        assert_eq!(answer.status, 201, "{}", answer.body);
        known.acknowledged.push(number);
        acknowledged.fetch_add(1, Ordering::SeqCst);
    }
    known
}

fn fifty_kills_under_load_lose_and_double_no_charge(engine: Engine) {
    const CLIENTS: usize = 4;
    let kills = 50 * rounds();
    let granted = 1_000_000_000;
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("pro", granted, BROWSER);
    let mut chance = Chance(3);
    let (mut next, mut charged, mut found) = (0, 0, 0);
    let mut before = Known::default();
    for _ in 0..=kills {
        let mut server = Server::start(&ledger);
        let charge = charge_of(&server, &key);
        let mut wire = None;
        for number in before.acknowledged.drain(..) {
            let (answer, _) = insist(&mut wire, &server.base, &charge(number));
            assert!(answer.status == 201 && answer.replayed, "an acknowledged charge is lost: {answer:?}");
        }
        for number in before.unknown.drain(..) {
            let (answer, _) = insist(&mut wire, &server.base, &charge(number));
            assert_eq!(answer.status, 201, "{}", answer.body);
            charged += 1;
            found += usize::from(answer.replayed);
        }
        let (acknowledged, after) = (AtomicUsize::new(0), 1 + chance.below(30));
        let moment = Duration::from_micros(chance.next() % 4_000);
        let all: Vec<Known> = thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|client| {
                    let (base, charge, acknowledged) = (&server.base, &charge, &acknowledged);
                    scope.spawn(move || {
                        charge_until_gone(base, (next + client..).step_by(CLIENTS), charge, acknowledged)
                    })
                })
                .collect();
            while acknowledged.load(Ordering::SeqCst) < after {
                thread::yield_now();
            }
            let reached = Instant::now();
            while reached.elapsed() < moment {
                std::hint::spin_loop();
            }
            server.signal("-KILL");
            clients.into_iter().map(|client| client.join().expect("a client")).collect()
        });
        server.process.wait().expect("the server is gone");
        for known in all {
            charged += known.acknowledged.len();
            before.acknowledged.extend(known.acknowledged);
            before.unknown.extend(known.unknown);
        }
        next = 1 + before.acknowledged.iter().chain(&before.unknown).max().copied().unwrap_or(next);
    }
    let server = Server::start(&ledger);
    let charge = charge_of(&server, &key);
    for number in before.acknowledged.into_iter().chain(before.unknown.iter().copied()) {
        assert_eq!(insist(&mut None, &server.base, &charge(number)).0.status, 201);
    }
    charged += before.unknown.len();
    let spent = i64::try_from(charged).expect("a count") * MILLICREDITS_EACH;
    assert_eq!(server.client(&key).posted(), (granted - spent) / 1_000);
    drop(server);
    assert_eq!(audit(&ledger).captures, charged);
    println!("{kills} kills, {charged} charges, {found} of the unknown ones had been carried out");
}

/// Charges until told to stop, each until it has a final answer. Answers how many had one, and how many refusals of a
/// database that is away came before.
fn charge_through(base: &str, first: usize, charge: impl Fn(usize) -> Vec<u8>, seen: &Seen) -> usize {
    let mut wire = None;
    let mut number = first;
    while !seen.enough.load(Ordering::SeqCst) {
        let bytes = charge(number);
        loop {
            let wire = wire.get_or_insert_with(|| Wire::connect(base).expect("the server itself is there"));
            let answer = wire.ask(&bytes).expect("the server answers whatever its database does");
            match answer.status {
                201 => break,
                503 => drop(seen.unavailable.fetch_add(1, Ordering::SeqCst)),
                _ => assert!(answer.try_again(), "{}", answer.body),
            }
        }
        number += 1;
        seen.charged.fetch_add(1, Ordering::SeqCst);
    }
    number - first
}

#[derive(Default)]
struct Seen {
    charged: AtomicUsize,
    unavailable: AtomicUsize,
    enough: AtomicBool,
}

#[test]
fn a_postgres_that_crashes_under_load_loses_nothing_and_is_found_again_within_five_seconds() {
    const CLIENTS: usize = 4;
    const RANGE: usize = 10_000_000;
    let cluster = Cluster::start();
    let ledger = Ledger::on(&cluster);
    let granted = 1_000_000_000;
    let Opened { key, .. } = ledger.account("pro", granted, BROWSER);
    let server = Server::start(&ledger);
    let charge = charge_of(&server, &key);
    let seen = Seen::default();
    let stranger = server.stranger();
    let long = Duration::from_secs(30);
    let charged: usize = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (base, charge, seen) = (&server.base, &charge, &seen);
                scope.spawn(move || charge_through(base, client * RANGE, charge, seen))
            })
            .collect();
        for _ in 0..3 * rounds() {
            let before = seen.charged.load(Ordering::SeqCst);
            wait_until("charges", long, || seen.charged.load(Ordering::SeqCst) >= before + 40);
            cluster.stop();
            let (refused, stopped) = (seen.unavailable.load(Ordering::SeqCst), seen.charged.load(Ordering::SeqCst));
            wait_until("503 while it is away", long, || seen.unavailable.load(Ordering::SeqCst) >= refused + CLIENTS);
            // What was on its way when it stopped may still have been acknowledged; nothing after that can be.
            assert!(seen.charged.load(Ordering::SeqCst) <= stopped + CLIENTS);
            assert_eq!((stranger.get("/healthz").status, stranger.get("/readyz").status), (200, 503));
            let away = seen.charged.load(Ordering::SeqCst);
            cluster.resume();
            let within = Duration::from_secs(5);
            wait_until("service again", within, || seen.charged.load(Ordering::SeqCst) >= away + CLIENTS);
        }
        seen.enough.store(true, Ordering::SeqCst);
        clients.into_iter().map(|client| client.join().expect("a client")).sum()
    });
    let spent = i64::try_from(charged).expect("a count") * MILLICREDITS_EACH;
    assert_eq!(server.client(&key).posted(), (granted - spent) / 1_000);
    drop(server);
    assert_eq!(audit(&ledger).captures, charged);
}
