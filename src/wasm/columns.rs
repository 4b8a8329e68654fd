//! Rows given as columns: the fast lane for a million items of one operation.
//!
//! A block of rows is read column after column, each in a loop of its own over one array, which is what makes it fast.

use super::lane::{ABSENT, Lane, ROWS, TOTAL, write};
use crate::{
    card::{
        RateCard,
        operation::{Choice, Number, Operation},
    },
    credits::Range,
};

/// What the rows of a block ask for, as far as their columns were read.
#[derive(Clone, Copy)]
pub(super) struct Row {
    combination: usize,
    pixels: u64,
    count: u64,
}

impl Lane {
    /// Rates a block of at most [`ROWS`] rows. In the slots stand the operation's fields, each with a run of [`ROWS`].
    /// The figures begin with the total of all blocks since `first`; three runs follow, low, expected and high.
    ///
    /// Answers whether every row has a price, and the sum too.
    pub fn rate_rows(&mut self, card: &RateCard, operation: usize, rows: usize, first: bool) -> bool {
        if first {
            self.sum = Range::ZERO;
        }
        let rated = card.operations.get(operation).and_then(|operation| self.rate_block(operation, rows));
        rated.is_some()
    }

    fn rate_block(&mut self, operation: &Operation, rows: usize) -> Option<()> {
        self.rows.clear();
        self.rows.resize(rows.min(ROWS), Row { combination: 0, pixels: 1, count: 1 });
        let block = self.rows.as_mut_slice();
        let mut columns = self.slots.chunks_exact(ROWS);
        for choice in &operation.choices {
            read_choice(choice, columns.next()?, block)?;
        }
        for (index, number) in operation.numbers.iter().enumerate() {
            let column = columns.next()?;
            if operation.is_side(index) {
                read_number(number, column, block, |row| &mut row.pixels)?;
            } else {
                read_number(number, column, block, |row| &mut row.count)?;
            }
        }
        let (total, runs) = self.figures.split_at_mut_checked(TOTAL)?;
        let (low, runs) = runs.split_at_mut_checked(ROWS)?;
        let (expected, high) = runs.split_at_mut_checked(ROWS)?;
        for (((row, low), expected), high) in block.iter().zip(low).zip(expected).zip(high) {
            let band = if operation.has_size() { operation.band(row.pixels)? } else { 0 };
            let price = operation.price(row.combination, band, row.count)?;
            self.sum = self.sum.plus(price)?;
            (*low, *expected, *high) = (price.low.to_number(), price.expected.to_number(), price.high.to_number());
        }
        write(self.sum, total.first_chunk_mut()?);
        Some(())
    }
}

fn read_choice(choice: &Choice, column: &[i32], block: &mut [Row]) -> Option<()> {
    for (row, &given) in block.iter_mut().zip(column) {
        let option = if given == ABSENT { choice.default? } else { choice.option(given)? };
        let option = usize::try_from(option).ok()?;
        row.combination = row.combination.wrapping_add(choice.stride.wrapping_mul(option));
    }
    Some(())
}

fn read_number(
    number: &Number,
    column: &[i32],
    block: &mut [Row],
    product: impl Fn(&mut Row) -> &mut u64,
) -> Option<()> {
    for (row, &given) in block.iter_mut().zip(column) {
        let value = if given == ABSENT { number.default? } else { number.value(given)? };
        let product = product(row);
        *product = product.wrapping_mul(value.into());
    }
    Some(())
}
