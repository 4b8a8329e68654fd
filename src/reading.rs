//! Reading a document field by field, collecting every fault instead of stopping at the first.

use alloc::{string::String, vec::Vec};

use crate::{
    credits::{Credits, Range},
    error::{AmountError, Code, Fault, Faults, Path, Step},
    limits::{FAULTS, NAME_CHARACTERS, SUGGESTIONS, TEXT_CHARACTERS},
    suggestion::{Names, instead},
    text::{
        Word::{self, Text},
        filled, owned, shortened, start_of,
    },
    value::{Value, is_whole, whole},
};

/// Where reading stands: a list that grows from a field back to the document, so that a path costs nothing until a fault needs it.
#[derive(Clone, Copy)]
pub(crate) enum At<'a> {
    Document,
    Key(&'a At<'a>, &'a str),
    Index(&'a At<'a>, usize),
}

// Not inlined, because it is called wherever something is read: 0.2 kB of the module.
impl<'a> At<'a> {
    #[inline(never)]
    pub fn key(&'a self, key: &'a str) -> Self {
        At::Key(self, key)
    }

    #[inline(never)]
    pub fn index(&'a self, index: usize) -> Self {
        At::Index(self, index)
    }

    pub fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut at = self;
        loop {
            match at {
                At::Document => break,
                At::Key(parent, key) => {
                    steps.push(Step::Key(owned(key)));
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

/// The faults found so far.
#[derive(Default)]
pub(crate) struct Reader {
    pub faults: Vec<Fault>,
}

impl Reader {
    /// What was read, if nothing was wrong.
    pub fn finish<T>(self, read: T) -> Result<T, Faults> {
        self.finish_read(Some(read))
    }

    /// What was read, if nothing was wrong; whoever reads nothing has reported why.
    #[inline(never)]
    pub fn finish_read<T>(self, read: Option<T>) -> Result<T, Faults> {
        match read {
            Some(read) if self.faults.is_empty() => Ok(read),
            _ => Err(Faults { errors: self.faults }),
        }
    }

    /// Something that is wrong. The message is a template; after a line break comes what would be right.
    pub fn fault(&mut self, code: Code, at: &At, message: &str, words: &[Word]) {
        let more = [Word::size(FAULTS)];
        let (code, at, message, words) = match self.faults.len() {
            ..FAULTS => (code, at, message, words),
            FAULTS => (Code::LimitExceeded, &At::Document, "and more: the first # faults are listed", more.as_slice()),
            _ => return,
        };
        let (mut template, mut words) = (message.chars(), words.iter());
        let message = filled(&mut template, &mut words);
        let help = if template.as_str().is_empty() { None } else { Some(filled(&mut template, &mut words)) };
        self.faults.push(Fault { code, path: at.path(), message, help, line: None });
    }

    pub fn wrong_type(&mut self, at: &At, due: &str, found: &Value) {
        self.fault(Code::WrongType, at, "# is due here, not #", &[Text(due), Text(&found.found())]);
    }

    pub fn missing(&mut self, at: &At, due: &str) {
        self.fault(Code::MissingField, at, "# must be given", &[Text(due)]);
    }

    /// An id or a field's name; each is there once.
    pub fn unique<'v>(&mut self, taken: &mut Vec<&'v str>, at: &At, what: &str, name: &'v str) {
        if !name.is_empty() && taken.contains(&name) {
            self.fault(Code::DuplicateId, at, "the # `#` stands here a second time", &[Text(what), Text(name)]);
        }
        taken.push(name);
    }

    /// The index of a name among the known ones.
    pub fn named(&mut self, code: Code, at: &At, what: &str, name: &str, known: Names) -> Option<usize> {
        let mut index = 0_usize;
        while let Some(candidate) = known(index) {
            if candidate == name {
                return Some(index);
            }
            index = index.saturating_add(1);
        }
        self.unknown(code, at, what, name, known);
        None
    }

    /// A name that is not among the known ones, with what would be right.
    #[cold]
    pub fn unknown(&mut self, code: Code, at: &At, what: &str, name: &str, known: Names) {
        let (start, rest) = shortened(name);
        let (message, right) = match self.faults.len() {
            ..SUGGESTIONS => ("there is no # `##`\n#", instead(name, known)),
            _ => ("there is no # `##`", String::new()),
        };
        self.fault(code, at, message, &[Text(what), Text(start), Text(rest), Text(&right)]);
    }

    /// The members of an object.
    pub fn object<'v>(&mut self, value: &'v Value, at: &At, due: &str) -> Option<&'v [(String, Value)]> {
        if let Value::Object(members) = value {
            return Some(members);
        }
        self.wrong_type(at, due, value);
        None
    }

    /// An object that has only these fields.
    pub fn fields<'v>(&mut self, value: &'v Value, at: &At, due: &str, known: &[&str]) -> Option<&'v Value> {
        for (key, _) in self.object(value, at, due)? {
            self.named(Code::UnknownField, &at.key(key), "field", key, &|index| known.get(index).copied());
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
        let Value::List(elements) = value else {
            self.wrong_type(at, due, value);
            return None;
        };
        if elements.len() > most {
            let message = "# elements, more than the # that are allowed";
            self.fault(Code::LimitExceeded, at, message, &[Word::size(elements.len()), Word::size(most)]);
            return None;
        }
        Some(elements)
    }

    /// The elements of a list that must be there.
    pub fn required_list<'v>(
        &mut self,
        object: &'v Value,
        at: &At,
        key: &str,
        due: &str,
        most: usize,
    ) -> Option<&'v [Value]> {
        let value = self.required(object, at, key, due)?;
        self.list(value, &at.key(key), due, most)
    }

    pub fn string<'v>(&mut self, value: &'v Value, at: &At, due: &str) -> Option<&'v str> {
        if let Value::String(text) = value {
            return Some(text);
        }
        self.wrong_type(at, due, value);
        None
    }

    /// A text that must be there.
    pub fn required_string<'v>(&mut self, object: &'v Value, at: &At, key: &str, due: &str) -> Option<&'v str> {
        let value = self.required(object, at, key, due)?;
        self.string(value, &at.key(key), due)
    }

    pub fn boolean(&mut self, value: &Value, at: &At) -> Option<bool> {
        if let Value::Bool(value) = value {
            return Some(*value);
        }
        self.wrong_type(at, "true or false", value);
        None
    }

    /// Whether this is an id or the name of a field.
    pub fn name(&mut self, value: &Value, at: &At) -> bool {
        let Some(name) = self.string(value, at, "a name") else { return false };
        let printable = !name.chars().any(char::is_control);
        // A key `__proto__` changes a JavaScript object instead of becoming its member.
        if !name.is_empty() && printable && start_of(name, NAME_CHARACTERS).is_none() && name != "__proto__" {
            return true;
        }
        let message = "a name has 1 to # printable characters and is not `__proto__`";
        self.fault(Code::OutOfRange, at, message, &[Word::size(NAME_CHARACTERS)]);
        false
    }

    /// Whether this is a text for people.
    pub fn text(&mut self, value: &Value, at: &At) -> bool {
        let Some(text) = self.string(value, at, "a text") else { return false };
        let short = start_of(text, TEXT_CHARACTERS).is_none();
        if !short {
            self.fault(Code::OutOfRange, at, "a text of more than # characters", &[Word::size(TEXT_CHARACTERS)]);
        }
        short
    }

    /// A whole number within bounds.
    pub fn whole(&mut self, value: &Value, at: &At, min: u32, max: u32) -> Option<u32> {
        self.whole_u64(value, at, min.into(), max.into()).and_then(|number| u32::try_from(number).ok())
    }

    /// A whole number within bounds. `5.0` is 5; a number too large to be exact is whole and out of range.
    pub fn whole_u64(&mut self, value: &Value, at: &At, min: u64, max: u64) -> Option<u64> {
        let number = match value {
            Value::Number(number) if is_whole(*number) => *number,
            other => {
                self.wrong_type(at, "a whole number", other);
                return None;
            }
        };
        let exact = whole(number).and_then(|number| u64::try_from(number).ok());
        if exact.is_some_and(|exact| exact >= min && exact <= max) {
            return exact;
        }
        let words = [Word::Number(number), Word::Count(min), Word::Count(max)];
        self.fault(Code::OutOfRange, at, "`#` is not from # to #", &words);
        None
    }

    /// A whole number within bounds that must be there.
    pub fn required_whole(
        &mut self,
        object: &Value,
        at: &At,
        key: &str,
        due: &str,
        (min, max): (u64, u64),
    ) -> Option<u64> {
        let value = self.required(object, at, key, due)?;
        self.whole_u64(value, &at.key(key), min, max)
    }

    /// An amount from nothing to `most`.
    pub fn amount(&mut self, value: &Value, at: &At, most: Credits) -> Option<Credits> {
        let Value::Number(number) = value else {
            self.wrong_type(at, "a number of credits", value);
            return None;
        };
        let (reason, limit) = match Credits::from_number(*number) {
            Ok(amount) if (Credits::ZERO..=most).contains(&amount) => return Some(amount),
            Ok(amount) if amount < Credits::ZERO => ("is negative", most),
            Err(AmountError::TooLarge) if *number < 0.0 => ("is negative", most),
            Ok(_) => ("is more than # credits", most),
            Err(AmountError::TooLarge) => ("is more than # credits", Credits::MAX),
            Err(AmountError::NotFinite) => ("is not a finite number", most),
            Err(AmountError::TooManyDecimals) => ("has more than three decimals", most),
        };
        let reason = filled(&mut reason.chars(), &mut [Word::amount(limit)].iter());
        let message = "`#` #\nan amount is 0 to # credits with at most three decimals";
        let words = [Word::Number(*number), Text(&reason), Word::amount(most)];
        self.fault(Code::InvalidAmount, at, message, &words);
        None
    }

    /// An amount that must be there.
    pub fn required_amount(&mut self, object: &Value, at: &At, key: &str, due: &str, most: Credits) -> Option<Credits> {
        let value = self.required(object, at, key, due)?;
        self.amount(value, &at.key(key), most)
    }

    /// The figures of a range, in whatever order they are.
    pub fn figures(&mut self, range: &Value, at: &At, most: Credits) -> Option<Range> {
        let mut figure = |key| self.required_amount(range, at, key, "this figure of the range", most);
        let (low, expected, high) = (figure("low"), figure("expected"), figure("high"));
        Some(Range { low: low?, expected: expected?, high: high? })
    }
}
