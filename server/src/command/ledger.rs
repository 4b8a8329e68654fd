//! Which ledger a command works on, and working beside a server that may be running.

use std::{error::Error, path::PathBuf};

use clap::Args;

use crate::store::{OpenError, Place, Store};

#[derive(Args)]
pub struct Ledger {
    /// The ledger's file
    #[arg(long, value_name = "FILE", env = "PRICETAG_DATABASE", default_value = "pricetag.db")]
    database: PathBuf,
    /// A PostgreSQL instead of the file: postgres://user:password@host/database
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

impl Ledger {
    pub fn place(&self) -> Result<Place, OpenError> {
        Place::new(self.database.clone(), self.database_url.as_deref())
    }

    /// Does something with the ledger, and ends when all of it is stored.
    pub fn beside<T>(&self, work: impl AsyncFnOnce(Store) -> Result<T, Box<dyn Error>>) -> Result<T, Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (done, writers) = runtime.block_on(async {
            let (store, writers) = Store::beside(&self.place()?).await?;
            Ok::<_, Box<dyn Error>>((work(store).await, writers))
        })?;
        writers.finish();
        done
    }
}
