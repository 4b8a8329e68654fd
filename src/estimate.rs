//! Rating: what each item of a plan costs, and why.

use alloc::{string::String, vec, vec::Vec};

use serde::Serialize;

use crate::{
    account::FreeUnits,
    card::{
        RateCard,
        operation::{Cell, Operation, Rate},
    },
    credits::{Percent, Range},
    plan::{Item, Plan, list_for},
    surely,
    text::owned,
};

/// How much a figure can be relied on, the most reliable first.
///
/// ```
/// use pricetag::Accuracy;
///
/// assert!(Accuracy::Exact < Accuracy::Varies);
/// assert_eq!(Accuracy::VeryAccurate.as_str(), "very-accurate");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Accuracy {
    /// Low and high agree.
    Exact,
    /// The expected figure is nearly always met.
    VeryAccurate,
    /// The expected figure is usually met.
    Accurate,
    /// The result decides.
    Varies,
}

impl Accuracy {
    /// The name on every wire.
    ///
    /// ```
    /// assert_eq!(pricetag::Accuracy::Exact.as_str(), "exact");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::VeryAccurate => "very-accurate",
            Self::Accurate => "accurate",
            Self::Varies => "varies",
        }
    }

    /// Its place in the order, as the fast lane writes it.
    #[cfg(all(target_family = "wasm", feature = "module"))]
    pub(crate) const fn number(self) -> f64 {
        match self {
            Self::Exact => 0.0,
            Self::VeryAccurate => 1.0,
            Self::Accurate => 2.0,
            Self::Varies => 3.0,
        }
    }
}

/// Which card made an estimate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CardReference {
    /// The card's id.
    pub id: String,
    /// The card's version.
    pub version: String,
    /// The card's fingerprint.
    pub fingerprint: String,
}

/// A rated plan.
///
/// ```
/// use pricetag::{Accuracy, FreeUnits, RateCard};
///
/// let card = RateCard::builtin();
/// let plan = r#"{"items": [{"operation": "create", "quality": "standard", "quantity": 5}]}"#;
/// let estimate = card.plan(&serde_json::from_str(plan)?).unwrap().estimate(&FreeUnits::none());
/// let total = estimate.total;
/// assert_eq!((total.low.to_number(), total.expected.to_number(), total.high.to_number()), (15.0, 20.0, 25.0));
/// assert_eq!(estimate.accuracy, Accuracy::VeryAccurate);
/// assert_eq!(estimate.lines[0].title, "Create · Best match · Standard");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// The card that made it.
    pub card: CardReference,
    /// The name of the unit, `credit`.
    pub unit: String,
    /// What the plan costs.
    pub total: Range,
    /// The accuracy of its least accurate line.
    pub accuracy: Accuracy,
    /// A line for each item, in order.
    pub lines: Vec<Line>,
}

/// One rated item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The item's index in the plan.
    pub item: usize,
    /// The operation's id.
    pub operation: String,
    /// The operation's title and each chosen option's, joined by ` · `.
    pub title: String,
    /// The index of the winning rate in its operation.
    pub rate: usize,
    /// The winning rate's note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The price of one output, its size surcharge included.
    pub unit: Range,
    /// Outputs: the quantity times every count.
    pub count: u64,
    /// Outputs that cost nothing.
    pub free: u64,
    /// unit × (count − free)
    pub total: Range,
    /// Exact if the unit's low and high agree, else as the rate or the operation says.
    pub accuracy: Accuracy,
    /// Why: they add up to the total, figure by figure.
    pub parts: Vec<Part>,
}

/// One cause of a line's total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Part {
    /// The price for the full count.
    Base {
        /// base × count
        amount: Range,
    },
    /// The size surcharge for the full count.
    Size {
        /// The band's percentage.
        percent: Percent,
        /// surcharge × count
        amount: Range,
    },
    /// What free units take off.
    Free {
        /// How many outputs are free.
        units: u64,
        /// −unit × free
        amount: Range,
    },
}

impl Plan<'_> {
    /// What the plan costs when these units are free. Items take from a pool in plan order.
    ///
    /// ```
    /// use pricetag::RateCard;
    ///
    /// let card = RateCard::builtin();
    /// let plan = r#"{"items": [{"operation": "create", "model": "huggingface-flux", "variations": 4}]}"#;
    /// let plan = card.plan(&serde_json::from_str(plan)?).unwrap();
    /// let free = card.free_units(&[("huggingface-flux", 3)]).unwrap();
    /// assert_eq!(plan.estimate(&free).total.expected.to_string(), "4");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn estimate(&self, free: &FreeUnits) -> Estimate {
        let mut left = free.clone();
        let mut total = Range::ZERO;
        let mut accuracy = Accuracy::Exact;
        let mut lines = list_for(self.items.len());
        for (index, item) in self.items.iter().enumerate() {
            // Left out, a line would be free: an item that was read has its place in the tables, and within the limits.
            let line = surely(self.card.line(index, item, &mut left), "an item that was read can be rated");
            total = surely(total.plus_price(line.total), "the sum was checked when the plan was read");
            accuracy = accuracy.max(line.accuracy);
            lines.push(line);
        }
        Estimate { card: self.card.reference(), unit: owned(self.card.unit()), total, accuracy, lines }
    }
}

impl Plan<'_> {
    /// What the plan costs when nothing is free: the total of its estimate, without a line and without an allocation.
    ///
    /// ```
    /// # use pricetag::RateCard;
    /// let card = RateCard::builtin();
    /// let plan = card.plan(&serde_json::from_str(r#"{"items": [{"operation": "upscale", "mode": "fast"}]}"#)?).unwrap();
    /// assert_eq!(plan.total().high.to_string(), "2");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn total(&self) -> Range {
        let price =
            |item: &Item| surely(self.card.full_price(item, item.combination), "an item that was read can be rated");
        let total = self.items.iter().map(price).try_fold(Range::ZERO, Range::plus);
        surely(total, "the sum was checked when the plan was read")
    }
}

impl RateCard {
    pub(crate) fn reference(&self) -> CardReference {
        CardReference { id: owned(self.id()), version: owned(self.version()), fingerprint: owned(self.fingerprint()) }
    }

    /// The line of a valid item, whose table look-ups and products were checked when it was read.
    fn line(&self, index: usize, item: &Item, left: &mut FreeUnits) -> Option<Line> {
        let operation = self.operations.get(item.operation)?;
        let (cell, _) = operation.cell(item.combination)?;
        let free = left.take(cell.pool, item.count);
        let rated = operation.rated(item.combination, item.band, item.count, free)?;
        let mut parts = vec![Part::Base { amount: rated.base }];
        if let Some((percent, amount)) = rated.size {
            parts.push(Part::Size { percent, amount });
        }
        if rated.free > 0 {
            // What is between the total and the parts before.
            let surcharge = rated.size.map_or(Range::ZERO, |(_, amount)| amount);
            parts.push(Part::Free { units: rated.free, amount: rated.total.less(rated.base).less(surcharge) });
        }
        Some(Line {
            item: index,
            operation: owned(&operation.id),
            title: operation.item_title(item.combination),
            rate: usize::from(rated.cell.rate),
            note: rated.rate.note.as_deref().map(owned),
            unit: rated.unit,
            count: item.count,
            free: rated.free,
            total: rated.total,
            accuracy: rated.accuracy,
            parts,
        })
    }
}

/// A rated item: the figures of its line, without the texts.
pub(crate) struct Rated<'c> {
    pub cell: Cell,
    pub rate: &'c Rate,
    pub unit: Range,
    /// How many outputs are free.
    pub free: u64,
    /// unit × (count − free)
    pub total: Range,
    /// base × count
    pub base: Range,
    /// The percentage of the size surcharge, and surcharge × count.
    pub size: Option<(Percent, Range)>,
    pub accuracy: Accuracy,
}

impl Operation {
    /// Rates so many outputs, of which some may be free. `None` where they are unavailable, or beyond the limit of amounts.
    #[inline(always)]
    pub(crate) fn rated(&self, combination: usize, band: usize, count: u64, free: u64) -> Option<Rated<'_>> {
        let (cell, rate) = self.cell(combination)?;
        let base = *rate.price.as_ref().ok()?;
        let unit = *rate.units.get(band)?;
        let full = unit.price_times(count)?;
        let (base, size) = match self.bands.get(band) {
            Some(band) if unit != base => {
                let base = base.price_times(count)?;
                (base, Some((band.percent, full.less(base))))
            }
            _ => (full, None),
        };
        Some(Rated {
            cell,
            rate,
            unit,
            free,
            total: if free == 0 { full } else { unit.price_times(count.saturating_sub(free))? },
            base,
            size,
            accuracy: if unit.is_exact() { Accuracy::Exact } else { rate.accuracy.unwrap_or(self.accuracy) },
        })
    }
}
