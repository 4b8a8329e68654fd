//! Reading a document field by field, collecting every fault instead of stopping at the first.

use crate::{
    credits::{AmountError, Credits},
    error::{Code, Fault, Faults, Path, Step},
    limits::{FAULTS, NAME_CHARACTERS, SUGGESTIONS, TEXT_CHARACTERS},
    value::{Value, whole, written},
};

/// Where reading stands: a list that grows from a field back to the document, so that a path costs nothing until a fault needs it.
#[derive(Clone, Copy)]
pub(crate) enum At<'a> {
    Document,
    Key(&'a At<'a>, &'a str),
    Index(&'a At<'a>, usize),
}

impl<'a> At<'a> {
    pub fn key(&'a self, key: &'a str) -> Self {
        At::Key(self, key)
    }

    pub fn index(&'a self, index: usize) -> Self {
        At::Index(self, index)
    }

    fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut at = self;
        loop {
            match at {
                At::Document => break,
                At::Key(parent, key) => {
                    steps.push(Step::Key((*key).into()));
                    at = parent;
                }
                At::Index(parent, index) => {
                    steps.push(Step::Index(*index));
                    at = parent;
                }
            }
        }
        steps.reverse();
        Path(steps)
    }
}

/// The names that are known somewhere. A trait object, because a copy of the search for every kind of list made the
/// module 3 kB larger.
pub(crate) type Names<'i, 'n> = &'i mut dyn Iterator<Item = &'n str>;

/// The faults found so far.
#[derive(Default)]
pub(crate) struct Reader {
    pub faults: Vec<Fault>,
}

impl Reader {
    /// What was read, if nothing was wrong.
    pub fn finish<T>(self, read: T) -> Result<T, Faults> {
        if self.faults.is_empty() { Ok(read) } else { Err(Faults { errors: self.faults }) }
    }

    /// What was read, if nothing was wrong; whoever reads nothing has reported why.
    pub fn finish_read<T>(self, read: Option<T>) -> Result<T, Faults> {
        match read {
            Some(read) if self.faults.is_empty() => Ok(read),
            _ => Err(Faults { errors: self.faults }),
        }
    }

    pub fn fault(&mut self, code: Code, at: &At, message: impl Into<String>) {
        let fault = |code, path, message| Fault { code, path, message, help: None, line: None };
        match self.faults.len() {
            ..FAULTS => self.faults.push(fault(code, at.path(), message.into())),
            FAULTS => {
                let message = format!("and more: the first {FAULTS} faults are listed");
                self.faults.push(fault(Code::LimitExceeded, Path::default(), message));
            }
            _ => {}
        }
    }

    pub fn fault_with_help(&mut self, code: Code, at: &At, message: impl Into<String>, help: impl Into<String>) {
        self.fault(code, at, message);
        if let Some(fault) = self.faults.last_mut().filter(|fault| fault.code == code) {
            fault.help = Some(help.into());
        }
    }

    fn wrong_type(&mut self, at: &At, due: &str, found: &Value) {
        self.fault(Code::WrongType, at, format!("{due} is due here, not {}", found.found()));
    }

    pub fn missing(&mut self, at: &At, due: &str) {
        self.fault(Code::MissingField, at, format!("{due} must be given"));
    }

    /// A name that is not among the known ones, with the nearest that is.
    pub fn unknown(&mut self, code: Code, at: &At, what: &str, name: &str, known: Names) {
        let message = format!("there is no {what} `{}`", shortened(name));
        let nearest = if self.faults.len() < SUGGESTIONS { nearest(name, known) } else { None };
        match nearest {
            Some(nearest) => self.fault_with_help(code, at, message, format!("did you mean `{nearest}`?")),
            None => self.fault(code, at, message),
        }
    }

    /// The members of an object.
    pub fn object<'v>(&mut self, value: &'v Value, at: &At, due: &str) -> Option<&'v [(String, Value)]> {
        match value {
            Value::Object(members) => Some(members),
            other => {
                self.wrong_type(at, due, other);
                None
            }
        }
    }

    /// The members of an object that has only these fields.
    pub fn fields<'v>(&mut self, value: &'v Value, at: &At, due: &str, known: &[&str]) -> Option<&'v Value> {
        for (key, _) in self.object(value, at, due)? {
            if !known.contains(&key.as_str()) {
                self.unknown(Code::UnknownField, &at.key(key), "field", key, &mut known.iter().copied());
            }
        }
        Some(value)
    }

    /// A member that must be there.
    pub fn required<'v>(&mut self, object: &'v Value, at: &At, key: &str, due: &str) -> Option<&'v Value> {
        let value = object.get(key);
        if value.is_none() {
            self.missing(&at.key(key), due);
        }
        value
    }

    /// The elements of a list that has at most `most`.
    pub fn list<'v>(&mut self, value: &'v Value, at: &At, due: &str, most: usize) -> Option<&'v [Value]> {
        match value {
            Value::List(elements) if elements.len() > most => {
                let found = elements.len();
                self.fault(Code::LimitExceeded, at, format!("{found} elements, more than the {most} that are allowed"));
                None
            }
            Value::List(elements) => Some(elements),
            other => {
                self.wrong_type(at, due, other);
                None
            }
        }
    }

    /// The elements of a list that may be absent.
    pub fn optional_list<'v>(&mut self, object: &'v Value, at: &At, key: &str, most: usize) -> &'v [Value] {
        object.get(key).and_then(|value| self.list(value, &at.key(key), "a list", most)).unwrap_or(&[])
    }

    pub fn string<'v>(&mut self, value: &'v Value, at: &At, due: &str) -> Option<&'v str> {
        match value {
            Value::String(text) => Some(text),
            other => {
                self.wrong_type(at, due, other);
                None
            }
        }
    }

    pub fn boolean(&mut self, value: &Value, at: &At) -> Option<bool> {
        match value {
            Value::Bool(value) => Some(*value),
            other => {
                self.wrong_type(at, "true or false", other);
                None
            }
        }
    }

    /// An id or the name of a field, which must be there.
    pub fn name<'v>(&mut self, object: &'v Value, at: &At, key: &str) -> Option<&'v str> {
        let value = self.required(object, at, key, "a name")?;
        let name = self.string(value, &at.key(key), "a name")?;
        // A key `__proto__` changes a JavaScript object instead of becoming its member.
        if name.is_empty()
            || name == "__proto__"
            || name.chars().any(char::is_control)
            || name.chars().nth(NAME_CHARACTERS).is_some()
        {
            let message = format!("a name has 1 to {NAME_CHARACTERS} printable characters and is not `__proto__`");
            self.fault(Code::OutOfRange, &at.key(key), message);
            return None;
        }
        Some(name)
    }

    /// A text for people that may be absent.
    pub fn optional_text(&mut self, object: &Value, at: &At, key: &str) -> Option<String> {
        let at = at.key(key);
        let text = self.string(object.get(key)?, &at, "a text")?;
        if text.chars().nth(TEXT_CHARACTERS).is_some() {
            self.fault(Code::OutOfRange, &at, format!("a text of more than {TEXT_CHARACTERS} characters"));
        }
        Some(text.into())
    }

    /// The title of something, which is its id if it has none.
    pub fn title(&mut self, object: &Value, at: &At, id: &str) -> String {
        self.optional_text(object, at, "title").unwrap_or_else(|| id.into())
    }

    /// A whole number within bounds.
    pub fn whole(&mut self, value: &Value, at: &At, min: u32, max: u32) -> Option<u32> {
        self.whole_u64(value, at, min.into(), max.into()).and_then(|number| u32::try_from(number).ok())
    }

    /// A whole number within bounds. `5.0` is 5; a number too large to be exact is whole and out of range.
    pub fn whole_u64(&mut self, value: &Value, at: &At, min: u64, max: u64) -> Option<u64> {
        match value {
            Value::Number(number) if number.is_finite() && number.fract() == 0.0 => {
                let within =
                    whole(*number).and_then(|number| u64::try_from(number).ok()).filter(|n| (min..=max).contains(n));
                if within.is_none() {
                    self.fault(Code::OutOfRange, at, format!("`{}` is not from {min} to {max}", written(*number)));
                }
                within
            }
            other => {
                self.wrong_type(at, "a whole number", other);
                None
            }
        }
    }

    /// An amount from nothing to `most`.
    pub fn amount(&mut self, value: &Value, at: &At, most: Credits) -> Option<Credits> {
        let Value::Number(number) = value else {
            self.wrong_type(at, "a number of credits", value);
            return None;
        };
        match Credits::from_number(*number) {
            Ok(amount) if amount < Credits::ZERO => {
                self.invalid_amount(at, *number, "is negative", most);
                None
            }
            Ok(amount) if amount > most => {
                self.invalid_amount(at, *number, &format!("is more than {most} credits"), most);
                None
            }
            Ok(amount) => Some(amount),
            Err(reason) => {
                let reason = if reason == AmountError::TooLarge && *number < 0.0 {
                    "is negative".into()
                } else {
                    reason.to_string()
                };
                self.invalid_amount(at, *number, &reason, most);
                None
            }
        }
    }

    fn invalid_amount(&mut self, at: &At, found: f64, reason: &str, most: Credits) {
        let help = format!("an amount is 0 to {most} credits with at most three decimals");
        self.fault_with_help(Code::InvalidAmount, at, format!("`{}` {reason}", written(found)), help);
    }
}

/// A name short enough for a message.
fn shortened(name: &str) -> String {
    const LONGEST: usize = 40;
    if name.chars().nth(LONGEST).is_none() { name.into() } else { name.chars().take(LONGEST).chain(['…']).collect() }
}

/// The known name that is nearest to this one; differences of case don't count.
fn nearest<'n>(name: &str, known: Names<'_, 'n>) -> Option<&'n str> {
    // Comparing costs length × length, and a name this long is near to nothing.
    let name = shortened(name).to_ascii_lowercase();
    known.min_by_key(|candidate| strsim::levenshtein(&name, &candidate.to_ascii_lowercase()))
}
