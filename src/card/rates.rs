//! Reading rates, and finding which of them wins in every combination of options.

use alloc::{string::String, vec::Vec};

use super::operation::{Choice, Operation, Rate, When};
use crate::{
    credits::{Credits, Range},
    error::Code,
    estimate::Accuracy,
    limits::{RANK, RATES, TEXT_CHARACTERS},
    reading::{At, Reader},
    text::{digits, joined},
    value::Value,
};

const RATE_FIELDS: &[&str] = &["when", "price", "unavailable", "rank", "accuracy", "note"];
const RANGE_FIELDS: &[&str] = &["low", "expected", "high"];

/// The winning rate of a combination that no rate has matched yet.
pub(super) const UNPRICED: u16 = u16::MAX;

pub(super) fn accuracy(reader: &mut Reader, object: &Value, at: &At) -> Option<Accuracy> {
    let at = at.key("accuracy");
    let name = reader.string(object.get("accuracy")?, &at, "the name of an accuracy")?;
    // `exact` is what a price without a range is; it cannot be declared.
    let known = [Accuracy::VeryAccurate, Accuracy::Accurate, Accuracy::Varies];
    let names = |index: usize| known.get(index).map(|accuracy: &Accuracy| accuracy.as_str());
    reader.named(Code::UnknownOption, &at, "accuracy", name, &names).and_then(|index| known.get(index).copied())
}

/// The rates, and which of them wins in each cell.
pub(super) fn rates(
    reader: &mut Reader,
    value: &Value,
    at: &At,
    operation: &mut Operation,
    step: Credits,
    understood: bool,
) {
    let Some(list) = reader.required_list(value, at, "rates", "a list of rates", RATES) else { return };
    let at_rates = at.key("rates");
    let mut whens = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let (when, mut rate) = rate(reader, value, &at_rates.index(index), operation);
        rate.compile(&operation.bands, step);
        if let Some(when) = when {
            whens.push(when);
        }
        operation.rates.push(rate);
    }
    if understood && whens.len() == list.len() {
        fill_cells(reader, at, operation, &whens);
    }
}

/// Gives each cell to the first rate that matches it; a rate that gets none, and a cell that none matches, are faults.
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
            let message = ["this rate never wins: the rates before it match all that it matches"];
            reader.fault(Code::UnreachableRate, &at.key("rates").index(index), &message);
        }
    }
    if let Some(unpriced) = cells.iter().position(|cell| cell.rate == UNPRICED) {
        let example = combination_text(operation, unpriced);
        let message = ["no rate matches ", &example, ", one of ", &digits(left), " combinations without a price"];
        let help = ["an absent rate never means free: add a rate, or one that says `unavailable`"];
        reader.fault_with_help(Code::UnpricedCombination, &at.key("rates"), &message, &help);
    }
    operation.cells = cells;
}

fn combination_text(operation: &Operation, combination: usize) -> String {
    let mut text = String::new();
    for (index, choice) in operation.choices.iter().enumerate() {
        let option = usize::try_from(operation.option_in(combination, index)).unwrap_or(usize::MAX);
        let option = choice.options.get(option).map_or("", |option| option.id.as_str());
        let separator = if index == 0 { "`" } else { ", `" };
        text.push_str(&joined(&[separator, &choice.name, " = ", option, "`"]));
    }
    if text.is_empty() { "the operation".into() } else { text }
}

fn rate(reader: &mut Reader, value: &Value, at: &At, operation: &Operation) -> (Option<When>, Rate) {
    let mut rate = Rate { price: Err(String::new()), units: Vec::new(), rank: 0, accuracy: None, note: None };
    let Some(value) = reader.fields(value, at, "a rate", RATE_FIELDS) else { return (None, rate) };
    let when = reader.required(value, at, "when", "an object of choices (`{}` matches everything)");
    let when = when.and_then(|value| self::when(reader, value, &at.key("when"), operation));
    match (value.get("price"), value.get("unavailable")) {
        (Some(found), None) => rate.price = price(reader, found, &at.key("price")).ok_or_else(String::new),
        (None, Some(_)) => rate.price = Err(unavailable(reader, value, at)),
        (None, None) => reader.missing(&at.key("price"), "a `price`, or `unavailable` with the reason,"),
        (Some(_), Some(_)) => {
            let message = ["a rate has a price or is unavailable, not both"];
            reader.fault(Code::UnknownField, &at.key("unavailable"), &message);
        }
    }
    rate.rank = reader.optional_whole(value, at, "rank", 0, RANK).unwrap_or(0);
    rate.accuracy = accuracy(reader, value, at);
    rate.note = reader.optional_text(value, at, "note");
    (when, rate)
}

fn unavailable(reader: &mut Reader, rate: &Value, at: &At) -> String {
    let reason = reader.optional_text(rate, at, "unavailable").unwrap_or_default();
    if reason.chars().all(char::is_whitespace) && matches!(rate.get("unavailable"), Some(Value::String(_))) {
        let message = ["the reason has 1 to ", &digits(TEXT_CHARACTERS), " characters, because people are shown it"];
        reader.fault(Code::OutOfRange, &at.key("unavailable"), &message);
    }
    reason
}

fn price(reader: &mut Reader, value: &Value, at: &At) -> Option<Range> {
    if !matches!(value, Value::Object(_)) {
        return reader.amount(value, at, Credits::MAX_PRICE).map(Range::exact);
    }
    let value = reader.fields(value, at, "a price", RANGE_FIELDS)?;
    let range = reader.figures(value, at, Credits::MAX_PRICE)?;
    let Range { low, expected, high } = range;
    if low > expected || expected > high {
        let message = [&low.text(), ", ", &expected.text(), ", ", &high.text(), " do not ascend"];
        reader.fault_with_help(Code::RangeOutOfOrder, at, &message, &["low ≤ expected ≤ high"]);
        return None;
    }
    Some(range)
}

/// The options that a `when` names, in each choice of the operation; `None` when it has a fault.
pub(super) fn when(reader: &mut Reader, value: &Value, at: &At, operation: &Operation) -> Option<When> {
    let before = reader.faults.len();
    let mut when = When(Vec::new());
    when.0.resize(operation.choices.len(), None);
    for (name, value) in reader.object(value, at, "an object of choices")? {
        let at = at.key(name);
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
        reader.fault(Code::OutOfRange, at, &["an empty list matches nothing"]);
    }
    for (index, value) in list.iter().enumerate() {
        let at = at.index(index);
        let Some(option) = choice.option_named(reader, value, &at) else { continue };
        if options.contains(&option) {
            // Matching visits each combination once for each time that its options are named.
            reader.fault(Code::DuplicateId, &at, &["this option is named twice"]);
        }
        options.push(option);
    }
    options
}
