//! The log: every line of a request has its id, and a fault that goes on is counted.

use std::{collections::BTreeSet, fs, thread};

use serde_json::json;

use super::{
    engine::{Engine, Ledger, Opened, on_both_engines},
    running::{Server, nth_key, two_credits},
};

const SCOPES: &str = "estimate,hold,read";
const CHARGES: usize = 60;

on_both_engines! {
    an_outage_is_told_by_the_id_of_a_request_and_then_by_how_often;
}

/// The ids that a line tells.
fn id(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("request{id=")?;
    Some(rest.split_once('}').expect("the end of the span").0)
}

/// How many faults a line tells: those of a summary, else one.
fn count(line: &str) -> usize {
    line.split_once("again ").map_or(1, |(_, rest)| {
        rest.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("no count in {line}"))
    })
}

fn an_outage_is_told_by_the_id_of_a_request_and_then_by_how_often(engine: Engine) {
    let ledger = Ledger::new(engine);
    let Opened { key, .. } = ledger.account("basic", 10_000, SCOPES);
    let log = ledger.folder.file("log.txt");
    let server = Server::start_logging(&ledger, &log, &[]);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    // What the writers need is gone, and comes back.
    let rename = |from: &str, to: &str| match engine {
        Engine::Sqlite => {
            let other = rusqlite::Connection::open(ledger.file()).expect("the ledger");
            other.execute_batch(&format!("ALTER TABLE {from} RENAME TO {to}")).expect("another name");
        }
        Engine::Postgres => {
            let (cluster, name) = ledger.postgres();
            cluster.sql(name, &format!("ALTER TABLE {from} RENAME TO {to}"));
        }
    };
    rename("ops", "ops_gone");
    let mut ids = BTreeSet::new();
    for number in 0..CHARGES {
        let reply = client.charge(&nth_key(number), &body);
        assert_eq!(reply.problem(), (503, "unavailable".into()), "{}", reply.text);
        ids.insert(reply.header("x-request-id").to_owned());
    }
    rename("ops_gone", "ops");
    assert_eq!(client.charge(&nth_key(0), &body).status, 201);
    server.stop();
    let log = fs::read_to_string(log).expect("the log");
    for message in ["a transaction was lost", "the ledger is not available"] {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(message)).collect();
        let (repeated, first): (Vec<&str>, Vec<&str>) = lines.iter().partition(|line| line.contains("again "));
        assert!(!first.is_empty() && first.iter().all(|line| id(line).is_some_and(|id| ids.contains(id))), "{log}");
        assert!(!repeated.is_empty() && lines.len() < CHARGES / 4, "{log}");
        assert_eq!(lines.iter().map(|line| count(line)).sum::<usize>(), CHARGES, "{log}");
    }
}

#[test]
fn every_line_of_many_requests_has_the_id_that_its_client_got() {
    let ledger = Ledger::new(Engine::Sqlite);
    let Opened { key, .. } = ledger.account("basic", 100_000, SCOPES);
    let log = ledger.folder.file("log.txt");
    let server = Server::start_logging(&ledger, &log, &["--log", "info"]);
    let body = server.client(&key).accepted(&two_credits());
    let ids: BTreeSet<String> = thread::scope(|scope| {
        let asking = |first: usize| {
            let client = server.client(&key);
            let body = &body;
            scope.spawn(move || {
                let charges = (first..first + 10).map(|number| client.charge(&nth_key(number), body));
                let more =
                    [client.get("/v1/nothing"), client.get("/"), client.post("/v1/charges", json!({}).to_string())];
                charges.chain(more).map(|reply| reply.header("x-request-id").to_owned()).collect::<Vec<_>>()
            })
        };
        let asked: Vec<_> = [0, 100, 200, 300].map(asking).into();
        asked.into_iter().flat_map(|asked| asked.join().expect("a client")).collect()
    });
    server.stop();
    let log = fs::read_to_string(log).expect("the log");
    let requests: Vec<&str> = log.lines().filter(|line| line.contains("status=")).collect();
    let told: BTreeSet<String> = requests.iter().filter_map(|line| id(line)).map(Into::into).collect();
    assert!(ids.is_subset(&told), "{log}");
    assert_eq!(requests.len(), told.len(), "one line a request");
    assert!(!log.contains(&key) && !log.contains("pk_"), "no key is in a log");
}
