//! What a page asks for to show what an account has done: newest first, day by day, and with the plans.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{
    engine::{Engine, Ledger, on_both_engines},
    running::{Client, Server, nth_key, two_credits},
};

on_both_engines! {
    entries_come_newest_first_a_page_at_a_time;
    each_day_ends_with_its_last_entry;
    captures_come_with_their_plans_a_page_at_a_time;
}

const SCOPES: &str = "estimate,hold,settle,read";

fn numbers(list: &Value, member: &str) -> Vec<i64> {
    list.as_array().expect("a list").iter().map(|one| one[member].as_i64().expect("a number")).collect()
}

fn entries_come_newest_first_a_page_at_a_time(engine: Engine) {
    let ledger = Ledger::new(engine);
    let key = ledger.account("basic", 50_000, SCOPES).key;
    let server = Server::start(&ledger);
    let client = server.client(&key);
    for number in 0..3 {
        assert_eq!(client.charge(&nth_key(number), &client.accepted(&two_credits())).status, 201);
    }
    // The opening, the grant and three charges.
    let page = |query: &str| {
        let page = client.get(&format!("/v1/entries?{query}")).json();
        (numbers(&page["entries"], "seq"), page["next"].clone())
    };
    assert_eq!(page("before=5&limit=2"), (vec![4, 3], json!(3)));
    assert_eq!(page("before=3&limit=2"), (vec![2, 1], json!(1)));
    assert_eq!(page("before=1&limit=2"), (vec![0], json!(null)));
    assert_eq!(page("before=0"), (vec![], json!(null)));
    assert_eq!(page("before=9223372036854775807"), (vec![4, 3, 2, 1, 0], json!(null)));
    assert_eq!(page("limit=2"), (vec![0, 1], json!(1)));
    let mut body = client.accepted(&two_credits());
    body["asset"] = json!("campaign");
    client.charge(&nth_key(9), &body);
    let newest = client.get("/v1/entries?before=9&limit=2").json();
    let assets: Vec<&Value> = newest["entries"].as_array().expect("entries").iter().map(|one| &one["asset"]).collect();
    assert_eq!(assets, [&json!("campaign"), &json!(null)]);
    for (query, path, code) in [
        ("before=3&after=3", "before", "unknown-field"),
        ("before=-1", "before", "out-of-range"),
        ("before=x", "before", "wrong-type"),
    ] {
        let problem = client.get(&format!("/v1/entries?{query}")).json();
        assert_eq!((&problem["errors"][0]["path"], &problem["errors"][0]["code"]), (&json!(path), &json!(code)));
    }
}

const DAY_MS: i64 = 86_400_000;
/// 2026-01-01
const FIRST_DAY: i64 = 20_454;

/// An account that was opened on the first day with entries on three others, as it would be after some weeks.
fn with_past(ledger: &Ledger) -> &'static str {
    let grants = [(0, 0), (1, 0), (1, DAY_MS - 1), (2, 0), (9, 5), (9, 6)];
    let account = "INSERT INTO accounts (account_id, tier, posted, held, seq)
        VALUES ('acct_past', 'basic', 6000, 0, 6)";
    let open =
        format!("INSERT INTO entries VALUES ('acct_past', 0, 'open', 0, 0, 0, 0, NULL, NULL, {})", FIRST_DAY * DAY_MS);
    let rows = grants.iter().enumerate().map(|(number, (day, time))| {
        let (before, after) = (number * 1000, (number + 1) * 1000);
        let at = (FIRST_DAY + day) * DAY_MS + time;
        format!(
            "INSERT INTO entries VALUES ('acct_past', {}, 'grant', {before}, {after}, 0, 0, NULL, NULL, {at})",
            number + 1
        )
    });
    let statements: Vec<String> = [account.to_owned(), open].into_iter().chain(rows).collect();
    let sql = statements.join("; ");
    match ledger.engine() {
        Engine::Postgres => drop({
            let (cluster, database) = ledger.postgres();
            cluster.sql(database, &sql)
        }),
        Engine::Sqlite => {
            let file = Connection::open(ledger.file()).expect("the ledger");
            file.execute_batch(&format!("BEGIN; {sql}; COMMIT")).expect("a past");
        }
    }
    "acct_past"
}

fn each_day_ends_with_its_last_entry(engine: Engine) {
    let ledger = Ledger::new(engine);
    ledger.account("basic", 0, SCOPES); // one that `key new` finds
    let server = Server::start(&ledger);
    let account = with_past(&ledger);
    let client = server.client(&ledger.admin(&server).key(account, "read"));
    let days = |from: &str, to: &str| client.get(&format!("/v1/balances?from={from}&to={to}")).json();
    let all = days("2025-12-30", "2026-01-11");
    assert_eq!((&all["from"], &all["opening"]), (&json!("2025-12-30"), &json!(null)));
    assert_eq!(all["days"][0], json!({"day": "2026-01-01", "seq": 1, "posted": 1, "held": 0}));
    assert_eq!(numbers(&all["days"], "seq"), [1, 3, 4, 4, 4, 4, 4, 4, 4, 6, 6]);
    let later = days("2026-01-03", "2026-01-04");
    assert_eq!(later["opening"], json!({"seq": 3, "posted": 3, "held": 0}));
    assert_eq!(numbers(&later["days"], "seq"), [4, 4]);
    assert_eq!(days("2025-01-01", "2025-01-02")["days"], json!([]));
    let turned = client.get("/v1/balances?from=2026-01-02&to=2026-01-01");
    assert_eq!(turned.problem(), (422, "invalid-request".into()));
    assert_eq!(days("2017-01-01", "2026-12-31")["days"].as_array().expect("days").len(), 365);
}

fn captures_come_with_their_plans_a_page_at_a_time(engine: Engine) {
    let ledger = Ledger::new(engine);
    let key = ledger.account("basic", 100_000, SCOPES).key;
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let ids: Vec<String> = (0..3).map(|number| captured(&client, number)).collect();
    let held = client.post_once("/v1/holds", &client.accepted(&two_credits())).json();
    assert_eq!(held["status"], "held");
    let page = |query: &str| {
        let page = client.get(&format!("/v1/captures?{query}")).json();
        let ids =
            page["captures"].as_array().expect("captures").iter().map(|one| one["holdId"].as_str().unwrap().to_owned());
        (ids.collect::<Vec<_>>(), page)
    };
    let mut found = Vec::new();
    let mut after = String::new();
    for _ in 0..3 {
        let (of_page, document) = page(&format!("limit=1{after}"));
        found.extend(of_page);
        let next = document["next"].as_str().map(str::to_owned);
        assert_eq!(next.is_none(), found.len() == 3);
        after = next.map(|next| format!("&after={next}")).unwrap_or_default();
    }
    let mut sorted = ids.clone();
    sorted.sort();
    assert_eq!(found, sorted);
    let (_, document) = page("limit=200");
    let first = document["captures"].as_array().unwrap().iter().find(|one| one["holdId"] == json!(ids[0])).unwrap();
    assert_eq!(first["plan"]["items"][0]["operation"], "create");
    assert_eq!(first["estimated"], json!({"low": 15, "expected": 20, "high": 25}));
    assert_eq!((&first["charge"], &first["asset"]), (&json!(8), &json!("campaign")));
    assert_eq!(first["lines"][0]["delivered"], 2);
    let (none, document) = page("from=2020-01-01&to=2020-01-02");
    assert_eq!((none.len(), &document["next"]), (0, &json!(null)));
    for query in ["after=hold%20x", "after=", "limit=201", "from=yesterday"] {
        assert_eq!(client.get(&format!("/v1/captures?{query}")).problem(), (422, "invalid-request".into()), "{query}");
    }
}

/// A hold for five pictures, of which two were delivered.
fn captured(client: &Client, number: usize) -> String {
    let plan = json!({"items": [{"operation": "create", "quantity": 5}]});
    let mut body = client.accepted(&plan);
    body["asset"] = json!("campaign");
    let hold = client.post_as(&nth_key(2 * number), "/v1/holds", &body).json();
    let id = hold["id"].as_str().expect("a hold").to_owned();
    let outcome = json!({"outcome": {"lines": [{"item": 0, "delivered": 2}]}});
    let reply = client.post_as(&nth_key(2 * number + 1), &format!("/v1/holds/{id}/capture"), &outcome);
    assert_eq!(reply.status, 200, "{}", reply.text);
    id
}
