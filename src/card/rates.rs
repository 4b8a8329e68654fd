//! Reading rates, and finding which of them wins in every combination of options.

use alloc::{string::String, vec::Vec};

use super::{
    form,
    operation::{Choice, Operation, Rate, When},
};
use crate::{
    credits::{Credits, Range},
    error::Code,
    estimate::Accuracy,
    form::Field,
    limits::TEXT_CHARACTERS,
    reading::{At, Reader},
    text::{
        Word::{self, Text},
        owned, put,
    },
    value::Value,
};

/// The winning rate of a combination that no rate has matched yet.
pub(super) const UNPRICED: u16 = u16::MAX;

pub(super) fn accuracy(reader: &mut Reader, field: &Field) -> Option<Accuracy> {
    let name = reader.string(field.value?, &field.at, "the name of an accuracy")?;
    // `exact` is what a price without a range is; it cannot be declared.
    let known = [Accuracy::VeryAccurate, Accuracy::Accurate, Accuracy::Varies];
    let names = |index: usize| known.get(index).map(|accuracy: &Accuracy| accuracy.as_str());
    reader.named(Code::UnknownOption, &field.at, "accuracy", name, &names).and_then(|index| known.get(index).copied())
}

/// The rates, and which of them wins in each cell.
#[inline(never)]
pub(super) fn rates(reader: &mut Reader, list: &Field, operation: &mut Operation, step: Credits, understood: bool) {
    let mut whens = Vec::new();
    reader.each(list, &form::RATE, &mut |reader, _, [when, price, unavailable, rank, accuracy, note, ..]| {
        whens.extend(self::when(reader, when, operation));
        let mut rate = Rate {
            price: self::price(reader, price, unavailable),
            units: Vec::new(),
            rank: rank.count().unwrap_or(0),
            accuracy: self::accuracy(reader, accuracy),
            note: note.value.map(|_| note.text_or("")),
        };
        rate.compile(&operation.bands, step);
        operation.rates.push(rate);
    });
    if understood && matches!(list.value, Some(Value::List(rates)) if rates.len() == whens.len()) {
        fill_cells(reader, &list.at, operation, &whens);
    }
}

/// Gives each cell to the first rate that matches it; a rate that gets none, and a cell that none matches, are faults.
#[inline(never)]
fn fill_cells(reader: &mut Reader, at: &At, operation: &mut Operation, whens: &[When]) {
    let mut cells = core::mem::take(&mut operation.cells);
    let mut left = cells.len();
    for (index, when) in whens.iter().enumerate() {
        let left_before = left;
        // Once every cell has its rate, no further rate can win: nothing is left to look for.
        if left > 0 {
            operation.for_each_match(when, &mut |combination| {
                if let Some(cell) = cells.get_mut(combination).filter(|cell| cell.rate == UNPRICED) {
                    cell.rate = u16::try_from(index).unwrap_or(UNPRICED);
                    left = left.saturating_sub(1);
                }
            });
        }
        if left == left_before {
            let message = "this rate never wins: the rates before it match all that it matches";
            reader.fault(Code::UnreachableRate, &at.index(index), message, &[]);
        }
    }
    if let Some(unpriced) = cells.iter().position(|cell| cell.rate == UNPRICED) {
        let example = combination_text(operation, unpriced);
        let message = "no rate matches #, one of # combinations without a price\n\
            an absent rate never means free: add a rate, or one that says `unavailable`";
        reader.fault(Code::UnpricedCombination, at, message, &[Text(&example), Word::size(left)]);
    }
    operation.cells = cells;
}

fn combination_text(operation: &Operation, combination: usize) -> String {
    let mut text = String::new();
    for (index, choice) in operation.choices.iter().enumerate() {
        let option = usize::try_from(operation.option_in(combination, index)).unwrap_or(usize::MAX);
        let option = choice.options.get(option).map_or("", |option| option.id.as_str());
        let separator = if index == 0 { "`" } else { ", `" };
        for piece in [separator, &choice.name, " = ", option, "`"] {
            put(&mut text, piece);
        }
    }
    if text.is_empty() { owned("the operation") } else { text }
}

/// A rate's price, or the reason why there is none.
fn price(reader: &mut Reader, price: &Field, unavailable: &Field) -> Result<Range, String> {
    match (price.value, unavailable.value) {
        (Some(value), None) => return range(reader, value, &price.at).ok_or_else(String::new),
        (None, Some(value)) => {
            check_reason(reader, value, &unavailable.at);
            return Err(unavailable.text_or(""));
        }
        (None, None) => reader.missing(&price.at, "a `price`, or `unavailable` with the reason,"),
        (Some(_), Some(_)) => {
            let message = "a rate has a price or is unavailable, not both";
            reader.fault(Code::UnknownField, &unavailable.at, message, &[]);
        }
    }
    Err(String::new())
}

fn check_reason(reader: &mut Reader, value: &Value, at: &At) {
    reader.text(value, at);
    if matches!(value, Value::String(reason) if reason.chars().all(char::is_whitespace)) {
        let message = "the reason has 1 to # characters, because people are shown it";
        reader.fault(Code::OutOfRange, at, message, &[Word::size(TEXT_CHARACTERS)]);
    }
}

fn range(reader: &mut Reader, value: &Value, at: &At) -> Option<Range> {
    if !matches!(value, Value::Object(_)) {
        return reader.amount(value, at, Credits::MAX_PRICE).map(Range::exact);
    }
    let [low, expected, high, ..] = &reader.members(value, at, &form::PRICE)?;
    let (low, expected, high) = (low.amount()?, expected.amount()?, high.amount()?);
    if low > expected || expected > high {
        let message = "#, #, # do not ascend\nlow ≤ expected ≤ high";
        reader.fault(Code::RangeOutOfOrder, at, message, &[low, expected, high].map(Word::amount));
        return None;
    }
    Some(Range { low, expected, high })
}

/// The options that a `when` names, in each choice of the operation; `None` when it has a fault.
pub(super) fn when(reader: &mut Reader, field: &Field, operation: &Operation) -> Option<When> {
    let before = reader.faults.len();
    let mut when = When(Vec::new());
    when.0.resize(operation.choices.len(), None);
    for (name, value) in reader.object(field.value?, &field.at, "an object of choices")? {
        let at = field.at.key(name);
        let known = |index: usize| operation.choices.get(index).map(|choice| choice.name.as_str());
        let Some(index) = reader.named(Code::UnknownChoice, &at, "choice", name, &known) else { continue };
        if let (Some(choice), Some(allowed)) = (operation.choices.get(index), when.0.get_mut(index)) {
            *allowed = Some(options_named(reader, value, &at, choice));
        }
    }
    (reader.faults.len() == before).then_some(when)
}

/// The options that a choice of a `when` names: one, or a list of them, each once.
fn options_named(reader: &mut Reader, value: &Value, at: &At, choice: &Choice) -> Vec<u32> {
    let mut options = Vec::new();
    let Value::List(list) = value else {
        if let Some(option) = choice.option_named(reader, value, at) {
            options.push(option);
        }
        return options;
    };
    if list.is_empty() {
        reader.fault(Code::OutOfRange, at, "an empty list matches nothing", &[]);
    }
    for (index, value) in list.iter().enumerate() {
        let at = at.index(index);
        let Some(option) = choice.option_named(reader, value, &at) else { continue };
        if options.contains(&option) {
            // Matching visits each combination once for each time that its options are named.
            reader.fault(Code::DuplicateId, &at, "this option is named twice", &[]);
        }
        options.push(option);
    }
    options
}
