//! Schemas in few words.

use serde_json::Value;
use utoipa::openapi::{
    KnownFormat, ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, SchemaFormat,
    schema::{AdditionalProperties, AnyOfBuilder, ArrayBuilder, SchemaType, Type},
};

pub type Any = RefOr<Schema>;

fn of(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

/// One of the description's named schemas.
pub fn named(name: &str) -> Any {
    Ref::from_schema_name(name).into()
}

pub fn text() -> Any {
    of(Type::String).into()
}

/// A text that a regular expression describes, with an example of it.
pub fn pattern(pattern: &str, example: &str) -> Any {
    of(Type::String).pattern(Some(pattern)).examples([Value::from(example)]).into()
}

/// A text that a regular expression describes.
pub fn shaped(pattern: &str) -> Any {
    of(Type::String).pattern(Some(pattern)).into()
}

/// A text of 1 to `most` characters without control characters.
pub fn line(most: usize) -> Any {
    let printable = r"^[^\u0000-\u001f\u007f-\u009f]+$";
    of(Type::String).pattern(Some(printable)).min_length(Some(1)).max_length(Some(most)).into()
}

pub fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> Any {
    of(Type::String).enum_values(Some(names)).into()
}

pub fn time() -> Any {
    of(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).into()
}

pub fn date(example: &str) -> Any {
    let format = Some(SchemaFormat::KnownFormat(KnownFormat::Date));
    of(Type::String).format(format).examples([Value::from(example)]).into()
}

pub fn whole(min: i64, max: Option<i64>) -> Any {
    of(Type::Integer).minimum(Some(min)).maximum(max).into()
}

/// A whole number with what it is when it is left out.
pub fn whole_or(min: u32, max: u32, default: Option<u32>) -> Any {
    of(Type::Integer).minimum(Some(min)).maximum(Some(max)).default(default.map(Value::from)).into()
}

/// An option of a choice, with the one that it is when it is left out.
pub fn option<'n>(title: &str, options: impl IntoIterator<Item = &'n str>, default: Option<&str>) -> Any {
    of(Type::String).title(Some(title)).enum_values(Some(options)).default(default.map(Value::from)).into()
}

/// A number of credits in an answer.
pub fn credits() -> Any {
    of(Type::Number).description(Some("Credits, with at most three decimals")).into()
}

/// A number of credits in a request, at least `least`.
pub fn amount(least: f64) -> Any {
    let step = 0.001;
    of(Type::Number).minimum(Some(least)).maximum(Some(pricetag::limits::AMOUNT_CREDITS)).multiple_of(Some(step)).into()
}

pub fn or_null(schema: Any) -> Any {
    OneOfBuilder::new().item(schema).item(of(Type::Null)).into()
}

pub fn null() -> Any {
    of(Type::Null).into()
}

pub fn list(of: Any) -> Any {
    ArrayBuilder::new().items(of).into()
}

pub fn list_of(of: Any, least: usize, most: usize) -> Any {
    ArrayBuilder::new().items(of).min_items(Some(least)).max_items(Some(most)).into()
}

pub fn set_of(of: Any) -> Any {
    ArrayBuilder::new().items(of).min_items(Some(1)).unique_items(true).into()
}

pub fn either(schemas: impl IntoIterator<Item = Any>) -> Any {
    schemas.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item).into()
}

pub fn any_of(schemas: impl IntoIterator<Item = Any>) -> Any {
    schemas.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item).into()
}

/// Whatever JSON there is.
pub fn anything() -> Any {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).into()
}

/// An object whose members have any names.
pub fn map(of_each: Any) -> Any {
    of(Type::Object).additional_properties(Some(AdditionalProperties::RefOr(of_each))).into()
}

/// An object of an answer: these members are there, but for a name that ends in `?`; later versions may add others.
pub fn answer<'n>(members: impl IntoIterator<Item = (&'n str, Any)>) -> Any {
    with_members(of(Type::Object), members)
}

/// An object of a request: a name that ends in `?` may be left out, and no other names are allowed.
pub fn request<'n>(members: impl IntoIterator<Item = (&'n str, Any)>) -> Any {
    let closed = AdditionalProperties::<Schema>::FreeForm(false);
    with_members(of(Type::Object).additional_properties(Some(closed)), members)
}

fn with_members<'n>(object: ObjectBuilder, members: impl IntoIterator<Item = (&'n str, Any)>) -> Any {
    let add = |object: ObjectBuilder, (name, schema): (&str, Any)| match name.strip_suffix('?') {
        Some(name) => object.property(name, schema),
        None => object.property(name, schema).required(name),
    };
    members.into_iter().fold(object, add).into()
}

pub fn boolean() -> Any {
    of(Type::Boolean).into()
}
