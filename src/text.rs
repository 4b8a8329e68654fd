//! Texts made of pieces. The standard library's formatting does far more than a message needs, with code that would be a
//! tenth of the module.

use alloc::string::String;
use core::{slice::Iter, str::Chars};

use crate::{credits::Credits, value::push_number};

/// Puts a piece at the end of a text. Not inlined, because making room is more code than a call.
#[cfg_attr(target_family = "wasm", inline(never))]
pub(crate) fn put(text: &mut String, piece: &str) {
    text.push_str(piece);
}

/// Puts a sign of ASCII at the end of a text, without the call that copies a piece.
#[cfg_attr(target_family = "wasm", inline(never))]
pub(crate) fn put_sign(text: &mut String, sign: u8) {
    text.push(char::from(sign));
}

/// A text of one's own.
#[cfg_attr(target_family = "wasm", inline(never))]
pub(crate) fn owned(text: &str) -> String {
    text.into()
}

/// The pieces one after the other.
pub(crate) fn joined(pieces: &[&str]) -> String {
    let mut text = String::new();
    for piece in pieces {
        put(&mut text, piece);
    }
    text
}

/// What a template is filled with.
#[derive(Clone, Copy)]
pub(crate) enum Word<'w> {
    Text(&'w str),
    Count(u64),
    Number(f64),
}

impl Word<'_> {
    /// An amount of credits.
    pub fn amount(amount: Credits) -> Self {
        Self::Number(amount.to_number())
    }

    /// How many there are.
    pub fn size(size: usize) -> Self {
        Self::Count(u64::try_from(size).unwrap_or(u64::MAX))
    }
}

/// A template up to its end or a line break, its every `#` replaced by the next of these words.
pub(crate) fn filled(template: &mut Chars, words: &mut Iter<Word>) -> String {
    let mut text = String::new();
    for character in template {
        match character {
            '\n' => break,
            '#' => match words.next() {
                Some(Word::Text(word)) => put(&mut text, word),
                Some(Word::Count(count)) => push_digits(*count, &mut text),
                Some(Word::Number(number)) => push_number(*number, &mut text),
                None => {}
            },
            other => text.push(other),
        }
    }
    text
}

/// A count in decimal digits, at the end of a text.
pub(crate) fn push_digits(count: u64, text: &mut String) {
    const TEN: u64 = 10;
    let tens = count.checked_div(TEN).unwrap_or(0);
    if tens > 0 {
        push_digits(tens, text);
    }
    let digit = count.checked_rem(TEN).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
    put_sign(text, b'0'.wrapping_add(digit));
}

/// A byte as two hexadecimal digits, at the end of a text.
pub(crate) fn push_hexadecimal(byte: u8, text: &mut String) {
    for digit in [byte >> 4, byte & 15] {
        put_sign(text, digit.wrapping_add(if digit < 10 { b'0' } else { b'a' - 10 }));
    }
}

/// The first characters of a text that has more; `None` when these are all.
pub(crate) fn start_of(text: &str, characters: usize) -> Option<&str> {
    let mut left = characters;
    for (offset, _) in text.char_indices() {
        if left == 0 {
            return text.get(..offset);
        }
        left = left.saturating_sub(1);
    }
    None
}

/// A text short enough for a message: its start, and what stands for the rest.
pub(crate) fn shortened(text: &str) -> (&str, &str) {
    const LONGEST: usize = 40;
    start_of(text, LONGEST).map_or((text, ""), |start| (start, "…"))
}
