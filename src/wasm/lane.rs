//! The fast lane: plans as whole numbers, answers as figures.
//!
//! JavaScript turns names into whole numbers and writes them to slots; the item is rated; its figures are read back. What
//! is unusual in any way is not rated here: the strict lane looks at it again, and it alone says what is wrong.

use alloc::vec::Vec;

use super::columns::Unit;
use crate::{
    card::{
        RateCard,
        operation::{Asked, Operation},
    },
    credits::Range,
    estimate::{Accuracy, Rated},
};

/// What stands in a slot that was never written to; no field can hold it.
const NOTHING: i32 = -1;

/// The figures of a total: the range, and the accuracy.
pub(super) const TOTAL: usize = 4;

/// The figures of a line: see [`line`].
const LINE: usize = 17;

/// Rows of columns that are rated in one go.
pub(super) const ROWS: usize = 2048;

/// Where whole numbers come in and figures go out. One is enough: nothing else happens between the two.
pub(super) struct Lane {
    pub slots: Vec<i32>,
    pub figures: Vec<f64>,
    /// What one output costs at each rate and in each band of the operation whose rows are rated.
    pub units: Vec<Unit>,
    /// The sum of the rows so far, if it is an amount.
    pub sum: Option<Range>,
}

impl Lane {
    pub const fn new() -> Self {
        Self { slots: Vec::new(), figures: Vec::new(), units: Vec::new(), sum: None }
    }

    /// Makes room.
    pub fn reserve(&mut self, slots: usize, figures: usize) {
        self.slots.resize(slots.max(self.slots.len()), NOTHING);
        self.figures.resize(figures.max(self.figures.len()), 0.0);
    }

    /// Rates items. Each has so many slots, as the card's widest operation needs: the operation's index, the options of
    /// its choices, its numbers. What is absent is there as its default. The figures begin with the total's; where `lines` are wanted, one follows for each item.
    ///
    /// Answers whether every item has a price, and the plan too.
    #[inline(always)]
    pub fn rate(&mut self, card: &RateCard, items: usize, slots: usize, lines: bool) -> bool {
        self.rate_each(card, items, slots, lines).is_some()
    }

    fn rate_each(&mut self, card: &RateCard, items: usize, slots: usize, wants_lines: bool) -> Option<()> {
        let (total, mut lines) = self.figures.split_first_chunk_mut::<TOTAL>()?;
        let mut rest = self.slots.as_slice();
        let mut sum = Range::ZERO;
        let mut accuracy = Accuracy::Exact;
        for _ in 0..items {
            let of_item;
            (of_item, rest) = rest.split_at_checked(slots)?;
            let (operation, place) = read(card, of_item)?;
            let price = if wants_lines {
                let figures;
                (figures, lines) = lines.split_first_chunk_mut::<LINE>()?;
                let rated = line(operation, place, figures)?;
                accuracy = accuracy.max(rated.accuracy);
                rated.total
            } else {
                operation.price(place.combination, place.band, place.count)?
            };
            sum = sum.plus_price(price)?;
        }
        let [low, expected, high, least] = total;
        write(sum, [low, expected, high]);
        *least = accuracy.number();
        Some(())
    }
}

/// Where an item stands in its operation's tables, and how many outputs it asks for.
#[derive(Clone, Copy)]
struct Place {
    combination: usize,
    band: usize,
    count: u64,
}

/// The item in its slots; `None` for anything unusual.
fn read<'c>(card: &'c RateCard, slots: &[i32]) -> Option<(&'c Operation, Place)> {
    let (&position, fields) = slots.split_first()?;
    let position = usize::try_from(position).ok()?;
    let operation = card.operations.get(position)?;
    let mut fields = fields.iter();
    let mut asked = Asked::NOTHING;
    for choice in &operation.choices {
        asked.choose(choice, choice.option(*fields.next()?)?);
    }
    for (index, number) in operation.numbers.iter().enumerate() {
        asked.multiply(operation.is_side(index), number.value(*fields.next()?)?);
    }
    let Asked { combination, pixels, count } = asked;
    Some((operation, Place { combination, band: operation.band(pixels)?, count }))
}

/// Rates an item and writes its line: combination, rate, count, accuracy, percentage of the size surcharge, then the
/// ranges of unit, total, base and size. Without a surcharge the percentage is -1, and base and size stay as they were:
/// base is the total.
fn line<'c>(operation: &'c Operation, place: Place, figures: &mut [f64; LINE]) -> Option<Rated<'c>> {
    let [combination, rate, count, accuracy, percent, ranges @ ..] = figures;
    let [unit_low, unit_expected, unit_high, low, expected, high, parts @ ..] = ranges;
    let [base_low, base_expected, base_high, size_low, size_expected, size_high] = parts;
    let rated = operation.rated(place.combination, place.band, place.count, 0)?;
    *combination = f64::from(u32::try_from(place.combination).ok()?);
    *rate = f64::from(rated.cell.rate);
    *count = exact(place.count);
    *accuracy = rated.accuracy.number();
    *percent = rated.size.map_or(-1.0, |(percent, _)| percent.to_number());
    write(rated.unit, [unit_low, unit_expected, unit_high]);
    write(rated.total, [low, expected, high]);
    if let Some((_, size)) = rated.size {
        write(rated.base, [base_low, base_expected, base_high]);
        write(size, [size_low, size_expected, size_high]);
    }
    Some(rated)
}

#[inline(always)]
pub(super) fn write(range: Range, [low, expected, high]: [&mut f64; 3]) {
    (*low, *expected, *high) = (range.low.to_number(), range.expected.to_number(), range.high.to_number());
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a card's greatest count and area are exact as numbers"
)]
#[inline(always)]
pub(super) fn exact(whole: u64) -> f64 {
    // With a sign, which it never has, because that is one instruction.
    whole.cast_signed() as f64
}
