//! A ledger on either engine, for tests that say the same about both.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use pricetag_server::key::Scopes;
use rusqlite::{Connection, types::ValueRef};
use serde_json::json;

use super::{
    postgres::Cluster,
    running::{Client, Folder, Server, pricetag},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes a test of each check for each engine.
macro_rules! on_both_engines {
    ($($check:ident;)*) => {
        mod on_sqlite {
            $(#[test] fn $check() { super::$check(super::Engine::Sqlite); })*
        }
        mod on_postgres {
            $(#[test] fn $check() { super::$check(super::Engine::Postgres); })*
        }
    };
}
pub(crate) use on_both_engines;

/// How a server is told where its ledger is.
pub trait Place {
    fn arguments(&self) -> Vec<OsString>;
    fn environment(&self) -> Vec<(&'static str, String)>;
}

impl Place for Folder {
    fn arguments(&self) -> Vec<OsString> {
        vec!["--database".into(), self.database().into()]
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// A ledger of a test's own: a file, or a database of a cluster.
pub struct Ledger<'c> {
    pub folder: Folder,
    database: Option<(&'c Cluster, String)>,
}

/// An account that was opened for a test, and a key of it.
pub struct Opened {
    pub id: String,
    pub key: String,
}

impl<'c> Ledger<'c> {
    pub fn new(engine: Engine) -> Ledger<'static> {
        match engine {
            Engine::Sqlite => Ledger { folder: Folder::new(), database: None },
            Engine::Postgres => Ledger::on(Cluster::shared()),
        }
    }

    /// On SQLite, on another disk.
    pub fn at(disk: &Path) -> Ledger<'static> {
        Ledger { folder: Folder::below(disk), database: None }
    }

    pub fn on(cluster: &'c Cluster) -> Self {
        Self { folder: Folder::new(), database: Some((cluster, cluster.database())) }
    }

    pub fn engine(&self) -> Engine {
        if self.database.is_some() { Engine::Postgres } else { Engine::Sqlite }
    }

    /// The cluster and the name of the database, on PostgreSQL.
    pub fn postgres(&self) -> (&'c Cluster, &str) {
        let (cluster, name) = self.database.as_ref().expect("a ledger on PostgreSQL");
        (cluster, name)
    }

    pub fn file(&self) -> PathBuf {
        assert!(self.database.is_none(), "a ledger on SQLite");
        self.folder.database()
    }

    /// An account and a key of it, before a server starts or beside one.
    pub fn account(&self, tier: &str, millicredits: i64, scopes: &str) -> Opened {
        if self.database.is_none() {
            let scopes: Scopes = scopes.parse().expect("scopes");
            let key = self.folder.with_key(tier, millicredits, scopes, None);
            let id = key.split('_').nth(1).expect("the key's id");
            return Opened { id: format!("acct_{id}"), key };
        }
        let server = Server::start(self);
        self.admin(&server).account(tier, millicredits, scopes)
    }

    /// A client that may administer, by a key that the command line makes.
    pub fn admin(&self, server: &Server) -> Administrator {
        let mut command = pricetag();
        command.args(["key", "new", "--scopes", "admin"]).envs(self.environment());
        let first = self.rows("SELECT account_id FROM accounts ORDER BY account_id LIMIT 1").concat().concat();
        command.args(["--account", &first]);
        if self.database.is_none() {
            command.args(self.arguments());
        }
        let output = command.output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let key = String::from_utf8(output.stdout).expect("a key").trim().to_owned();
        Administrator { client: server.client(&key) }
    }

    /// What a query finds, every value as text.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        match &self.database {
            Some((cluster, name)) => {
                let text = cluster.sql(name, sql);
                text.lines().map(|line| line.split('\t').map(Into::into).collect()).collect()
            }
            None => sqlite_rows(&Connection::open(self.folder.database()).expect("the ledger"), sql),
        }
    }

    pub fn count(&self, sql: &str) -> i64 {
        self.rows(sql)[0][0].parse().unwrap_or_else(|error| panic!("{error}: {sql}"))
    }
}

fn sqlite_rows(ledger: &Connection, sql: &str) -> Vec<Vec<String>> {
    let mut statement = ledger.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let columns = statement.column_count();
    let text = |value: ValueRef<'_>| match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    };
    statement
        .query_map([], |row| (0..columns).map(|column| Ok(text(row.get_ref(column)?))).collect())
        .and_then(Iterator::collect)
        .unwrap_or_else(|error| panic!("{error}: {sql}"))
}

impl Place for Ledger<'_> {
    fn arguments(&self) -> Vec<OsString> {
        if self.database.is_some() { Vec::new() } else { self.folder.arguments() }
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        self.database.iter().map(|(cluster, name)| ("DATABASE_URL", cluster.url(name))).collect()
    }
}

/// The administration over HTTP.
pub struct Administrator {
    pub client: Client,
}

impl Administrator {
    pub fn account(&self, tier: &str, millicredits: i64, scopes: &str) -> Opened {
        let mut body = json!({"tier": tier});
        if millicredits > 0 {
            body["grant"] = credits(millicredits);
        }
        let reply = self.client.post_once("/v1/accounts", &body);
        assert_eq!(reply.status, 201, "{}", reply.text);
        let id = reply.json()["accountId"].as_str().expect("an account's id").to_owned();
        let key = self.key(&id, scopes);
        Opened { id, key }
    }

    pub fn key(&self, account_id: &str, scopes: &str) -> String {
        let scopes: Vec<&str> = scopes.split(',').collect();
        let body = json!({"accountId": account_id, "scopes": scopes});
        let reply = self.client.post("/v1/keys", body.to_string());
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json()["key"].as_str().expect("a key").into()
    }
}

/// Millicredits as a document's number of credits: whole, or with three decimals.
pub fn credits(millicredits: i64) -> serde_json::Value {
    if millicredits % 1_000 == 0 {
        return json!(millicredits / 1_000);
    }
    let exact = i32::try_from(millicredits).expect("an amount of a test");
    json!(f64::from(exact) / 1_000.0)
}
