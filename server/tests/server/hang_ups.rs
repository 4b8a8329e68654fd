//! Clients that hang up in the middle, ten thousand of them.

use std::{thread, time::Duration};

use serde_json::json;

use super::{
    audit::audit,
    engine::{Engine, Ledger, Opened, on_both_engines},
    running::{Server, nth_key, two_credits, wait_until},
    wire::{Chance, Wire, insist, request, rounds},
};

/// Enough that the writer always finds several operations to commit together.
const THREADS: usize = 32;

on_both_engines! {
    ten_thousand_clients_that_hang_up_leave_nothing_open_and_lose_no_answer;
}

fn ten_thousand_clients_that_hang_up_leave_nothing_open_and_lose_no_answer(engine: Engine) {
    let clients = 10_000 * rounds();
    let granted = 1_000_000_000;
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("pro", granted, "estimate,hold,settle,read");
    let server = Server::start(&ledger);
    let base = server.base.as_str();
    let body = server.client(&key).accepted(&two_credits()).to_string();
    // Every second one holds, and the others charge at once.
    let operation = |number: usize| {
        let path = if number.is_multiple_of(2) { "/v1/holds" } else { "/v1/charges" };
        request("POST", path, &key, &nth_key(number), &body)
    };
    let in_parts = |work: &(dyn Fn(usize) + Sync)| {
        thread::scope(|scope| {
            for first in 0..THREADS {
                scope.spawn(move || (first..clients).step_by(THREADS).for_each(work));
            }
        });
    };
    in_parts(&|number| {
        let bytes = operation(number);
        let mut chance = Chance(number as u64);
        // A quarter sends everything, and some of these see the beginning of the answer.
        let sent = if chance.below(4) == 0 { bytes.len() } else { chance.below(bytes.len()) };
        let mut wire = Wire::connect(base).expect("a connection");
        wire.send(&bytes[..sent]).expect("a part of a request");
        if sent == bytes.len() && chance.below(2) == 0 {
            wire.glance();
        }
    });
    if engine == Engine::Postgres {
        let (cluster, name) = ledger.postgres();
        let open = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND state LIKE 'idle in%'");
        wait_until("no open transaction", Duration::from_secs(5), || cluster.sql(name, &open) == "0");
    }
    thread::scope(|scope| {
        for first in 0..THREADS {
            let (operation, key) = (&operation, &key);
            scope.spawn(move || {
                let mut wire = None;
                for number in (first..clients).step_by(THREADS) {
                    let (answer, _) = insist(&mut wire, base, &operation(number));
                    assert_eq!(answer.status, 201, "{number}: {}", answer.body);
                    if number % 2 == 0 {
                        let hold = answer.json()["id"].as_str().expect("a hold's id").to_owned();
                        let path = format!("/v1/holds/{hold}/release");
                        let release = request("POST", &path, key, &format!("release-{}", nth_key(number)), "{}");
                        let (answer, _) = insist(&mut wire, base, &release);
                        assert_eq!(answer.status, 200, "{}", answer.body);
                    }
                }
            });
        }
    });
    let posted = granted / 1_000 - 2 * i64::try_from(clients / 2).expect("a count");
    let balance = server.client(&key).get("/v1/account").json()["balance"].clone();
    assert_eq!(balance, json!({"posted": posted, "held": 0, "available": posted}));
    drop(server);
    let history = audit(&ledger);
    assert_eq!((history.captures, history.open_holds), (clients / 2, 0));
}
