//! What a first start makes, how an operator goes on from there, and what a start leaves behind that fails.

use std::{collections::BTreeSet, fs, net::TcpListener, path::Path, process::Output};

use rusqlite::Connection;
use serde_json::json;

use super::{
    engine::{Administrator, Engine, Ledger, Place, on_both_engines},
    running::{Folder, Server, pricetag},
};

on_both_engines! {
    a_first_start_makes_neither_an_account_nor_a_key_and_says_how_to;
    a_demonstration_has_an_account_and_a_key_from_its_first_start;
}

/// Runs a command beside a server, and what it wrote to standard output.
fn run(ledger: &impl Place, arguments: &[&str]) -> Output {
    pricetag().args(arguments).args(ledger.arguments()).envs(ledger.environment()).output().expect("the program runs")
}

fn told(ledger: &impl Place, arguments: &[&str]) -> String {
    let output = run(ledger, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

fn a_first_start_makes_neither_an_account_nor_a_key_and_says_how_to(engine: Engine) {
    let ledger = Ledger::new(engine);
    let server = Server::start_bare(&ledger, &[]);
    assert!(!server.said.contains("pk_"), "{}", server.said);
    assert_eq!((ledger.count("SELECT count(*) FROM accounts"), ledger.count("SELECT count(*) FROM api_keys")), (0, 0));
    for command in ["pricetag account new --tier TIER", "pricetag key new --scopes admin"] {
        assert!(server.said.contains(command), "`{command}` is due in {}", server.said);
    }
    // What it says is enough for the first administrator, who does the rest over HTTP.
    let none = run(&ledger, &["key", "new", "--scopes", "admin"]);
    assert!(
        String::from_utf8_lossy(&none.stderr).contains("there is no account yet; `pricetag account new` opens one")
    );
    let first = told(&ledger, &["account", "new", "--tier", "pro", "--grant", "12.5"]);
    let key = told(&ledger, &["key", "new", "--scopes", "admin,read"]);
    let client = server.client(&key);
    let account = client.get("/v1/account").json();
    assert_eq!((&account["accountId"], &account["tier"]), (&json!(first), &json!("pro")));
    assert_eq!(account["balance"], json!({"posted": 12.5, "held": 0, "available": 12.5}));
    let opened = Administrator { client }.account("basic", 5_000, "read");
    assert_eq!(server.client(&opened.key).posted(), 5);
    let named = told(&ledger, &["account", "new", "--tier", "basic", "--id", "studio.7"]);
    assert_eq!(named, "studio.7");
    server.stop();
    let again = Server::start_bare(&ledger, &[]);
    assert!(again.said.contains("pricetag key new") && !again.said.contains("account new"), "{}", again.said);
}

fn a_demonstration_has_an_account_and_a_key_from_its_first_start(engine: Engine) {
    let ledger = Ledger::new(engine);
    let server = Server::start_bare(&ledger, &["--demo"]);
    let key = server.key.clone().expect("a key is shown");
    assert_eq!(server.client(&key).get("/v1/account").json()["accountId"], "acct_first");
    drop(server);
    let again = Server::start_bare(&ledger, &["--demo"]);
    assert!(again.key.is_none(), "a second start shows no key");
}

#[test]
fn an_account_is_opened_in_a_tier_of_the_card_in_force_with_an_amount_that_is_one() {
    let folder = Folder::new();
    let new = |arguments: &[&str]| run(&folder, &[&["account", "new"], arguments].concat());
    let refused = |arguments: &[&str], reason: &str| {
        let output = new(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(reason), "`{reason}` is due, not {said}");
        assert!(output.stdout.is_empty());
    };
    refused(&["--tier", "pro"], "is not there; `pricetag serve` makes it");
    let card = include_str!("../../../cards/image-studio.toml").replace("id = \"basic\"", "id = \"gold\"");
    let card = card.replace("\"basic\"", "\"gold\"").replace("basic =", "gold =");
    let card = folder.write("card.toml", &card);
    drop(Server::start_bare(&folder, &["--card", card.to_str().expect("a path")]));
    assert!(new(&["--tier", "gold", "--id", "acct_7"]).status.success());
    for (arguments, reason) in [
        (&[][..], "--tier <TIER>"),
        (&["--tier", "basic"], "there is no tier `basic` (one of `free`, `gold`, `pro`, `enterprise`)"),
        (&["--tier", "gold", "--id", "acct_7"], "account `acct_7` already exists"),
        (&["--tier", "gold", "--id", "a b"], "found `a b`"),
        (&["--tier", "gold", "--id", ".."], "found `..`"),
        (&["--tier", "gold", "--grant", "-1"], "`-1` is not an amount"),
        (&["--tier", "gold", "--grant=-1"], "`-1` is not an amount"),
        (&["--tier", "gold", "--grant", "0.0001"], "`0.0001` is not an amount"),
        (&["--tier", "gold", "--grant", "much"], "`much` is not an amount"),
        (&["--tier", "gold", "--grant", "1000000000.001"], "`1000000000.001` is not an amount"),
    ] {
        refused(arguments, reason);
    }
}

/// The names of a folder's files.
fn names(folder: &Folder) -> BTreeSet<String> {
    let entries = fs::read_dir(folder.file("")).expect("the folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// A start that fails, in a folder whose files it must neither add to nor take from.
fn check_nothing_left(folder: &Folder, database: &Path, arguments: &[&str], reason: &str) {
    let before = names(folder);
    let output = pricetag()
        .args(["serve", "--database"])
        .arg(database)
        .args(arguments)
        .env("PRICETAG_PORT", "0")
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(reason), "`{reason}` is due, not {said}");
    assert_eq!(names(folder), before, "{reason}");
}

#[test]
fn a_start_that_fails_leaves_no_file_behind() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let folder = Folder::new();
    let card = folder.write("broken.toml", "id = \"x\"\nversion = 3\n");
    let new = folder.database();
    check_nothing_left(&folder, &new, &["--port", &port], "is taken on 127.0.0.1");
    check_nothing_left(&folder, &new, &["--admin-port", &port], "is taken on 127.0.0.1");
    check_nothing_left(&folder, &new, &["--host", "no name"], "cannot resolve `no name`");
    check_nothing_left(&folder, &new, &["--card", card.to_str().expect("a path")], "is not valid");
    check_nothing_left(&folder, &new, &["--demo", "--tier", "gold"], "there is no tier `gold`");
    check_nothing_left(&folder, &new, &["--tier", "basic"], "--demo");
    check_nothing_left(&folder, &folder.file("no/such.db"), &[], "cannot be locked");
    let text = folder.write("notes.txt", &"not a database, but long enough to be read as one\n".repeat(100));
    check_nothing_left(&folder, &text, &[], "is not a SQLite database");
    let foreign = folder.file("foreign.db");
    Connection::open(&foreign).expect("a database").execute_batch("CREATE TABLE theirs (id)").expect("a table");
    check_nothing_left(&folder, &foreign, &[], "belongs to another program");
    let ledger = Folder::new();
    ledger.with_account("gold", 0);
    check_nothing_left(&ledger, &ledger.database(), &[], "accounts have the tier `gold`, which the card");
    Connection::open(ledger.database()).expect("the ledger").pragma_update(None, "user_version", 99).expect("a schema");
    check_nothing_left(&ledger, &ledger.database(), &[], "has schema 99");
}

#[test]
fn a_server_that_stops_takes_its_lock_file_with_it() {
    let folder = Folder::new();
    let server = Server::start_bare(&folder, &[]);
    assert!(names(&folder).contains("pricetag.db.lock"));
    server.stop();
    assert_eq!(names(&folder), BTreeSet::from(["pricetag.db".into()]));
    // After a kill it is there, and is no lock.
    let mut server = Server::start_bare(&folder, &[]);
    server.process.kill().expect("a kill");
    server.process.wait().expect("its end");
    assert!(names(&folder).contains("pricetag.db.lock"));
    Server::start_bare(&folder, &[]).stop();
}

#[test]
fn a_name_is_listened_on_as_an_address_is() {
    let folder = Folder::new();
    let server = Server::start_bare(&folder, &["--host", "localhost"]);
    assert_eq!(server.stranger().get("/healthz").status, 200);
    let port = server.base.rsplit(':').next().expect("a port");
    let by_name = super::running::Client::new(&format!("http://localhost:{port}"), None);
    assert_eq!(by_name.get("/healthz").status, 200);
}
