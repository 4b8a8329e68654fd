//! What fits: the best options within a budget, and how many of an item a balance covers.

use serde::Serialize;

use crate::{
    card::RateCard,
    credits::{Credits, Range},
    error::{Code, Faults},
    limits::{QUANTITY, RANK},
    plan::{Item, Plan, overflow},
    reading::{At, Reader},
    value::Value,
};

/// The answer of [`Plan::fit`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Fit {
    /// The best assignment within the budget.
    Fitted {
        /// The sum of the items' ranks.
        rank: u32,
        /// The expected total.
        expected: Credits,
        /// The plan with the chosen options, every field written out.
        plan: Value,
        /// The total of that plan.
        total: Range,
    },
    /// No assignment is within the budget.
    #[serde(rename_all = "camelCase")]
    NotFitted {
        /// The cheapest possible expected total.
        cheapest: Credits,
        /// What is missing for it.
        short_by: Credits,
    },
}

/// The answer of [`RateCard::affordable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Affordable {
    /// 0 to 10,000.
    pub quantity: u32,
    /// What that quantity costs.
    pub total: Range,
}

/// One way to do an item: the cheapest of its rank.
#[derive(Clone, Copy)]
struct Way {
    rank: usize,
    cost: Credits,
    combination: usize,
}

/// The greatest rank that one item can add.
#[expect(clippy::as_conversions, reason = "a small constant, and `From` is not yet const")]
const MOST_RANK: usize = RANK as usize;

impl Plan<'_> {
    /// Of all substitutable options of all items, the assignment with the greatest sum of ranks whose expected total is
    /// within the budget, and of those the cheapest. Exact, however many items.
    ///
    /// An option whose price passes the limit of amounts is none. The faults are `unknown-tier`, `not-in-tier` at an item
    /// with no option that the tier allows, and `amount-overflow` where all that remains passes the limit.
    ///
    /// ```
    /// use pricetag::{Credits, Fit, RateCard};
    ///
    /// let card = RateCard::builtin();
    /// let plan = r#"{"items": [{"operation": "create", "quality": "premium"}, {"operation": "upscale", "mode": "fast"}]}"#;
    /// let plan = card.plan(&serde_json::from_str(plan)?).unwrap();
    /// let budget = |credits| Credits::from_number(credits).unwrap();
    /// let Fit::Fitted { rank, expected, .. } = plan.fit(budget(10.0), None).unwrap() else { panic!() };
    /// assert_eq!((rank, expected), (7, budget(10.0)));
    /// let Fit::NotFitted { cheapest, short_by } = plan.fit(budget(3.0), None).unwrap() else { panic!() };
    /// assert_eq!((cheapest, short_by), (budget(4.0), budget(1.0)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn fit(&self, budget: Credits, tier: Option<&str>) -> Result<Fit, Faults> {
        let mut reader = Reader::default();
        let tier = self.card.tier_index(&mut reader, tier);
        let fit = if reader.faults.is_empty() { self.fit_in(&mut reader, budget, tier) } else { None };
        reader.finish_read(fit)
    }

    pub(crate) fn fit_in(&self, reader: &mut Reader, budget: Credits, tier: Option<usize>) -> Option<Fit> {
        let ways = self.ways(reader, tier)?;
        let mut cheapest = ways.iter().map(|ways| ways.iter().map(|way| way.cost).min().unwrap_or_default());
        let Some(cheapest) = cheapest.try_fold(Credits::ZERO, Credits::plus) else {
            overflow(reader, &At::Document.key("items"), "the cheapest options of this plan");
            return None;
        };
        if cheapest > budget {
            return Some(Fit::NotFitted { cheapest, short_by: cheapest.less(budget) });
        }
        let mut plan = self.clone();
        let (mut rank, mut total) = (0_u32, Some(Range::ZERO));
        for (item, way) in plan.items.iter_mut().zip(best_ways(&ways, budget)) {
            item.combination = way.combination;
            rank = rank.saturating_add(u32::try_from(way.rank).unwrap_or(0));
            total = total.and_then(|total| total.plus(self.card.full_price(item)?));
        }
        let Some(total) = total else {
            // The expected total is within the budget, but the high one is past the limit.
            overflow(reader, &At::Document.key("items"), "the best options of this plan");
            return None;
        };
        Some(Fit::Fitted { rank, expected: total.expected, plan: plan.document(), total })
    }

    /// The ways to do each item: for each rank the cheapest, and none that costs more than a better one.
    fn ways(&self, reader: &mut Reader, tier: Option<usize>) -> Option<Vec<Vec<Way>>> {
        let before = reader.faults.len();
        let mut ways = Vec::with_capacity(self.items.len());
        for (index, item) in self.items.iter().enumerate() {
            let of_item = self.card.ways_of(item, tier);
            if of_item.is_empty() {
                let items = At::Document.key("items");
                let at = items.index(index);
                if self.card.allows_an_option(item, tier) {
                    overflow(reader, &at, "every option that the tier allows");
                } else {
                    reader.fault(Code::NotInTier, &at, &["the tier allows no option of this item"]);
                }
            }
            ways.push(of_item);
        }
        (reader.faults.len() == before).then_some(ways)
    }
}

impl RateCard {
    fn ways_of(&self, item: &Item, tier: Option<usize>) -> Vec<Way> {
        let mut best: [Option<Way>; MOST_RANK + 1] = [None; MOST_RANK + 1];
        // The item as it is comes first, so that it stays when another option is no better.
        self.consider(item, item.combination, tier, &mut best);
        self.each_substitution(item, 0, item.combination, &mut |combination| {
            self.consider(item, combination, tier, &mut best);
        });
        let mut ways: Vec<Way> = Vec::new();
        for way in best.into_iter().rev().flatten() {
            if ways.last().is_none_or(|better| way.cost < better.cost) {
                ways.push(way);
            }
        }
        ways
    }

    /// Whether a tier allows some available option of an item.
    fn allows_an_option(&self, item: &Item, tier: Option<usize>) -> bool {
        let mut allowed = false;
        let Some(operation) = self.operations.get(item.operation) else { return false };
        self.each_substitution(item, 0, item.combination, &mut |combination| {
            let available = operation.unit(combination, item.band).is_some();
            allowed = allowed || (available && self.allows(tier, item.operation, combination));
        });
        allowed
    }

    /// Calls `visit` with every combination of an item's substitutable options, in the card's order.
    fn each_substitution(&self, item: &Item, choice: usize, combination: usize, visit: &mut impl FnMut(usize)) {
        let Some(operation) = self.operations.get(item.operation) else { return };
        let Some(field) = operation.choices.get(choice) else { return visit(combination) };
        let next = choice.saturating_add(1);
        if !field.substitutable {
            return self.each_substitution(item, next, combination, visit);
        }
        for option in 0..u32::try_from(field.options.len()).unwrap_or(0) {
            self.each_substitution(item, next, operation.combination_with(combination, choice, option), visit);
        }
    }

    /// Keeps a combination if it is allowed, available, and cheaper than what its rank has so far.
    fn consider(&self, item: &Item, combination: usize, tier: Option<usize>, best: &mut [Option<Way>]) {
        let Some(operation) = self.operations.get(item.operation) else { return };
        let Some((_, rate)) = operation.cell(combination).filter(|_| self.allows(tier, item.operation, combination))
        else {
            return;
        };
        // An option whose price passes the limit is none.
        let Some(price) = operation.price(combination, item.band, item.count) else { return };
        let cost = price.expected;
        let Some(slot) = usize::try_from(rate.rank).ok().and_then(|rank| best.get_mut(rank)) else { return };
        if slot.is_none_or(|way| cost < way.cost) {
            *slot = Some(Way { rank: usize::try_from(rate.rank).unwrap_or(0), cost, combination });
        }
    }
}

/// The way of each item that together have the greatest rank within the budget, and of those the cheapest.
///
/// For every sum of ranks the least cost at which the items so far reach it: sums are whole and at most
/// items × [`RANK`], so this is exact, and costs items × sums × ways.
fn best_ways(ways: &[Vec<Way>], budget: Credits) -> Vec<Way> {
    let sums = ways.len().saturating_mul(MOST_RANK).saturating_add(1);
    let mut least: Vec<Option<Credits>> = vec![None; sums];
    let mut taken: Vec<Vec<u8>> = Vec::with_capacity(ways.len());
    if let Some(nothing) = least.first_mut() {
        *nothing = Some(Credits::ZERO);
    }
    let mut reach = 0_usize;
    for ways in ways {
        let mut next: Vec<Option<Credits>> = vec![None; sums];
        let mut took = vec![0_u8; sums];
        for (number, way) in (0_u8..).zip(ways) {
            for (sum, &cost) in least.iter().enumerate().take(reach.saturating_add(1)) {
                let cost = cost.and_then(|cost| cost.plus(way.cost)).filter(|&cost| cost <= budget);
                let slot = sum.saturating_add(way.rank);
                if let (Some(cost), Some(best), Some(took)) = (cost, next.get_mut(slot), took.get_mut(slot))
                    && best.is_none_or(|best| cost < best)
                {
                    *best = Some(cost);
                    *took = number;
                }
            }
        }
        reach = reach.saturating_add(MOST_RANK);
        least = next;
        taken.push(took);
    }
    trace_back(ways, &taken, least.iter().rposition(Option::is_some).unwrap_or(0))
}

/// Follows the table of what was taken from the best sum of ranks back to the first item.
fn trace_back(ways: &[Vec<Way>], taken: &[Vec<u8>], best: usize) -> Vec<Way> {
    let mut sum = best;
    let mut chosen = Vec::with_capacity(ways.len());
    for (ways, took) in ways.iter().zip(taken).rev() {
        let number = took.get(sum).copied().map_or(0, usize::from);
        if let Some(&way) = ways.get(number) {
            sum = sum.saturating_sub(way.rank);
            chosen.push(way);
        }
    }
    chosen.reverse();
    chosen
}

impl RateCard {
    /// The greatest quantity of an item, 0 to 10,000, whose high total a balance covers; `None` is an unlimited balance.
    /// A `quantity` in the item is checked and otherwise ignored.
    ///
    /// ```
    /// use pricetag::{Credits, RateCard};
    ///
    /// let card = RateCard::builtin();
    /// let item = serde_json::from_str(r#"{"operation": "create", "model": "stability-core"}"#)?;
    /// let affordable = card.affordable(&item, Some(Credits::from_number(10.0).unwrap())).unwrap();
    /// assert_eq!((affordable.quantity, affordable.total.high.to_number()), (3, 9.0));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn affordable(&self, item: &Value, balance: Option<Credits>) -> Result<Affordable, Faults> {
        let mut reader = Reader::default();
        let item = self.read_item(&mut reader, item, &At::Document.key("item"));
        reader.finish_read(item).map(|item| self.affordable_item(&item, balance))
    }

    pub(crate) fn affordable_item(&self, item: &Item, balance: Option<Credits>) -> Affordable {
        let nothing = Affordable { quantity: 0, total: Range::ZERO };
        let quantity = item.numbers.first().copied().unwrap_or(1);
        let Some(outputs) = item.count.checked_div(quantity.into()) else { return nothing };
        let unit =
            self.operations.get(item.operation).and_then(|operation| operation.unit(item.combination, item.band));
        let Some(price) = unit.and_then(|unit| unit.times(outputs)) else { return nothing };
        // An unlimited balance still pays no more than the largest amount.
        let times = balance.unwrap_or(Credits::MAX).how_many(price.high).unwrap_or(u64::MAX);
        let quantity = u32::try_from(times).unwrap_or(QUANTITY).min(QUANTITY);
        price.times(quantity.into()).map_or(nothing, |total| Affordable { quantity, total })
    }
}
