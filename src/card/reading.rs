//! Reading operations from a card's document: their choices, counts and sizes.

use alloc::{vec, vec::Vec};

use super::{
    form,
    operation::{Band, Cell, Choice, ChoiceOption, NO_POOL, Number, Operation},
    rates::{UNPRICED, accuracy, rates},
};
use crate::{
    credits::{Credits, Percent},
    error::Code,
    estimate::Accuracy,
    form::{Field, Fields},
    limits::{COMBINATIONS, OUTPUTS, SIDE_PIXELS},
    reading::{At, Reader},
    text::Word::{self, Count},
    value::Value,
};

/// Every operation of the card, with `step` for its surcharges. One with faults stays, so that what refers to it is no
/// fault as well.
#[inline(never)]
pub(super) fn operations(reader: &mut Reader, list: &Field, step: Credits) -> Vec<Operation> {
    let (mut operations, mut ids) = (Vec::new(), Vec::new());
    reader.not_empty(list, "a card has at least one operation");
    for (index, value) in list.elements().iter().enumerate() {
        operations.extend(operation(reader, value, &list.at.index(index), step, &mut ids));
    }
    operations
}

/// One operation; `None` when it is no object.
fn operation<'v>(
    reader: &mut Reader,
    value: &'v Value,
    at: &At,
    step: Credits,
    ids: &mut Vec<&'v str>,
) -> Option<Operation> {
    reader.only(value, at, &form::OPERATION)?;
    // A field too many says nothing against the others, so what refers to the operation is still looked at.
    let before = reader.faults.len();
    let [operation_id, title, _output, accuracy, choices, counts, size, rates, ..] =
        &reader.known(value, at, &form::OPERATION);
    let accuracy = self::accuracy(reader, accuracy);
    let (mut numbers, mut bands) = (Vec::new(), Vec::new());
    numbers.push(Number::quantity());
    if let Some(value) = size.value {
        self::size(reader, value, &size.at, &mut numbers, &mut bands);
    }
    reader.each(counts, &form::COUNT_FIELD, &mut |reader, at, fields| numbers.extend(count(reader, at, fields)));
    countable(reader, &counts.at, &numbers, size.value.is_some());
    let before_choices = reader.faults.len();
    let choices_read = self::choices(reader, choices);
    let combinations = Operation::combinations(&choices_read);
    if combinations.is_none() {
        let message = "more than the # combinations of options that are allowed";
        reader.fault(Code::LimitExceeded, at, message, &[Word::size(COMBINATIONS)]);
    }
    // Which rates win can only be told when every choice was understood.
    let understood = reader.faults.len() == before_choices && matches!(choices.value, None | Some(Value::List(_)));
    unique_fields(reader, at, &choices_read, &numbers);
    let id = operation_id.text().unwrap_or_default();
    let mut operation = Operation {
        id: operation_id.text_or(""),
        title: title.text_or(id),
        choices: choices_read,
        numbers,
        bands,
        accuracy: accuracy.unwrap_or(Accuracy::Varies),
        rates: Vec::new(),
        cells: vec![Cell { rate: UNPRICED, pool: NO_POOL, excluded: 0 }; combinations.unwrap_or(0)],
        sound: false,
    };
    self::rates(reader, rates, &mut operation, step, understood);
    operation.sound = reader.faults.len() == before;
    reader.unique(ids, &at.key("id"), "operation", id);
    Some(operation)
}

/// However many outputs an item asks for, their number is exact.
fn countable(reader: &mut Reader, at: &At, numbers: &[Number], has_size: bool) {
    // How often the limit holds the product of the numbers so far.
    let mut times = OUTPUTS;
    for number in numbers {
        // Without a size, these are counts like any other.
        if !has_size || !["width", "height"].contains(&number.name.as_str()) {
            times = times.checked_div(number.max.into()).unwrap_or(0);
        }
    }
    if times == 0 {
        let message = "the greatest counts and quantity together are more than # outputs";
        reader.fault(Code::LimitExceeded, at, message, &[Count(OUTPUTS)]);
    }
}

/// Each field of an item has one meaning.
fn unique_fields(reader: &mut Reader, at: &At, choices: &[Choice], numbers: &[Number]) {
    let mut names = vec!["operation"];
    for number in numbers {
        reader.unique(&mut names, at, "field", &number.name);
    }
    for choice in choices {
        reader.unique(&mut names, at, "field", &choice.name);
    }
}

/// The choices that have a name, each with the distance of its options in the cells.
fn choices(reader: &mut Reader, list: &Field) -> Vec<Choice> {
    let mut choices = Vec::new();
    reader.each(list, &form::CHOICE, &mut |reader, _, [name, title, default, substitutable, options, ..]| {
        let id = name.text().unwrap_or_default();
        let mut choice = Choice {
            name: name.text_or(""),
            title: title.text_or(id),
            options: self::options(reader, options),
            default: None,
            substitutable: matches!(substitutable.value, Some(Value::Bool(true))),
            stride: 1,
        };
        choice.default = default.value.and_then(|value| choice.option_named(reader, value, &default.at));
        if !id.is_empty() {
            choices.push(choice);
        }
    });
    let mut stride = 1_usize;
    for choice in choices.iter_mut().rev() {
        choice.stride = stride;
        stride = stride.saturating_mul(choice.options.len());
    }
    choices
}

fn options(reader: &mut Reader, list: &Field) -> Vec<ChoiceOption> {
    let (mut options, mut ids) = (Vec::new(), Vec::new());
    reader.not_empty(list, "a choice has at least one option");
    reader.each(list, &form::OPTION, &mut |reader, _, [id, title, ..]| {
        let Some(name) = id.text() else { return };
        reader.unique(&mut ids, &id.at, "option", name);
        options.push(ChoiceOption { id: id.text_or(""), title: title.text_or(name) });
    });
    options
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

fn count(reader: &mut Reader, at: &At, [name, _title, default, min, max, ..]: &Fields) -> Option<Number> {
    let least = if min.value.is_none() { Some(1) } else { min.count() };
    let (min, max) = ordered(reader, at, least?, max.count()?)?;
    let default = default.value.and_then(|value| reader.whole(value, &default.at, min, max));
    Some(Number { name: name.text()?.into(), default, min, max })
}

fn ordered(reader: &mut Reader, at: &At, min: u32, max: u32) -> Option<(u32, u32)> {
    if min > max {
        let words = [Count(min.into()), Count(max.into())];
        reader.fault(Code::RangeOutOfOrder, at, "`min` # is above `max` #", &words);
        return None;
    }
    Some((min, max))
}

/// Adds width and height to the numbers, and the bands.
fn size(reader: &mut Reader, value: &Value, at: &At, numbers: &mut Vec<Number>, bands: &mut Vec<Band>) {
    let Some([default, side, list, ..]) = &reader.members(value, at, &form::SIZE) else { return };
    self::bands(reader, list, bands);
    let (min, max) = bounds(reader, side).unwrap_or((1, SIDE_PIXELS));
    let default_sides = default.value.and_then(|value| reader.members(value, &default.at, &form::DEFAULT_SIZE));
    let mut side = |index: usize, name: &str| {
        let side = default_sides.as_ref().and_then(|sides| sides.get(index));
        let default = side.and_then(|side| reader.whole(side.value?, &side.at, min, max));
        numbers.push(Number { name: name.into(), default, min, max });
        default
    };
    if let (Some(width), Some(height)) = (side(0, "width"), side(1, "height"))
        && let Some(last) = bands.last()
        && u64::from(width).saturating_mul(height.into()) > last.up_to_pixels
    {
        let words = [Count(width.into()), Count(height.into())];
        reader.fault(Code::SizeTooLarge, &default.at, "# × # is past the last band", &words);
    }
}

fn bounds(reader: &mut Reader, side: &Field) -> Option<(u32, u32)> {
    let [min, max, ..] = &reader.members(side.value?, &side.at, &form::SIDE)?;
    ordered(reader, &side.at, min.count()?, max.count()?)
}

fn bands(reader: &mut Reader, list: &Field, bands: &mut Vec<Band>) {
    reader.not_empty(list, "a size has at least one band");
    reader.each(list, &form::BAND, &mut |reader, _, [up_to, percent, ..]| {
        let percent = percent.amount().and_then(Percent::from_credits);
        let (Some(up_to_pixels), Some(percent)) = (up_to.number(), percent) else { return };
        if let Some(last) = bands.last()
            && last.up_to_pixels >= up_to_pixels
        {
            let words = [Count(up_to_pixels), Count(last.up_to_pixels)];
            reader.fault(Code::BandsOutOfOrder, &up_to.at, "# is not above the band before, #", &words);
        }
        bands.push(Band { up_to_pixels, percent });
    });
}
