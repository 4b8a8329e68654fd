//! The module as JavaScript text, for the package's default entry, which has nothing to load.
//!
//! Base64 cuts bytes into pieces of six bits, in which a compressor no longer finds what repeats: measured, it made
//! the download a third larger than the module's own. Here a byte stays one or two characters, the frequent ones one:
//! 6 % larger than the module as it is, 3 % with brotli.

use std::{cmp::Reverse, fmt::Write as _};

/// Printable characters that need no escape in a JavaScript string and cannot end a script element.
fn alphabet() -> Vec<char> {
    (' '..='~').filter(|character| !matches!(character, '"' | '\\' | '<')).collect()
}

/// So many of the last characters of the alphabet begin a pair.
const PREFIXES: usize = 2;

/// All bytes, the most frequent first.
fn ranking(bytes: &[u8]) -> Vec<u8> {
    let mut counts = [0_usize; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let mut ranking: Vec<u8> = (0..=u8::MAX).collect();
    ranking.sort_by_key(|byte| Reverse(counts[usize::from(*byte)]));
    ranking
}

fn text(bytes: &[u8], ranking: &[u8]) -> String {
    let alphabet = alphabet();
    let singles = alphabet.len() - PREFIXES;
    let mut words = vec![String::new(); 256];
    for (rank, byte) in ranking.iter().enumerate() {
        words[usize::from(*byte)] = match rank.checked_sub(singles) {
            None => alphabet[rank].to_string(),
            Some(pair) => {
                let (prefix, rest) = (singles + pair / alphabet.len(), pair % alphabet.len());
                String::from_iter([alphabet[prefix], alphabet[rest]])
            }
        };
    }
    bytes.iter().map(|byte| words[usize::from(*byte)].as_str()).collect()
}

/// A TypeScript module whose default export is a function that returns the bytes.
pub fn typescript(bytes: &[u8]) -> String {
    let ranking = ranking(bytes);
    let alphabet: String = alphabet().into_iter().collect();
    let ranks = ranking.iter().fold(String::new(), |mut ranks, byte| {
        // Writing to a string cannot fail.
        let _ = write!(ranks, "{byte:02x}");
        ranks
    });
    include_str!("inline.ts")
        .replace("{alphabet}", &alphabet)
        .replace("{prefixes}", &PREFIXES.to_string())
        .replace("{ranks}", &ranks)
        .replace("{length}", &bytes.len().to_string())
        .replace("{text}", &text(bytes, &ranking))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What inline.ts does, in Rust.
    fn read(text: &str, ranking: &[u8]) -> Vec<u8> {
        let alphabet = alphabet();
        let singles = alphabet.len() - PREFIXES;
        let place = |wanted| alphabet.iter().position(|character| *character == wanted).unwrap();
        let mut characters = text.chars();
        let mut bytes = Vec::new();
        while let Some(first) = characters.next().map(place) {
            let rank = match first.checked_sub(singles) {
                None => first,
                Some(prefix) => singles + prefix * alphabet.len() + place(characters.next().unwrap()),
            };
            bytes.push(ranking[rank]);
        }
        bytes
    }

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=u8::MAX).collect();
        let rows: [&[u8]; 4] = [b"", b"\0asm\x01\0\0\0", &[0xff; 1000], &all];
        for bytes in rows {
            let ranking = ranking(bytes);
            assert_eq!(read(&text(bytes, &ranking), &ranking), bytes);
        }
    }

    #[test]
    fn a_frequent_byte_is_one_character_and_the_text_needs_no_escape() {
        let mut bytes = vec![0; 5000];
        bytes.extend(0..=u8::MAX);
        let text = text(&bytes, &ranking(&bytes));
        assert!(text.len() < bytes.len() + 256);
        assert!(text.chars().all(|character| alphabet().contains(&character)));
        assert!(!text.contains(['"', '\\', '<', '\n']));
    }
}
