//! Reading the small documents that are not the card's: every fault at once, in the form of the card's own.

use pricetag::{Code, Credits, Fault, Faults, Path, Step, Value};

/// The members of a document that is an object and has only known ones.
pub struct Fields<'v> {
    document: &'v Value,
    faults: Vec<Fault>,
}

impl<'v> Fields<'v> {
    pub fn of(document: &'v Value, known: &[&str]) -> Self {
        let faults = match document {
            Value::Object(_) => Fault::unknown_fields(document, known),
            _ => vec![fault(Code::WrongType, None, "an object is due here")],
        };
        Self { document, faults }
    }

    /// What was read, if nothing was wrong.
    pub fn finish<T>(self, read: T) -> Result<T, Faults> {
        if self.faults.is_empty() { Ok(read) } else { Err(Faults { errors: self.faults }) }
    }

    /// A name in this field that is not among the known ones.
    pub fn unknown(&mut self, code: Code, key: &str, what: &str, name: &str, known: &[&str]) {
        self.faults.push(Fault::unknown(code, path(Some(key)), what, name, known));
    }

    pub fn fault(&mut self, code: Code, key: &str, message: impl Into<String>) {
        self.faults.push(fault(code, Some(key), message));
    }

    pub fn optional(&self, key: &str) -> Option<&'v Value> {
        self.document.get(key)
    }

    pub fn required(&mut self, key: &str, due: &str) -> Option<&'v Value> {
        let value = self.document.get(key);
        // Of what is no object at all nothing is missing.
        if value.is_none() && matches!(self.document, Value::Object(_)) {
            self.fault(Code::MissingField, key, format!("{due} must be given"));
        }
        value
    }

    pub fn text(&mut self, key: &str, value: Option<&'v Value>) -> Option<&'v str> {
        let Value::String(text) = value? else {
            self.fault(Code::WrongType, key, "a string is due here");
            return None;
        };
        Some(text)
    }

    /// A text without control characters, of 1 to `most` characters, that may be absent.
    pub fn line(&mut self, key: &str, most: usize) -> Option<&'v str> {
        let text = self.text(key, self.optional(key))?;
        if text.is_empty() || text.chars().nth(most).is_some() || text.chars().any(char::is_control) {
            let message = format!("a text of 1 to {most} characters without control characters is due here");
            self.fault(Code::OutOfRange, key, message);
            return None;
        }
        Some(text)
    }

    /// An amount above nothing or from nothing, in credits.
    pub fn amount(&mut self, key: &str, value: Option<&Value>, least: Credits) -> Option<Credits> {
        let Value::Number(number) = value? else {
            self.fault(Code::WrongType, key, "a number of credits is due here");
            return None;
        };
        let amount = Credits::from_number(*number).ok().filter(|amount| *amount >= least);
        if amount.is_none() {
            let message = format!("an amount is {least} to {} credits with at most three decimals", Credits::MAX);
            self.fault(Code::InvalidAmount, key, message);
        }
        amount
    }

    pub fn whole(&mut self, key: &str, value: Option<&Value>, bounds: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let message = format!("a whole number from {} to {} is due here", bounds.start(), bounds.end());
        let Value::Number(number) = value? else {
            self.fault(Code::WrongType, key, message);
            return None;
        };
        if number.fract() != 0.0 {
            self.fault(Code::WrongType, key, message);
            return None;
        }
        // The text of a whole float is that of the number, so that no cast can change it.
        let whole = format!("{number}").parse().ok().filter(|whole| bounds.contains(whole));
        if whole.is_none() {
            self.fault(Code::OutOfRange, key, message);
        }
        whole
    }
}

pub fn path(key: Option<&str>) -> Path {
    Path(key.map(|key| Step::Key(key.into())).into_iter().collect())
}

pub fn fault(code: Code, key: Option<&str>, message: impl Into<String>) -> Fault {
    Fault { code, path: path(key), message: message.into(), help: None, line: None }
}
