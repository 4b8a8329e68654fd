//! Documents as bytes: what `npm/bytes.ts` writes of a JavaScript value, in one call instead of one for each member.
//!
//! A value is a byte that tells its kind, and then: a number its eight bytes, the lowest first; a text its UTF-8; a list
//! its elements; an object its members, each a text and a value. A byte that no UTF-8 has ends a text, a list and an
//! object: lengths would differ from place to place, and so the built-in card would compress worse.

use core::slice::Iter;

use alloc::{string::String, vec::Vec};

use crate::value::Value;

/// Ends what has no fixed length.
const END: u8 = 255;

/// What JSON has no form for, in the order of `npm/bytes.ts`.
const FOREIGN: [&str; 7] = [
    "undefined",
    "a function",
    "a bigint",
    "a symbol",
    "a value that cannot be read",
    "an object that cannot be read",
    "a value that is nested too deeply or too large",
];

/// The document that these bytes hold. No writer of ours cuts it off.
#[inline(never)]
pub(super) fn document(bytes: &[u8]) -> Value {
    value(&mut bytes.iter()).unwrap_or(Value::Null)
}

/// The next value; `None` where something ends.
fn value(bytes: &mut Iter<u8>) -> Option<Value> {
    Some(match bytes.next()? {
        0 => Value::Null,
        1 => Value::Bool(false),
        2 => Value::Bool(true),
        3 => {
            let (number, rest) = bytes.as_slice().split_first_chunk()?;
            *bytes = rest.iter();
            Value::Number(f64::from_le_bytes(*number))
        }
        4 => Value::String(text(bytes)?),
        5 => {
            let mut elements = Vec::new();
            while let Some(element) = value(bytes) {
                elements.push(element);
            }
            Value::List(elements)
        }
        6 => {
            let mut members = Vec::new();
            while let Some(Value::String(key)) = value(bytes) {
                members.push((key, value(bytes)?));
            }
            Value::Object(members)
        }
        foreign => Value::Foreign(FOREIGN.get(usize::from(*foreign).checked_sub(7)?)?),
    })
}

/// A text up to its end. That it is UTF-8 is known, and not checked as the standard library does, with five times the code.
fn text(bytes: &mut Iter<u8>) -> Option<String> {
    let mut text = String::new();
    loop {
        let first = *bytes.next()?;
        if first == END {
            return Some(text);
        }
        // A character's first byte begins with as many ones as it has bytes, or with none where that is one.
        let ones = first.leading_ones();
        let mut character = u32::from(first & (127 >> ones));
        for _ in 1..ones {
            character = character << 6 | u32::from(bytes.next()? & 63);
        }
        text.push(char::from_u32(character)?);
    }
}
