//! Forms: what members an object of a document has, as data, and the one function that holds an object to its form.

use alloc::string::String;

use crate::{
    credits::{Credits, Percent},
    error::Code,
    limits::PIXELS,
    reading::{At, Reader},
    value::{Value, whole},
};

/// What an object is called in messages, and its members.
pub(crate) struct Form {
    what: &'static str,
    members: &'static [Member],
}

/// A form; one with more members than are read does not compile.
pub(crate) const fn form(what: &'static str, members: &'static [Member]) -> Form {
    assert!(members.len() <= MOST);
    Form { what, members }
}

pub(crate) struct Member {
    key: &'static str,
    /// What a message calls it that finds it absent; nothing when it may be.
    due: &'static str,
    kind: Kind,
}

/// What may stand in a member.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Something that has its own reader.
    Any,
    /// An id or the name of a field.
    Name,
    /// A text for people.
    Text,
    /// A text that is looked up.
    Word,
    Flag,
    /// A whole number from 0 to this.
    Whole(u32),
    /// A whole number from 1 to this.
    Positive(u32),
    /// A whole number of pixels.
    Area,
    /// What an output costs.
    Price,
    Percent,
    /// A list of at most so many elements.
    List(usize),
}

/// A member of an object: where it is, and what stands there.
#[derive(Clone, Copy)]
pub(crate) struct Field<'v, 'a> {
    pub at: At<'a>,
    /// Nothing when it is absent, [`FAULTY`] when it is not as its form has it.
    pub value: Option<&'v Value>,
}

/// What is taken for a member with a fault: something that has the right type nowhere.
const FAULTY: &Value = &Value::Foreign("a fault");

/// The most members that a form has.
const MOST: usize = 11;

/// The members of an object, in the order of its form.
pub(crate) type Fields<'v, 'a> = [Field<'v, 'a>; MOST];

/// A member that may be absent.
pub(crate) const fn optional(key: &'static str, kind: Kind) -> Member {
    Member { key, due: "", kind }
}

/// A member that must be there.
pub(crate) const fn required(key: &'static str, due: &'static str, kind: Kind) -> Member {
    Member { key, due, kind }
}

impl Reader {
    /// The members of an object that has this form, with a fault for each that has not; `None` when it is no object.
    pub fn members<'v, 'a>(&mut self, value: &'v Value, at: &'a At<'a>, form: &Form) -> Option<Fields<'v, 'a>> {
        self.only(value, at, form)?;
        Some(self.known(value, at, form))
    }

    /// A fault for each member that the form has not; `None` when it is no object.
    pub fn only(&mut self, value: &Value, at: &At, form: &Form) -> Option<()> {
        let known = |index: usize| form.members.get(index).map(|member| member.key);
        for (key, _) in self.object(value, at, form.what)? {
            self.named(Code::UnknownField, &at.key(key), "field", key, &known);
        }
        Some(())
    }

    /// The members that the form has, with a fault for each that is not as it should be.
    pub fn known<'v, 'a>(&mut self, value: &'v Value, at: &'a At<'a>, form: &Form) -> Fields<'v, 'a> {
        let mut fields = [Field { at: At::Document, value: None }; MOST];
        for (field, member) in fields.iter_mut().zip(form.members) {
            field.at = at.key(member.key);
            field.value = self.member(value, &field.at, member);
        }
        fields
    }

    fn member<'v>(&mut self, object: &'v Value, at: &At, member: &Member) -> Option<&'v Value> {
        let Member { key, due, kind } = *member;
        let Some(value) = object.get(key) else {
            if !due.is_empty() {
                self.missing(at, due);
            }
            return None;
        };
        let sound = match kind {
            Kind::Any => true,
            Kind::Name => self.name(value, at),
            Kind::Text => self.text(value, at),
            Kind::Word => self.string(value, at, due).is_some(),
            Kind::Flag => self.boolean(value, at).is_some(),
            Kind::Whole(max) => self.whole_u64(value, at, 0, max.into()).is_some(),
            Kind::Positive(max) => self.whole_u64(value, at, 1, max.into()).is_some(),
            Kind::Area => self.whole_u64(value, at, 1, PIXELS).is_some(),
            Kind::Price => self.amount(value, at, Credits::MAX_PRICE).is_some(),
            Kind::Percent => self.amount(value, at, Percent::MOST).is_some(),
            Kind::List(most) => self.list(value, at, if due.is_empty() { "a list" } else { due }, most).is_some(),
        };
        Some(if sound { value } else { FAULTY })
    }

    /// A list that must have an element.
    pub fn not_empty(&mut self, list: &Field, message: &str) {
        if matches!(list.value, Some(Value::List(elements)) if elements.is_empty()) {
            self.fault(Code::OutOfRange, &list.at, message, &[]);
        }
    }

    /// Reads each element of a list of objects that have this form.
    pub fn each<'v>(
        &mut self,
        list: &Field<'v, '_>,
        form: &Form,
        read: &mut dyn FnMut(&mut Self, &At, &Fields<'v, '_>),
    ) {
        for (index, value) in list.elements().iter().enumerate() {
            let at = list.at.index(index);
            if let Some(fields) = self.members(value, &at, form) {
                read(self, &at, &fields);
            }
        }
    }
}

impl<'v> Field<'v, '_> {
    /// Its text, if it has one.
    pub fn text(&self) -> Option<&'v str> {
        if let Some(Value::String(text)) = self.value { Some(text) } else { None }
    }

    /// Its text, or else this one.
    pub fn text_or(&self, other: &str) -> String {
        self.text().unwrap_or(other).into()
    }

    /// Its whole number, if it has one.
    pub fn number(&self) -> Option<u64> {
        if let Some(Value::Number(number)) = self.value { u64::try_from(whole(*number)?).ok() } else { None }
    }

    /// Its whole number of 32 bits, if it has one.
    pub fn count(&self) -> Option<u32> {
        self.number().and_then(|number| u32::try_from(number).ok())
    }

    /// Its amount, if it has one.
    pub fn amount(&self) -> Option<Credits> {
        if let Some(Value::Number(number)) = self.value { Credits::from_number(*number).ok() } else { None }
    }

    /// The elements of its list, none if it has no list.
    pub fn elements(&self) -> &'v [Value] {
        if let Some(Value::List(elements)) = self.value { elements } else { &[] }
    }
}
