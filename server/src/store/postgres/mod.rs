//! PostgreSQL, for more than one machine: several servers may share it, each with several writers.

mod connection;
mod fault;
mod readers;
mod statements;
mod tls;
mod usage;
mod writer;

use std::time::Duration;

pub use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

pub use self::{readers::Readers, writer::spawn};
use super::{OpenError, StoreFault};

/// The schema's versions, in order. A migration that was published is never edited. The first one makes schema 2: schema 1
/// was of a development version, and was never released.
const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/postgres/0001_ledger.sql")];
const SCHEMA_BEFORE: usize = 1;
/// The oldest that this was tried with.
const VERSION_MIN: i32 = 150_000;
const CONNECT_WAIT: Duration = Duration::from_secs(2);
/// How often two servers that start at once may meet before one gives up.
const MEETINGS: usize = 5;

/// Reads a connection URL, with what a ledger needs of a connection.
pub fn config(url: &str) -> Result<Config, OpenError> {
    // The parser's own message does not repeat the URL, which may have a password.
    let mut config: Config =
        url.parse().map_err(|error| OpenError(format!("the database URL cannot be read: {error}")))?;
    if config.get_hosts().is_empty() {
        return Err(OpenError("the database URL names no host".into()));
    }
    // Encryption is what the URL asks for. An encrypted connection is a verified one, so it cannot be the default: a
    // database on this machine often has a certificate that nobody signed.
    if config.get_ssl_mode() == SslMode::Prefer {
        config.ssl_mode(SslMode::Disable);
    }
    config.connect_timeout(CONNECT_WAIT).application_name("pricetag");
    // A connection that the network lost is noticed, and so is a commit that is never answered.
    config
        .keepalives_idle(Duration::from_secs(5))
        .keepalives_interval(Duration::from_secs(2))
        .tcp_user_timeout(Duration::from_secs(10));
    Ok(config)
}

/// Where a database is, without what is secret about it.
pub fn described(config: &Config) -> String {
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        })
        .collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("PostgreSQL at {}/{database}", hosts.join(","))
}

/// Brings the database to the newest schema. Servers that start at once may all try.
pub async fn migrate(config: &Config) -> Result<(), OpenError> {
    let refused = |reason: String| OpenError(format!("the database ({}) {reason}", described(config)));
    let mut met = None;
    for _ in 0..MEETINGS {
        let mut client =
            connection::connect(config).await.map_err(|fault| refused(format!("cannot be opened: {fault}")))?;
        match migrate_once(&mut client).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(reason)) => return Err(refused(reason)),
            Err(StoreFault::Conflict(reason)) => met = Some(reason),
            Err(fault) => return Err(refused(format!("cannot be brought to the newest schema: {fault}"))),
        }
    }
    Err(refused(format!("is being changed by others: {}", met.unwrap_or_default())))
}

async fn migrate_once(client: &mut tokio_postgres::Client) -> Result<Result<(), String>, StoreFault> {
    let version: i32 = client.query_one("SELECT current_setting('server_version_num')::int", &[]).await?.try_get(0)?;
    if version < VERSION_MIN {
        return Ok(Err(format!("is version {}; it must be at least {}", version / 10_000, VERSION_MIN / 10_000)));
    }
    let transaction = client.transaction().await?;
    // Looked for first: a role that may write rows but make no tables is enough for a schema that is there.
    let row = transaction.query_one("SELECT to_regclass('pricetag_schema') IS NULL", &[]).await?;
    if row.try_get(0)? {
        transaction.batch_execute("CREATE TABLE IF NOT EXISTS pricetag_schema (version integer PRIMARY KEY)").await?;
    }
    let row = transaction.query_one("SELECT coalesce(max(version), 0) FROM pricetag_schema", &[]).await?;
    let version: i32 = row.try_get(0)?;
    let version = usize::try_from(version).unwrap_or(usize::MAX);
    let newest = SCHEMA_BEFORE + MIGRATIONS.len();
    if version == SCHEMA_BEFORE {
        return Ok(Err("was made by a version before the first release; start with an empty one".into()));
    }
    if version > newest {
        return Ok(Err(format!("has schema {version}, and this program knows up to {newest}: use a newer one")));
    }
    let versions = (SCHEMA_BEFORE + 1..).zip(MIGRATIONS);
    for (number, migration) in versions.filter(|(number, _)| *number > version) {
        let number = i32::try_from(number).expect("a few migrations");
        // The row first: of two servers that begin at once, the second waits here, and then meets a conflict.
        transaction.execute("INSERT INTO pricetag_schema (version) VALUES ($1)", &[&number]).await?;
        transaction.batch_execute(migration).await?;
    }
    transaction.commit().await?;
    Ok(Ok(()))
}
