//! The fingerprint of a card: the SHA-256 of its canonical JSON.

use alloc::{string::String, vec::Vec};

use sha2::block_api::compress256;

use crate::{text::push_hexadecimal, value::Value};

/// The fingerprint of a card's document, `sha256:` and 64 digits.
#[inline(never)]
pub(super) fn of(document: &Value) -> String {
    let mut text = String::new();
    document.canonical(&mut text);
    let mut fingerprint = String::from("sha256:");
    for word in sha256(text.into_bytes()) {
        for byte in word.to_be_bytes() {
            push_hexadecimal(byte, &mut fingerprint);
        }
    }
    fingerprint
}

/// The SHA-256 of these bytes. They are all there, and are padded here: what the crate has for bytes that come one after
/// the other would be 0.25 kB of the module.
#[inline(never)]
fn sha256(mut bytes: Vec<u8>) -> [u32; 8] {
    const START: [u32; 8] =
        [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    const FILLING: [u8; 64] = {
        let mut filling = [0; 64];
        filling[0] = 0x80;
        filling
    };
    let bits = u64::try_from(bytes.len()).unwrap_or(u64::MAX).saturating_mul(8);
    // The last block ends with the length, and before it comes at least the one bit that ends the text.
    let filling = 64_usize.saturating_sub(bytes.len().wrapping_add(8) & 63);
    bytes.extend_from_slice(FILLING.get(..filling).unwrap_or_default());
    bytes.extend_from_slice(&bits.to_be_bytes());
    let mut state = START;
    compress256(&mut state, bytes.as_chunks().0);
    state
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use sha2::{Digest, Sha256};

    #[test]
    fn bytes_of_every_length_are_padded_as_the_crate_does_it() {
        for length in 0..300 {
            let bytes = vec![b'x'; length];
            let words = super::sha256(bytes.clone());
            assert_eq!(words.map(u32::to_be_bytes).as_flattened(), Sha256::digest(bytes).as_slice(), "{length} bytes");
        }
    }
}
