//! The browser's face. Nothing else in the crate knows of JavaScript, and nothing here knows a rule.
//!
//! Documents come in as JavaScript values and answers go out as plain objects, both through [`Value`] and serde.
//! Faults are answers, never exceptions. The numeric face of a live item is what a form calls at every change.

use std::rc::Rc;

use js_sys::{Array, JSON, Object, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::{card::RateCard, live::Live, request::Call, value::Value};

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// A card that JavaScript holds.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Card(Rc<RateCard>);

#[wasm_bindgen]
impl Card {
    /// The built-in card.
    pub fn builtin() -> Result<Card, JsValue> {
        let document = document(&JSON::parse(crate::BUILTIN)?);
        RateCard::from_value(document).map(Self::new).map_err(|faults| to_js(&faults))
    }

    /// A card from an object: the card, or its faults.
    pub fn from(card: &JsValue) -> JsValue {
        match RateCard::from_value(document(card)) {
            Ok(card) => Self::new(card).into(),
            Err(faults) => to_js(&faults),
        }
    }

    fn new(card: RateCard) -> Self {
        Self(Rc::new(card))
    }

    /// The card's id.
    pub fn id(&self) -> String {
        self.0.id().into()
    }

    /// The card's version.
    pub fn version(&self) -> String {
        self.0.version().into()
    }

    /// The card's fingerprint.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint().into()
    }

    /// The card as it was written.
    pub fn describe(&self) -> JsValue {
        to_js(self.0.document())
    }

    /// Answers a request, by the index of its call in [`Call::ALL`].
    pub fn answer(&self, call: usize, request: &JsValue) -> JsValue {
        let Some(&call) = Call::ALL.get(call) else { return JsValue::UNDEFINED };
        match self.0.answer(call, &document(request)) {
            Ok(answer) => to_js(&answer),
            Err(faults) => to_js(&faults),
        }
    }

    /// What changes from this card to a new one.
    pub fn compare(&self, new: &Card) -> JsValue {
        to_js(&self.0.compare(&new.0))
    }

    /// A live item of the operation with this index.
    pub fn live(&self, operation: usize) -> Option<LiveItem> {
        Live::new(Rc::clone(&self.0), operation).map(LiveItem)
    }
}

/// A live item that JavaScript holds: numbers in, numbers out.
#[wasm_bindgen]
#[derive(Debug)]
pub struct LiveItem(Live);

#[wasm_bindgen]
impl LiveItem {
    /// Sets a field by its index: an option's index, or a number. NaN gives the field its default back.
    /// Answers whether the field now holds something it may hold.
    pub fn set(&mut self, field: usize, value: f64) -> bool {
        self.0.set(field, value)
    }

    /// Rates the item; whether it has a price. If not, the strict way finds out why.
    pub fn rate(&mut self) -> bool {
        self.0.rate()
    }

    /// The low total in credits, after [`LiveItem::rate`].
    pub fn low(&self) -> f64 {
        self.0.total().low.to_number()
    }

    /// The expected total in credits, after [`LiveItem::rate`].
    pub fn expected(&self) -> f64 {
        self.0.total().expected.to_number()
    }

    /// The high total in credits, after [`LiveItem::rate`].
    pub fn high(&self) -> f64 {
        self.0.total().high.to_number()
    }
}

fn to_js<T: Serialize + ?Sized>(answer: &T) -> JsValue {
    // Serializing into JavaScript objects fails only for map keys that are no strings, which no answer has.
    answer.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED)
}

/// A JavaScript value as a document, as `JSON.stringify` would see it but for `toJSON`: own enumerable members,
/// and what is `undefined` is absent.
fn document(value: &JsValue) -> Value {
    read(value, 0, &mut 0)
}

/// Deeper than any document of the model; also where a cycle ends.
const DEPTH: usize = 16;

/// More than any document of the model has; shared parts count each time, so that sharing cannot multiply work.
const NODES: usize = 2_000_000;

fn read(value: &JsValue, depth: usize, nodes: &mut usize) -> Value {
    *nodes = nodes.saturating_add(1);
    if *nodes > NODES || depth > DEPTH {
        return Value::Foreign("a value that is nested too deeply or too large");
    }
    if let Some(number) = value.as_f64() {
        return Value::Number(number);
    }
    if let Some(text) = value.as_string() {
        return Value::String(text);
    }
    if let Some(flag) = value.as_bool() {
        return Value::Bool(flag);
    }
    if value.is_null() {
        return Value::Null;
    }
    if Array::is_array(value) {
        return read_list(value, depth, nodes);
    }
    if value.is_object() && !value.is_function() {
        return read_object(value, depth, nodes).unwrap_or(Value::Foreign("an object that cannot be read"));
    }
    foreign(value)
}

fn read_list(value: &JsValue, depth: usize, nodes: &mut usize) -> Value {
    let length = Reflect::get(value, &"length".into()).ok().and_then(|length| length.as_f64());
    let mut elements = Vec::new();
    for index in 0_u32.. {
        if f64::from(index) >= length.unwrap_or(0.0) || *nodes > NODES {
            break;
        }
        let element = Reflect::get_u32(value, index);
        elements.push(element.map_or(Value::Foreign("a value that cannot be read"), |element| {
            read(&element, depth.saturating_add(1), nodes)
        }));
    }
    Value::List(elements)
}

fn read_object(value: &JsValue, depth: usize, nodes: &mut usize) -> Option<Value> {
    // A proxy may throw here; `Object::keys` would let that pass as an exception.
    let keys = catch_keys(value.unchecked_ref()).ok()?;
    let mut members = Vec::new();
    for key in keys.iter() {
        let member = match Reflect::get(value, &key) {
            Ok(member) if member.is_undefined() => continue,
            Ok(member) => read(&member, depth.saturating_add(1), nodes),
            Err(_) => Value::Foreign("a value that cannot be read"),
        };
        members.push((key.as_string()?, member));
    }
    Some(Value::Object(members))
}

/// What JSON has no form for.
fn foreign(value: &JsValue) -> Value {
    Value::Foreign(match value.js_typeof().as_string().as_deref() {
        Some("undefined") => "undefined",
        Some("function") => "a function",
        Some("bigint") => "a bigint",
        Some("symbol") => "a symbol",
        _ => "a value without a JSON form",
    })
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Object, js_name = keys, catch)]
    fn catch_keys(object: &Object) -> Result<Array, JsValue>;
}
