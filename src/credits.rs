//! Amounts. The only place that rounds, and the only place where a float becomes an amount or an amount a float.

use alloc::string::String;
use core::fmt;

use serde::{Serialize, Serializer};

use crate::{
    error::AmountError,
    limits::{AMOUNT_MILLICREDITS, MILLICREDITS_PER_CREDIT, PERCENT, PRICE_CREDITS},
    value::{rounded, written},
};

/// An amount of credits: a whole number of millicredits, between plus and minus [`crate::limits::AMOUNT_CREDITS`].
///
/// On every wire it is a plain number of credits with at most three decimals.
///
/// ```
/// use pricetag::Credits;
///
/// let price = Credits::from_number(6.5)?;
/// assert_eq!(price.millicredits(), 6_500);
/// assert_eq!(price.to_string(), "6.5");
/// assert_eq!(price.times(3).unwrap().to_string(), "19.5");
/// # Ok::<(), pricetag::AmountError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Credits(i64);

impl Credits {
    /// No credits.
    pub const ZERO: Self = Self(0);
    /// The largest amount, 1,000,000,000 credits.
    pub const MAX: Self = Self(AMOUNT_MILLICREDITS);
    /// The smallest amount above nothing, one millicredit.
    pub const MILLICREDIT: Self = Self(1);
    /// One credit.
    pub const ONE: Self = Self(MILLICREDITS_PER_CREDIT);
    /// The dearest price that a card may name.
    pub(crate) const MAX_PRICE: Self = Self(PRICE_CREDITS * MILLICREDITS_PER_CREDIT);

    /// A whole number of millicredits as an amount; `None` beyond plus or minus [`Credits::MAX`].
    ///
    /// ```
    /// use pricetag::Credits;
    ///
    /// assert_eq!(Credits::from_millicredits(6_500).unwrap().to_string(), "6.5");
    /// assert_eq!(Credits::from_millicredits(i64::MAX), None);
    /// ```
    #[inline(always)]
    pub const fn from_millicredits(millicredits: i64) -> Option<Self> {
        if millicredits < -AMOUNT_MILLICREDITS || millicredits > AMOUNT_MILLICREDITS {
            return None;
        }
        Some(Self(millicredits))
    }

    /// The amount in millicredits.
    ///
    /// ```
    /// # use pricetag::Credits;
    /// assert_eq!(Credits::from_number(29.0)?.millicredits(), 29_000);
    /// # Ok::<(), pricetag::AmountError>(())
    /// ```
    pub const fn millicredits(self) -> i64 {
        self.0
    }

    /// The amount in millicredits as a float, which holds every amount exactly: for rows, which are rated in vectors.
    #[cfg(all(target_family = "wasm", feature = "module"))]
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "an amount is far below 2^53")]
    #[inline(always)]
    pub(crate) const fn exact(self) -> f64 {
        self.0 as f64
    }

    /// A number of credits, as it stands in JSON, TOML or JavaScript.
    ///
    /// The number must be the one that the nearest amount is written as: `0.1 + 0.2` is refused,
    /// because it is `0.30000000000000004` and not `0.3`.
    ///
    /// ```
    /// use pricetag::{AmountError, Credits};
    ///
    /// assert_eq!(Credits::from_number(0.3)?.millicredits(), 300);
    /// assert_eq!(Credits::from_number(0.1 + 0.2), Err(AmountError::TooManyDecimals));
    /// # Ok::<(), AmountError>(())
    /// ```
    #[expect(
        clippy::float_arithmetic,
        clippy::as_conversions,
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "the one way in for numbers; what is kept was checked to be the same number"
    )]
    pub fn from_number(credits: f64) -> Result<Self, AmountError> {
        if !credits.is_finite() {
            return Err(AmountError::NotFinite);
        }
        let millicredits = rounded(credits * MILLICREDITS_PER_CREDIT as f64);
        let Some(amount) = Self::from_millicredits(millicredits) else { return Err(AmountError::TooLarge) };
        if amount.to_number() == credits { Ok(amount) } else { Err(AmountError::TooManyDecimals) }
    }

    /// The amount as a number of credits: the float nearest to it, which prints with at most three decimals.
    ///
    /// ```
    /// # use pricetag::Credits;
    /// assert_eq!(Credits::from_millicredits(26_400).unwrap().to_number(), 26.4);
    /// ```
    #[expect(
        clippy::float_arithmetic,
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "the one way out to numbers; an amount is far below 2^53, so the division is correctly rounded"
    )]
    #[inline(always)]
    pub fn to_number(self) -> f64 {
        self.0 as f64 / MILLICREDITS_PER_CREDIT as f64
    }

    /// Plain decimal notation, as `to_string` gives it, without the standard library's formatting.
    pub(crate) fn text(self) -> String {
        written(self.to_number())
    }

    /// The sum, or `None` beyond the largest amount.
    ///
    /// ```
    /// # use pricetag::Credits;
    /// assert_eq!(Credits::MAX.plus(Credits::ZERO), Some(Credits::MAX));
    /// assert_eq!(Credits::MAX.plus(Credits::MILLICREDIT), None);
    /// ```
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::from_millicredits)
    }

    /// The amount for `count` outputs, or `None` beyond the largest amount.
    ///
    /// ```
    /// # use pricetag::Credits;
    /// assert_eq!(Credits::MAX.times(0), Some(Credits::ZERO));
    /// assert_eq!(Credits::MAX.times(2), None);
    /// ```
    #[must_use]
    #[inline(always)]
    pub fn times(self, count: u64) -> Option<Self> {
        // An amount and a difference of two are so small that few outputs cannot overflow. The product of more is
        // checked first: a checked product is a multiplication of 128 bits in WebAssembly, which has none.
        const FEW: u64 = 4_000_000;
        if count > FEW && count > AMOUNT_MILLICREDITS.unsigned_abs().checked_div(self.0.unsigned_abs()).unwrap_or(count)
        {
            return None;
        }
        Self::from_millicredits(self.0.wrapping_mul(count.cast_signed()))
    }

    /// What is left of this amount after `other`: possibly negative, and never beyond plus or minus twice [`Credits::MAX`].
    ///
    /// ```
    /// # use pricetag::Credits;
    /// let left = Credits::ZERO.less(Credits::MILLICREDIT);
    /// assert_eq!(left.to_string(), "-0.001");
    /// assert_eq!(left.less(Credits::MAX).less(Credits::MAX).less(Credits::MAX).to_string(), "-2000000000");
    /// ```
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        // A difference that passes the limit of amounts is a shortage of more than the limit, which only a negative
        // balance could make. Differences of differences stay where they can be counted with.
        let most = AMOUNT_MILLICREDITS.saturating_mul(2);
        Self(self.0.saturating_sub(other.0).clamp(most.saturating_neg(), most))
    }

    /// The sum of two amounts within the limit, which cannot wrap; a check of that would be in every line of the module.
    pub(crate) fn sum(self, other: Self) -> Option<Self> {
        Self::from_millicredits(self.0.wrapping_add(other.0))
    }

    /// The difference of two amounts or differences, which cannot wrap.
    pub(crate) fn difference(self, other: Self) -> Self {
        Self(self.0.wrapping_sub(other.0))
    }

    /// How many whole times `price` goes into this amount; `None` when the price is nothing.
    pub(crate) fn how_many(self, price: Self) -> Option<u64> {
        let times = self.0.checked_div(price.0)?;
        Some(u64::try_from(times).unwrap_or(0))
    }

    /// `percent` of this amount, rounded **up** to a millicredit and then **up** to a multiple of `step`.
    ///
    /// Both are at most a price and a percentage of a valid card, so the product is at most 10^16 and cannot wrap.
    pub(crate) fn surcharge(self, percent: Percent, step: Self) -> Option<Self> {
        let amount = u64::try_from(self.0).ok()?;
        let step = u64::try_from(step.0).ok()?;
        let exact = amount.wrapping_mul(percent.0);
        let stepped = exact.div_ceil(Percent::WHOLE).checked_next_multiple_of(step)?;
        i64::try_from(stepped).ok().and_then(Self::from_millicredits)
    }
}

impl fmt::Display for Credits {
    /// Plain decimal notation without trailing zeros: `29`, `6.5`, `-0.001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Serialize for Credits {
    /// A whole number of credits as an integer, so that no format writes `29.0`; else the decimal.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.checked_rem(MILLICREDITS_PER_CREDIT) == Some(0) {
            serializer.serialize_i64(self.0.saturating_div(MILLICREDITS_PER_CREDIT))
        } else {
            serializer.serialize_f64(self.to_number())
        }
    }
}

/// What can happen at best, what to plan with, and what to hold.
///
/// Of a price, `low ≤ expected ≤ high`. Of a part that is taken off, or of what is left of a balance, the three
/// figures stand for the same three cases and may be negative.
///
/// ```
/// use pricetag::{Credits, Range};
///
/// let exact = Range::exact(Credits::from_number(3.0)?);
/// assert!(exact.is_exact());
/// assert_eq!(exact.times(5).unwrap().high.to_string(), "15");
/// # Ok::<(), pricetag::AmountError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Range {
    /// What can happen at best.
    pub low: Credits,
    /// What to plan with.
    pub expected: Credits,
    /// What to hold.
    pub high: Credits,
}

impl Range {
    /// Nothing, for certain.
    pub const ZERO: Self = Self::exact(Credits::ZERO);

    /// One amount, for certain.
    ///
    /// ```
    /// # use pricetag::{Credits, Range};
    /// assert_eq!(Range::exact(Credits::ZERO), Range::ZERO);
    /// ```
    pub const fn exact(amount: Credits) -> Self {
        Self { low: amount, expected: amount, high: amount }
    }

    /// Whether low and high agree.
    ///
    /// ```
    /// # use pricetag::Range;
    /// assert!(Range::ZERO.is_exact());
    /// ```
    #[inline(always)]
    pub fn is_exact(self) -> bool {
        self.low == self.high
    }

    /// The three sums, or `None` when one passes the largest amount.
    ///
    /// ```
    /// # use pricetag::Range;
    /// assert_eq!(Range::ZERO.plus(Range::ZERO), Some(Range::ZERO));
    /// ```
    #[must_use]
    #[inline(always)]
    pub fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            low: self.low.plus(other.low)?,
            expected: self.expected.plus(other.expected)?,
            high: self.high.plus(other.high)?,
        })
    }

    /// The three amounts for `count` outputs, or `None` when one passes the largest amount.
    ///
    /// ```
    /// # use pricetag::{Credits, Range};
    /// assert_eq!(Range::exact(Credits::MAX).times(2), None);
    /// ```
    #[must_use]
    #[inline(always)]
    pub fn times(self, count: u64) -> Option<Self> {
        Some(Self { low: self.low.times(count)?, expected: self.expected.times(count)?, high: self.high.times(count)? })
    }

    /// The three amounts of a price for `count` outputs, or `None` when one passes the largest amount.
    ///
    /// A price ascends from nothing or more, so none of its figures passes what the high one does not.
    #[inline(always)]
    pub(crate) fn price_times(self, count: u64) -> Option<Self> {
        let high = self.high.times(count)?;
        let times = |amount: Credits| Credits(amount.0.wrapping_mul(count.cast_signed()));
        Some(Self { low: times(self.low), expected: times(self.expected), high })
    }

    /// The sums of two prices, or `None` when one passes the largest amount; only the high one can be the first to.
    #[inline(always)]
    pub(crate) fn plus_price(self, other: Self) -> Option<Self> {
        let high = self.high.sum(other.high)?;
        let below = |one: Credits, other: Credits| Credits(one.0.wrapping_add(other.0));
        Some(Self { low: below(self.low, other.low), expected: below(self.expected, other.expected), high })
    }

    /// Low, expected and high in millicredits, as floats; see [`Credits::exact`].
    #[cfg(all(target_family = "wasm", feature = "module"))]
    pub(crate) fn millicredits(&self) -> [f64; 3] {
        [self.low.exact(), self.expected.exact(), self.high.exact()]
    }

    /// Low, expected and high; `None` when one is beyond the largest amount.
    #[cfg(all(target_family = "wasm", feature = "module"))]
    pub(crate) fn from_millicredits([low, expected, high]: [i64; 3]) -> Option<Self> {
        let amount = Credits::from_millicredits;
        Some(Self { low: amount(low)?, expected: amount(expected)?, high: amount(high)? })
    }

    /// The three figures taken from `other`'s.
    pub(crate) fn less(self, other: Self) -> Self {
        Self {
            low: self.low.difference(other.low),
            expected: self.expected.difference(other.expected),
            high: self.high.difference(other.high),
        }
    }

    /// The size surcharge on each of the three figures.
    pub(crate) fn surcharge(self, percent: Percent, step: Credits) -> Option<Self> {
        Some(Self {
            low: self.low.surcharge(percent, step)?,
            expected: self.expected.surcharge(percent, step)?,
            high: self.high.surcharge(percent, step)?,
        })
    }
}

/// A percentage with at most three decimals: that of a size band.
///
/// ```
/// use pricetag::{FreeUnits, Part, RateCard};
///
/// let card = RateCard::builtin();
/// let plan = r#"{"items": [{"operation": "create", "width": 2048}]}"#;
/// let estimate = card.plan(&serde_json::from_str(plan)?).unwrap().estimate(&FreeUnits::none());
/// let Part::Size { percent, .. } = estimate.lines[0].parts[1] else { panic!() };
/// assert_eq!(percent.to_number(), 10.0);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Percent(u64);

impl Percent {
    /// 100 %.
    const WHOLE: u64 = 100_000;

    /// The percentage as a number, `2.5` for two and a half percent.
    ///
    /// ```
    /// assert_eq!(pricetag::Percent::default().to_number(), 0.0);
    /// ```
    pub fn to_number(self) -> f64 {
        self.as_credits().to_number()
    }

    fn as_credits(self) -> Credits {
        Credits(i64::try_from(self.0).unwrap_or(i64::MAX))
    }

    /// The largest percentage of a card. Percentages are written and bounded as amounts are.
    pub(crate) const MOST: Credits = Credits(PERCENT * MILLICREDITS_PER_CREDIT);

    /// A percentage that was read as an amount; `None` when it is negative.
    pub(crate) fn from_credits(percent: Credits) -> Option<Self> {
        u64::try_from(percent.0).ok().map(Self)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_credits().serialize(serializer)
    }
}

/// By how many percent `new` differs from `old`, to two decimals, half away from zero; `None` when `old` is nothing.
pub(crate) fn percent_change(old: Credits, new: Credits) -> Option<f64> {
    /// In a whole; doubled, because half of one rounds up.
    const HUNDREDTHS_DOUBLED: i64 = 20_000;
    /// A hundredth of a percent is written as a thousandth ten times over, so that amounts do the writing.
    const THOUSANDTHS: i64 = 10;
    let difference = new.difference(old).0;
    // Amounts are at most 10^12 millicredits, so that no product here passes 10^17.
    let doubled = difference.saturating_abs().wrapping_mul(HUNDREDTHS_DOUBLED).wrapping_add(old.0);
    let hundredths = doubled.checked_div(old.0.wrapping_mul(2))?;
    Some(Credits(hundredths.wrapping_mul(difference.signum()).wrapping_mul(THOUSANDTHS)).to_number())
}
