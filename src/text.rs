//! Texts made of pieces. The standard library's formatting does far more than a message needs, with code that would be a
//! tenth of the module.

use alloc::string::String;

/// The pieces one after the other.
pub(crate) fn joined(pieces: &[&str]) -> String {
    let mut text = String::new();
    for piece in pieces {
        text.push_str(piece);
    }
    text
}

/// A count in decimal digits.
pub(crate) fn digits(count: impl TryInto<u64>) -> String {
    let mut text = String::new();
    push_digits(count.try_into().unwrap_or(u64::MAX), &mut text);
    text
}

/// A whole number in decimal digits, with a minus where it is negative.
pub(crate) fn signed(number: i64) -> String {
    joined(&[if number < 0 { "-" } else { "" }, &digits(number.unsigned_abs())])
}

fn push_digits(count: u64, text: &mut String) {
    const TEN: u64 = 10;
    let tens = count.checked_div(TEN).unwrap_or(0);
    if tens > 0 {
        push_digits(tens, text);
    }
    let digit = count.checked_rem(TEN).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
    text.push(char::from(b'0'.saturating_add(digit)));
}

/// A byte as two hexadecimal digits, at the end of a text.
pub(crate) fn push_hexadecimal(byte: u8, text: &mut String) {
    for digit in [byte >> 4, byte & 15] {
        text.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
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
