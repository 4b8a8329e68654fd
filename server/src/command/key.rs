//! API keys at the command line, beside a server that may be running.

use std::{error::Error, io::Write};

use clap::Subcommand;

use super::{Ended, Ending, ledger::Ledger};
use crate::{
    clock::Millis,
    key::{Key, Scopes},
    store::{Answer, NewKey, Operation, Store},
};

const DAY_MS: Millis = 86_400_000;

#[derive(Subcommand)]
pub enum Keys {
    /// Make a key, and show it this once
    New {
        #[command(flatten)]
        ledger: Ledger,
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
    /// Take a key back, by its id: the part between `pk_` and the next `_`
    Delete {
        #[command(flatten)]
        ledger: Ledger,
        id: String,
    },
}

impl Keys {
    pub fn run(self) -> Ended {
        match self {
            Self::New { ledger, account, scopes, expires } => ledger.beside(async |store| {
                let account_id = choose(&store, account).await?;
                let key = Key::generate();
                let expires = expires.map(|days| store.now() + i64::from(days) * DAY_MS);
                store.run(new_key(&key, account_id.clone(), scopes.clone(), expires)).await?;
                writeln!(anstream::stdout().lock(), "{}", key.reveal())?;
                writeln!(
                    anstream::stderr(),
                    "A key of the account {account_id} with the scopes {scopes}. It is shown only now."
                )?;
                Ok(Ending::Answered)
            }),
            Self::Delete { ledger, id } => {
                ledger.beside(async |store| match store.run(Operation::DeleteKey { key_id: id.clone() }).await? {
                    Answer::NotFound => Err(format!("there is no key with the id `{id}`").into()),
                    _ => Ok(Ending::Answered),
                })
            }
        }
    }
}

async fn choose(store: &Store, wanted: Option<String>) -> Result<String, Box<dyn Error>> {
    match wanted {
        Some(wanted) if store.account(&wanted).await?.is_some() => Ok(wanted),
        Some(wanted) => Err(format!("there is no account `{wanted}`").into()),
        None => match store.first_accounts().await?.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err("there is no account yet; `pricetag account new` opens one".into()),
            _ => Err("there is more than one account; name one with --account".into()),
        },
    }
}

/// The operation that stores a key.
pub fn new_key(key: &Key, account_id: String, scopes: Scopes, expires: Option<i64>) -> Operation {
    Operation::AddKey(NewKey { key_id: key.id().into(), hash: key.hash(), account_id, scopes, expires })
}
