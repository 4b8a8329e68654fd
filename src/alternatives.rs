//! Cheaper ways: single changes of substitutable choices.

use alloc::{collections::BinaryHeap, string::String, vec::Vec};
use core::cmp::Reverse;

use serde::Serialize;

use crate::{
    card::{
        RateCard,
        operation::{Choice, ChoiceOption, Operation},
    },
    credits::Credits,
    error::Faults,
    plan::{Item, Plan},
    reading::{At, Reader},
    text::{
        Word::{self, Text},
        filled, owned,
    },
};

/// One change of one item that lowers the plan's expected total.
///
/// ```
/// use pricetag::RateCard;
///
/// let card = RateCard::builtin();
/// let plan = r#"{"items": [{"operation": "edit", "edit": "remove-background", "quantity": 3}]}"#;
/// let plan = card.plan(&serde_json::from_str(plan)?).unwrap();
/// let cheaper = plan.alternatives(None).unwrap();
/// assert_eq!((cheaper[0].field.as_str(), cheaper[0].option.as_str()), ("provider", "wavespeed"));
/// assert_eq!(cheaper[0].saves.to_string(), "3");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alternative {
    /// The item's index in the plan.
    pub item: usize,
    /// The choice to change.
    pub field: String,
    /// The option to change it to.
    pub option: String,
    /// Expected credits saved, without free units.
    pub saves: Credits,
    /// The change of the winning rate's rank; negative is a lesser result.
    pub rank: i64,
    /// One sentence for a person.
    pub why: String,
}

impl Plan<'_> {
    /// Every single change that makes the plan cheaper, is available, and is allowed in the tier. Changes that keep or
    /// raise the rank come first; then the greatest saving, then by item, then in the card's order. The fault is
    /// `unknown-tier`.
    ///
    /// ```
    /// # use pricetag::RateCard;
    /// # let card = RateCard::builtin();
    /// let free = card.plan(&serde_json::from_str(r#"{"items": [{"operation": "library"}]}"#)?).unwrap();
    /// assert_eq!(free.alternatives(Some("basic")).unwrap(), []);
    /// assert!(free.alternatives(Some("bronze")).is_err());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn alternatives(&self, tier: Option<&str>) -> Result<Vec<Alternative>, Faults> {
        let mut reader = Reader::default();
        let tier = self.card.tier_index(&mut reader, tier);
        reader.finish(self.alternatives_in(tier))
    }

    pub(crate) fn alternatives_in(&self, tier: Option<usize>) -> Vec<Alternative> {
        let mut found = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            self.card.changes_of(index, item, tier, &mut found);
        }
        let mut alternatives = Vec::new();
        for keeps_the_rank in [true, false] {
            // What saves the same stays by item and in the card's order. A heap sorts with a tenth of a sort's code.
            let mut order = BinaryHeap::new();
            for (position, change) in found.iter().enumerate() {
                if (change.rank >= 0) == keeps_the_rank {
                    order.push((change.saves, Reverse(position)));
                }
            }
            while let Some((_, Reverse(position))) = order.pop() {
                if let Some(change) = found.get(position) {
                    alternatives.push(change.alternative(self.card.unit()));
                }
            }
        }
        alternatives
    }
}

/// A change that saves something, before anyone is told of it.
struct Found<'c> {
    item: usize,
    choice: &'c Choice,
    option: &'c ChoiceOption,
    saves: Credits,
    rank: i64,
}

impl Found<'_> {
    fn alternative(&self, unit: &str) -> Alternative {
        let result = match self.rank {
            ..0 => "a lesser result",
            0 => "a result of the same rank",
            1.. => "a better result",
        };
        let plural = if self.saves == Credits::ONE { "" } else { "s" };
        let words = [
            Text(&self.choice.title),
            Text(&self.option.title),
            Word::amount(self.saves),
            Text(unit),
            Text(plural),
            Text(result),
        ];
        Alternative {
            item: self.item,
            field: owned(&self.choice.name),
            option: owned(&self.option.id),
            saves: self.saves,
            rank: self.rank,
            why: filled(&mut "#: # is expected to save # ##, for #.".chars(), &mut words.iter()),
        }
    }
}

impl RateCard {
    /// The index of a tier that the caller names, if it names one.
    pub(crate) fn tier_index(&self, reader: &mut Reader, tier: Option<&str>) -> Option<usize> {
        self.tier_named(reader, tier?, &At::Document.key("tier"))
    }

    fn changes_of<'c>(&'c self, index: usize, item: &Item, tier: Option<usize>, found: &mut Vec<Found<'c>>) {
        let Some(operation) = self.operations.get(item.operation) else { return };
        for (position, choice) in operation.choices.iter().enumerate() {
            if !choice.substitutable {
                continue;
            }
            for (number, option) in (0_u32..).zip(&choice.options) {
                let changed = operation.combination_with(item.combination, position, number);
                if !self.allows(tier, item.operation, changed) {
                    continue;
                }
                match difference(operation, item, changed) {
                    Some((saves, rank)) if saves > Credits::ZERO => {
                        found.push(Found { item: index, choice, option, saves, rank });
                    }
                    _ => {}
                }
            }
        }
    }
}

/// What a change of combination saves, and how the rank changes; `None` where it is unavailable.
fn difference(operation: &Operation, item: &Item, changed: usize) -> Option<(Credits, i64)> {
    let (own, other) = (operation.cell(item.combination)?.1, operation.cell(changed)?.1);
    let own_expected = own.units.get(item.band)?.expected.times(item.count)?;
    let other_expected = other.units.get(item.band)?.expected.times(item.count)?;
    Some((own_expected.difference(other_expected), i64::from(other.rank).saturating_sub(own.rank.into())))
}
