//! Accounts at the command line, beside a server that may be running.

use std::io::Write;

use clap::Subcommand;
use pricetag::{Credits, RateCard};

use super::{Ended, Ending, in_force, ledger::Ledger};
use crate::{
    http::is_account_id,
    key::random_hex,
    store::{Answer, NewAccount, Operation},
};

#[derive(Subcommand)]
pub enum Accounts {
    /// Open an account, and print its id
    New {
        #[command(flatten)]
        ledger: Ledger,
        /// A tier of the card in force
        #[arg(long)]
        tier: String,
        /// Credits to begin with
        #[arg(long, value_name = "CREDITS", value_parser = amount, allow_negative_numbers = true, default_value = "0")]
        grant: Credits,
        /// Its id: 1 to 64 letters, digits, `.`, `_` or `-`, not starting with `.`; random by default
        #[arg(long, value_parser = account_id)]
        id: Option<String>,
    },
}

impl Accounts {
    pub fn run(self) -> Ended {
        let Self::New { ledger, tier, grant, id } = self;
        ledger.beside(async |store| {
            let card = in_force::newest(&store).await?.unwrap_or_else(RateCard::builtin);
            super::tier(&card, "--tier", &tier)?;
            let account_id = id.unwrap_or_else(|| format!("acct_{}", random_hex::<12>()));
            let grant_millicredits = grant.millicredits();
            let account = NewAccount { account_id: account_id.clone(), tier, grant_millicredits, reply: None };
            if let Answer::AccountExists = store.run(Operation::OpenAccount(account)).await? {
                return Err(format!("account `{account_id}` already exists").into());
            }
            writeln!(anstream::stdout().lock(), "{account_id}")?;
            writeln!(anstream::stderr(), "`pricetag key new --account {account_id}` makes a key of it.")?;
            Ok(Ending::Answered)
        })
    }
}

fn amount(text: &str) -> Result<Credits, String> {
    let amount = text.parse().ok().and_then(|number: f64| Credits::from_number(number).ok());
    amount
        .filter(|amount| *amount >= Credits::ZERO)
        .ok_or_else(|| format!("`{text}` is not an amount of credits: 0 to 1,000,000,000 with at most three decimals"))
}

fn account_id(text: &str) -> Result<String, String> {
    if is_account_id(text) {
        Ok(text.into())
    } else {
        Err(format!("expected 1 to 64 letters, digits, `.`, `_` or `-`, not starting with `.`, found `{text}`"))
    }
}
