//! A live item: what a form holds. Setting a field and rating are table look-ups on numbers, with nothing to parse.

use std::rc::Rc;

use crate::{
    card::{RateCard, operation::Operation},
    credits::Range,
    plan::Item,
    value::whole,
};

/// An item whose fields change one at a time.
#[derive(Debug)]
pub(crate) struct Live {
    card: Rc<RateCard>,
    /// The item, as far as its fields are set.
    item: Item,
    /// The option of each choice.
    options: Vec<u32>,
    /// How many fields hold nothing, or something they may not hold.
    unset: usize,
    /// Whether each field is set: the choices, then the numbers.
    set: Vec<bool>,
    total: Range,
}

impl Live {
    /// An item of an operation with its defaults; `None` when there is no such operation.
    pub fn new(card: Rc<RateCard>, operation: usize) -> Option<Self> {
        let compiled = card.operations.get(operation)?;
        let choices = compiled.choices.iter().map(|choice| choice.default);
        let numbers = compiled.numbers.iter().map(|number| number.default);
        let set: Vec<bool> = choices.clone().chain(numbers.clone()).map(|default| default.is_some()).collect();
        let options: Vec<u32> = choices.map(Option::unwrap_or_default).collect();
        let numbers = numbers.map(Option::unwrap_or_default).collect();
        let unset = set.iter().filter(|&&set| !set).count();
        let item = Item { operation, combination: 0, band: 0, count: 0, numbers };
        Some(Self { item, options, unset, set, total: Range::ZERO, card })
    }

    /// Sets a field, by its index among the choices and then the numbers. NaN gives it its default back.
    /// Answers whether it now holds something it may hold.
    pub fn set(&mut self, field: usize, value: f64) -> bool {
        let Some(operation) = self.card.operations.get(self.item.operation) else { return false };
        let Some(flag) = self.set.get_mut(field) else { return false };
        let choices = operation.choices.len();
        let (slot, default, min, max) = if let (Some(choice), Some(slot)) =
            (operation.choices.get(field), self.options.get_mut(field))
        {
            (slot, choice.default, 0, u32::try_from(choice.options.len()).unwrap_or(0).saturating_sub(1))
        } else {
            let index = field.saturating_sub(choices);
            let (Some(number), Some(slot)) = (operation.numbers.get(index), self.item.numbers.get_mut(index)) else {
                return false;
            };
            (slot, number.default, number.min, number.max)
        };
        let given =
            whole(value).and_then(|value| u32::try_from(value).ok()).filter(|value| (min..=max).contains(value));
        let value = if value.is_nan() { default } else { given };
        self.unset = match (*flag, value.is_some()) {
            (true, false) => self.unset.saturating_add(1),
            (false, true) => self.unset.saturating_sub(1),
            _ => self.unset,
        };
        *flag = value.is_some();
        if let Some(value) = value {
            *slot = value;
        }
        *flag
    }

    /// Rates the item as it stands; whether it has a price.
    pub fn rate(&mut self) -> bool {
        let total = self.card.operations.get(self.item.operation).and_then(|operation| self.price(operation));
        self.total = total.unwrap_or(Range::ZERO);
        total.is_some()
    }

    fn price(&self, operation: &Operation) -> Option<Range> {
        if self.unset > 0 {
            return None;
        }
        let band = match self.item.numbers.as_slice() {
            [_, width, height, ..] if operation.has_size() => {
                operation.band(u64::from(*width).saturating_mul(u64::from(*height)))?
            }
            _ => 0,
        };
        operation.price(operation.combination(&self.options), band, operation.count(&self.item.numbers))
    }

    /// The total that was last rated; nothing when there is no price.
    pub fn total(&self) -> Range {
        self.total
    }
}
