//! The rate card: read and checked as a whole, compiled to dense tables, known by its fingerprint.

use alloc::{string::String, vec::Vec};

mod compare;
mod fingerprint;
mod form;
mod offers;
pub(crate) mod operation;
mod rates;
mod reading;
#[cfg(not(target_family = "wasm"))]
mod text;
#[cfg(not(target_family = "wasm"))]
mod typescript;

pub use self::compare::{Change, Choices, Comparison, Summary};
pub use self::offers::{Pool, Tier};
use self::operation::Operation;
use crate::{
    credits::Credits,
    error::{Code, Faults},
    form::Field,
    limits::CARD_FORMAT,
    reading::{At, Reader},
    text::Word::{self, Count, Text},
    value::{Value, is_written_exactly},
};

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

    #[inline(never)]
    fn read(reader: &mut Reader, document: Value) -> Option<Self> {
        let [format, id, version, _title, unit, money, step, operations, tiers, pools, templates] =
            &reader.members(&document, &At::Document, &form::CARD)?;
        format_version(reader, format);
        self::money(reader, money);
        let step = self::step(reader, step);
        let mut card = Self {
            fingerprint: String::new(),
            id: id.text_or(""),
            version: version.text_or(""),
            unit: unit.text_or("credit"),
            operations: self::reading::operations(reader, operations, step),
            tiers: Vec::new(),
            pools: Vec::new(),
            document: Value::Null,
        };
        card.read_tiers(reader, tiers);
        card.read_pools(reader, pools);
        card.check_templates(reader, templates);
        // Only a valid card has a fingerprint: then every number in it has one way to be written.
        if reader.faults.is_empty() {
            card.fingerprint = self::fingerprint::of(&document);
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

fn format_version(reader: &mut Reader, format: &Field) {
    if let Some(value) = format.value
        && format.number() != Some(CARD_FORMAT.into())
    {
        let words = [Count(CARD_FORMAT.into()), Text(&value.found())];
        reader.fault(Code::UnsupportedFormat, &format.at, "this version reads format #, not #", &words);
    }
}

/// The step of surcharges; a card without one rounds them to the millicredit.
fn step(reader: &mut Reader, step: &Field) -> Credits {
    match step.amount() {
        Some(amount) if amount > Credits::ZERO => return amount,
        Some(_) => {
            let least = Word::amount(Credits::MILLICREDIT);
            reader.fault(Code::InvalidAmount, &step.at, "a step is at least # credits", &[least]);
        }
        None => {}
    }
    Credits::MILLICREDIT
}

/// What a credit costs takes part in no rule, but must be fit to be shown.
fn money(reader: &mut Reader, money: &Field) {
    const CURRENCY_LETTERS: usize = 3;
    let fields = money.value.and_then(|value| reader.members(value, &money.at, &form::MONEY));
    let Some([currency, per_credit, ..]) = &fields else { return };
    if let Some(letters) = currency.text()
        && (letters.len() != CURRENCY_LETTERS || !letters.bytes().all(|letter| letter.is_ascii_uppercase()))
    {
        let message = "a currency has three capital letters\nISO 4217, such as `USD`";
        reader.fault(Code::OutOfRange, &currency.at, message, &[]);
    }
    match per_credit.value {
        None => {}
        Some(Value::Number(number)) if (0.000_001..=1_000_000.0).contains(number) && is_written_exactly(*number) => {}
        Some(Value::Number(number)) => {
            let message = "`#` is not from 0.000001 to 1000000 with at most six decimals";
            reader.fault(Code::OutOfRange, &per_credit.at, message, &[Word::Number(*number)]);
        }
        Some(other) => reader.wrong_type(&per_credit.at, "a number", other),
    }
}
