//! Documents as bytes: what `npm/bytes.ts` writes of a JavaScript value, in one call instead of one for each member.
//!
//! A value is a byte that tells its kind, and then: a number its eight bytes; a text its length and its UTF-8; a list its
//! length and its elements; an object its length and its members, each a text and a value. Lengths are four bytes, and
//! everything is little-endian.

use alloc::{string::String, vec::Vec};

use crate::value::Value;

/// What JSON has no form for, in the order of `npm/bytes.ts`.
const FOREIGN: [&str; 8] = [
    "undefined",
    "a function",
    "a bigint",
    "a symbol",
    "a value without a JSON form",
    "a value that cannot be read",
    "an object that cannot be read",
    "a value that is nested too deeply or too large",
];

/// The document that these bytes hold. What is cut off is foreign, and no writer of ours cuts.
pub(super) fn document(mut bytes: &[u8]) -> Value {
    value(&mut bytes).unwrap_or(Value::Foreign("bytes that end too soon"))
}

fn value(bytes: &mut &[u8]) -> Option<Value> {
    Some(match take(bytes)? {
        [0] => Value::Null,
        [1] => Value::Bool(false),
        [2] => Value::Bool(true),
        [3] => Value::Number(f64::from_le_bytes(take(bytes)?)),
        [4] => Value::String(text(bytes)?),
        [5] => {
            let mut elements = Vec::new();
            for _ in 0..length(bytes)? {
                elements.push(value(bytes)?);
            }
            Value::List(elements)
        }
        [6] => {
            let mut members = Vec::new();
            for _ in 0..length(bytes)? {
                members.push((text(bytes)?, value(bytes)?));
            }
            Value::Object(members)
        }
        [foreign] => Value::Foreign(FOREIGN.get(usize::from(foreign).checked_sub(7)?)?),
    })
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

fn length(bytes: &mut &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(take(bytes)?)).ok()
}

fn text(bytes: &mut &[u8]) -> Option<String> {
    let length = length(bytes)?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    String::from_utf8(text.to_vec()).ok()
}
