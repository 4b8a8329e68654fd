//! What can be wrong: one enum of stable codes, each fault with its place, what was found and what would be right.

use alloc::{string::String, vec::Vec};
use core::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{
    limits::AMOUNT_CREDITS,
    text::{push_digits, put, put_sign},
};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// The stable code of a fault. A code is never reused for another meaning.
        ///
        /// ```
        /// use pricetag::Code;
        ///
        /// assert_eq!(Code::UnknownOption.as_str(), "unknown-option");
        /// assert!(Code::ALL.iter().all(|code| !code.as_str().contains('_')));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as every face writes it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

codes! {
    /// A field without default is absent.
    MissingField = "missing-field",
    /// Not a string where an option is due, not a whole number where a count is due, and so on.
    WrongType = "wrong-type",
    /// A field that is not known there; a misspelt field is never ignored.
    UnknownField = "unknown-field",
    /// An operation that the card has not.
    UnknownOperation = "unknown-operation",
    /// An option that the choice has not.
    UnknownOption = "unknown-option",
    /// A number outside its field's bounds.
    OutOfRange = "out-of-range",
    /// Each side is allowed, the area is not.
    SizeTooLarge = "size-too-large",
    /// The winning rate says that the combination cannot be had.
    Unavailable = "unavailable",
    /// A plan without items.
    EmptyPlan = "empty-plan",
    /// A plan with more items than the limit.
    TooManyItems = "too-many-items",
    /// A price beyond the largest amount.
    AmountOverflow = "amount-overflow",
    /// A tier that the card has not.
    UnknownTier = "unknown-tier",
    /// A pool of free units that the card has not.
    UnknownPool = "unknown-pool",
    /// A number that is not an amount: negative, more than three decimals, or too large.
    InvalidAmount = "invalid-amount",
    /// The tier allows no option of an item.
    NotInTier = "not-in-tier",
    /// More was delivered than was estimated.
    OutcomeExceedsEstimate = "outcome-exceeds-estimate",
    /// A line that the estimate has not, or that is named twice.
    UnknownLine = "unknown-line",
    /// Text that is not JSON or TOML.
    MalformedText = "malformed-text",
    /// A card in a format that this version does not read.
    UnsupportedFormat = "unsupported-format",
    /// More of something than a limit allows.
    LimitExceeded = "limit-exceeded",
    /// A choice that the operation has not.
    UnknownChoice = "unknown-choice",
    /// A combination of options that no rate matches.
    UnpricedCombination = "unpriced-combination",
    /// A rate that never wins, because rates before it match all that it matches.
    UnreachableRate = "unreachable-rate",
    /// An id or a field's name that is already taken.
    DuplicateId = "duplicate-id",
    /// `low`, `expected`, `high` or `min`, `max` in the wrong order.
    RangeOutOfOrder = "range-out-of-order",
    /// Size bands that do not ascend.
    BandsOutOfOrder = "bands-out-of-order",
    /// A template that the card itself cannot price.
    UnpriceableTemplate = "unpriceable-template",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One step from a document to a field in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into a member of an object.
    Key(String),
    /// Into an element of a list, from 0.
    Index(usize),
}

/// Where in a document something is: `items[0].model`, or nothing for the document itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<Step>);

impl Path {
    fn text(&self) -> String {
        let mut text = String::new();
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) => {
                    put(&mut text, if position == 0 { "" } else { "." });
                    put(&mut text, key);
                }
                Step::Index(index) => {
                    put_sign(&mut text, b'[');
                    push_digits(u64::try_from(*index).unwrap_or(u64::MAX), &mut text);
                    put_sign(&mut text, b']');
                }
            }
        }
        text
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind of fault.
    pub code: Code,
    /// The field.
    pub path: Path,
    /// What was found: lower case, without a full stop, input in backticks.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// The line of the field in the text it was read from, from 1; `None` when there was no text.
    pub line: Option<usize>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "{}", self.code)?;
        if !self.path.0.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl Fault {
    fn optional_members(&self) -> usize {
        [self.help.is_some(), self.line.is_some()].into_iter().filter(|present| *present).count()
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fault = serializer.serialize_struct("Fault", 3_usize.saturating_add(self.optional_members()))?;
        fault.serialize_field("code", &self.code)?;
        fault.serialize_field("path", &self.path.text())?;
        fault.serialize_field("message", &self.message)?;
        if let Some(help) = &self.help {
            fault.serialize_field("help", help)?;
        }
        if let Some(line) = self.line {
            fault.serialize_field("line", &line)?;
        }
        fault.end()
    }
}

/// All that is wrong with a document; never empty. On every wire `{"errors": [...]}`.
///
/// ```
/// use pricetag::{RateCard, Value};
///
/// let card = RateCard::builtin();
/// let plan: Value = serde_json::from_str(r#"{"items": [{"operation": "create", "quality": "draftt"}]}"#)?;
/// let faults = card.plan(&plan).unwrap_err();
/// assert_eq!(faults.errors[0].code.as_str(), "unknown-option");
/// assert_eq!(faults.errors[0].path.to_string(), "items[0].quality");
/// assert_eq!(faults.errors[0].help.as_deref(), Some("did you mean `draft`?"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Faults {
    /// The faults, in the order in which they were found.
    pub errors: Vec<Fault>,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.errors.iter().enumerate() {
            if position > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Faults {}

/// Why a number is not an amount.
///
/// ```
/// use pricetag::{AmountError, Credits};
///
/// assert_eq!(Credits::from_number(0.0005), Err(AmountError::TooManyDecimals));
/// assert_eq!(Credits::from_number(f64::NAN), Err(AmountError::NotFinite));
/// assert_eq!(Credits::from_number(1e300), Err(AmountError::TooLarge));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// NaN or an infinity.
    NotFinite,
    /// More than three decimals; an amount is refused, never rounded.
    TooManyDecimals,
    /// Beyond the largest amount.
    TooLarge,
}

impl fmt::Display for AmountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite => f.write_str("is not a finite number"),
            Self::TooManyDecimals => f.write_str("has more than three decimals"),
            Self::TooLarge => write!(f, "is more than {AMOUNT_CREDITS} credits"),
        }
    }
}

impl core::error::Error for AmountError {}
