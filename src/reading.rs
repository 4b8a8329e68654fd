//! Reading a document field by field, collecting every fault instead of stopping at the first.

use alloc::{string::String, vec, vec::Vec};

use crate::{
    credits::{Credits, Range},
    error::{AmountError, Code, Fault, Faults, Path, Step},
    limits::{FAULTS, NAME_CHARACTERS, SUGGESTIONS, TEXT_CHARACTERS},
    text::{digits, joined, shortened, start_of},
    value::{Value, is_whole, whole, written},
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

/// The names that are known somewhere, by their index. A function object, because a copy of the search for every kind of
/// list made the module 3 kB larger, and an iterator object brings all that iterators can do.
pub(crate) type Names<'i, 'n> = &'i dyn Fn(usize) -> Option<&'n str>;

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
    pub fn finish_read<T>(self, read: Option<T>) -> Result<T, Faults> {
        match read {
            Some(read) if self.faults.is_empty() => Ok(read),
            _ => Err(Faults { errors: self.faults }),
        }
    }

    /// Something that is wrong, with its message in pieces.
    pub fn fault(&mut self, code: Code, at: &At, message: &[&str]) {
        self.fault_with_help(code, at, message, &[]);
    }

    pub fn fault_with_help(&mut self, code: Code, at: &At, message: &[&str], help: &[&str]) {
        let fault = match self.faults.len() {
            ..FAULTS => {
                let help = if help.is_empty() { None } else { Some(joined(help)) };
                Fault { code, path: at.path(), message: joined(message), help, line: None }
            }
            FAULTS => {
                let message = joined(&["and more: the first ", &digits(FAULTS), " faults are listed"]);
                Fault { code: Code::LimitExceeded, path: Path::default(), message, help: None, line: None }
            }
            _ => return,
        };
        self.faults.push(fault);
    }

    fn wrong_type(&mut self, at: &At, due: &str, found: &Value) {
        self.fault(Code::WrongType, at, &[due, " is due here, not ", &found.found()]);
    }

    pub fn missing(&mut self, at: &At, due: &str) {
        self.fault(Code::MissingField, at, &[due, " must be given"]);
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

    /// A name that is not among the known ones, with the nearest that is.
    #[cold]
    pub fn unknown(&mut self, code: Code, at: &At, what: &str, name: &str, known: Names) {
        let (start, rest) = shortened(name);
        let message = ["there is no ", what, " `", start, rest, "`"];
        let nearest = if self.faults.len() < SUGGESTIONS { nearest(start, rest, known) } else { None };
        match nearest {
            Some(nearest) => self.fault_with_help(code, at, &message, &["did you mean `", nearest, "`?"]),
            None => self.fault(code, at, &message),
        }
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
            let (found, most) = (digits(elements.len()), digits(most));
            self.fault(Code::LimitExceeded, at, &[&found, " elements, more than the ", &most, " that are allowed"]);
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

    /// The elements of a list that may be absent.
    pub fn optional_list<'v>(&mut self, object: &'v Value, at: &At, key: &str, most: usize) -> &'v [Value] {
        object.get(key).and_then(|value| self.list(value, &at.key(key), "a list", most)).unwrap_or(&[])
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

    /// An id or the name of a field, which must be there.
    pub fn name<'v>(&mut self, object: &'v Value, at: &At, key: &str) -> Option<&'v str> {
        let name = self.required_string(object, at, key, "a name")?;
        let printable = !name.chars().any(char::is_control);
        // A key `__proto__` changes a JavaScript object instead of becoming its member.
        if !name.is_empty() && printable && start_of(name, NAME_CHARACTERS).is_none() && name != "__proto__" {
            return Some(name);
        }
        let most = digits(NAME_CHARACTERS);
        let message = ["a name has 1 to ", &most, " printable characters and is not `__proto__`"];
        self.fault(Code::OutOfRange, &at.key(key), &message);
        None
    }

    /// A text for people that may be absent.
    pub fn optional_text(&mut self, object: &Value, at: &At, key: &str) -> Option<String> {
        let at = at.key(key);
        let text = self.string(object.get(key)?, &at, "a text")?;
        if start_of(text, TEXT_CHARACTERS).is_some() {
            let most = digits(TEXT_CHARACTERS);
            self.fault(Code::OutOfRange, &at, &["a text of more than ", &most, " characters"]);
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

    /// A whole number within bounds that may be absent.
    pub fn optional_whole(&mut self, object: &Value, at: &At, key: &str, min: u32, max: u32) -> Option<u32> {
        self.whole(object.get(key)?, &at.key(key), min, max)
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
        let message = ["`", &written(number), "` is not from ", &digits(min), " to ", &digits(max)];
        self.fault(Code::OutOfRange, at, &message);
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
        let greatest = most.text();
        let reason = match Credits::from_number(*number) {
            Ok(amount) if amount < Credits::ZERO => "is negative".into(),
            Ok(amount) if amount > most => joined(&["is more than ", &greatest, " credits"]),
            Ok(amount) => return Some(amount),
            Err(AmountError::TooLarge) if *number < 0.0 => "is negative".into(),
            Err(reason) => reason.text(),
        };
        let help = ["an amount is 0 to ", &greatest, " credits with at most three decimals"];
        self.fault_with_help(Code::InvalidAmount, at, &["`", &written(*number), "` ", &reason], &help);
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

/// The known name that is nearest to this one, of which only the start counts; differences of case don't.
///
/// Comparing costs length × length, and a longer name is near to nothing.
fn nearest<'n>(start: &str, rest: &str, known: Names<'_, 'n>) -> Option<&'n str> {
    let name = joined(&[start, rest]);
    let mut nearest = known(0)?;
    let mut least = distance(&name, nearest);
    let mut index = 1_usize;
    while let Some(candidate) = known(index) {
        let found = distance(&name, candidate);
        if found < least {
            (least, nearest) = (found, candidate);
        }
        index = index.saturating_add(1);
    }
    Some(nearest)
}

/// How many characters must be inserted, left out or replaced to make one name of the other (Levenshtein's distance).
///
/// The field's crate needs the standard library, which would be 3 kB of the module.
fn distance(name: &str, other: &str) -> usize {
    // For each start of `other`, the distance to it from the part of `name` that was looked at.
    let mut row = vec![0];
    for (length, _) in (1_usize..).zip(other.chars()) {
        row.push(length);
    }
    for (length, character) in (1_usize..).zip(name.chars()) {
        let mut before = length;
        let mut replaced = length.saturating_sub(1);
        for (slot, candidate) in row.iter_mut().skip(1).zip(other.chars()) {
            let equal = character.eq_ignore_ascii_case(&candidate);
            let replacing = if equal { replaced } else { replaced.saturating_add(1) };
            replaced = *slot;
            before = replacing.min(replaced.saturating_add(1)).min(before.saturating_add(1));
            *slot = before;
        }
        if let Some(first) = row.first_mut() {
            *first = length;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        /// The distance is the one that the field's crate finds.
        #[test]
        fn the_distance_is_levenshteins(name in "[a-dA-Dé]{0,8}", other in "[a-dA-Dé]{0,8}") {
            let found = super::distance(&name, &other);
            prop_assert_eq!(found, strsim::levenshtein(&name.to_ascii_lowercase(), &other.to_ascii_lowercase()));
        }
    }
}
