//! Starting: with nothing, with too little, and with what belongs to somebody else.

use std::{
    net::TcpListener,
    path::Path,
    process::{Output, Stdio},
};

use rusqlite::Connection;
use serde_json::json;

use super::running::{Folder, Server, pricetag};

/// Starts a server that cannot start: it must end with 2 and say why.
fn check_refused(database: &Path, arguments: &[&str], reason: &str) {
    let output = pricetag()
        .args(["serve", "--database"])
        .arg(database)
        .args(arguments)
        .env("PRICETAG_PORT", "0")
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(reason), "`{reason}` is due, not {said}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("pk_"), "no key is shown by a server that cannot serve");
}

fn new_key(folder: &Folder, arguments: &[&str]) -> Output {
    pricetag().args(["key", "new", "--database"]).arg(folder.database()).args(arguments).output().expect("it runs")
}

#[test]
fn the_first_start_makes_an_account_with_its_monthly_credits_and_shows_its_key_once() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let key = server.key.clone().expect("a key is shown");
    let account = server.client(&key).get("/v1/account").json();
    assert_eq!(account["tier"], "basic", "the card's second tier");
    assert_eq!(account["balance"], json!({"posted": 500, "held": 0, "available": 500}));
    assert_eq!(account["freeUnits"], json!({"huggingface-flux": 50, "gemini-imagen": 25}));
    drop(server);
    let server = Server::start(&folder);
    assert!(server.key.is_none(), "a second start shows no key");
    assert_eq!(server.client(&key).get("/v1/account").json(), account);
}

#[test]
fn the_first_tier_can_be_chosen_and_must_be_the_cards() {
    let folder = Folder::new();
    let server = Server::start_with(&folder, &["--tier", "enterprise"]);
    let account = server.client(server.key.as_deref().unwrap()).get("/v1/account").json();
    assert_eq!((&account["tier"], &account["balance"]["available"]), (&json!("enterprise"), &json!(null)));
    let other = Folder::new();
    check_refused(
        &other.database(),
        &["--demo", "--tier", "gold"],
        "there is no tier `gold` (one of `free`, `basic`, `pro`, `enterprise`)",
    );
}

#[test]
fn another_key_is_made_beside_a_running_server() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let first = server.client(server.key.as_deref().unwrap());
    let output = new_key(&folder, &["--scopes", "read", "--expires", "30"]);
    let key = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    assert!(output.status.success() && key.starts_with("pk_"));
    let second = server.client(&key);
    assert_eq!(second.get("/v1/account").json(), first.get("/v1/account").json());
    assert_eq!(second.post("/v1/preflight", "{}").problem(), (403, "missing-scope".into()));
}

#[test]
fn a_key_needs_a_ledger_an_account_and_scopes_that_there_are() {
    let folder = Folder::new();
    let output = new_key(&folder, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not there; `pricetag serve` makes it"));
    folder.with_account("basic", 0);
    folder.with_account("basic", 0);
    for (arguments, reason) in [
        (&[][..], "name one with --account"),
        (&["--account", "acct_nobody"], "there is no account `acct_nobody`"),
        (
            &["--scopes", "everything"],
            "there is no scope `everything` (one of `estimate`, `hold`, `settle`, `read`, `admin`)",
        ),
        (&["--scopes", "hold,setle"], "there is no scope `setle` (did you mean `settle`?)"),
        (&["--expires", "0"], "0 is not in 1..=36500"),
    ] {
        let output = new_key(&folder, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(reason), "`{reason}` is due, not {said}");
    }
}

#[test]
fn a_second_server_on_the_same_file_refuses() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    check_refused(&folder.database(), &[], &format!("is in use by another server (process {})", server.process.id()));
}

#[test]
fn a_taken_port_is_said_before_any_file_is_made() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    check_refused(&folder.database(), &["--port", &port], "is taken on 127.0.0.1; choose another with --port");
    assert!(!folder.database().exists());
}

#[test]
fn a_file_that_is_no_ledger_of_ours_is_left_alone() {
    let folder = Folder::new();
    let text = folder.write("notes.txt", &"not a database, but long enough to be read as one\n".repeat(100));
    check_refused(&text, &[], "is not a SQLite database");
    let foreign = folder.file("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE theirs (id)").unwrap();
    let before = std::fs::read(&foreign).unwrap();
    check_refused(&foreign, &[], "belongs to another program");
    assert_eq!(
        Connection::open(&foreign).unwrap().query_row("SELECT count(*) FROM theirs", [], |row| row.get::<_, i64>(0)),
        Ok(0)
    );
    assert_eq!(before.len(), std::fs::read(&foreign).unwrap().len());
    check_refused(&folder.file("no/such/folder.db"), &[], "cannot be locked: No such file or directory");
    check_refused(Path::new(env!("CARGO_TARGET_TMPDIR")), &[], "cannot be opened");
}

#[test]
fn a_newer_schema_is_not_touched() {
    let folder = Folder::new();
    folder.with_account("basic", 0);
    Connection::open(folder.database()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    check_refused(&folder.database(), &[], "has schema 99, and this program knows up to 3: use a newer one");
}

#[test]
fn a_database_that_another_program_keeps_locked_is_said_to_be() {
    let folder = Folder::new();
    folder.with_account("basic", 0);
    let other = Connection::open(folder.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    check_refused(&folder.database(), &[], "is locked by another program");
}

#[test]
fn a_card_that_is_not_valid_is_refused_with_every_fault() {
    let folder = Folder::new();
    let broken = include_str!("../../../cards/image-studio.toml").replace("price = 8\n", "price = -8\n");
    let card = folder.write("broken.toml", &broken);
    check_refused(
        &folder.database(),
        &["--card", card.to_str().unwrap()],
        "invalid-amount at operations[0].rates[0].price",
    );
    check_refused(&folder.database(), &["--card", "no-such-card.toml"], "cannot read the card `no-such-card.toml`");
}

#[test]
fn a_card_without_an_accounts_tier_is_refused() {
    let folder = Folder::new();
    folder.with_account("gold", 0);
    check_refused(&folder.database(), &[], "accounts have the tier `gold`, which the card");
}

#[test]
fn settings_come_from_the_environment_too() {
    let folder = Folder::new();
    let output = pricetag()
        .args(["serve", "--port", "0"])
        .env("PRICETAG_DATABASE", folder.database())
        .env("PRICETAG_TIER", "gold")
        .env("PRICETAG_DEMO", "true")
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no tier `gold`"));
    let help = pricetag().args(["serve", "--help"]).output().unwrap();
    // Lines break where they must, which is not what this is about.
    let help = String::from_utf8(help.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for setting in ["PORT", "HOST", "DATABASE", "CARD", "TIER", "LOG"] {
        assert!(help.contains(&format!("[env: PRICETAG_{setting}=]")), "{setting}");
    }
}

#[test]
fn a_server_that_starts_again_does_not_take_back_a_card_that_was_published_since() {
    let folder = Folder::new();
    let card = include_str!("../../../cards/image-studio.toml");
    let version = |version: &str| card.replacen("version = \"", &format!("version = \"{version}-"), 1);
    let (old, new) = (folder.write("old.toml", &version("old")), folder.write("new.toml", &version("new")));
    let in_force =
        |server: &Server| server.stranger().get("/v1/card").json()["version"].as_str().unwrap()[..3].to_owned();
    let start = || Server::start_with(&folder, &["--card", old.to_str().unwrap(), "--log", "off"]);
    assert_eq!(in_force(&start()), "old");
    let published = pricetag()
        .args(["card", "publish", "--database"])
        .args([folder.database().as_path(), &new])
        .output()
        .expect("the program runs");
    assert!(published.status.success(), "{}", String::from_utf8_lossy(&published.stderr));
    assert_eq!(in_force(&start()), "new");
}
