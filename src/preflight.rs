//! Preflight: whether a plan may run on an account, before anything runs.

use alloc::{string::String, vec::Vec};
use core::slice;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{
    account::Account,
    card::{RateCard, Tier},
    credits::{Credits, Range},
    estimate::Estimate,
    plan::{Item, Plan},
    text::{Word::Text, filled, owned},
};

/// What preflight decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The balance covers the high figure, or is unlimited.
    Covered,
    /// The balance covers the low figure, but not the high one.
    MayExceed,
    /// The balance does not cover even the low figure.
    Insufficient,
    /// The tier excludes an item.
    NotAllowed,
}

/// An item that the tier excludes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Always `not-in-tier`.
    pub code: crate::Code,
    /// The item's index in the plan.
    pub item: usize,
    /// The next higher tier that allows this item; `None` when none does.
    pub needs: Option<String>,
    /// A sentence for a person.
    pub message: String,
}

/// Whether a plan may run, and what would be left.
///
/// ```
/// use pricetag::{Credits, RateCard, Verdict};
///
/// let card = RateCard::builtin();
/// let plan = r#"{"items": [{"operation": "create", "quality": "standard", "quantity": 5}]}"#;
/// let plan = card.plan(&serde_json::from_str(plan)?).unwrap();
/// let account = card.account("basic", Some(Credits::from_number(22.0).unwrap()), &[]).unwrap();
/// let preflight = plan.preflight(&account);
/// assert_eq!(preflight.verdict, Verdict::MayExceed); // 15 to 25 credits
/// assert_eq!(preflight.short_by.to_string(), "3");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preflight {
    /// The decision.
    pub verdict: Verdict,
    /// The rated plan.
    pub estimate: Estimate,
    /// The balance asked about; `None` is unlimited.
    pub balance: Option<Credits>,
    /// What would be left; figures may be negative. `None` when the balance is unlimited.
    pub after: Option<Range>,
    /// What is missing to cover the high figure; nothing when it is covered.
    pub short_by: Credits,
    /// The items that the tier excludes.
    pub blocks: Vec<Block>,
    /// The lowest higher tier that allows every item; `None` when none does, and where nothing is excluded.
    pub needs: Option<String>,
}

impl Serialize for Preflight {
    /// `needs` is written only where there are blocks: `null` then says that no higher tier allows the plan.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let blocked = !self.blocks.is_empty();
        let mut preflight = serializer.serialize_struct("Preflight", if blocked { 7 } else { 6 })?;
        preflight.serialize_field("verdict", &self.verdict)?;
        preflight.serialize_field("estimate", &self.estimate)?;
        preflight.serialize_field("balance", &self.balance)?;
        preflight.serialize_field("after", &self.after)?;
        preflight.serialize_field("shortBy", &self.short_by)?;
        preflight.serialize_field("blocks", &self.blocks)?;
        if blocked {
            preflight.serialize_field("needs", &self.needs)?;
        }
        preflight.end()
    }
}

impl Plan<'_> {
    /// Whether this plan may run on an account.
    ///
    /// ```
    /// use pricetag::{RateCard, Verdict};
    ///
    /// let card = RateCard::builtin();
    /// let plan = card.plan(&serde_json::from_str(r#"{"items": [{"operation": "create", "quality": "premium"}]}"#)?).unwrap();
    /// let preflight = plan.preflight(&card.account("free", None, &[]).unwrap());
    /// assert_eq!(preflight.verdict, Verdict::NotAllowed);
    /// assert_eq!(preflight.needs.as_deref(), Some("pro"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn preflight(&self, account: &Account) -> Preflight {
        let estimate = self.estimate(&account.free_units);
        let mut blocks = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            if let Some(block) = self.card.block(index, item, account.tier) {
                blocks.push(block);
            }
        }
        let Range { low, expected, high } = estimate.total;
        let verdict = match account.balance {
            _ if !blocks.is_empty() => Verdict::NotAllowed,
            Some(balance) if low > balance => Verdict::Insufficient,
            Some(balance) if high > balance => Verdict::MayExceed,
            _ => Verdict::Covered,
        };
        let after = |balance: Credits| Range {
            low: balance.difference(high),
            expected: balance.difference(expected),
            high: balance.difference(low),
        };
        Preflight {
            verdict,
            balance: account.balance,
            after: account.balance.map(after),
            short_by: account.balance.map_or(Credits::ZERO, |balance| high.difference(balance).max(Credits::ZERO)),
            needs: if blocks.is_empty() { None } else { self.card.lowest_above(account.tier, &self.items).map(id_of) },
            blocks,
            estimate,
        }
    }
}

impl RateCard {
    /// Whether a tier may use a combination of an operation; without a tier everything is allowed.
    pub(crate) fn allows(&self, tier: Option<usize>, operation: usize, combination: usize) -> bool {
        let cell = self.operations.get(operation).and_then(|operation| operation.cell(combination));
        cell.is_some_and(|(cell, _)| tier.is_none_or(|tier| cell.excluded & bit(tier) == 0))
    }

    fn block(&self, index: usize, item: &Item, tier: Option<usize>) -> Option<Block> {
        if self.allows(tier, item.operation, item.combination) {
            return None;
        }
        let needs = self.lowest_above(tier, slice::from_ref(item));
        let title = self.operations.get(item.operation)?.item_title(item.combination);
        let own = &self.tiers.get(tier?)?.title;
        let template = match needs {
            Some(_) => "# is not included in #; it needs #",
            None => "# is not included in # or any higher tier",
        };
        let needed = needs.map_or("", |tier| &tier.title);
        let message = filled(&mut template.chars(), &mut [Text(&title), Text(own), Text(needed)].iter());
        Some(Block { code: crate::Code::NotInTier, item: index, needs: needs.map(id_of), message })
    }

    /// The lowest tier above this one that allows each of these items.
    fn lowest_above(&self, tier: Option<usize>, items: &[Item]) -> Option<&Tier> {
        let mut above = tier?.saturating_add(1)..self.tiers.len();
        let allows_each =
            |tier: &usize| items.iter().all(|item| self.allows(Some(*tier), item.operation, item.combination));
        above.find(allows_each).and_then(|tier| self.tiers.get(tier))
    }
}

fn id_of(tier: &Tier) -> String {
    owned(&tier.id)
}

fn bit(tier: usize) -> u32 {
    u32::try_from(tier).ok().and_then(|tier| 1_u32.checked_shl(tier)).unwrap_or(0)
}
