//! Cards as text, with the line of every fault.

use std::ops::Range;

use serde_json::value::RawValue;

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
        within_limit(text)?;
        let document: Value = serde_json::from_str(text).map_err(|error| malformed(error.to_string(), error.line()))?;
        Self::from_value(document).map_err(|faults| with_lines(faults, text, json_span))
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
        within_limit(text)?;
        let document: Value = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_at(text, span.start));
            malformed(error.message().to_owned(), line)
        })?;
        Self::from_value(document).map_err(|faults| with_lines(faults, text, toml_span))
    }
}

fn one(code: Code, message: String, help: Option<String>, line: Option<usize>) -> Faults {
    Faults { errors: vec![Fault { code, path: Path::default(), message, help, line }] }
}

fn within_limit(text: &str) -> Result<(), Faults> {
    if text.len() <= CARD_TEXT_BYTES {
        return Ok(());
    }
    let message = format!("{} bytes of text, more than the {CARD_TEXT_BYTES} that are allowed", text.len());
    Err(one(Code::LimitExceeded, message, None, None))
}

fn malformed(message: String, line: usize) -> Faults {
    one(Code::MalformedText, message, None, Some(line.max(1)))
}

/// Gives each fault the line of its field, or if the field is absent, of what it is absent from.
fn with_lines(mut faults: Faults, text: &str, span: fn(&str, &[Step]) -> Option<Range<usize>>) -> Faults {
    for fault in &mut faults.errors {
        let path = &fault.path.0;
        let found = (0..=path.len()).rev().find_map(|steps| span(text, path.get(..steps)?));
        fault.line = found.map(|span| line_at(text, span.start));
    }
    faults
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count().saturating_add(1)
}

/// Where a field stands in JSON text: each step parses one level and keeps the rest as slices of the text.
fn json_span(text: &str, path: &[Step]) -> Option<Range<usize>> {
    let mut raw: &RawValue = serde_json::from_str(text).ok()?;
    for step in path {
        raw = match step {
            Step::Key(key) => {
                let members: Vec<(String, &RawValue)> = serde_json::from_str::<Members>(raw.get()).ok()?.0;
                members.into_iter().find(|(name, _)| name == key)?.1
            }
            Step::Index(index) => serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok()?.get(*index).copied()?,
        };
    }
    let start = raw.get().as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    Some(start..start.checked_add(raw.get().len())?)
}

/// The members of a JSON object whose values are left as slices of the text.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> serde::Deserialize<'de> for Members<'t> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Visitor).map(Members)
    }
}

/// Where a field stands in TOML text.
fn toml_span(text: &str, path: &[Step]) -> Option<Range<usize>> {
    use toml::de::{DeTable, DeValue};
    let document = DeTable::parse(text).ok()?;
    let mut span = document.span();
    let mut value: Option<&DeValue> = None;
    for step in path {
        let next = match (step, value) {
            (Step::Key(key), None) => document.get_ref().get_key_value(key.as_str()),
            (Step::Key(key), Some(DeValue::Table(table))) => table.get_key_value(key.as_str()),
            (Step::Index(index), Some(DeValue::Array(array))) => {
                let element = array.get(*index)?;
                span = element.span();
                value = Some(element.get_ref());
                continue;
            }
            _ => None,
        }?;
        span = next.0.span();
        value = Some(next.1.get_ref());
    }
    Some(span)
}
