//! What a card offers on top of prices: tiers, pools of free units, and templates.

use alloc::{string::String, vec::Vec};

use super::{
    RateCard, form,
    operation::{Cell, NO_POOL},
    rates::when,
};
use crate::{
    credits::Credits,
    error::Code,
    form::Field,
    limits::FREE_UNITS,
    plan::item_list,
    reading::{At, Reader},
    text::{joined, owned},
    value::Value,
};

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
    pub(super) fn read_tiers(&mut self, reader: &mut Reader, list: &Field) {
        let mut ids = Vec::new();
        reader.each(list, &form::TIER, &mut |reader, _, [id, title, credits, requests, features, excludes, ..]| {
            let name = id.text().unwrap_or_default();
            reader.unique(&mut ids, &id.at, "tier", name);
            for (index, feature) in features.elements().iter().enumerate() {
                reader.string(feature, &features.at.index(index), "a text");
            }
            let bit = u32::try_from(self.tiers.len()).ok().and_then(|index| 1_u32.checked_shl(index)).unwrap_or(0);
            self.tiers.push(Tier {
                id: id.text_or(""),
                title: title.text_or(name),
                monthly_credits: monthly_credits(reader, credits),
                requests_per_minute: requests.count(),
            });
            reader.each(excludes, &form::EXCLUSION, &mut |reader, _, [operation, when, ..]| {
                self.mark(reader, operation, when, &|cell| cell.excluded |= bit);
            });
        });
    }

    pub(super) fn read_pools(&mut self, reader: &mut Reader, list: &Field) {
        let mut ids = Vec::new();
        reader.each(list, &form::POOL, &mut |reader, _, [id, title, operation, when, monthly, ..]| {
            let name = id.text().unwrap_or_default();
            reader.unique(&mut ids, &id.at, "pool", name);
            let number = u16::try_from(self.pools.len()).unwrap_or(NO_POOL);
            let monthly = self.monthly(reader, monthly);
            self.pools.push(Pool { id: name.into(), title: title.text_or(name), monthly });
            self.mark(reader, operation, when, &|cell| {
                if cell.pool == NO_POOL {
                    cell.pool = number;
                }
            });
        });
    }

    /// Marks the cells of an operation that a `when` matches.
    fn mark(&mut self, reader: &mut Reader, operation: &Field, when: &Field, mark: &dyn Fn(&mut Cell)) {
        let (Some(id), Some(_)) = (operation.text(), when.value) else { return };
        let Some(position) = self.operation_named(reader, id, &operation.at) else { return };
        let Some(operation) = self.operations.get_mut(position) else { return };
        let Some(when) = self::when(reader, when, operation) else { return };
        let mut cells = core::mem::take(&mut operation.cells);
        operation.for_each_match(&when, &mut |combination| {
            if let Some(cell) = cells.get_mut(combination) {
                mark(cell);
            }
        });
        operation.cells = cells;
    }

    fn monthly(&self, reader: &mut Reader, field: &Field) -> Vec<(String, u64)> {
        let members = field.value.and_then(|units| reader.object(units, &field.at, form::MONTHLY));
        let mut monthly = Vec::new();
        for (tier, units) in members.unwrap_or_default() {
            let at = field.at.key(tier);
            self.tier_named(reader, tier, &at);
            let units = reader.whole(units, &at, 0, FREE_UNITS).unwrap_or(0);
            monthly.push((owned(tier), units.into()));
        }
        monthly
    }

    /// A template is a plan: what a plan may not have, it may not have either.
    pub(super) fn check_templates(&self, reader: &mut Reader, list: &Field) {
        let mut ids = Vec::new();
        for (index, template) in list.elements().iter().enumerate() {
            let at = list.at.index(index);
            if let Some([id, ..]) = &reader.members(template, &at, &form::TEMPLATE) {
                reader.unique(&mut ids, &id.at, "template", id.text().unwrap_or_default());
                self.check_template(reader, template, &at);
            }
        }
    }

    fn check_template(&self, reader: &mut Reader, template: &Value, at: &At) {
        if let Some(Value::List(items)) = template.get("items")
            && items.iter().any(|item| self.is_of_faulty_operation(item))
        {
            return;
        }
        let before = reader.faults.len();
        if let Some(items) = item_list(reader, template, at) {
            self.read_items(reader, items, &at.key("items"));
        }
        // That there are more faults than are listed is said of the document, whose path is empty.
        for fault in reader.faults.iter_mut().skip(before).filter(|fault| !fault.path.0.is_empty()) {
            fault.message = joined(&[fault.code.as_str(), ": ", &fault.message]);
            fault.code = Code::UnpriceableTemplate;
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

fn monthly_credits(reader: &mut Reader, credits: &Field) -> Option<Credits> {
    match credits.value? {
        Value::String(word) if word == "unlimited" => None,
        value => reader.amount(value, &credits.at, Credits::MAX),
    }
}
