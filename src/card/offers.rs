//! What a card offers on top of prices: tiers, pools of free units, and templates.

use alloc::{string::String, vec, vec::Vec};

use super::{RateCard, operation::NO_POOL, rates::when, reading::duplicate};
use crate::{
    credits::Credits,
    error::{Code, Path, Step},
    limits::{EXCLUSIONS, FEATURES, FREE_UNITS, POOLS, REQUESTS_PER_MINUTE, TEMPLATES, TIERS},
    plan::item_list,
    reading::{At, Reader},
    text::joined,
    value::Value,
};

const TIER_FIELDS: &[&str] = &["id", "title", "monthlyCredits", "requestsPerMinute", "features", "excludes"];
const EXCLUSION_FIELDS: &[&str] = &["operation", "when"];
const POOL_FIELDS: &[&str] = &["id", "title", "operation", "when", "monthly"];
const TEMPLATE_FIELDS: &[&str] = &["id", "title", "items"];

/// A subscription.
///
/// ```
/// let card = pricetag::RateCard::builtin();
/// let basic = &card.tiers()[1];
/// assert_eq!(basic.title, "Basic");
/// assert_eq!(basic.monthly_credits.unwrap().to_string(), "500");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// The name in accounts.
    pub id: String,
    /// The name for people.
    pub title: String,
    /// Credits a month; `None` is unlimited.
    pub monthly_credits: Option<Credits>,
    /// Requests a minute; `None` is unlimited.
    pub requests_per_minute: Option<u32>,
}

/// A pool of outputs that a tier may have each month at no cost.
///
/// ```
/// let card = pricetag::RateCard::builtin();
/// assert_eq!(card.pools()[0].monthly("free"), 20);
/// assert_eq!(card.pools()[0].monthly("no such tier"), 0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The name in accounts.
    pub id: String,
    /// The name for people.
    pub title: String,
    monthly: Vec<(String, u64)>,
}

impl Pool {
    /// How many outputs a month a tier has at no cost; 0 for a tier that the pool does not name.
    ///
    /// ```
    /// assert_eq!(pricetag::RateCard::builtin().pools()[0].monthly("pro"), 100);
    /// ```
    pub fn monthly(&self, tier: &str) -> u64 {
        self.monthly.iter().find(|(id, _)| id == tier).map_or(0, |(_, units)| *units)
    }
}

impl RateCard {
    pub(super) fn read_tiers(&mut self, reader: &mut Reader, card: &Value) {
        for (index, value) in reader.optional_list(card, &At::Document, "tiers", TIERS).iter().enumerate() {
            let at = At::Document.key("tiers");
            let at = at.index(index);
            let Some(value) = reader.fields(value, &at, "a tier", TIER_FIELDS) else { continue };
            let id = reader.name(value, &at, "id").unwrap_or_default();
            if !id.is_empty() && self.tiers.iter().any(|tier| tier.id == id) {
                duplicate(reader, &at.key("id"), "tier", id);
            }
            for (index, feature) in reader.optional_list(value, &at, "features", FEATURES).iter().enumerate() {
                reader.string(feature, &at.key("features").index(index), "a text");
            }
            let tier = Tier {
                id: id.into(),
                title: reader.title(value, &at, id),
                monthly_credits: monthly_credits(reader, value, &at),
                requests_per_minute: reader.optional_whole(value, &at, "requestsPerMinute", 1, REQUESTS_PER_MINUTE),
            };
            self.tiers.push(tier);
            let bit = u32::try_from(index).ok().and_then(|index| 1_u32.checked_shl(index)).unwrap_or(0);
            for (index, exclusion) in reader.optional_list(value, &at, "excludes", EXCLUSIONS).iter().enumerate() {
                self.exclude(reader, exclusion, &at.key("excludes").index(index), bit);
            }
        }
    }

    fn exclude(&mut self, reader: &mut Reader, value: &Value, at: &At, bit: u32) {
        let Some(value) = reader.fields(value, at, "an exclusion", EXCLUSION_FIELDS) else { return };
        self.mark(reader, value, at, &|cell| cell.excluded |= bit);
    }

    pub(super) fn read_pools(&mut self, reader: &mut Reader, card: &Value) {
        for (index, value) in reader.optional_list(card, &At::Document, "freeUnits", POOLS).iter().enumerate() {
            let at = At::Document.key("freeUnits");
            let at = at.index(index);
            let Some(value) = reader.fields(value, &at, "a pool of free units", POOL_FIELDS) else { continue };
            let id = reader.name(value, &at, "id").unwrap_or_default();
            if !id.is_empty() && self.pools.iter().any(|pool| pool.id == id) {
                duplicate(reader, &at.key("id"), "pool", id);
            }
            let title = reader.title(value, &at, id);
            let monthly = self.monthly(reader, value, &at);
            self.pools.push(Pool { id: id.into(), title, monthly });
            let number = u16::try_from(index).unwrap_or(NO_POOL);
            self.mark(reader, value, &at, &|cell| {
                if cell.pool == NO_POOL {
                    cell.pool = number;
                }
            });
        }
    }

    /// Marks the cells that `value` names by its operation and its `when`.
    fn mark(&mut self, reader: &mut Reader, value: &Value, at: &At, mark: &dyn Fn(&mut super::operation::Cell)) {
        let id = reader.required_string(value, at, "operation", "the id of an operation");
        let when_value = reader.required(value, at, "when", "an object of choices (`{}` matches everything)");
        let (Some(id), Some(when_value)) = (id, when_value) else { return };
        let Some(position) = self.operation_named(reader, id, &at.key("operation")) else { return };
        let Some(operation) = self.operations.get_mut(position) else { return };
        let Some(when) = when(reader, when_value, &at.key("when"), operation) else { return };
        let mut cells = core::mem::take(&mut operation.cells);
        operation.for_each_match(&when, &mut |combination| {
            if let Some(cell) = cells.get_mut(combination) {
                mark(cell);
            }
        });
        operation.cells = cells;
    }

    fn monthly(&self, reader: &mut Reader, pool: &Value, at: &At) -> Vec<(String, u64)> {
        let due = "an object of free outputs a month by tier";
        let value = reader.required(pool, at, "monthly", due);
        let at = at.key("monthly");
        let members = value.and_then(|value| reader.object(value, &at, due));
        let mut monthly = Vec::new();
        for (tier, units) in members.unwrap_or_default() {
            let at = at.key(tier);
            self.tier_named(reader, tier, &at);
            let units = reader.whole(units, &at, 0, FREE_UNITS).unwrap_or(0);
            monthly.push((tier.clone(), units.into()));
        }
        monthly
    }

    /// A template is a plan: what a plan may not have, it may not have either.
    pub(super) fn check_templates(&self, reader: &mut Reader, card: &Value) {
        let at = At::Document.key("templates");
        let mut ids = Vec::new();
        for (index, value) in reader.optional_list(card, &At::Document, "templates", TEMPLATES).iter().enumerate() {
            let at = at.index(index);
            let Some(template) = reader.fields(value, &at, "a template", TEMPLATE_FIELDS) else { continue };
            let id = reader.name(template, &at, "id").unwrap_or_default();
            if !id.is_empty() && ids.contains(&id) {
                duplicate(reader, &at.key("id"), "template", id);
            }
            ids.push(id);
            reader.title(template, &at, id);
            self.check_template(reader, template, index);
        }
    }

    fn check_template(&self, reader: &mut Reader, template: &Value, index: usize) {
        if let Some(Value::List(items)) = template.get("items")
            && items.iter().any(|item| self.is_of_faulty_operation(item))
        {
            return;
        }
        let mut plan_reader = Reader::default();
        if let Some(items) = item_list(&mut plan_reader, template) {
            self.read_items(&mut plan_reader, items);
        }
        for mut fault in plan_reader.faults {
            let mut steps = vec![Step::Key("templates".into()), Step::Index(index)];
            steps.append(&mut fault.path.0);
            fault.path = Path(steps);
            fault.message = joined(&[fault.code.as_str(), ": ", &fault.message]);
            fault.code = Code::UnpriceableTemplate;
            reader.faults.push(fault);
        }
    }
}

impl RateCard {
    /// Where an operation has faults of its own, a template's would only repeat them.
    fn is_of_faulty_operation(&self, item: &Value) -> bool {
        let Some(Value::String(id)) = item.get("operation") else { return false };
        self.operations.iter().any(|operation| operation.id == *id && !operation.sound)
    }
}

fn monthly_credits(reader: &mut Reader, tier: &Value, at: &At) -> Option<Credits> {
    let at_credits = at.key("monthlyCredits");
    let credits = reader.required(tier, at, "monthlyCredits", "a number of credits or `\"unlimited\"`")?;
    match credits {
        Value::String(word) if word == "unlimited" => None,
        credits => reader.amount(credits, &at_credits, Credits::MAX),
    }
}
