//! A connection of a writer's own, and what is prepared on it.

use tokio_postgres::{Client, Config, Statement, config::TargetSessionAttrs};

use super::{statements, tls};
use crate::store::StoreFault;

/// Everything is looked up by its key. A plan that was made while the tables were small would read them whole, and go on
/// to when they are large. Nothing here is worth compiling.
pub const BY_KEY: &str =
    "SET jit = off; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";
/// A commit is answered when it is on disk, whatever the database's default is; nobody waits long for a row that another
/// holds; and a server that is gone holds no row for long.
const SESSION: &str = "SET synchronous_commit = on; SET lock_timeout = '300ms'; SET statement_timeout = '10s';
    SET idle_in_transaction_session_timeout = '10s'; SET default_transaction_isolation = 'read committed'";

pub async fn connect(config: &Config) -> Result<Client, StoreFault> {
    let (client, connection) = config.connect(tls::connector(config)?).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "a connection to the database ended");
        }
    });
    client.batch_execute(SESSION).await?;
    client.batch_execute(BY_KEY).await?;
    Ok(client)
}

/// A writer's connection.
pub struct Connection {
    pub client: Client,
    pub prepared: Prepared,
}

macro_rules! prepared {
    ($($name:ident),*) => {
        /// The statements of a writer.
        pub struct Prepared { $(pub $name: Statement),* }

        impl Prepared {
            async fn new(client: &Client) -> Result<Self, StoreFault> {
                Ok(Self { $($name: client.prepare(statements::sql::$name).await?),* })
            }
        }
    };
}

prepared!(
    times,
    accounts,
    free_units,
    answers,
    holds,
    documents,
    keys,
    open_accounts,
    move_accounts,
    add_entries,
    add_cards,
    add_documents,
    add_holds,
    open_holds,
    extend_holds,
    add_outcomes,
    close_holds,
    add_lines,
    take_free_units,
    give_free_units,
    add_answers,
    add_keys,
    delete_keys
);

impl Connection {
    pub async fn open(config: &Config) -> Result<Self, StoreFault> {
        let mut config = config.clone();
        // Of several hosts, the one that takes writes.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        let client = connect(&config).await?;
        let prepared = Prepared::new(&client).await?;
        Ok(Self { client, prepared })
    }
}
