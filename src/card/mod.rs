//! The rate card: read and checked as a whole, compiled to dense tables, known by its fingerprint.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

mod compare;
mod offers;
pub(crate) mod operation;
mod rates;
mod reading;
#[cfg(not(target_family = "wasm"))]
mod text;
#[cfg(not(target_family = "wasm"))]
mod typescript;

use sha2::{Digest, Sha256};

pub use self::compare::{Change, Choices, Comparison, Summary};
pub use self::offers::{Pool, Tier};
use self::operation::Operation;
use crate::{
    credits::Credits,
    error::{Code, Faults},
    limits::CARD_FORMAT,
    reading::{At, Reader},
    text::{digits, push_hexadecimal},
    value::{Value, is_written_exactly, whole, written},
};

const CARD_FIELDS: &[&str] =
    &["format", "id", "version", "title", "unit", "money", "step", "operations", "tiers", "freeUnits", "templates"];

/// What everything costs: a valid card, compiled.
///
/// ```
/// use pricetag::RateCard;
///
/// let card = RateCard::builtin();
/// assert_eq!(card.id(), "image-studio");
/// assert!(card.fingerprint().starts_with("sha256:"));
///
/// let faults = RateCard::from_json(r#"{"id": "mine", "version": "1", "operations": []}"#).unwrap_err();
/// assert_eq!(faults.to_string(), "line 1: out-of-range at operations: a card has at least one operation");
/// ```
pub struct RateCard {
    document: Value,
    id: String,
    version: String,
    unit: String,
    fingerprint: String,
    pub(crate) operations: Vec<Operation>,
    pub(crate) tiers: Vec<Tier>,
    pub(crate) pools: Vec<Pool>,
}

impl core::fmt::Debug for RateCard {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "RateCard({} {} {})", self.id, self.version, self.fingerprint)
    }
}

impl RateCard {
    /// A card from its document, or every fault in it.
    ///
    /// ```
    /// use pricetag::{RateCard, Value};
    ///
    /// let document: Value = serde_json::from_str(
    ///     r#"{"id": "mine", "version": "1", "operations": [{"id": "paint", "rates": [{"when": {}, "price": 2.5}]}]}"#,
    /// )?;
    /// let card = RateCard::from_value(document).unwrap();
    /// assert_eq!(card.version(), "1");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn from_value(document: Value) -> Result<Self, Faults> {
        let mut reader = Reader::default();
        let card = Self::read(&mut reader, document);
        reader.finish_read(card)
    }

    fn read(reader: &mut Reader, document: Value) -> Option<Self> {
        let root = At::Document;
        reader.fields(&document, &root, "a rate card", CARD_FIELDS)?;
        if let Some(format) = document.get("format") {
            format_version(reader, format, &root.key("format"));
        }
        let mut name = |key| reader.name(&document, &root, key).unwrap_or_default().to_owned();
        let (id, version) = (name("id"), name("version"));
        reader.optional_text(&document, &root, "title");
        let unit = reader.optional_text(&document, &root, "unit").unwrap_or_else(|| "credit".into());
        money(reader, &document, &root);
        let step = step(reader, &document, &root);
        let operations = self::reading::operations(reader, &document, step);
        let mut card = Self {
            fingerprint: String::new(),
            id,
            version,
            unit,
            operations,
            tiers: Vec::new(),
            pools: Vec::new(),
            document: Value::Null,
        };
        card.read_tiers(reader, &document);
        card.read_pools(reader, &document);
        card.check_templates(reader, &document);
        // Only a valid card has a fingerprint: then every number in it has one way to be written.
        if reader.faults.is_empty() {
            card.fingerprint = fingerprint(&document);
        }
        card.document = document;
        Some(card)
    }

    /// The card's id, `image-studio`.
    ///
    /// ```
    /// assert_eq!(pricetag::RateCard::builtin().id(), "image-studio");
    /// ```
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The card's version, as its authors count it.
    ///
    /// ```
    /// assert_eq!(pricetag::RateCard::builtin().version(), "2026-11-22");
    /// ```
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The name of the unit, `credit`.
    ///
    /// ```
    /// assert_eq!(pricetag::RateCard::builtin().unit(), "credit");
    /// ```
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// `sha256:` and the hexadecimal SHA-256 of the card's canonical JSON (RFC 8785): the same whatever the card was
    /// read from, and different after any change of a figure.
    ///
    /// ```
    /// let fingerprint = pricetag::RateCard::builtin().fingerprint().to_owned();
    /// assert_eq!(fingerprint.len(), "sha256:".len() + 64);
    /// ```
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The card as it was written, for building forms from and for passing on.
    ///
    /// ```
    /// use pricetag::RateCard;
    ///
    /// let card = RateCard::builtin();
    /// let copy = RateCard::from_value(card.document().clone())?;
    /// assert_eq!(copy.fingerprint(), card.fingerprint());
    /// # Ok::<(), pricetag::Faults>(())
    /// ```
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The subscriptions, in ascending order.
    ///
    /// ```
    /// let card = pricetag::RateCard::builtin();
    /// let tiers: Vec<_> = card.tiers().iter().map(|tier| tier.id.as_str()).collect();
    /// assert_eq!(tiers, ["free", "basic", "pro", "enterprise"]);
    /// ```
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// The pools of free units.
    ///
    /// ```
    /// let card = pricetag::RateCard::builtin();
    /// let imagen = card.pools().iter().find(|pool| pool.id == "gemini-imagen").unwrap();
    /// assert_eq!(imagen.monthly("basic"), 25);
    /// ```
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }
}

fn format_version(reader: &mut Reader, format: &Value, at: &At) {
    if !matches!(format, Value::Number(number) if whole(*number) == Some(CARD_FORMAT.into())) {
        let message = ["this version reads format ", &digits(CARD_FORMAT), ", not ", &format.found()];
        reader.fault(Code::UnsupportedFormat, at, &message);
    }
}

/// The step of surcharges; a card without one rounds them to the millicredit.
fn step(reader: &mut Reader, card: &Value, at: &At) -> Credits {
    let at = at.key("step");
    let step = card.get("step").map(|step| reader.amount(step, &at, Credits::MAX_PRICE));
    if step == Some(Some(Credits::ZERO)) {
        let least = Credits::MILLICREDIT.text();
        reader.fault(Code::InvalidAmount, &at, &["a step is at least ", &least, " credits"]);
    }
    step.flatten().filter(|&step| step > Credits::ZERO).unwrap_or(Credits::MILLICREDIT)
}

/// What a credit costs takes part in no rule, but must be fit to be shown.
fn money(reader: &mut Reader, card: &Value, at: &At) {
    const CURRENCY_LETTERS: usize = 3;
    let Some(value) = card.get("money") else { return };
    let at = at.key("money");
    let Some(money) = reader.fields(value, &at, "a currency and what a credit costs in it", &["currency", "perCredit"])
    else {
        return;
    };
    if let Some(currency) = reader.required_string(money, &at, "currency", "a currency")
        && (currency.len() != CURRENCY_LETTERS || !currency.bytes().all(|letter| letter.is_ascii_uppercase()))
    {
        let message = ["a currency has three capital letters"];
        reader.fault_with_help(Code::OutOfRange, &at.key("currency"), &message, &["ISO 4217, such as `USD`"]);
    }
    let per_credit = reader.required(money, &at, "perCredit", "the price of a credit");
    let at = at.key("perCredit");
    match per_credit {
        None => {}
        Some(Value::Number(number)) if (0.000_001..=1_000_000.0).contains(number) && is_written_exactly(*number) => {}
        Some(Value::Number(number)) => {
            let message = ["`", &written(*number), "` is not from 0.000001 to 1000000 with at most six decimals"];
            reader.fault(Code::OutOfRange, &at, &message);
        }
        Some(other) => reader.fault(Code::WrongType, &at, &["a number is due here, not ", &other.found()]),
    }
}

fn fingerprint(document: &Value) -> String {
    let mut text = String::new();
    document.canonical(&mut text);
    let mut fingerprint = String::from("sha256:");
    for byte in Sha256::digest(text.as_bytes()) {
        push_hexadecimal(byte, &mut fingerprint);
    }
    fingerprint
}
