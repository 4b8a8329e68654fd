//! How a ledger is begun: an operator opens accounts and makes keys, and only a demonstration has both at once.

use std::error::Error;

use clap::Args;
use pricetag::{RateCard, Tier};

use super::key::new_key;
use crate::{
    key::{Key, Scopes},
    store::{Answer, NewAccount, Operation, Store},
};

/// The account to try with, the same for servers that start at once on one database.
const FIRST_ACCOUNT: &str = "acct_first";

#[derive(Args)]
pub struct Demo {
    /// Make an account with its tier's monthly credits and a key on the first start, and show them
    #[arg(long, env = "PRICETAG_DEMO")]
    demo: bool,
    /// The tier of that account; without it the card's second one, or its only one
    #[arg(long, env = "PRICETAG_TIER", requires = "demo")]
    tier: Option<String>,
}

/// What a server's greeting shows of its accounts.
pub enum Shown {
    NoAccounts,
    Accounts,
    First { account_id: String, tier: String, credits: String, key: Key },
}

impl Demo {
    /// The tier of the first account: chosen by its place in the card, because no tier's name is in code.
    pub fn tier<'c>(&self, card: &'c RateCard) -> Result<Option<&'c Tier>, String> {
        match &self.tier {
            None if self.demo && card.tiers().is_empty() => Err("--demo needs a card with at least one tier".into()),
            Some(wanted) => super::tier(card, "--tier", wanted).map(Some),
            None => Ok(card.tiers().get(1).or_else(|| card.tiers().first())),
        }
    }

    /// With `--demo`, the first account and its key, when there is no account yet.
    pub async fn first_start(&self, store: &Store, card: &RateCard) -> Result<Shown, Box<dyn Error>> {
        let tier = self.tier(card)?;
        if !store.first_accounts().await?.is_empty() {
            return Ok(Shown::Accounts);
        }
        let Some(tier) = tier.filter(|_| self.demo) else { return Ok(Shown::NoAccounts) };
        let (account_id, key) = (FIRST_ACCOUNT.to_owned(), Key::generate());
        let account = Operation::OpenAccount(NewAccount {
            account_id: account_id.clone(),
            tier: tier.id.clone(),
            grant_millicredits: tier.monthly_credits.map_or(0, pricetag::Credits::millicredits),
            reply: None,
        });
        if let Answer::AccountExists = store.run(account).await? {
            return Ok(Shown::Accounts); // another server of this ledger was faster
        }
        store.run(new_key(&key, account_id.clone(), Scopes::browser(), None)).await?;
        let credits = tier.monthly_credits.map_or_else(|| "unlimited".into(), |credits| credits.to_string());
        Ok(Shown::First { account_id, tier: tier.id.clone(), credits, key })
    }
}

impl Shown {
    pub fn greeting(&self, base: &str) -> String {
        match self {
            Self::Accounts => "  a key     `pricetag key new` makes one\n".into(),
            Self::NoAccounts => "  accounts  none yet: `pricetag account new --tier TIER` opens one\n  \
                                 a key     `pricetag key new --scopes admin` makes one of it, for administration over HTTP\n"
                .into(),
            Self::First { account_id, tier, credits, key } => format!(
                "\nAn account to try with: {account_id}, tier {tier}, {credits} credits.\n  \
                 page      {base}/#key={key}\n  \
                 curl      curl -H 'Authorization: Bearer {key}' {base}/v1/account\n\
                 This key is shown only now; `pricetag key new` makes another.\n",
                key = key.reveal(),
            ),
        }
    }
}
