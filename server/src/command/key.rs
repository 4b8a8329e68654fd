//! API keys at the command line, beside a server that may be running.

use std::{io::Write, path::PathBuf};

use clap::Subcommand;

use super::{Ended, Ending};
use crate::{
    key::{Key, Scopes},
    store::{Database, NewKey, Operation},
};

#[derive(Subcommand)]
pub enum Keys {
    /// Make a key, and show it this once
    New {
        /// The ledger's file
        #[arg(long, value_name = "FILE", env = "PRICETAG_DATABASE", default_value = "pricetag.db")]
        database: PathBuf,
        /// The account; needed when there is more than one
        #[arg(long)]
        account: Option<String>,
        /// What the key may do: estimate, hold, settle, read, admin
        #[arg(long, default_value = "estimate,hold,read")]
        scopes: Scopes,
        /// Days until the key expires; without it, it does not
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        expires: Option<u32>,
    },
}

impl Keys {
    pub fn run(self) -> Ended {
        let Self::New { database, account, scopes, expires } = self;
        let mut ledger = Database::open_existing(&database)?;
        let account_id = choose(&ledger, account)?;
        let key = Key::generate();
        let expires = expires.map(|days| days_from_now(&ledger, days));
        let operation = new_key(&key, account_id.clone(), scopes.clone(), expires);
        ledger.commit(&[operation]).into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut output = anstream::stdout().lock();
        writeln!(output, "{}", key.reveal())?;
        writeln!(
            anstream::stderr(),
            "A key of the account {account_id} with the scopes {scopes}. It is shown only now."
        )?;
        Ok(Ending::Answered)
    }
}

fn choose(ledger: &Database, wanted: Option<String>) -> Result<String, String> {
    let accounts = ledger.accounts().map_err(|error| error.to_string())?;
    let mut names = accounts.into_iter().map(|(account, _)| account);
    match wanted {
        Some(wanted) => names.find(|name| *name == wanted).ok_or_else(|| format!("there is no account `{wanted}`")),
        None => match (names.next(), names.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err("there is no account yet; `pricetag serve` makes one on its first start".into()),
            (Some(_), Some(_)) => Err("there is more than one account; name one with --account".into()),
        },
    }
}

fn days_from_now(ledger: &Database, days: u32) -> i64 {
    const DAY_MS: i64 = 86_400_000;
    ledger.clock().now() + i64::from(days) * DAY_MS
}

/// The operation that stores a key.
pub fn new_key(key: &Key, account_id: String, scopes: Scopes, expires: Option<i64>) -> Operation {
    Operation::AddKey(NewKey { key_id: key.id().into(), hash: key.hash(), account_id, scopes, expires })
}
