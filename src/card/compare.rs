//! Comparing two cards: every price that differs, and nothing else.

use alloc::{string::String, vec::Vec};

use serde::{Serialize, Serializer};

use super::{RateCard, operation::Operation};
use crate::{
    credits::{Credits, Range, percent_change},
    text::owned,
};

/// What changes between two cards.
///
/// ```
/// use pricetag::RateCard;
///
/// let card = RateCard::builtin();
/// let comparison = card.compare(&RateCard::builtin());
/// assert!(comparison.changes.is_empty());
/// assert_eq!(comparison.summary.compared, 200);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Every price that differs, in the card's order.
    pub changes: Vec<Change>,
    /// How many there are of each kind.
    pub summary: Summary,
}

/// A price that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The operation's id.
    pub operation: String,
    /// The option of each choice.
    pub choices: Choices,
    /// The size band's index, in the old card if it is there; 0 for an operation without size.
    pub band: usize,
    /// The old unit price; `None` where there is none.
    pub old: Option<Range>,
    /// The new unit price; `None` where there is none.
    pub new: Option<Range>,
    /// By how much the expected price changes; `None` where one side is missing.
    pub change: Option<Credits>,
    /// The same in percent, to two decimals, half away from zero; `None` where one side is missing or the old price is 0.
    pub percent: Option<f64>,
}

/// The option of each choice, in the card's order. It serializes as an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices(pub Vec<(String, String)>);

impl Serialize for Choices {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(choice, option)| (choice, option)))
    }
}

/// How many prices there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Combinations and bands looked at.
    pub compared: usize,
    /// Dearer in the new card: by the expected figure, or if that stays, by the high one, or else by the low one.
    pub dearer: usize,
    /// Cheaper, in the same sense.
    pub cheaper: usize,
    /// With a price only in the new card.
    pub appeared: usize,
    /// With a price only in the old card.
    pub disappeared: usize,
}

/// A place in one card's table: a combination and a band.
type Cell = (usize, usize);

impl RateCard {
    /// What changes from this card to a new one: over every operation, combination of options and size band.
    ///
    /// A combination is the same in both cards if it has the same choices and options, and a band if it ends at the same
    /// area: a band that is moved disappears and appears.
    ///
    /// ```
    /// use pricetag::{RateCard, limits};
    ///
    /// let card = |price: f64| {
    ///     let json = format!(r#"{{"id": "a", "version": "1", "operations": [{{"id": "paint", "rates": [{{"when": {{}}, "price": {price}}}]}}]}}"#);
    ///     RateCard::from_json(&json).unwrap()
    /// };
    /// let comparison = card(3.0).compare(&card(3.5));
    /// assert_eq!(comparison.changes[0].change.unwrap().to_string(), "0.5");
    /// assert_eq!(comparison.changes[0].percent, Some(16.67));
    /// assert_eq!(comparison.summary.dearer, 1);
    /// ```
    pub fn compare(&self, new: &Self) -> Comparison {
        let mut comparison = Comparison { changes: Vec::new(), summary: Summary::default() };
        for old in &self.operations {
            let counterpart = new.operation(&old.id);
            for_each_cell(old, counterpart, &mut |cell, there| {
                let new = counterpart.zip(there).and_then(|(new, cell)| price(new, cell));
                comparison.add(old, cell, price(old, cell), new);
            });
        }
        for operation in &new.operations {
            for_each_cell(operation, self.operation(&operation.id), &mut |cell, there| {
                if there.is_none() {
                    comparison.add(operation, cell, None, price(operation, cell));
                }
            });
        }
        comparison
    }

    fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

impl Comparison {
    fn add(&mut self, operation: &Operation, (combination, band): Cell, old: Option<Range>, new: Option<Range>) {
        let summary = &mut self.summary;
        summary.compared = summary.compared.saturating_add(1);
        if old == new {
            return;
        }
        let weight = |range: Range| (range.expected, range.high, range.low);
        let kind = match (old, new) {
            (Some(old), Some(new)) if weight(new) > weight(old) => &mut summary.dearer,
            (Some(_), Some(_)) => &mut summary.cheaper,
            (None, _) => &mut summary.appeared,
            (_, None) => &mut summary.disappeared,
        };
        *kind = kind.saturating_add(1);
        let both = old.zip(new).map(|(old, new)| (old.expected, new.expected));
        self.changes.push(Change {
            operation: owned(&operation.id),
            choices: choices(operation, combination),
            band,
            old,
            new,
            change: both.map(|(old, new)| new.less(old)),
            percent: both.and_then(|(old, new)| percent_change(old, new)),
        });
    }
}

/// Calls `visit` with every combination and band of an operation, in the card's order, and its place in another card's.
fn for_each_cell(operation: &Operation, other: Option<&Operation>, visit: &mut dyn FnMut(Cell, Option<Cell>)) {
    for combination in 0..operation.cells.len() {
        let there = other.and_then(|other| same_combination(operation, combination, other));
        for band in 0..operation.bands.len().max(1) {
            let same = other.and_then(|other| same_band(operation, band, other));
            visit((combination, band), there.zip(same));
        }
    }
}

fn price(operation: &Operation, (combination, band): Cell) -> Option<Range> {
    operation.unit(combination, band)
}

/// The option of each choice in a combination.
fn choices(operation: &Operation, combination: usize) -> Choices {
    let mut choices = Vec::new();
    for (index, choice) in operation.choices.iter().enumerate() {
        if let Some(option) = operation.chosen(combination, index) {
            choices.push((owned(&choice.name), owned(&option.id)));
        }
    }
    Choices(choices)
}

/// The combination of another operation with the same option in every choice.
fn same_combination(operation: &Operation, combination: usize, other: &Operation) -> Option<usize> {
    if operation.choices.len() != other.choices.len() {
        return None;
    }
    let mut found = 0_usize;
    for (index, choice) in operation.choices.iter().enumerate() {
        let option = operation.chosen(combination, index)?;
        let choice = other.choices.iter().find(|candidate| candidate.name == choice.name)?;
        let position = choice.options.iter().position(|candidate| candidate.id == option.id)?;
        found = found.saturating_add(choice.stride.saturating_mul(position));
    }
    Some(found)
}

/// The band of another operation that ends at the same area; without bands, the one that stands for all areas.
fn same_band(operation: &Operation, band: usize, other: &Operation) -> Option<usize> {
    let up_to = |operation: &Operation, band: usize| operation.bands.get(band).map(|band| band.up_to_pixels);
    let wanted = up_to(operation, band);
    (0..other.bands.len().max(1)).find(|&band| up_to(other, band) == wanted)
}
