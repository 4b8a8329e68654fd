//! Who asks: an account's tier, its balance, and what is left of its free units.

use alloc::{vec, vec::Vec};

use crate::{
    card::{RateCard, operation::NO_POOL},
    credits::Credits,
    error::{Code, Faults},
    limits::FREE_UNITS,
    reading::{At, Reader},
    text::Word::Count,
    value::Value,
};

/// Units left in each pool of a card; made by [`RateCard::free_units`].
///
/// ```
/// use pricetag::{FreeUnits, RateCard};
///
/// let left = RateCard::builtin().free_units(&[("gemini-imagen", 9)])?;
/// assert_ne!(left, FreeUnits::none());
/// # Ok::<(), pricetag::Faults>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreeUnits(Vec<u64>);

impl FreeUnits {
    /// Nothing is free.
    ///
    /// ```
    /// assert_eq!(pricetag::FreeUnits::none(), pricetag::FreeUnits::default());
    /// ```
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Takes up to `count` units from a pool, and answers how many.
    pub(crate) fn take(&mut self, pool: u16, count: u64) -> u64 {
        let Some(left) = self.0.get_mut(usize::from(pool)).filter(|_| pool != NO_POOL) else { return 0 };
        let taken = count.min(*left);
        *left = left.saturating_sub(taken);
        taken
    }
}

/// An account as a card sees it; made by [`RateCard::account`] or [`RateCard::read_account`].
///
/// ```
/// use pricetag::{Credits, RateCard};
///
/// let card = RateCard::builtin();
/// let account = card.account("basic", Some(Credits::from_number(42.0).unwrap()), &[])?;
/// assert_eq!(account.balance().unwrap().to_string(), "42");
/// assert!(card.account("bronze", None, &[]).is_err());
/// # Ok::<(), pricetag::Faults>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The tier's index in the card; `None` in a card without tiers, where everything is allowed.
    pub(crate) tier: Option<usize>,
    pub(crate) balance: Option<Credits>,
    pub(crate) free_units: FreeUnits,
}

impl Account {
    /// The credits left; `None` is unlimited.
    ///
    /// ```
    /// let card = pricetag::RateCard::builtin();
    /// assert_eq!(card.account("pro", None, &[])?.balance(), None);
    /// # Ok::<(), pricetag::Faults>(())
    /// ```
    pub fn balance(&self) -> Option<Credits> {
        self.balance
    }

    /// What is left of the free units.
    ///
    /// ```
    /// let card = pricetag::RateCard::builtin();
    /// assert_eq!(card.account("pro", None, &[])?.free_units(), &card.free_units(&[])?);
    /// # Ok::<(), pricetag::Faults>(())
    /// ```
    pub fn free_units(&self) -> &FreeUnits {
        &self.free_units
    }
}

impl RateCard {
    /// An account from its parts, or the faults of those: `unknown-tier`, `invalid-amount`, `unknown-pool`.
    ///
    /// ```
    /// use pricetag::{Code, RateCard};
    ///
    /// let faults = RateCard::builtin().account("bronze", None, &[("flux", 1)]).unwrap_err().errors;
    /// assert_eq!((faults[0].code, faults[1].code), (Code::UnknownTier, Code::UnknownPool));
    /// ```
    pub fn account(&self, tier: &str, balance: Option<Credits>, free_units: &[(&str, u64)]) -> Result<Account, Faults> {
        let mut reader = Reader::default();
        let at = At::Document.key("account");
        let tier = self.tier_named(&mut reader, tier, &at.key("tier"));
        if balance.is_some_and(|balance| balance < Credits::ZERO) {
            reader.fault(Code::InvalidAmount, &at.key("balance"), "the balance is negative", &[]);
        }
        let free_units = self.name_free_units(&mut reader, free_units, &at.key("freeUnits"));
        reader.finish(Account { tier, balance, free_units })
    }

    /// Free units by the ids of their pools, or the fault `unknown-pool`.
    ///
    /// ```
    /// use pricetag::RateCard;
    ///
    /// assert!(RateCard::builtin().free_units(&[("huggingface-flux", 20)]).is_ok());
    /// assert!(RateCard::builtin().free_units(&[("flux", 20)]).is_err());
    /// ```
    pub fn free_units(&self, left: &[(&str, u64)]) -> Result<FreeUnits, Faults> {
        let mut reader = Reader::default();
        let free_units = self.name_free_units(&mut reader, left, &At::Document.key("freeUnits"));
        reader.finish(free_units)
    }

    fn name_free_units(&self, reader: &mut Reader, left: &[(&str, u64)], at: &At) -> FreeUnits {
        let mut units = vec![0; self.pools.len()];
        for (pool, left) in left {
            if let Some(slot) = self.pool_named(reader, pool, &at.key(pool)).and_then(|pool| units.get_mut(pool)) {
                *slot = *left;
            }
            if *left > FREE_UNITS.into() {
                let words = [Count(*left), Count(FREE_UNITS.into())];
                reader.fault(Code::OutOfRange, &at.key(pool), "`#` is not from 0 to #", &words);
            }
        }
        FreeUnits(units)
    }

    /// An account from its document, or every fault in it; paths begin with `account`.
    ///
    /// ```
    /// use pricetag::{RateCard, Value};
    ///
    /// let account: Value = serde_json::from_str(r#"{"tier": "basic", "balance": -1}"#)?;
    /// let faults = RateCard::builtin().read_account(&account).unwrap_err();
    /// assert_eq!(faults.errors[0].path.to_string(), "account.balance");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn read_account(&self, document: &Value) -> Result<Account, Faults> {
        let mut reader = Reader::default();
        let account = self.account_at(&mut reader, document, &At::Document.key("account"));
        reader.finish_read(account)
    }

    pub(crate) fn account_at(&self, reader: &mut Reader, document: &Value, at: &At) -> Option<Account> {
        let document = reader.fields(document, at, "an account", &["tier", "balance", "freeUnits"])?;
        let tier = self.account_tier(reader, document, at);
        let balance = match reader.required(document, at, "balance", "a number of credits, or null for unlimited,") {
            Some(Value::Null) => Some(None),
            Some(value) => reader.amount(value, &at.key("balance"), Credits::MAX).map(Some),
            None => None,
        };
        let units = document.get("freeUnits").map(|value| self.free_units_at(reader, value, &at.key("freeUnits")));
        Some(Account { tier, balance: balance.unwrap_or(Some(Credits::ZERO)), free_units: units.unwrap_or_default() })
    }

    fn account_tier(&self, reader: &mut Reader, account: &Value, at: &At) -> Option<usize> {
        let value = if self.tiers.is_empty() {
            account.get("tier")?
        } else {
            reader.required(account, at, "tier", "the id of a tier")?
        };
        self.tier_at(reader, value, &at.key("tier"))
    }

    pub(crate) fn tier_at(&self, reader: &mut Reader, value: &Value, at: &At) -> Option<usize> {
        let id = reader.string(value, at, "the id of a tier")?;
        self.tier_named(reader, id, at)
    }

    pub(crate) fn tier_named(&self, reader: &mut Reader, id: &str, at: &At) -> Option<usize> {
        let known = |index: usize| self.tiers.get(index).map(|tier| tier.id.as_str());
        reader.named(Code::UnknownTier, at, "tier", id, &known)
    }

    fn pool_named(&self, reader: &mut Reader, id: &str, at: &At) -> Option<usize> {
        let known = |index: usize| self.pools.get(index).map(|pool| pool.id.as_str());
        reader.named(Code::UnknownPool, at, "pool of free units", id, &known)
    }

    pub(crate) fn free_units_at(&self, reader: &mut Reader, value: &Value, at: &At) -> FreeUnits {
        let mut units = vec![0; self.pools.len()];
        for (pool, left) in reader.object(value, at, "an object of units left by pool").unwrap_or_default() {
            let at = at.key(pool);
            let position = self.pool_named(reader, pool, &at);
            let left = reader.whole(left, &at, 0, FREE_UNITS);
            if let (Some(slot), Some(left)) = (position.and_then(|position| units.get_mut(position)), left) {
                *slot = left.into();
            }
        }
        FreeUnits(units)
    }
}
