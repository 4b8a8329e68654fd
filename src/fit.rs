//! What fits: the best options within a budget, and how many of an item a balance covers.

use alloc::{vec, vec::Vec};

use serde::Serialize;

use crate::{
    card::{
        RateCard,
        operation::{Operation, When},
    },
    credits::{Credits, Range},
    error::{Code, Faults},
    limits::{QUANTITY, RANK},
    plan::{Item, Plan, overflow, plan_document},
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
        let mut cheapest = Some(Credits::ZERO);
        for ways in &ways {
            // Of the ways of an item, the last is the cheapest.
            let least = ways.last().map(|way| way.cost).unwrap_or_default();
            cheapest = cheapest.and_then(|cheapest| cheapest.sum(least));
        }
        let Some(cheapest) = cheapest else {
            overflow(reader, &At::Document.key("items"), "the cheapest options of this plan");
            return None;
        };
        if cheapest > budget {
            return Some(Fit::NotFitted { cheapest, short_by: cheapest.difference(budget) });
        }
        let mut best = best_ways(&ways, budget);
        let mut items = Vec::new();
        let (mut rank, mut total) = (0_u32, Some(Range::ZERO));
        for item in &self.items {
            let way = best.pop()?;
            rank = rank.saturating_add(u32::try_from(way.rank).unwrap_or(0));
            let price = self.card.full_price(item, way.combination);
            total = total.zip(price).and_then(|(total, price)| total.plus_price(price));
            items.push(self.card.item_document(item, way.combination));
        }
        let Some(total) = total else {
            // The expected total is within the budget, but the high one is past the limit.
            overflow(reader, &At::Document.key("items"), "the best options of this plan");
            return None;
        };
        Some(Fit::Fitted { rank, expected: total.expected, plan: plan_document(items), total })
    }

    /// The ways to do each item: for each rank the cheapest, and none that costs more than a better one.
    fn ways(&self, reader: &mut Reader, tier: Option<usize>) -> Option<Vec<Vec<Way>>> {
        let before = reader.faults.len();
        let mut ways = Vec::new();
        let items = At::Document.key("items");
        for (index, item) in self.items.iter().enumerate() {
            ways.push(self.card.ways_of(reader, &items.index(index), item, tier));
        }
        (reader.faults.len() == before).then_some(ways)
    }
}

impl RateCard {
    /// The ways to do an item, the best and dearest first; that there is none is a fault.
    fn ways_of(&self, reader: &mut Reader, at: &At, item: &Item, tier: Option<usize>) -> Vec<Way> {
        let mut ways: Vec<Way> = Vec::new();
        let Some(operation) = self.operations.get(item.operation) else { return ways };
        let mut best: [Option<Way>; MOST_RANK + 1] = [None; MOST_RANK + 1];
        let mut allowed = false;
        let mut consider = |combination| {
            if self.allows(tier, item.operation, combination)
                && let Some((_, rate)) = operation.cell(combination)
                && let Some(unit) = rate.units.get(item.band)
            {
                allowed = true;
                // An option whose price passes the limit is none.
                if let Some(price) = unit.price_times(item.count) {
                    keep_cheapest(&mut best, rate.rank, price.expected, combination, item.combination);
                }
            }
        };
        operation.for_each_match(&substitutions(operation, item), &mut consider);
        for way in best.into_iter().rev().flatten() {
            if ways.last().is_none_or(|better| way.cost < better.cost) {
                ways.push(way);
            }
        }
        if ways.is_empty() && allowed {
            overflow(reader, at, "every option that the tier allows");
        } else if ways.is_empty() {
            reader.fault(Code::NotInTier, at, "the tier allows no option of this item", &[]);
        }
        ways
    }
}

/// Any option where another may be chosen, and the item's own where not.
fn substitutions(operation: &Operation, item: &Item) -> When {
    let mut options = Vec::new();
    for (index, choice) in operation.choices.iter().enumerate() {
        let own = operation.option_in(item.combination, index);
        options.push(if choice.substitutable { None } else { Some(vec![own]) });
    }
    When(options)
}

/// Keeps a combination if it is cheaper than what its rank has so far; the item's own stays where another is no better.
fn keep_cheapest(best: &mut [Option<Way>], rank: u32, cost: Credits, combination: usize, own: usize) {
    let rank = usize::try_from(rank).unwrap_or(usize::MAX);
    if let Some(slot) = best.get_mut(rank)
        && slot.is_none_or(|way| cost < way.cost || (cost == way.cost && combination == own))
    {
        *slot = Some(Way { rank, cost, combination });
    }
}

/// The way of each item, the last item's first, that together have the greatest rank within the budget, and of those the cheapest.
///
/// For every sum of ranks the least cost at which the items so far reach it: sums are whole and at most
/// items × [`RANK`], so this is exact, and costs items × sums × ways.
fn best_ways(ways: &[Vec<Way>], budget: Credits) -> Vec<Way> {
    let sums = ways.len().saturating_mul(MOST_RANK).saturating_add(1);
    let mut least: Vec<Option<Credits>> = Vec::new();
    least.resize(sums, None);
    if let Some(nothing) = least.first_mut() {
        *nothing = Some(Credits::ZERO);
    }
    let mut taken = vec![0_u8; sums.saturating_mul(ways.len())];
    let mut reach = 0_usize;
    for (ways, took) in ways.iter().zip(taken.chunks_exact_mut(sums)) {
        // The first way has the greatest rank.
        reach = reach.saturating_add(ways.first().map_or(0, |way| way.rank));
        // From the top, because an item adds to sums that it has not changed: none of them is greater.
        for sum in (0..=reach).rev() {
            let mut best: Option<Credits> = None;
            for (number, way) in (0_u8..).zip(ways) {
                let before = sum.checked_sub(way.rank).and_then(|sum| least.get(sum).copied().flatten());
                let cost = before.and_then(|before| before.sum(way.cost)).filter(|&cost| cost <= budget);
                if let (Some(cost), Some(took)) = (cost, took.get_mut(sum))
                    && best.is_none_or(|best| cost < best)
                {
                    best = Some(cost);
                    *took = number;
                }
            }
            if let Some(least) = least.get_mut(sum) {
                *least = best;
            }
        }
    }
    trace_back(ways, &taken, sums, least.iter().rposition(Option::is_some).unwrap_or(0))
}

/// Follows the table of what was taken from the best sum of ranks back to the first item.
fn trace_back(ways: &[Vec<Way>], taken: &[u8], sums: usize, best: usize) -> Vec<Way> {
    let mut sum = best;
    let mut chosen = Vec::new();
    for (ways, took) in ways.iter().rev().zip(taken.chunks_exact(sums).rev()) {
        let number = took.get(sum).copied().map_or(0, usize::from);
        if let Some(&way) = ways.get(number) {
            sum = sum.saturating_sub(way.rank);
            chosen.push(way);
        }
    }
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
        let Some(price) = unit.and_then(|unit| unit.price_times(outputs)) else { return nothing };
        // An unlimited balance still pays no more than the largest amount.
        let times = balance.unwrap_or(Credits::MAX).how_many(price.high).unwrap_or(u64::MAX);
        let quantity = u32::try_from(times).unwrap_or(QUANTITY).min(QUANTITY);
        price.price_times(quantity.into()).map_or(nothing, |total| Affordable { quantity, total })
    }
}
