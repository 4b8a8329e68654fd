//! The module as JavaScript text, for the package's default entry, which has nothing to load.
//!
//! Base64 cuts bytes into pieces of six bits, in which a compressor no longer finds what repeats: measured, it made
//! the download a third larger than the module's own. Here a byte stays one or two characters, the frequent ones one, and
//! where it can be the character that it is anyway: 7 % larger than the module as it is, 2 % with brotli.

use std::{cmp::Reverse, fmt::Write as _};

/// Printable characters that need no escape in a JavaScript string and cannot end a script element.
fn alphabet() -> Vec<char> {
    (' '..='~').filter(|character| !matches!(character, '"' | '\\' | '<')).collect()
}

/// These begin a pair: the last of the alphabet, which are rare among a module's bytes.
const PREFIXES: [char; 2] = ['}', '~'];

/// Whether a byte is one of those that are a character each: as many of the most frequent as there are characters.
fn frequent(bytes: &[u8]) -> [bool; 256] {
    let mut counts = [0_usize; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let mut ranking: Vec<u8> = (0..=u8::MAX).collect();
    ranking.sort_by_key(|byte| Reverse(counts[usize::from(*byte)]));
    let mut frequent = [false; 256];
    for byte in &ranking[..alphabet().len() - PREFIXES.len()] {
        frequent[usize::from(*byte)] = true;
    }
    frequent
}

/// What stands for each byte. A frequent one is its own character, or else one that is left over; the others are pairs.
fn words(frequent: &[bool; 256]) -> Vec<String> {
    let alphabet = alphabet();
    let is_own = |byte: u8| {
        let character = char::from(byte);
        frequent[usize::from(byte)] && alphabet.contains(&character) && !PREFIXES.contains(&character)
    };
    let mut left_over = alphabet
        .iter()
        .filter(|character| !PREFIXES.contains(character) && !u8::try_from(**character).is_ok_and(is_own));
    let mut pairs =
        PREFIXES.iter().flat_map(|prefix| alphabet.iter().map(move |rest| String::from_iter([prefix, rest])));
    let word = |byte: u8| match (is_own(byte), frequent[usize::from(byte)]) {
        (true, _) => Some(char::from(byte).to_string()),
        (_, true) => left_over.next().map(char::to_string),
        _ => pairs.next(),
    };
    (0..=u8::MAX).map(word).map(|word| word.expect("there are characters and pairs enough")).collect()
}

fn text(bytes: &[u8], frequent: &[bool; 256]) -> String {
    let words = words(frequent);
    bytes.iter().map(|byte| words[usize::from(*byte)].as_str()).collect()
}

/// A bit for each byte, four in a hexadecimal digit, the lowest first.
fn mask(frequent: &[bool; 256]) -> String {
    frequent.chunks(4).fold(String::new(), |mut mask, bits| {
        let digit = bits.iter().rev().fold(0, |digit, bit| 2 * digit + u8::from(*bit));
        // Writing to a string cannot fail.
        let _ = write!(mask, "{digit:x}");
        mask
    })
}

/// A TypeScript module whose default export is a function that returns the bytes.
pub fn typescript(bytes: &[u8]) -> String {
    let frequent = frequent(bytes);
    include_str!("inline.ts")
        .replace("{frequent}", &mask(&frequent))
        .replace("{length}", &bytes.len().to_string())
        .replace("{text}", &text(bytes, &frequent))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Reads a text character by character, without knowing how long a word is.
    fn read(text: &str, frequent: &[bool; 256]) -> Vec<u8> {
        let bytes: HashMap<String, u8> = words(frequent).into_iter().zip(0..=u8::MAX).collect();
        let mut characters = text.chars();
        let mut read = Vec::new();
        while let Some(first) = characters.next() {
            let mut word = String::from(first);
            if PREFIXES.contains(&first) {
                word.extend(characters.next());
            }
            read.push(bytes[&word]);
        }
        read
    }

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=u8::MAX).collect();
        let rows: [&[u8]; 4] = [b"", b"\0asm\x01\0\0\0", &[0xff; 1000], &all];
        for bytes in rows {
            let frequent = frequent(bytes);
            assert_eq!(read(&text(bytes, &frequent), &frequent), bytes);
        }
    }

    #[test]
    fn a_frequent_byte_is_one_character_and_the_text_needs_no_escape() {
        let mut bytes = vec![0; 5000];
        bytes.extend(0..=u8::MAX);
        let text = text(&bytes, &frequent(&bytes));
        assert!(text.len() < bytes.len() + 256);
        assert!(text.chars().all(|character| alphabet().contains(&character)));
        assert!(!text.contains(['"', '\\', '<', '\n']));
    }

    #[test]
    fn the_prefixes_are_the_last_of_the_alphabet() {
        assert!(alphabet().ends_with(&PREFIXES));
    }

    #[test]
    fn a_frequent_letter_stays_itself() {
        assert!(text(b"credits", &frequent(b"credits")).contains("credits"));
    }
}
