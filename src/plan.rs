//! Reading and checking a plan: all faults at once, and after that nothing about it can go wrong.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use crate::{
    card::{
        RateCard,
        operation::{Asked, Choice, Number, Operation},
    },
    credits::{Credits, Range},
    error::{Code, Faults},
    limits::{AMOUNT_CREDITS, ITEMS},
    reading::{At, Reader},
    text::{digits, joined},
    value::Value,
};

/// A valid plan of one card: 1 to 500 items, each with its place in the card's tables.
///
/// ```
/// use pricetag::{FreeUnits, RateCard, Value};
///
/// let card = RateCard::builtin();
/// let document: Value = serde_json::from_str(
///     r#"{"items": [{"operation": "create", "model": "stability-core", "variations": 4}]}"#,
/// )?;
/// let plan = card.plan(&document).unwrap();
/// assert_eq!(plan.estimate(&FreeUnits::none()).total.expected.to_string(), "12");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan<'c> {
    pub(crate) card: &'c RateCard,
    pub(crate) items: Vec<Item>,
}

/// A valid item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub operation: usize,
    pub combination: usize,
    pub band: usize,
    pub count: u64,
    /// The whole-number fields, in the operation's order.
    pub numbers: Vec<u32>,
}

impl RateCard {
    /// A plan from its document, or every fault in it.
    ///
    /// A fault of the plan itself is reported without looking at the items.
    ///
    /// ```
    /// use pricetag::{Code, RateCard, Value};
    ///
    /// let card = RateCard::builtin();
    /// let plan: Value = serde_json::from_str(r#"{"items": [{"operation": "paint"}, {"operation": "edit"}]}"#)?;
    /// let faults = card.plan(&plan).unwrap_err().errors;
    /// assert_eq!((faults[0].code, faults[1].code), (Code::UnknownOperation, Code::MissingField));
    /// assert_eq!(faults[1].path.to_string(), "items[1].edit");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn plan(&self, document: &Value) -> Result<Plan<'_>, Faults> {
        let mut reader = Reader::default();
        let items = self.read_plan(&mut reader, document);
        reader.finish(Plan { card: self, items })
    }

    /// The items without a fault; what is wrong with the others is the reader's.
    pub(crate) fn read_plan(&self, reader: &mut Reader, document: &Value) -> Vec<Item> {
        let before = reader.faults.len();
        let list = reader.fields(document, &At::Document, "a plan", &["items"]);
        let list = list.and_then(|document| item_list(reader, document));
        // A fault of the plan itself is reported without looking at the items.
        match list {
            Some(list) if reader.faults.len() == before => self.read_items(reader, list),
            _ => Vec::new(),
        }
    }

    /// The items of a plan, or of a template, which has more than a plan.
    pub(crate) fn read_items(&self, reader: &mut Reader, list: &[Value]) -> Vec<Item> {
        let before = reader.faults.len();
        let at = At::Document.key("items");
        let mut items = Vec::with_capacity(list.len());
        for (index, item) in list.iter().enumerate() {
            if let Some(item) = self.read_item(reader, item, &at.index(index)) {
                items.push(item);
            }
        }
        if reader.faults.len() == before {
            self.check_amounts(reader, &items, &at);
        }
        items
    }

    /// Reads an item; `None` when it has a fault.
    pub(crate) fn read_item(&self, reader: &mut Reader, item: &Value, at: &At) -> Option<Item> {
        let before = reader.faults.len();
        let members = reader.object(item, at, "an item")?;
        let (position, operation) = self.read_operation(reader, item, at)?;
        for (key, _) in members {
            if key != "operation" && !operation.has_field(key) {
                reader.unknown(Code::UnknownField, &at.key(key), "field", key, &|index| operation.field_name(index));
            }
        }
        let mut options = Vec::with_capacity(operation.choices.len());
        for choice in &operation.choices {
            if let Some(option) = read_option(reader, item, at, choice) {
                options.push(option);
            }
        }
        let mut numbers = Vec::with_capacity(operation.numbers.len());
        for number in &operation.numbers {
            numbers.push(read_number(reader, item, at, number).unwrap_or(0));
        }
        // Sides that are both without fault have an area, whatever is wrong with the other fields; others have none.
        if let [_, width, height, ..] = *numbers
            && operation.has_size()
        {
            check_area(reader, at, operation, width, height);
        }
        if reader.faults.len() > before {
            return None;
        }
        let Asked { combination, pixels, count } = operation.asked(&options, &numbers);
        if let Some(reason) = operation.cell(combination).and_then(|(_, rate)| rate.price.as_ref().err()) {
            reader.fault(Code::Unavailable, at, &[reason]);
            return None;
        }
        Some(Item { operation: position, combination, band: operation.band(pixels)?, count, numbers })
    }

    fn read_operation(&self, reader: &mut Reader, item: &Value, at: &At) -> Option<(usize, &Operation)> {
        let id = reader.required_string(item, at, "operation", "the id of an operation")?;
        let position = self.operation_named(reader, id, &at.key("operation"))?;
        self.operations.get(position).map(|operation| (position, operation))
    }

    pub(crate) fn operation_named(&self, reader: &mut Reader, id: &str, at: &At) -> Option<usize> {
        let known = |index: usize| self.operations.get(index).map(|operation| operation.id.as_str());
        reader.named(Code::UnknownOperation, at, "operation", id, &known)
    }

    /// Every amount of a plan that passes this check, whatever is free in it, is within the limit.
    fn check_amounts(&self, reader: &mut Reader, items: &[Item], at: &At) {
        let before = reader.faults.len();
        let mut total = Some(Credits::ZERO);
        for (index, item) in items.iter().enumerate() {
            match self.full_price(item) {
                Some(price) => total = total.and_then(|total| total.plus(price.high)),
                None => overflow(reader, &at.index(index), "this item's full count"),
            }
        }
        if total.is_none() && reader.faults.len() == before {
            overflow(reader, at, "this plan's full counts");
        }
    }

    /// What an item costs when nothing is free; `None` beyond the limit of amounts.
    pub(crate) fn full_price(&self, item: &Item) -> Option<Range> {
        self.operations.get(item.operation)?.price(item.combination, item.band, item.count)
    }
}

pub(crate) fn overflow(reader: &mut Reader, at: &At, what: &str) {
    reader.fault(Code::AmountOverflow, at, &[what, " would cost more than ", &digits(AMOUNT_CREDITS), " credits"]);
}

/// The list of a plan or a template.
pub(crate) fn item_list<'v>(reader: &mut Reader, document: &'v Value) -> Option<&'v [Value]> {
    let root = At::Document;
    let at = root.key("items");
    match reader.required(document, &root, "items", "a list of items")? {
        Value::List(items) if items.is_empty() => {
            let help = ["1 to ", &digits(ITEMS), " items"];
            reader.fault_with_help(Code::EmptyPlan, &at, &["the plan has no items"], &help);
            None
        }
        Value::List(items) if items.len() > ITEMS => {
            let (found, most) = (digits(items.len()), digits(ITEMS));
            let message = [&found, " items, more than the ", &most, " that are allowed"];
            reader.fault_with_help(Code::TooManyItems, &at, &message, &["1 to ", &most, " items"]);
            None
        }
        items => reader.list(items, &at, "a list of items", ITEMS),
    }
}

fn read_option(reader: &mut Reader, item: &Value, at: &At, choice: &Choice) -> Option<u32> {
    let at = at.key(&choice.name);
    let Some(value) = item.get(&choice.name) else {
        if choice.default.is_none() {
            let mut options = String::new();
            for option in &choice.options {
                let separator = if options.is_empty() { "" } else { ", " };
                options.push_str(&joined(&[separator, "`", &option.id, "`"]));
            }
            let message = ["`", &choice.name, "` must be given"];
            reader.fault_with_help(Code::MissingField, &at, &message, &["one of ", &options]);
        }
        return choice.default;
    };
    choice.option_named(reader, value, &at)
}

fn read_number(reader: &mut Reader, item: &Value, at: &At, number: &Number) -> Option<u32> {
    let at = at.key(&number.name);
    if let Some(value) = item.get(&number.name) {
        return reader.whole(value, &at, number.min, number.max);
    }
    if number.default.is_none() {
        reader.missing(&at, &joined(&["`", &number.name, "`"]));
    }
    number.default
}

fn check_area(reader: &mut Reader, at: &At, operation: &Operation, width: u32, height: u32) {
    let mut asked = Asked::NOTHING;
    asked.multiply(true, width);
    asked.multiply(true, height);
    let Asked { pixels, .. } = asked;
    if let (None, Some(last)) = (operation.band(pixels), operation.bands.last()) {
        let message = [&digits(width), " × ", &digits(height), " is ", &digits(pixels), " pixels"];
        let help = ["at most ", &digits(last.up_to_pixels), " pixels"];
        reader.fault_with_help(Code::SizeTooLarge, at, &message, &help);
    }
}

impl Operation {
    fn has_field(&self, name: &str) -> bool {
        self.choices.iter().any(|choice| choice.name == name) || self.numbers.iter().any(|number| number.name == name)
    }

    /// The names of an item's fields: the operation, the choices, the numbers.
    fn field_name(&self, index: usize) -> Option<&str> {
        let Some(index) = index.checked_sub(1) else { return Some("operation") };
        if let Some(choice) = self.choices.get(index) {
            return Some(&choice.name);
        }
        self.numbers.get(index.saturating_sub(self.choices.len())).map(|number| number.name.as_str())
    }
}

impl Item {
    /// The item with every field written out.
    fn document(&self, operation: &Operation) -> Value {
        let text = |text: &str| Value::String(text.into());
        let mut members = vec![("operation".to_owned(), text(&operation.id))];
        for (index, choice) in operation.choices.iter().enumerate() {
            let option = usize::try_from(operation.option_in(self.combination, index)).unwrap_or(usize::MAX);
            if let Some(option) = choice.options.get(option) {
                members.push((choice.name.clone(), text(&option.id)));
            }
        }
        let mut add = |number: &Number, value: u32| members.push((number.name.clone(), Value::Number(value.into())));
        let mut numbers = operation.numbers.iter().zip(self.numbers.iter().copied());
        let quantity = numbers.next();
        for (number, value) in numbers {
            add(number, value);
        }
        // The quantity comes first in the tables and last in a document: it multiplies all before it.
        if let Some((number, value)) = quantity {
            add(number, value);
        }
        Value::Object(members)
    }
}

impl Plan<'_> {
    /// The plan with every field written out, defaults included.
    ///
    /// ```
    /// use pricetag::{RateCard, Value};
    ///
    /// let card = RateCard::builtin();
    /// let plan = card.plan(&serde_json::from_str(r#"{"items": [{"operation": "social"}]}"#)?).unwrap();
    /// let written: Value = serde_json::from_str(r#"{"items": [{"operation": "social", "platforms": 1, "quantity": 1}]}"#)?;
    /// assert_eq!(plan.document(), written);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn document(&self) -> Value {
        let mut items = Vec::with_capacity(self.items.len());
        for item in &self.items {
            if let Some(operation) = self.card.operations.get(item.operation) {
                items.push(item.document(operation));
            }
        }
        Value::Object(vec![("items".into(), Value::List(items))])
    }

    /// The id of the pool of free units that an item draws on.
    ///
    /// ```
    /// use pricetag::RateCard;
    ///
    /// let card = RateCard::builtin();
    /// let plan = r#"{"items": [{"operation": "create", "model": "gemini-imagen"}, {"operation": "library"}]}"#;
    /// let plan = card.plan(&serde_json::from_str(plan)?).unwrap();
    /// assert_eq!((plan.pool_of(0), plan.pool_of(1)), (Some("gemini-imagen"), None));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn pool_of(&self, item: usize) -> Option<&str> {
        let item = self.items.get(item)?;
        let (cell, _) = self.card.operations.get(item.operation)?.cell(item.combination)?;
        self.card.pools.get(usize::from(cell.pool)).map(|pool| pool.id.as_str())
    }
}
