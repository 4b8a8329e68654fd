//! Reading and checking a plan: all faults at once, and after that nothing about it can go wrong.

use alloc::{vec, vec::Vec};

use crate::{
    card::{
        RateCard,
        operation::{Asked, Choice, Number, Operation},
    },
    credits::{Credits, Range},
    error::{Code, Faults},
    limits::ITEMS,
    reading::{At, Reader},
    suggestion::one_of,
    text::{
        Word::{self, Count, Text},
        owned,
    },
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
        let list = list.and_then(|document| item_list(reader, document, &At::Document));
        // A fault of the plan itself is reported without looking at the items.
        match list {
            Some(list) if reader.faults.len() == before => self.read_items(reader, list, &At::Document.key("items")),
            _ => Vec::new(),
        }
    }

    /// The items of a plan, or of a template, which has more than a plan.
    pub(crate) fn read_items(&self, reader: &mut Reader, list: &[Value], at: &At) -> Vec<Item> {
        let before = reader.faults.len();
        let mut items = list_for(list.len());
        for (index, item) in list.iter().enumerate() {
            if let Some(item) = self.read_item(reader, item, &at.index(index)) {
                items.push(item);
            }
        }
        if reader.faults.len() == before {
            self.check_amounts(reader, &items, at);
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
        let mut options = list_for(operation.choices.len());
        for choice in &operation.choices {
            if let Some(option) = read_option(reader, item, at, choice) {
                options.push(option);
            }
        }
        let mut numbers = list_for(operation.numbers.len());
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
            reader.fault(Code::Unavailable, at, "#", &[Text(reason)]);
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
            match self.full_price(item, item.combination) {
                Some(price) => total = total.and_then(|total| total.sum(price.high)),
                None => overflow(reader, &at.index(index), "this item's full count"),
            }
        }
        if total.is_none() && reader.faults.len() == before {
            overflow(reader, at, "this plan's full counts");
        }
    }

    /// What an item costs with these options when nothing is free; `None` beyond the limit of amounts.
    pub(crate) fn full_price(&self, item: &Item, combination: usize) -> Option<Range> {
        self.operations.get(item.operation)?.price(combination, item.band, item.count)
    }
}

/// A list with room for so many. In the module it grows as it is filled, which is less code.
pub(crate) fn list_for<T>(length: usize) -> Vec<T> {
    if cfg!(target_family = "wasm") { Vec::new() } else { Vec::with_capacity(length) }
}

pub(crate) fn overflow(reader: &mut Reader, at: &At, what: &str) {
    reader.fault(
        Code::AmountOverflow,
        at,
        "# would cost more than # credits",
        &[Text(what), Word::amount(Credits::MAX)],
    );
}

/// The list of a plan or a template.
pub(crate) fn item_list<'v>(reader: &mut Reader, document: &'v Value, at_document: &At) -> Option<&'v [Value]> {
    let at = at_document.key("items");
    match reader.required(document, at_document, "items", "a list of items")? {
        Value::List(items) if items.is_empty() => {
            reader.fault(Code::EmptyPlan, &at, "the plan has no items\n1 to # items", &[Word::size(ITEMS)]);
            None
        }
        Value::List(items) if items.len() > ITEMS => {
            let words = [Word::size(items.len()), Word::size(ITEMS), Word::size(ITEMS)];
            let message = "# items, more than the # that are allowed\n1 to # items";
            reader.fault(Code::TooManyItems, &at, message, &words);
            None
        }
        items => reader.list(items, &at, "a list of items", ITEMS),
    }
}

fn read_option(reader: &mut Reader, item: &Value, at: &At, choice: &Choice) -> Option<u32> {
    let at = at.key(&choice.name);
    let Some(value) = item.get(&choice.name) else {
        if choice.default.is_none() {
            let options = one_of(&|index| choice.options.get(index).map(|option| option.id.as_str()), usize::MAX);
            let words = [Text(&choice.name), Text(&options)];
            reader.fault(Code::MissingField, &at, "`#` must be given\n#", &words);
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
        reader.fault(Code::MissingField, &at, "`#` must be given", &[Text(&number.name)]);
    }
    number.default
}

fn check_area(reader: &mut Reader, at: &At, operation: &Operation, width: u32, height: u32) {
    let mut asked = Asked::NOTHING;
    asked.multiply(true, width);
    asked.multiply(true, height);
    let Asked { pixels, .. } = asked;
    if let (None, Some(last)) = (operation.band(pixels), operation.bands.last()) {
        let words = [Count(width.into()), Count(height.into()), Count(pixels), Count(last.up_to_pixels)];
        reader.fault(Code::SizeTooLarge, at, "# × # is # pixels\nat most # pixels", &words);
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

impl RateCard {
    /// An item with every field written out, and the options of this combination.
    pub(crate) fn item_document(&self, item: &Item, combination: usize) -> Value {
        let Some(operation) = self.operations.get(item.operation) else { return Value::Null };
        let mut members = Vec::new();
        let add: &mut dyn FnMut(&str, Value) = &mut |name, value| members.push((owned(name), value));
        add("operation", Value::String(owned(&operation.id)));
        for (index, choice) in operation.choices.iter().enumerate() {
            if let Some(option) = operation.chosen(combination, index) {
                add(&choice.name, Value::String(owned(&option.id)));
            }
        }
        let mut numbers = operation.numbers.iter().zip(&item.numbers);
        // The quantity comes first in the tables and last in a document: it multiplies all before it.
        let quantity = numbers.next();
        for (number, value) in numbers.chain(quantity) {
            add(&number.name, Value::Number((*value).into()));
        }
        Value::Object(members)
    }
}

/// The document of a plan with these items.
pub(crate) fn plan_document(items: Vec<Value>) -> Value {
    Value::Object(vec![(owned("items"), Value::List(items))])
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
        plan_document(self.items.iter().map(|item| self.card.item_document(item, item.combination)).collect())
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
