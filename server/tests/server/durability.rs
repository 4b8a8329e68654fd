//! What survives the end of the server, however it ends.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use serde_json::{Value, json};

use super::{
    ledger::audit,
    running::{Client, Folder, Server, nth_key, two_credits},
};

#[test]
fn an_acknowledged_charge_survives_kill_9_and_its_key_still_answers() {
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let (body, receipt) = {
        let mut server = Server::start(&folder);
        let client = server.client(&key);
        let body = client.accepted(&two_credits());
        let reply = client.charge(&nth_key(1), &body);
        server.process.kill().expect("kill -9"); // on Unix this is SIGKILL
        assert_eq!(reply.status, 201);
        (body, reply)
    };
    audit(&folder.database());
    let server = Server::start(&folder);
    let client = server.client(&key);
    assert_eq!(client.posted(), 498);
    let again = client.charge(&nth_key(1), &body);
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &receipt.text));
    assert_eq!(client.posted(), 498);
}

/// Charges until the server is gone. Answers the keys that were acknowledged, and how many were tried.
fn charge_until_gone(client: &Client, body: &Value, first: usize, progress: &AtomicUsize) -> (Vec<String>, usize) {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let key = nth_key(first + number);
        match client.try_charge(&key, body) {
            Ok(reply) if reply.status == 201 => {
                acknowledged.push(key);
                progress.fetch_add(1, Ordering::SeqCst);
            }
            Ok(reply) => panic!("{}", reply.text),
            Err(_) => return (acknowledged, number + 1),
        }
    }
    unreachable!("the server is stopped while this runs")
}

/// Runs charges from several clients, ends the server in the middle by a signal, and audits what is left.
fn end_under_load(signal: &str) {
    const CLIENTS: usize = 4;
    let folder = Folder::new();
    let key = folder.with_account("enterprise", 0);
    let mut server = Server::start(&folder);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    let progress = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let outcomes: Vec<(Vec<String>, usize)> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (key, body, progress, server) = (&key, &body, &progress, &server);
                scope.spawn(move || charge_until_gone(&server.client(key), body, number * 1_000_000, progress))
            })
            .collect();
        while progress.load(Ordering::SeqCst) < 40 {
            thread::yield_now();
        }
        server.signal(signal);
        stopped.store(true, Ordering::SeqCst);
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let status = server.process.wait().expect("the server has ended");
    if signal == "-TERM" {
        assert!(status.success(), "a graceful stop ends well, not with {status}");
    }
    drop(server);
    let acknowledged: usize = outcomes.iter().map(|(keys, _)| keys.len()).sum();
    let tried: usize = outcomes.iter().map(|(_, tried)| tried).sum();
    let kept = audit(&folder.database()).captures;
    assert!(acknowledged <= kept && kept <= tried, "{acknowledged} acknowledged, {kept} kept, {tried} tried");

    let server = Server::start(&folder);
    let client = server.client(&key);
    for key in outcomes.iter().flat_map(|(keys, _)| keys) {
        let again = client.charge(key, &body);
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"), "{key}");
    }
}

#[test]
fn kill_9_under_load_loses_and_doubles_no_acknowledged_charge() {
    end_under_load("-KILL");
}

#[test]
fn a_stop_under_load_finishes_what_was_accepted_and_ends_well() {
    end_under_load("-TERM");
}

#[test]
fn a_client_that_hangs_up_leaves_nothing_open() {
    use std::{io::Write, net::TcpStream};
    let folder = Folder::new();
    let key = folder.with_account("basic", 500_000);
    let server = Server::start(&folder);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    let text = body.to_string();
    let address = server.base.trim_start_matches("http://");
    for number in 0..50 {
        let request = format!(
            "POST /v1/charges HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: {}\r\nContent-Length: {}\r\n\r\n{text}",
            nth_key(number),
            text.len(),
        );
        // Some hang up in the head, some in the body, some as soon as all is sent.
        let sent = request.len() * (number + 1) / 50;
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(&request.as_bytes()[..sent]).unwrap();
    }
    for number in 0..50 {
        assert_eq!(client.charge(&nth_key(number), &body).status, 201, "{number}");
    }
    assert_eq!(client.get("/v1/account").json()["balance"], json!({"posted": 400, "held": 0, "available": 400}));
    drop(server);
    assert_eq!(audit(&folder.database()).operations, 50);
}
