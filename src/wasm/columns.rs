//! Rows given as columns: the fast lane for a million items of one operation.
//!
//! A block of rows is read column after column, each in a loop of its own over one array, which is what makes it fast.

use super::lane::{Lane, ROWS, TOTAL, option, value, write};
use crate::{
    card::{
        RateCard,
        operation::{Asked, Operation},
    },
    credits::Range,
};

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
        self.rows.resize(rows.min(ROWS), Asked::NOTHING);
        let block = self.rows.as_mut_slice();
        let mut columns = self.slots.chunks_exact(ROWS);
        for choice in &operation.choices {
            for (row, &slot) in block.iter_mut().zip(columns.next()?) {
                row.choose(choice, option(choice, slot)?);
            }
        }
        for (index, number) in operation.numbers.iter().enumerate() {
            let column = columns.next()?;
            if operation.is_side(index) {
                for (row, &slot) in block.iter_mut().zip(column) {
                    row.multiply(true, value(number, slot)?);
                }
            } else {
                for (row, &slot) in block.iter_mut().zip(column) {
                    row.multiply(false, value(number, slot)?);
                }
            }
        }
        let (total, runs) = self.figures.split_at_mut_checked(TOTAL)?;
        let (low, runs) = runs.split_at_mut_checked(ROWS)?;
        let (expected, high) = runs.split_at_mut_checked(ROWS)?;
        let mut sum = [0_i64; 3];
        for (((row, low), expected), high) in block.iter().zip(low).zip(expected).zip(high) {
            let price = operation.price(row.combination, operation.band(row.pixels)?, row.count)?;
            for ((sum, figure), into) in sum.iter_mut().zip(price.figures()).zip([low, expected, high]) {
                // A block's amounts add up to far less than an i64 holds.
                *sum = sum.wrapping_add(figure.millicredits());
                *into = figure.to_number();
            }
        }
        self.sum = self.sum.plus(Range::from_millicredits(sum)?)?;
        write(self.sum, total.first_chunk_mut()?);
        Some(())
    }
}
