//! Whose idempotency key it is: the payer's, the worker's or the administrator's, each apart from the others.

use std::{sync::Barrier, thread};

use serde_json::{Value, json};

use super::{
    audit::audit,
    engine::{Engine, Ledger, Opened, on_both_engines},
    running::{Server, nth_key, two_credits},
};

on_both_engines! {
    a_payer_who_uses_the_workers_key_first_frees_no_work;
    an_administrators_key_is_one_request_whatever_account_it_concerns;
    one_administrators_key_for_two_accounts_at_once_grants_to_one;
}

fn a_payer_who_uses_the_workers_key_first_frees_no_work(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { id, key: payer } = ledger.account("basic", 10_000, "estimate,hold,read");
    let server = Server::start(&ledger);
    let worker = server.client(&ledger.admin(&server).key(&id, "settle"));
    let payer = server.client(&payer);
    let body = payer.accepted(&two_credits());
    let placed = payer.post_as(&nth_key(1), "/v1/holds", &body).json();
    let hold = placed["id"].as_str().expect("a hold");
    // The key that the worker will use is known to the payer, who sends something else with it.
    let capture_key = format!("capture-of-{hold}");
    let library = json!({"items": [{"operation": "library"}]});
    assert_eq!(payer.post_as(&capture_key, "/v1/charges", &payer.accepted(&library)).status, 201);

    let captured = worker.post_as(&capture_key, &format!("/v1/holds/{hold}/capture"), &json!({}));

    assert_eq!((captured.status, &captured.json()["charge"]), (200, &json!(2)), "{}", captured.text);
    assert_eq!(payer.posted(), 8);
    // Within a side a key is still of one request.
    let release = worker.post_as(&capture_key, &format!("/v1/holds/{hold}/release"), &json!({}));
    assert_eq!(release.problem(), (422, "idempotency-key-reused".into()));
    let another = payer.post_as(&capture_key, "/v1/charges", &body);
    assert_eq!(another.problem(), (422, "idempotency-key-reused".into()));
    drop(server);
    assert_eq!(audit(&ledger).captures, 2);
}

fn an_administrators_key_is_one_request_whatever_account_it_concerns(engine: Engine) {
    let ledger = Ledger::new(engine);
    ledger.account("basic", 0, "read"); // one that `key new` finds
    let server = Server::start(&ledger);
    let administrator = ledger.admin(&server);
    let (one, other) = (administrator.account("basic", 0, "read"), administrator.account("basic", 0, "read"));
    let grant = |account: &Opened| {
        let path = format!("/v1/accounts/{}/grants", account.id);
        administrator.client.post_as("grant-of-the-month", &path, &json!({"amount": 500}))
    };
    let posted = |account: &Opened| server.client(&account.key).posted();

    let (first, second, again) = (grant(&one), grant(&other), grant(&one));

    assert_eq!((first.status, again.status, &again.text), (201, 201, &first.text));
    assert_eq!(second.problem(), (422, "idempotency-key-reused".into()), "{}", second.text);
    assert_eq!((posted(&one), posted(&other)), (json!(500), json!(0)));
    let open = |id: &str| {
        let body: Value = json!({"tier": "basic", "accountId": id});
        administrator.client.post_as("the-account-of-an-order", "/v1/accounts", &body)
    };
    assert_eq!(open("acct_of_an_order").status, 201);
    assert_eq!(open("acct_of_another").problem(), (422, "idempotency-key-reused".into()));
    drop(server);
    audit(&ledger);
}

/// Each account has a writer of its own on PostgreSQL, and here a server too.
fn one_administrators_key_for_two_accounts_at_once_grants_to_one(engine: Engine) {
    let ledger = Ledger::new(engine);
    ledger.account("basic", 0, "read"); // one that `key new` finds
    let servers: Vec<Server> =
        (0..if engine == Engine::Postgres { 2 } else { 1 }).map(|_| Server::start(&ledger)).collect();
    let administrators: Vec<_> = servers.iter().map(|server| ledger.admin(server)).collect();
    let key = administrators[0].client.clone();
    for round in 0..20 {
        let accounts = [0, 1].map(|_| administrators[0].account("basic", 0, "read"));
        let start = Barrier::new(2);
        let replies: Vec<_> = thread::scope(|scope| {
            let ask = |(number, account): (usize, &Opened)| {
                let client = key.at(&servers[number % servers.len()]);
                let (start, path) = (&start, format!("/v1/accounts/{}/grants", account.id));
                scope.spawn(move || {
                    start.wait();
                    client.post_as(&format!("grant-of-a-round-{round}"), &path, &json!({"amount": 5}))
                })
            };
            let asked: Vec<_> = accounts.iter().enumerate().map(ask).collect();
            asked.into_iter().map(|asked| asked.join().expect("an administrator")).collect()
        });
        let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422], "{:?}", replies.iter().map(|reply| &reply.text).collect::<Vec<_>>());
    }
    drop(servers);
    audit(&ledger);
}
