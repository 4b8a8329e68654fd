//! Reading operations from a card's document: their choices, counts and sizes.

use alloc::{string::String, vec, vec::Vec};

use super::{
    operation::{Band, Cell, Choice, ChoiceOption, NO_POOL, Number, Operation},
    rates::{UNPRICED, accuracy, rates},
};
use crate::{
    credits::{Credits, Percent},
    error::Code,
    estimate::Accuracy,
    limits::{BANDS, CHOICES, COMBINATIONS, COUNT, COUNTS, OPERATIONS, OPTIONS, OUTPUTS, PIXELS, SIDE_PIXELS},
    reading::{At, Reader},
    text::digits,
    value::Value,
};

const OPERATION_FIELDS: &[&str] = &["id", "title", "output", "accuracy", "choices", "counts", "size", "rates"];
const CHOICE_FIELDS: &[&str] = &["name", "title", "default", "substitutable", "options"];
const OPTION_FIELDS: &[&str] = &["id", "title", "provider"];
const COUNT_FIELDS: &[&str] = &["name", "title", "default", "min", "max"];
const SIZE_FIELDS: &[&str] = &["default", "side", "bands"];
const BAND_FIELDS: &[&str] = &["upToPixels", "addPercent"];

/// Every operation of the card, with `step` for its surcharges.
pub(super) fn operations(reader: &mut Reader, card: &Value, step: Credits) -> Vec<Operation> {
    let at = At::Document.key("operations");
    let mut operations: Vec<Operation> = Vec::new();
    let list = reader.required_list(card, &At::Document, "operations", "a list of operations", OPERATIONS);
    let Some(list) = list else { return operations };
    if list.is_empty() {
        reader.fault(Code::OutOfRange, &at, &["a card has at least one operation"]);
    }
    for (index, value) in list.iter().enumerate() {
        let at = at.index(index);
        if let Some(operation) = operation(reader, value, &at, step) {
            if !operation.id.is_empty() && operations.iter().any(|other| other.id == operation.id) {
                duplicate(reader, &at.key("id"), "operation", &operation.id);
            }
            operations.push(operation);
        }
    }
    operations
}

/// One operation; `None` when it is no object. One with faults stays, so that what refers to it is no fault as well.
fn operation(reader: &mut Reader, value: &Value, at: &At, step: Credits) -> Option<Operation> {
    let value = reader.fields(value, at, "an operation", OPERATION_FIELDS)?;
    let before = reader.faults.len();
    let id = reader.name(value, at, "id").unwrap_or_default();
    let title = reader.title(value, at, id);
    reader.optional_text(value, at, "output");
    let accuracy = accuracy(reader, value, at).unwrap_or(Accuracy::Varies);
    let mut numbers = vec![Number::quantity()];
    let bands = value.get("size").map(|value| size(reader, value, &at.key("size"), &mut numbers)).unwrap_or_default();
    for (index, value) in reader.optional_list(value, at, "counts", COUNTS).iter().enumerate() {
        if let Some(count) = count(reader, value, &at.key("counts").index(index)) {
            numbers.push(count);
        }
    }
    let before_choices = reader.faults.len();
    let mut choices = Vec::new();
    for (index, value) in reader.optional_list(value, at, "choices", CHOICES).iter().enumerate() {
        if let Some(choice) = choice(reader, value, &at.key("choices").index(index)) {
            choices.push(choice);
        }
    }
    let combinations = Operation::combinations(&choices);
    if combinations.is_none() {
        let message = ["more than the ", &digits(COMBINATIONS), " combinations of options that are allowed"];
        reader.fault(Code::LimitExceeded, at, &message);
    }
    // Which rates win can only be told when every choice was understood.
    let understood = reader.faults.len() == before_choices;
    unique_fields(reader, at, &choices, &numbers);
    countable(reader, &at.key("counts"), &numbers, value.get("size").is_some());
    set_strides(&mut choices);
    let cell = Cell { rate: UNPRICED, pool: NO_POOL, excluded: 0 };
    let cells = vec![cell; combinations.unwrap_or(0)];
    let (id, rates) = (id.into(), Vec::new());
    let mut operation = Operation { id, title, choices, numbers, bands, accuracy, rates, cells, sound: false };
    self::rates(reader, value, at, &mut operation, step, understood);
    operation.sound = reader.faults.len() == before;
    Some(operation)
}

/// However many outputs an item asks for, their number is exact.
fn countable(reader: &mut Reader, at: &At, numbers: &[Number], has_size: bool) {
    let mut most = 1_u64;
    for number in numbers {
        // Without a size, these are counts like any other.
        if !has_size || !["width", "height"].contains(&number.name.as_str()) {
            most = most.saturating_mul(number.max.into());
        }
    }
    if most > OUTPUTS {
        let most = digits(OUTPUTS);
        let message = ["the greatest counts and quantity together are more than ", &most, " outputs"];
        reader.fault(Code::LimitExceeded, at, &message);
    }
}

pub(super) fn duplicate(reader: &mut Reader, at: &At, what: &str, name: &str) {
    reader.fault(Code::DuplicateId, at, &["the ", what, " `", name, "` stands here a second time"]);
}

/// Each field of an item has one meaning.
fn unique_fields<'f>(reader: &mut Reader, at: &At, choices: &'f [Choice], numbers: &'f [Number]) {
    let mut names = vec!["operation"];
    let mut add = |name: &'f str| {
        if names.contains(&name) {
            duplicate(reader, at, "field", name);
        }
        names.push(name);
    };
    for number in numbers {
        add(&number.name);
    }
    for choice in choices {
        add(&choice.name);
    }
}

fn set_strides(choices: &mut [Choice]) {
    let mut stride = 1_usize;
    for choice in choices.iter_mut().rev() {
        choice.stride = stride;
        stride = stride.saturating_mul(choice.options.len());
    }
}

fn choice(reader: &mut Reader, value: &Value, at: &At) -> Option<Choice> {
    let value = reader.fields(value, at, "a choice", CHOICE_FIELDS)?;
    let name = reader.name(value, at, "name");
    let title = reader.title(value, at, name.unwrap_or_default());
    let substitutable = value.get("substitutable").and_then(|flag| reader.boolean(flag, &at.key("substitutable")));
    let mut options: Vec<ChoiceOption> = Vec::new();
    let list = reader.required_list(value, at, "options", "a list of options", OPTIONS);
    if list.is_some_and(<[Value]>::is_empty) {
        reader.fault(Code::OutOfRange, &at.key("options"), &["a choice has at least one option"]);
    }
    for (index, option) in list.unwrap_or_default().iter().enumerate() {
        let at_options = at.key("options");
        let at = at_options.index(index);
        let Some(option) = reader.fields(option, &at, "an option", OPTION_FIELDS) else { continue };
        let Some(id) = reader.name(option, &at, "id") else { continue };
        reader.optional_text(option, &at, "provider");
        if options.iter().any(|other| other.id == id) {
            duplicate(reader, &at.key("id"), "option", id);
        }
        options.push(ChoiceOption { id: id.into(), title: reader.title(option, &at, id) });
    }
    let substitutable = substitutable.unwrap_or(false);
    let mut choice = Choice { name: String::new(), title, options, default: None, substitutable, stride: 0 };
    choice.default = value.get("default").and_then(|default| choice.option_named(reader, default, &at.key("default")));
    choice.name = name?.into();
    Some(choice)
}

impl Choice {
    /// The index of the option that a value names.
    pub(crate) fn option_named(&self, reader: &mut Reader, value: &Value, at: &At) -> Option<u32> {
        let id = reader.string(value, at, "the id of an option")?;
        // A choice whose options were not understood has none that could be missed.
        if self.options.is_empty() {
            return None;
        }
        // Looked for directly: this is what reading a plan does most.
        let position = self.options.iter().position(|option| option.id == id);
        if position.is_none() {
            let known = |index: usize| self.options.get(index).map(|option| option.id.as_str());
            reader.unknown(Code::UnknownOption, at, "option", id, &known);
        }
        u32::try_from(position?).ok()
    }
}

fn count(reader: &mut Reader, value: &Value, at: &At) -> Option<Number> {
    let value = reader.fields(value, at, "a count", COUNT_FIELDS)?;
    let name = reader.name(value, at, "name");
    reader.title(value, at, name.unwrap_or_default());
    let min = value.get("min").map_or(Some(1), |min| reader.whole(min, &at.key("min"), 1, COUNT));
    let max = whole(reader, value, at, "max", "the greatest count", COUNT);
    let (min, max) = ordered(reader, at, min?, max?)?;
    let default = reader.optional_whole(value, at, "default", min, max);
    Some(Number { name: name?.into(), default, min, max })
}

fn ordered(reader: &mut Reader, at: &At, min: u32, max: u32) -> Option<(u32, u32)> {
    if min > max {
        reader.fault(Code::RangeOutOfOrder, at, &["`min` ", &digits(min), " is above `max` ", &digits(max)]);
        return None;
    }
    Some((min, max))
}

/// Adds width and height to the numbers, and answers the bands.
fn size(reader: &mut Reader, value: &Value, at: &At, numbers: &mut Vec<Number>) -> Vec<Band> {
    let Some(value) = reader.fields(value, at, "a size", SIZE_FIELDS) else { return Vec::new() };
    let bands = bands(reader, value, at);
    let (min, max) = side(reader, value, at).unwrap_or((1, SIDE_PIXELS));
    let at_default = at.key("default");
    let default =
        value.get("default").and_then(|default| reader.fields(default, &at_default, "a size", &["width", "height"]));
    let mut sides = [None; 2];
    for (side, name) in sides.iter_mut().zip(["width", "height"]) {
        *side = default.and_then(|default| {
            let side = reader.required(default, &at_default, name, "a side in pixels")?;
            reader.whole(side, &at_default.key(name), min, max)
        });
        numbers.push(Number { name: name.into(), default: *side, min, max });
    }
    if let ([Some(width), Some(height)], Some(last)) = (sides, bands.last())
        && u64::from(width).saturating_mul(u64::from(height)) > last.up_to_pixels
    {
        let message = [&digits(width), " × ", &digits(height), " is past the last band"];
        reader.fault(Code::SizeTooLarge, &at_default, &message);
    }
    bands
}

fn side(reader: &mut Reader, size: &Value, at: &At) -> Option<(u32, u32)> {
    let at_side = at.key("side");
    let bounds = reader.required(size, at, "side", "the bounds of a side")?;
    let bounds = reader.fields(bounds, &at_side, "the bounds of a side", &["min", "max"])?;
    let mut bound = |key| whole(reader, bounds, &at_side, key, "a side in pixels", SIDE_PIXELS);
    let (min, max) = (bound("min"), bound("max"));
    ordered(reader, &at_side, min?, max?)
}

fn bands(reader: &mut Reader, size: &Value, at: &At) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    let Some(list) = reader.required_list(size, at, "bands", "a list of bands", BANDS) else { return bands };
    let at = at.key("bands");
    if list.is_empty() {
        reader.fault(Code::OutOfRange, &at, &["a size has at least one band"]);
    }
    for (index, value) in list.iter().enumerate() {
        let at = at.index(index);
        let Some(value) = reader.fields(value, &at, "a band", BAND_FIELDS) else { continue };
        let up_to = reader.required_whole(value, &at, "upToPixels", "an area in pixels", (1, PIXELS));
        let percent = reader.required_amount(value, &at, "addPercent", "a percentage", Percent::MOST);
        let (Some(up_to_pixels), Some(percent)) = (up_to, percent.and_then(Percent::from_credits)) else { continue };
        if let Some(last) = bands.last()
            && last.up_to_pixels >= up_to_pixels
        {
            let message = [&digits(up_to_pixels), " is not above the band before, ", &digits(last.up_to_pixels)];
            reader.fault(Code::BandsOutOfOrder, &at.key("upToPixels"), &message);
        }
        bands.push(Band { up_to_pixels, percent });
    }
    bands
}

/// A whole number from 1 that must be there.
fn whole(reader: &mut Reader, object: &Value, at: &At, key: &str, due: &str, max: u32) -> Option<u32> {
    u32::try_from(reader.required_whole(object, at, key, due, (1, max.into()))?).ok()
}
