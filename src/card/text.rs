//! Cards as text, with the line of every fault.

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use std::collections::HashMap;

use serde_json::value::RawValue;
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::RateCard;
use crate::{
    error::{Code, Fault, Faults, Path, Step},
    limits::CARD_TEXT_BYTES,
    value::Value,
};

impl RateCard {
    /// The built-in card: the image studio's. It is parsed anew at each call, so keep it.
    ///
    /// ```
    /// use pricetag::RateCard;
    ///
    /// assert_eq!(RateCard::builtin().id(), "image-studio");
    /// ```
    pub fn builtin() -> Self {
        let card = Self::from_json(crate::BUILTIN);
        // The card is part of this crate and a test reads it.
        card.expect("the built-in card is valid")
    }

    /// A card from JSON text, or every fault in it with its line.
    ///
    /// ```
    /// use pricetag::{Code, RateCard};
    ///
    /// let faults = RateCard::from_json("{\"id\": \"mine\",\n \"version\": 1,\n \"operations\": []}").unwrap_err().errors;
    /// assert_eq!((faults[0].code, faults[0].line), (Code::WrongType, Some(2)));
    /// ```
    pub fn from_json(text: &str) -> Result<Self, Faults> {
        let text = without_mark(text)?;
        let document: Value = serde_json::from_str(text).map_err(|error| malformed(error.to_string(), error.line()))?;
        Self::from_value(document).map_err(|faults| with_lines(faults, text, Located::json(text).as_ref()))
    }

    /// A card from TOML text, or every fault in it with its line.
    ///
    /// ```
    /// use pricetag::{Code, RateCard};
    ///
    /// let faults = RateCard::from_toml("id = \"mine\"\nversion = \"1\"\nprices = 3\n").unwrap_err().errors;
    /// assert_eq!((faults[0].code, faults[0].line), (Code::UnknownField, Some(3)));
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, Faults> {
        let text = without_mark(text)?;
        let document: Value = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| Lines::of(text).line_at(span.start));
            malformed(error.message().to_owned(), line)
        })?;
        Self::from_value(document).map_err(|faults| with_lines(faults, text, Located::toml(text).as_ref()))
    }
}

fn one(code: Code, message: String, help: Option<String>, line: Option<usize>) -> Faults {
    Faults { errors: vec![Fault { code, path: Path::default(), message, help, line }] }
}

/// A text within the limit, without the byte order mark that some editors begin a file with.
fn without_mark(text: &str) -> Result<&str, Faults> {
    if text.len() <= CARD_TEXT_BYTES {
        return Ok(text.strip_prefix('\u{feff}').unwrap_or(text));
    }
    let message = format!("{} bytes of text, more than the {CARD_TEXT_BYTES} that are allowed", text.len());
    Err(one(Code::LimitExceeded, message, None, None))
}

fn malformed(message: String, line: usize) -> Faults {
    one(Code::MalformedText, message, None, Some(line.max(1)))
}

/// Gives each fault the line of its field, or if the field is absent, of what it is absent from.
fn with_lines(mut faults: Faults, text: &str, located: Option<&Located>) -> Faults {
    let lines = Lines::of(text);
    for fault in &mut faults.errors {
        fault.line = located.map(|document| lines.line_at(document.offset(&fault.path.0)));
    }
    faults
}

/// Where the lines of a text end.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(offset, _)| offset).collect())
    }

    fn line_at(&self, offset: usize) -> usize {
        self.0.partition_point(|&end| end < offset).saturating_add(1)
    }
}

/// Where a document and everything in it begins in its text.
struct Located {
    offset: usize,
    within: HashMap<Step, Located>,
}

impl Located {
    /// The offset of a field, or of the nearest there is on the way to it.
    fn offset(&self, path: &[Step]) -> usize {
        let next = path.split_first().and_then(|(step, rest)| Some((self.within.get(step)?, rest)));
        next.map_or(self.offset, |(field, rest)| field.offset(rest))
    }

    fn json(text: &str) -> Option<Self> {
        Self::json_value(text, serde_json::from_str(text).ok()?)
    }

    /// A value of JSON text is a slice of it, and so are the values within.
    fn json_value(text: &str, value: &RawValue) -> Option<Self> {
        let offset = value.get().as_ptr().addr().checked_sub(text.as_ptr().addr())?;
        let members: Vec<(Step, &RawValue)> = match value.get().as_bytes().first() {
            Some(b'{') => {
                let members: HashMap<String, &RawValue> = serde_json::from_str(value.get()).ok()?;
                members.into_iter().map(|(key, member)| (Step::Key(key), member)).collect()
            }
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
                elements.into_iter().enumerate().map(|(index, element)| (Step::Index(index), element)).collect()
            }
            _ => Vec::new(),
        };
        let within = members.into_iter().map(|(step, value)| Some((step, Self::json_value(text, value)?)));
        Some(Self { offset, within: within.collect::<Option<_>>()? })
    }

    fn toml(text: &str) -> Option<Self> {
        let document = DeTable::parse(text).ok()?;
        Some(Self { offset: 0, within: Self::toml_members(document.get_ref()) })
    }

    fn toml_members(table: &DeTable) -> HashMap<Step, Self> {
        let member = |(key, value): (&Spanned<DeString>, &Spanned<DeValue>)| {
            // A member is where its key is: its value may be a table that continues elsewhere.
            let located = Self { offset: key.span().start, within: Self::toml_within(value.get_ref()) };
            (Step::Key(key.get_ref().to_string()), located)
        };
        table.iter().map(member).collect()
    }

    fn toml_within(value: &DeValue) -> HashMap<Step, Self> {
        match value {
            DeValue::Table(table) => Self::toml_members(table),
            DeValue::Array(array) => {
                let element = |(index, value): (usize, &Spanned<DeValue>)| {
                    let located = Self { offset: value.span().start, within: Self::toml_within(value.get_ref()) };
                    (Step::Index(index), located)
                };
                array.iter().enumerate().map(element).collect()
            }
            _ => HashMap::new(),
        }
    }
}
