//! API keys: `pk_<id>_<32 random bytes, base64url>`, shown once and stored as a hash.

use std::fmt::{self, Write as _};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pricetag::{Code, Fault, Path};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const PREFIX: &str = "pk_";
const ID_BYTES: usize = 8;
const SECRET_BYTES: usize = 32;

/// A SHA-256.
pub type Hash = [u8; 32];

/// A key in clear. It has no `Display`, and its `Debug` leaves the secret out, so that it cannot reach a log by accident.
pub struct Key {
    text: String,
    id_end: usize,
}

impl Key {
    /// A new key from the operating system's randomness.
    pub fn generate() -> Self {
        let mut secret = [0; SECRET_BYTES];
        fill(&mut secret);
        let id = random_hex::<ID_BYTES>();
        Self { text: format!("{PREFIX}{id}_{}", URL_SAFE_NO_PAD.encode(secret)), id_end: PREFIX.len() + id.len() }
    }

    /// A key as a client sends it; `None` when it has not the shape of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let well_formed =
            Self::is_id(id) && URL_SAFE_NO_PAD.decode(secret).is_ok_and(|bytes| bytes.len() == SECRET_BYTES);
        well_formed.then(|| Self { text: text.into(), id_end: PREFIX.len() + id.len() })
    }

    /// Whether a text has the shape of a key's public part.
    pub fn is_id(text: &str) -> bool {
        text.len() == 2 * ID_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    /// The public part, by which the key is found and may be named.
    pub fn id(&self) -> &str {
        &self.text[PREFIX.len()..self.id_end]
    }

    /// The whole key, for the one time that it is shown.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What is stored. The key has 256 random bits, so a plain hash is enough.
    pub fn hash(&self) -> Hash {
        sha256(self.text.as_bytes())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id())
    }
}

/// Whether two hashes agree, in a time that does not depend on where they differ.
pub fn same(one: &Hash, other: &Hash) -> bool {
    one.ct_eq(other).into()
}

pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Random bytes as hexadecimal digits.
pub fn random_hex<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    fill(&mut bytes);
    hex(&bytes)
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
        text
    })
}

fn fill(bytes: &mut [u8]) {
    // Without randomness no key and no identifier is safe to make: stopping is the only right answer.
    getrandom::fill(bytes).expect("the operating system has no randomness");
}

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Estimate,
    Hold,
    Settle,
    Read,
    Admin,
}

impl Scope {
    pub const ALL: [Self; 5] = [Self::Estimate, Self::Hold, Self::Settle, Self::Read, Self::Admin];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Estimate => "estimate",
            Self::Hold => "hold",
            Self::Settle => "settle",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }
}

/// The scopes of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// What a browser may have: everything that a person does for themselves, but neither settling nor administration.
    pub fn browser() -> Self {
        Self(vec![Scope::Estimate, Scope::Hold, Scope::Read])
    }

    pub fn allow(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }
}

impl std::str::FromStr for Scopes {
    type Err = String;

    /// Names separated by commas or spaces.
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Scope::ALL.map(Scope::as_str);
        let unknown = |name: &str| Fault::unknown(Code::OutOfRange, Path::default(), "scope", name, &known).to_string();
        let names = text.split([',', ' ']).filter(|name| !name.is_empty());
        let scopes = names
            .map(|name| Scope::ALL.into_iter().find(|scope| scope.as_str() == name).ok_or_else(|| unknown(name)))
            .collect::<Result<Vec<_>, _>>()?;
        if scopes.is_empty() { Err("a key needs at least one scope".into()) } else { Ok(Self(scopes)) }
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Scope, Scopes, same};

    #[test]
    fn a_key_is_read_back_and_its_debug_form_has_no_secret() {
        let key = Key::generate();
        let read = Key::parse(key.reveal()).unwrap();
        assert_eq!(read.id(), key.id());
        assert!(same(&read.hash(), &key.hash()));
        assert!(!same(&Key::generate().hash(), &key.hash()));
        assert_eq!(format!("{key:?}"), format!("Key({})", key.id()));
    }

    #[test]
    fn what_is_not_a_key_is_refused_before_anything_is_looked_up() {
        let key = Key::generate();
        let long = format!("{}A", key.reveal());
        for text in ["", "pk_", "pk__", "pk_0011223344556677_", "pk_x_y", &key.reveal()[1..], &long] {
            assert!(Key::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn scopes_are_read_and_written_by_name() {
        let scopes: Scopes = "estimate,hold read".parse().unwrap();
        assert_eq!(scopes, Scopes::browser());
        assert_eq!(scopes.to_string(), "estimate hold read");
        assert!(scopes.allow(Scope::Hold) && !scopes.allow(Scope::Settle));
        assert!("".parse::<Scopes>().is_err() && "hold,everything".parse::<Scopes>().is_err());
    }
}
