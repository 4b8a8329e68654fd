//! The module as JavaScript text, for the package's default entry, which has nothing to load.
//!
//! Base64 cuts bytes into pieces of six bits, in which a compressor no longer finds what repeats: measured, it made
//! the download a third larger than the module's own. Here a byte stays one or two characters, the frequent ones one, and
//! which one was found by trying: a compressor expects other things after a letter than after a digit or a sign.

/// The character that stands for each byte. The last byte's stands for no other: where it is written before, a byte is rare,
/// and a pair.
///
/// Found for the module of this package, with brotli, in some thousand trials, each of which gave two bytes each other's
/// characters. It is 0.3 kB better than giving each frequent byte its own character or any; another module needs no other
/// table, it only compresses a little worse.
const CHARACTERS: &[u8; 256] = b"\
    6I+@-3012B|D>}%&;#$CHL/X9~Wz7`MJ =.5****8Z***:**_****)AO****4***\
    G'**]EVK********P***********N****abcdefghijklmnopqrstu**xy****!R\
    STv*****U*******F***********^***Y*********************?*****w***\
    ************************************************Q************[**\
    ";

/// These begin a pair. Its byte is the sum of the prefix, times 32, and the other character, without what is above a byte.
const PREFIXES: &[u8; 3] = b"({,";

/// What needs no escape in a JavaScript string and cannot end a script element.
fn is_plain(character: u8) -> bool {
    matches!(character, b' '..=b'~') && !matches!(character, b'"' | b'\\' | b'<')
}

/// What stands for a byte.
fn word(byte: u8) -> Vec<u8> {
    let (character, last) = (CHARACTERS[usize::from(byte)], CHARACTERS[usize::from(u8::MAX)]);
    if byte == u8::MAX || character != last {
        return vec![character];
    }
    let pairs = PREFIXES.iter().map(|&prefix| vec![prefix, byte.wrapping_sub(prefix << 5)]);
    pairs.into_iter().find(|pair| is_plain(pair[1])).expect("a rare byte has a pair")
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|&byte| word(byte)).map(char::from).collect()
}

/// A TypeScript module whose default export is a function that returns the bytes.
pub fn typescript(bytes: &[u8]) -> String {
    include_str!("inline.ts")
        .replace("{characters}", &CHARACTERS.map(char::from).iter().collect::<String>())
        .replace("{length}", &bytes.len().to_string())
        .replace("{text}", &text(bytes))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Reads a text as `inline.ts` does.
    fn read(text: &str) -> Vec<u8> {
        let mut characters = text.bytes();
        let mut read = Vec::new();
        while let Some(first) = characters.next() {
            read.push(match CHARACTERS.iter().rposition(|&character| character == first) {
                Some(byte) => u8::try_from(byte).unwrap(),
                None => (first << 5).wrapping_add(characters.next().unwrap()),
            });
        }
        read
    }

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=u8::MAX).collect();
        let rows: [&[u8]; 4] = [b"", b"\0asm\x01\0\0\0", &[0xff; 1000], &all];
        for bytes in rows {
            assert_eq!(read(&text(bytes)), bytes);
        }
    }

    #[test]
    fn the_text_needs_no_escape() {
        let all: Vec<u8> = (0..=u8::MAX).collect();
        assert!(text(&all).bytes().chain(*CHARACTERS).all(is_plain));
    }

    #[test]
    fn a_character_stands_for_one_byte_and_begins_no_pair() {
        let words: HashSet<Vec<u8>> = (0..=u8::MAX).map(word).collect();
        assert_eq!(words.len(), 256);
        assert!(PREFIXES.iter().all(|prefix| !CHARACTERS.contains(prefix)));
    }
}
