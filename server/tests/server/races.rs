//! Many clients and one balance.

use std::{sync::Barrier, thread};

use serde_json::json;

use super::{
    ledger::audit,
    running::{Folder, Server, nth_key, two_credits},
};

#[test]
fn a_hundred_charges_on_a_balance_that_covers_ten_succeed_ten_times() {
    const CLIENTS: usize = 20;
    const EACH: usize = 5;
    let folder = Folder::new();
    let key = folder.with_account("basic", 20_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    let start = Barrier::new(CLIENTS);
    let statuses: Vec<u16> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (client, start, body) = (client.clone(), &start, &body);
                scope.spawn(move || {
                    start.wait();
                    let nth = |charge| nth_key(number * EACH + charge);
                    (0..EACH).map(|charge| client.charge(&nth(charge), body).status).collect::<Vec<_>>()
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let count = |status: u16| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((count(201), count(402)), (10, 90));
    assert_eq!(client.get("/v1/account").json()["balance"], json!({"posted": 0, "held": 0, "available": 0}));
    drop(server);
    let history = audit(&folder.database());
    assert_eq!(history.captures, 10);
}

#[test]
fn free_units_are_taken_once_however_many_ask_at_once() {
    const CLIENTS: usize = 8;
    let folder = Folder::new();
    let key = folder.with_account("free", 0);
    let server = Server::start(&folder);
    let client = server.client(&key);
    // Five of the tier's twenty free images each, and no credits: four can have them.
    let plan = json!({"items": [{"operation": "create", "model": "huggingface-flux", "variations": 5}]});
    let body = client.accepted(&plan);
    assert_eq!(body["accepted"]["high"], 0);
    let start = Barrier::new(CLIENTS);
    let statuses: Vec<u16> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (client, start, body) = (client.clone(), &start, &body);
                scope.spawn(move || {
                    start.wait();
                    client.charge(&nth_key(number), body).status
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let count = |status: u16| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((count(201), count(409)), (4, 4), "past the free units the price is not the accepted one");
    assert_eq!(client.get("/v1/account").json()["freeUnits"]["huggingface-flux"], 0);
}
