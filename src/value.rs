//! A document: what JSON, TOML and JavaScript have in common.

use alloc::{collections::BTreeSet, format, string::String, vec::Vec};
use core::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

use crate::text::{Word, filled, owned, push_digits, push_hexadecimal, put, put_sign, shortened};

/// A JSON document before anything is known about it.
///
/// It reads from any serde format, and refuses an object that has a key twice.
///
/// ```
/// use pricetag::Value;
///
/// let plan: Value = serde_json::from_str(r#"{"items": [{"operation": "library"}]}"#)?;
/// assert!(plan.get("items").is_some());
/// assert!(serde_json::from_str::<Value>(r#"{"items": [], "items": []}"#).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number: as in JavaScript, `5` and `5.0` are the same.
    Number(f64),
    /// A text.
    String(String),
    /// An array.
    List(Vec<Value>),
    /// An object, its members in the order in which they were written.
    Object(Vec<(String, Value)>),
    /// What JSON has no form for, such as a function or a date; it has the right type nowhere. Its name, for the message.
    Foreign(&'static str),
}

impl Value {
    /// The member of an object by its key; `None` when there is none or this is no object.
    ///
    /// ```
    /// # use pricetag::Value;
    /// let account = Value::Object(vec![("balance".into(), Value::Number(29.0))]);
    /// assert_eq!(account.get("balance"), Some(&Value::Number(29.0)));
    /// assert_eq!(account.get("tier"), None);
    /// ```
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// What this is, for a message: short, with the value where that helps.
    pub(crate) fn found(&self) -> String {
        let kind = match self {
            Self::Null => "null",
            Self::Bool(true) => "`true`",
            Self::Bool(false) => "`false`",
            Self::Number(value) => return filled(&mut "`#`".chars(), &mut [Word::Number(*value)].iter()),
            Self::String(text) => {
                let (start, rest) = shortened(text);
                return filled(&mut "the string `##`".chars(), &mut [Word::Text(start), Word::Text(rest)].iter());
            }
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::Foreign(name) => name,
        };
        owned(kind)
    }

    /// The canonical JSON text of RFC 8785: sorted keys, no white space, numbers as JavaScript writes them.
    ///
    /// Every number of a valid card has at most six decimals, and is small enough to be written without an exponent.
    pub(crate) fn canonical(&self, text: &mut String) {
        match self {
            Self::Null | Self::Foreign(_) => put(text, "null"),
            Self::Bool(value) => put(text, if *value { "true" } else { "false" }),
            Self::Number(value) => push_number(*value, text),
            Self::String(value) => quote(value, text),
            Self::List(elements) => {
                for (position, element) in elements.iter().enumerate() {
                    put_sign(text, if position == 0 { b'[' } else { b',' });
                    element.canonical(text);
                }
                put(text, if elements.is_empty() { "[]" } else { "]" });
            }
            Self::Object(members) => {
                for (position, (key, member)) in sorted(members).into_iter().enumerate() {
                    put_sign(text, if position == 0 { b'{' } else { b',' });
                    quote(key, text);
                    put_sign(text, b':');
                    member.canonical(text);
                }
                put(text, if members.is_empty() { "{}" } else { "}" });
            }
        }
    }
}

/// Members in the order of their keys' UTF-16 code units. An object of a valid card has few, and inserting each in its
/// place is a tenth of a sort's code, which every visitor of a page would download.
fn sorted(members: &[(String, Value)]) -> Vec<&(String, Value)> {
    let mut sorted: Vec<&(String, Value)> = Vec::new();
    for member in members {
        let mut place = 0_usize;
        while sorted.get(place).is_some_and(|(key, _)| precedes(key, &member.0)) {
            place = place.saturating_add(1);
        }
        sorted.insert(place, member);
    }
    sorted
}

/// Code units are ordered as characters are, but for the surrogates of characters beyond U+FFFF, which come before U+E000.
fn precedes(key: &str, other: &str) -> bool {
    let place = |character| (('\u{e000}'..='\u{ffff}').contains(&character), character);
    key.chars().map(place).lt(other.chars().map(place))
}

/// A JSON string with only the escapes that JSON demands, as RFC 8785 has it. What is to be escaped is ASCII, so that
/// what is between it is copied in one piece.
pub(crate) fn quote(value: &str, text: &mut String) {
    put_sign(text, b'"');
    let mut plain = 0_usize;
    for (place, &byte) in value.as_bytes().iter().enumerate() {
        let escaped = match byte {
            b'"' | b'\\' => byte,
            8 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            12 => b'f',
            b'\r' => b'r',
            0..b' ' => b'u',
            _ => continue,
        };
        put(text, value.get(plain..place).unwrap_or_default());
        plain = place.wrapping_add(1);
        put_sign(text, b'\\');
        put_sign(text, escaped);
        if escaped == b'u' {
            put(text, "00");
            push_hexadecimal(byte, text);
        }
    }
    put(text, value.get(plain..).unwrap_or_default());
    put_sign(text, b'"');
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null | Self::Foreign(_) => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => match whole(*value) {
                Some(number) => serializer.serialize_i64(number),
                None => serializer.serialize_f64(*value),
            },
            Self::String(value) => serializer.serialize_str(value),
            Self::List(elements) => serializer.collect_seq(elements),
            Self::Object(members) => serializer.collect_map(members.iter().map(|(key, value)| (key, value))),
        }
    }
}

/// Up to here every whole number is exact as a float.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number that is whole and exact as a float, as an integer.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "the bounds are checked first; these numbers are counts and sizes, not amounts"
)]
pub(crate) fn whole(number: f64) -> Option<i64> {
    let whole = number as i64;
    (number.abs() <= EXACT && whole as f64 == number).then_some(whole)
}

/// Whether a number is whole, be it exact or too large for that.
pub(crate) fn is_whole(number: f64) -> bool {
    whole(number).is_some() || (number.is_finite() && number.abs() > EXACT)
}

/// The whole number nearest to this one, half away from zero; beyond an i64, the nearest of those.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    reason = "`f64::round` is not in `core`; what is cut off is exact"
)]
pub(crate) fn rounded(number: f64) -> i64 {
    let whole = number as i64;
    let rest = number - whole as f64;
    whole.saturating_add(i64::from(rest >= 0.5)).saturating_sub(i64::from(rest <= -0.5))
}

/// Steps of the last decimal that numbers are written with.
const MILLIONTHS: f64 = 1_000_000.0;

/// The number of millionths nearest to this number; `None` for one too large to count them exactly.
#[expect(
    clippy::float_arithmetic,
    reason = "for writing numbers that are shown or hashed; no amount is computed from them"
)]
fn millionths(number: f64) -> Option<i64> {
    let millionths = number * MILLIONTHS;
    // So large a number is whole already.
    (millionths.abs() <= EXACT).then_some(rounded(millionths))
}

/// Whether a number has at most six decimals, so that [`written`] leaves nothing out.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    clippy::float_cmp,
    reason = "asks whether writing and reading gives the same number"
)]
pub(crate) fn is_written_exactly(number: f64) -> bool {
    millionths(number).is_some_and(|millionths| millionths as f64 / MILLIONTHS == number)
}

/// A number in plain decimals, at most six, at the end of a text; `…` says that there are more.
///
/// The standard library writes any float exactly, with code that would be a tenth of the module.
pub(crate) fn push_number(number: f64, text: &mut String) {
    const WHOLE: u64 = 1_000_000;
    const DECIMALS: usize = 6;
    if let Some(whole) = whole(number) {
        put(text, if whole < 0 { "-" } else { "" });
        return push_digits(whole.unsigned_abs(), text);
    }
    let Some(millionths) = millionths(number) else {
        return put(
            text,
            if number.is_nan() {
                "NaN"
            } else if number.is_finite() {
                "a number beyond 2^53"
            } else {
                "infinity"
            },
        );
    };
    put(text, if number.is_sign_negative() { "-" } else { "" });
    push_digits(millionths.unsigned_abs().checked_div(WHOLE).unwrap_or(0), text);
    put_sign(text, b'.');
    let exact = is_written_exactly(number);
    let mut rest = millionths.unsigned_abs();
    for _ in 0..DECIMALS {
        // Of less than a whole, so that ten times that has one digit before its point.
        rest = rest.checked_rem(WHOLE).unwrap_or(0).wrapping_mul(10);
        if rest == 0 && exact {
            return;
        }
        push_digits(rest.checked_div(WHOLE).unwrap_or(0), text);
    }
    put(text, if exact { "" } else { "…" });
}

/// A number as [`push_number`] writes it.
pub(crate) fn written(number: f64) -> String {
    let mut text = String::new();
    push_number(number, &mut text);
    text
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "JSON numbers are floats, as in JavaScript")]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "JSON numbers are floats, as in JavaScript")]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.into()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Value::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut members = Vec::new();
        let mut keys = BTreeSet::new();
        while let Some((key, value)) = object.next_entry::<String, Value>()? {
            if !keys.insert(key.clone()) {
                return Err(A::Error::custom(format!("the key `{key}` twice in one object")));
            }
            members.push((key, value));
        }
        // So the TOML parser hands on a date that has no quotes.
        if members.iter().any(|(key, _)| key == "$__toml_private_datetime") {
            return Ok(Value::Foreign("a date without quotes"));
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use alloc::{
        borrow::ToOwned,
        format,
        string::{String, ToString},
        vec::Vec,
    };

    use proptest::prelude::*;

    proptest! {
        /// RFC 8785 orders keys by their UTF-16 code units.
        #[test]
        fn keys_are_ordered_by_their_code_units(key in "[a\u{d7ff}\u{e000}\u{ffff}\u{10000}😀]{0,4}", other in "[a\u{d7ff}\u{e000}\u{ffff}\u{10000}😀]{0,4}") {
            let units = |key: &str| key.encode_utf16().collect::<Vec<u16>>();
            prop_assert_eq!(super::precedes(&key, &other), units(&key) < units(&other));
        }

        /// The field's writer escapes the same, in the same way.
        #[test]
        fn a_string_is_quoted_as_json_has_it(value in "[\u{0}-\u{23}\\\\\u{7f}aé€😀]{0,12}") {
            let mut text = "before".to_owned();
            super::quote(&value, &mut text);
            prop_assert_eq!(text, format!("before{}", serde_json::to_string(&value).unwrap()));
        }
    }

    #[test]
    fn every_control_character_is_escaped() {
        for character in '\0'..=' ' {
            let mut text = String::new();
            super::quote(&character.to_string(), &mut text);
            assert_eq!(text, serde_json::to_string(&character).unwrap());
        }
    }
}
