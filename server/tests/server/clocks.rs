//! What a clock may do that steps back, stands far ahead, or did so once.

use std::thread;

use pricetag_server::{
    charge::Refusal,
    store::{Answer, Operation, Resolution},
};
use serde_json::json;

use super::{
    audit::audit,
    engine::{Engine, Ledger, Opened, on_both_engines},
    running::{Client, Server, nth_key, pricetag, two_credits},
    timed_ledger::TimedLedger,
};

const SCOPES: &str = "estimate,hold,settle,read";
const DAY_MS: i64 = 86_400_000;
/// 2026-12-01T00:00:00Z
const DECEMBER: i64 = 1_796_083_200_000;
const YEAR_2030: i64 = 1_893_456_000_000;

on_both_engines! {
    a_ledger_far_ahead_of_the_clock_is_refused_at_start_unless_told_otherwise;
}

/// Ten free pictures, all that the tier `free` has in a month.
fn free_pictures() -> serde_json::Value {
    json!({"items": [{"operation": "create", "model": "gemini-imagen", "variations": 10}]})
}

#[test]
fn a_hold_that_expired_is_captured_for_a_day_and_no_longer() {
    const MINUTE_MS: i64 = 60_000;
    let ledger = Ledger::new(Engine::Sqlite);
    let mut here = TimedLedger::open(&ledger, DECEMBER);
    here.account("acct_one", "basic");
    let holds = [(); 2].map(|()| here.hold("acct_one", MINUTE_MS));
    let over = DECEMBER + MINUTE_MS;
    here.set(over);
    for hold_id in &holds {
        let (account_id, hold_id) = ("acct_one".into(), hold_id.clone());
        assert!(matches!(here.run(Operation::Expire { account_id, hold_id }), Answer::HoldResolved(_)));
    }
    here.set(over + DAY_MS);
    assert!(matches!(here.capture("acct_one", &holds[0]), Answer::Stored { .. }));
    here.set(over + DAY_MS + 1);
    let refused = here.capture("acct_one", &holds[1]);
    assert!(matches!(refused, Answer::HoldResolved(Resolution::Expired)), "{refused:?}");
}

#[test]
fn a_hold_is_extended_for_seven_days_in_all() {
    let ledger = Ledger::new(Engine::Sqlite);
    let mut here = TimedLedger::open(&ledger, DECEMBER);
    here.account("acct_one", "basic");
    let hold = here.hold("acct_one", DAY_MS);
    for day in 0..7 {
        // Each time just before it expires.
        here.set(DECEMBER + day * (DAY_MS - 1));
        let extended = here.extend("acct_one", &hold, DAY_MS);
        assert!(matches!(extended, Answer::Stored { .. }), "day {day}: {extended:?}");
    }
    here.set(DECEMBER + 6 * DAY_MS + 1_000);
    let Answer::Refused(Refusal::Faults(faults)) = here.extend("acct_one", &hold, DAY_MS) else { panic!("refused") };
    let due = "a hold lasts at most 7 days in all; this one may last 86399 seconds more";
    assert_eq!(faults.errors[0].message, due);
    assert!(matches!(here.capture("acct_one", &hold), Answer::Stored { .. }));
}

#[test]
fn free_units_of_a_month_are_used_once_when_the_clock_steps_back_over_its_end_on_sqlite() {
    let ledger = Ledger::new(Engine::Sqlite);
    let mut here = TimedLedger::open(&ledger, DECEMBER + 60_000);
    here.account("acct_one", "free");
    assert!(here.charge(&["acct_one"], &free_pictures())[0].abs() < f64::EPSILON);
    here.set(DECEMBER - 60_000);
    assert!(
        here.charge(&["acct_one"], &free_pictures())[0] > 0.0,
        "December's units are used, and it is December here"
    );
    here.set(DECEMBER + 120_000);
    assert!(here.charge(&["acct_one"], &free_pictures())[0] > 0.0);
    assert_eq!(ledger.rows("SELECT month, used FROM free_units"), [["2026-12", "10"]]);
    audit(&ledger);
}

#[test]
fn an_entry_of_2030_moves_its_own_account_and_no_other_of_its_transaction_on_sqlite() {
    let ledger = Ledger::new(Engine::Sqlite);
    let mut here = TimedLedger::open(&ledger, DECEMBER);
    here.account("acct_ahead", "basic");
    here.account("acct_other", "basic");
    here.set(YEAR_2030);
    here.charge(&["acct_ahead"], &two_credits());
    here.set(DECEMBER + 1_000);
    here.charge(&["acct_ahead", "acct_other"], &two_credits());
    let last = |account: &str| ledger.count(&format!("SELECT max(at) FROM entries WHERE account_id = '{account}'"));
    assert_eq!((last("acct_ahead"), last("acct_other")), (YEAR_2030, DECEMBER + 1_000));
    audit(&ledger);
}

/// Every time of an entry, a hold and an outcome of one operation is the same, and it is the account's own.
#[test]
fn one_operation_has_one_instant() {
    let ledger = Ledger::new(Engine::Sqlite);
    let mut here = TimedLedger::open(&ledger, DECEMBER);
    here.account("acct_one", "basic");
    here.set(DECEMBER - 5);
    here.charge(&["acct_one"], &two_credits());
    let times = "SELECT (SELECT max(at) FROM entries), (SELECT at FROM holds), (SELECT at FROM hold_outcomes),
        (SELECT at FROM settled_lines), (SELECT at FROM ops)";
    assert_eq!(ledger.rows(times).concat(), vec![DECEMBER.to_string(); 5]);
}

#[test]
fn free_units_of_a_late_capture_are_of_the_month_in_which_its_hold_was_placed() {
    let ledger = Ledger::new(Engine::Sqlite);
    let mut here = TimedLedger::open(&ledger, DECEMBER - 60_000);
    here.account("acct_one", "free");
    let operation = here.placing("acct_one", &free_pictures(), Some(30_000));
    let Answer::Stored { body, .. } = here.run(operation) else { panic!("a hold is placed") };
    let answer: serde_json::Value = serde_json::from_str(&body.stored).expect("JSON");
    let hold = answer["id"].as_str().expect("a hold's id").to_owned();
    here.set(DECEMBER + 60_000);
    let ten = vec![("gemini-imagen".to_owned(), 10)];
    assert!(matches!(here.capture_with("acct_one", &hold, ten), Answer::Stored { .. }));
    assert_eq!(ledger.rows("SELECT month, used FROM free_units"), [["2026-11", "10"]]);
    assert!(here.charge(&["acct_one"], &free_pictures())[0].abs() < f64::EPSILON, "December has its own");
    assert_eq!(
        ledger.rows("SELECT month, used FROM free_units ORDER BY month"),
        [["2026-11", "10"], ["2026-12", "10"]]
    );
}

#[test]
fn a_day_of_the_clock_limits_what_an_account_stores_and_the_next_day_begins_anew() {
    let ledger = Ledger::new(Engine::Sqlite);
    let mut here = TimedLedger::open(&ledger, DECEMBER);
    here.account("acct_one", "basic");
    here.bytes_a_day = Some(5_000);
    let placed = |here: &mut TimedLedger| {
        let operation = here.placing("acct_one", &two_credits(), None);
        match here.run(operation) {
            Answer::Stored { .. } => true,
            Answer::Refused(Refusal::StorageLimit { .. }) => false,
            other => panic!("{other:?}"),
        }
    };
    let first_day = (0..8).filter(|_| placed(&mut here)).count();
    assert!((2..6).contains(&first_day), "{first_day}");
    here.set(DECEMBER + DAY_MS - 1);
    assert!(!placed(&mut here));
    here.set(DECEMBER + DAY_MS);
    let second_day = (0..8).filter(|_| placed(&mut here)).count();
    // The document is there already, so that the same bytes hold as many charges at least.
    assert!(second_day >= first_day, "{first_day} and {second_day}");
    audit(&ledger);
}

#[test]
fn a_restart_with_a_clock_that_is_an_hour_behind_moves_no_account_that_has_no_such_entry() {
    let ledger = Ledger::new(Engine::Sqlite);
    let hour_ahead = system_time() + 3_600_000;
    let mut here = TimedLedger::open(&ledger, hour_ahead);
    here.account("acct_ahead", "basic");
    drop(here);
    let server = Server::start(&ledger);
    let Opened { id, .. } = ledger.admin(&server).account("basic", 10_000, SCOPES);
    let at = ledger.count(&format!("SELECT max(at) FROM entries WHERE account_id = '{id}'"));
    assert!(at < hour_ahead - 1_800_000, "{at}");
}

/// A server on a PostgreSQL whose clock the test sets, by how many milliseconds it differs from the true one.
fn with_clock(ledger: &Ledger, offset_ms: i64) {
    let (cluster, name) = ledger.postgres();
    cluster.sql(
        name,
        "CREATE SCHEMA IF NOT EXISTS clock; GRANT USAGE ON SCHEMA clock TO PUBLIC;
         CREATE TABLE IF NOT EXISTS clock.step (ms bigint); GRANT SELECT ON clock.step TO PUBLIC;
         CREATE OR REPLACE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS
           'SELECT pg_catalog.now() + (SELECT ms FROM clock.step) * interval ''1 millisecond'''",
    );
    cluster.sql(name, &format!("DELETE FROM clock.step; INSERT INTO clock.step VALUES ({offset_ms})"));
    // Ahead of PostgreSQL's own `now()`, for sessions that begin from now on.
    cluster.sql("postgres", &format!("ALTER DATABASE {name} SET search_path = public, clock, pg_catalog"));
}

fn system_time() -> i64 {
    pricetag_server::clock::system_time()
}

/// Milliseconds until the UTC month after next begins, so that the test never meets the end of a real one.
fn until_next_month() -> i64 {
    let now = system_time();
    let month = pricetag_server::clock::month;
    let days = (1..=31).find(|days| month(now + days * DAY_MS) != month(now)).expect("the next month");
    let there = now + days * DAY_MS;
    there - there.rem_euclid(DAY_MS) - now
}

fn charged(client: &Client, number: usize) -> f64 {
    let reply = client.charge(&nth_key(number), &json!({"plan": free_pictures(), "accepted": {"high": 1000}}));
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json()["charge"].as_f64().expect("a charge")
}

#[test]
fn free_units_of_a_month_are_used_once_when_the_clock_steps_back_over_its_end_on_postgres() {
    let ledger = Ledger::new(Engine::Postgres);
    let over = until_next_month() + 600_000;
    with_clock(&ledger, over);
    let server = Server::start(&ledger);
    let Opened { key, .. } = ledger.admin(&server).account("free", 100_000, SCOPES);
    let client = server.client(&key);
    assert!(charged(&client, 1).abs() < f64::EPSILON);
    with_clock(&ledger, over - 1_200_000);
    assert_eq!(
        client.get("/v1/account").json()["freeUnits"]["gemini-imagen"],
        0,
        "the account's month is the later one"
    );
    assert!(charged(&client, 2) > 0.0);
    assert_eq!(ledger.count("SELECT max(used) FROM free_units"), 10);
    assert_eq!(ledger.count("SELECT count(*) FROM free_units"), 1);
    drop(server);
    audit(&ledger);
}

#[test]
fn an_entry_of_2030_moves_its_own_account_and_no_other_of_its_transaction_on_postgres() {
    const CHARGES: usize = 15;
    let ledger = Ledger::new(Engine::Postgres);
    let ahead_ms = YEAR_2030 - system_time();
    with_clock(&ledger, 0);
    let server = Server::start_with(&ledger, &["--writers", "1"]);
    let administrator = ledger.admin(&server);
    let accounts = [0, 1].map(|_| administrator.account("basic", 500_000, SCOPES));
    let clients = accounts.each_ref().map(|account| server.client(&account.key));
    let body = clients[0].accepted(&two_credits());
    with_clock(&ledger, ahead_ms);
    assert_eq!(clients[0].charge(&nth_key(0), &body).status, 201);
    with_clock(&ledger, 0);
    // At once, so that the only writer takes some of both accounts into one transaction.
    thread::scope(|scope| {
        for (sender, client) in clients.iter().cycle().take(8).enumerate() {
            let body = &body;
            scope.spawn(move || {
                for number in 0..CHARGES {
                    assert_eq!(client.charge(&format!("{}-{sender}", nth_key(number)), body).status, 201);
                }
            });
        }
    });
    let last =
        |account: &Opened| ledger.count(&format!("SELECT max(at) FROM entries WHERE account_id = '{}'", account.id));
    assert!(last(&accounts[0]) >= YEAR_2030);
    assert!(last(&accounts[1]) < YEAR_2030 - DAY_MS, "{}", last(&accounts[1]));
    drop(server);
    audit(&ledger);
}

fn a_ledger_far_ahead_of_the_clock_is_refused_at_start_unless_told_otherwise(engine: Engine) {
    let ledger = Ledger::new(engine);
    if engine == Engine::Sqlite {
        let mut here = TimedLedger::open(&ledger, YEAR_2030);
        here.account("acct_ahead", "basic");
    } else {
        with_clock(&ledger, YEAR_2030 - system_time());
        drop(Server::start(&ledger));
        with_clock(&ledger, 0);
    }
    let start = |arguments: &[&str]| {
        use super::engine::Place;
        let mut command = pricetag();
        command.args(["serve", "--port", "0"]).args(ledger.arguments()).args(arguments).envs(ledger.environment());
        command.output().expect("the program runs")
    };

    let refused = start(&[]);

    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("2030-01-01T") && said.contains("--allow-clock-behind"), "{said}");
    let server = Server::start_with(&ledger, &["--allow-clock-behind"]);
    let Opened { id, key } = ledger.admin(&server).account("basic", 10_000, SCOPES);
    let client = server.client(&key);
    assert_eq!(client.charge(&nth_key(1), &client.accepted(&two_credits())).status, 201);
    let last = ledger.count(&format!("SELECT max(at) FROM entries WHERE account_id = '{id}'"));
    assert!(last < YEAR_2030 - DAY_MS, "an account without such entries goes by the clock");
}
