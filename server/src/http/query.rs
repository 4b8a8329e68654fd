//! What stands after the `?`: known names, each once.

use axum::http::Uri;
use pricetag::{Code, Fault, Faults};

use super::{
    fields::{fault, path},
    routes::Parameter,
};

/// Faults of an address that are listed.
const FAULTS_MAX: usize = 100;

/// The parameters of an address, and what is wrong with them.
pub struct Query {
    values: Vec<(String, String)>,
    faults: Vec<Fault>,
}

impl Query {
    pub fn of(uri: &Uri, known: &[Parameter]) -> Self {
        let mut query = Self { values: Vec::new(), faults: Vec::new() };
        for part in uri.query().unwrap_or_default().split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
                query.faults.push(fault(Code::WrongType, None, "the address is not UTF-8"));
                continue;
            };
            if query.faults.len() >= FAULTS_MAX {
                break;
            }
            if !known.iter().any(|parameter| parameter.name == name) {
                let names: Vec<&str> = known.iter().map(|parameter| parameter.name).collect();
                query.unknown(Code::UnknownField, &name, "parameter", &name, &names);
            } else if query.values.iter().any(|(other, _)| *other == name) {
                query.fault(Code::DuplicateId, &name, format!("the parameter `{name}` stands here a second time"));
            }
            query.values.push((name, value));
        }
        query
    }

    pub fn finish<T>(self, read: T) -> Result<T, Faults> {
        if self.faults.is_empty() { Ok(read) } else { Err(Faults { errors: self.faults }) }
    }

    /// A name in this parameter, or of it, that is not among the known ones.
    pub fn unknown(&mut self, code: Code, parameter: &str, what: &str, name: &str, known: &[&str]) {
        self.faults.push(Fault::unknown(code, path(Some(parameter)), what, name, known));
    }

    pub fn fault(&mut self, code: Code, name: &str, message: impl Into<String>) {
        self.faults.push(fault(code, Some(name), message));
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// A whole number in its one form, without sign or zeros that say nothing.
    pub fn whole(&mut self, name: &str, bounds: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let text = self.text(name)?;
        let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
        let code = if number.is_none() { Code::WrongType } else { Code::OutOfRange };
        let within = number.filter(|number| bounds.contains(number));
        if within.is_none() {
            let message = format!("a whole number from {} to {} is due here", bounds.start(), bounds.end());
            self.fault(code, name, message);
        }
        within
    }
}

/// A part of a query as text: `+` is a space, `%41` an `A`; `None` when that is not UTF-8. A `%` without two digits
/// stands for itself.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let escaped = match (byte, after) {
            (b'%', [high, low, after @ ..]) => {
                digit(*high).zip(digit(*low)).map(|(high, low)| (16 * high + low, after))
            }
            _ => None,
        };
        match (byte, escaped) {
            (_, Some((escaped, after))) => {
                bytes.push(escaped);
                rest = after;
            }
            (b'+', None) => bytes.push(b' '),
            (byte, None) => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::{Query, decoded};
    use crate::http::history::ENTRIES_QUERY;

    fn limit(query: &str) -> Result<Option<i64>, String> {
        let uri = format!("/v1/entries?{query}").parse().unwrap();
        let mut query = Query::of(&uri, ENTRIES_QUERY);
        let limit = query.whole("limit", 1..=1_000);
        query.finish(limit).map_err(|faults| faults.errors[0].code.to_string())
    }

    #[test]
    fn parameters_are_known_and_stand_once() {
        assert_eq!((limit(""), limit("after=3"), limit("&limit=7&")), (Ok(None), Ok(None), Ok(Some(7))));
        for (query, code) in [
            ("limit=", "wrong-type"),
            ("limit", "wrong-type"),
            ("limit=x", "wrong-type"),
            ("limit=%2B5", "wrong-type"),
            ("limit=05", "wrong-type"),
            ("limit=5.0", "wrong-type"),
            ("limit=0", "out-of-range"),
            ("limit=1001", "out-of-range"),
            ("limit=5&limit=5", "duplicate-id"),
            ("limits=5", "unknown-field"),
            ("%ff=5", "wrong-type"),
        ] {
            assert_eq!(limit(query), Err(code.into()), "{query}");
        }
        assert_eq!(decoded("a+b%20c%2b%4z%").as_deref(), Some("a b c+%4z%"));
    }
}
