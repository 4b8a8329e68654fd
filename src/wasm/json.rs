//! Answers as JSON text. JavaScript makes objects of it in one step, which is faster than making them from here member
//! by member, and this writer is a twentieth of a general one.

use alloc::string::String;
use core::fmt::{self, Display};

use serde::{
    Serialize, Serializer,
    ser::{self, Impossible, SerializeStruct},
};

use crate::{
    text::{push_digits, put, put_sign},
    value::{push_number, quote},
};

/// The JSON text of an answer.
#[inline(never)]
pub(super) fn json<T: Serialize + ?Sized>(answer: &T) -> String {
    let mut writer = Writer::default();
    writer.value(answer);
    writer.0
}

/// Writes JSON text.
#[derive(Default)]
pub(super) struct Writer(pub String);

const NO_ANSWER: &str = "no answer has this form";

/// Writing to a text cannot fail: there is no value of this type, and so no code for it.
#[derive(Debug)]
pub(super) enum Never {}

impl Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl core::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: Display>(_: T) -> Self {
        unreachable!("{NO_ANSWER}")
    }
}

// Not inlined, because there is a copy of what calls them for every kind of answer.
impl Writer {
    pub fn put(&mut self, text: &str) {
        put(&mut self.0, text);
    }

    pub fn sign(&mut self, sign: u8) {
        put_sign(&mut self.0, sign);
    }

    /// Comes before an element or a key: a comma, but not before the first.
    #[inline(never)]
    pub fn next(&mut self) -> &mut Self {
        if !matches!(self.0.as_bytes().last(), Some(b'[' | b'{')) {
            self.sign(b',');
        }
        self
    }

    /// A key of our own, in which there is nothing to escape.
    #[inline(never)]
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.next().sign(b'"');
        self.put(key);
        self.put("\":");
        self
    }

    pub fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        let Ok(()) = value.serialize(self);
    }
}

impl Serializer for &mut Writer {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Impossible<(), Never>;
    type SerializeTuple = Impossible<(), Never>;
    type SerializeTupleStruct = Impossible<(), Never>;
    type SerializeTupleVariant = Impossible<(), Never>;
    type SerializeMap = Impossible<(), Never>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Never>;

    fn serialize_bool(self, value: bool) -> Result<(), Never> {
        self.put(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Never> {
        push_number(value, &mut self.0);
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Never> {
        if value < 0 {
            self.sign(b'-');
        }
        push_digits(value.unsigned_abs(), &mut self.0);
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Never> {
        self.serialize_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn serialize_u32(self, value: u32) -> Result<(), Never> {
        self.serialize_i64(value.into())
    }

    fn serialize_str(self, value: &str) -> Result<(), Never> {
        quote(value, &mut self.0);
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Never> {
        self.put("null");
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Never> {
        self.serialize_str(variant)
    }

    fn collect_seq<I: IntoIterator<Item: Serialize>>(self, elements: I) -> Result<(), Never> {
        self.sign(b'[');
        for element in elements {
            element.serialize(self.next())?;
        }
        self.sign(b']');
        Ok(())
    }

    fn collect_map<K: Serialize, V: Serialize, I: IntoIterator<Item = (K, V)>>(self, members: I) -> Result<(), Never> {
        self.sign(b'{');
        for (key, value) in members {
            key.serialize(self.next())?;
            self.sign(b':');
            value.serialize(&mut *self)?;
        }
        self.sign(b'}');
        Ok(())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        self.sign(b'{');
        Ok(self)
    }

    // No answer has any of the following.

    fn serialize_i8(self, value: i8) -> Result<(), Never> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Never> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Never> {
        self.serialize_i64(value.into())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Never> {
        self.serialize_i64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Never> {
        self.serialize_i64(value.into())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Never> {
        self.serialize_f64(value.into())
    }

    fn serialize_char(self, value: char) -> Result<(), Never> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Never> {
        self.collect_seq(value)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Never> {
        unreachable!("{NO_ANSWER}")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Never> {
        unreachable!("{NO_ANSWER}")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Never> {
        unreachable!("{NO_ANSWER}")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Never> {
        unreachable!("{NO_ANSWER}")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Never> {
        unreachable!("{NO_ANSWER}")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Never> {
        unreachable!("{NO_ANSWER}")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Never> {
        unreachable!("{NO_ANSWER}")
    }
}

impl SerializeStruct for &mut Writer {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Never> {
        value.serialize(self.key(key))
    }

    fn end(self) -> Result<(), Never> {
        self.sign(b'}');
        Ok(())
    }
}
