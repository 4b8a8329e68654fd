//! Rows given as columns: the fast lane for a million items of one operation.
//!
//! A block of rows is read column after column, each in a loop of its own over one array, which is what makes it fast.

use super::lane::{Lane, ROWS, TOTAL, write};
use crate::{
    card::{
        RateCard,
        operation::{Asked, Operation},
    },
    credits::Range,
};

/// A field that has a column. As a value no field can hold it.
const COLUMN: i32 = -2;

impl Lane {
    /// Rates a block of at most [`ROWS`] rows. The slots begin with one for each of the operation's fields: what it is in
    /// every row, or [`COLUMN`]; for each of those a run of [`ROWS`] follows. The figures begin with the total of all blocks
    /// since `first`, NaN beyond the largest amount; three runs follow, low, expected and high.
    ///
    /// Answers whether every row has a price.
    pub fn rate_rows(&mut self, card: &RateCard, operation: usize, rows: usize, first: bool) -> bool {
        if first {
            self.sum = Some(Range::ZERO);
        }
        card.operations.get(operation).and_then(|operation| self.rate_block(operation, rows)).is_some()
    }

    fn rate_block(&mut self, operation: &Operation, rows: usize) -> Option<()> {
        let (choices, numbers) = (operation.choices.iter(), operation.numbers.iter().enumerate());
        let fields = choices.len().checked_add(numbers.len())?;
        let (header, runs) = self.slots.split_at_checked(fields)?;
        let (options, values) = header.split_at_checked(choices.len())?;
        let (choices, numbers) = (choices.zip(options), numbers.zip(values));
        let mut columns = runs.chunks_exact(ROWS);

        let mut common = Asked::NOTHING;
        for (choice, &slot) in choices.clone().filter(|(_, slot)| **slot != COLUMN) {
            common.choose(choice, choice.option(slot)?);
        }
        for ((index, number), &slot) in numbers.clone().filter(|(_, slot)| **slot != COLUMN) {
            common.multiply(operation.is_side(index), number.value(slot)?);
        }
        self.rows.clear();
        self.rows.resize(rows.min(ROWS), common);
        for (choice, _) in choices.filter(|(_, slot)| **slot == COLUMN) {
            for (row, &slot) in self.rows.iter_mut().zip(columns.next()?) {
                row.choose(choice, choice.option(slot)?);
            }
        }
        for ((index, number), _) in numbers.filter(|(_, slot)| **slot == COLUMN) {
            let rows = self.rows.iter_mut().zip(columns.next()?);
            if operation.is_side(index) {
                for (row, &slot) in rows {
                    row.multiply(true, number.value(slot)?);
                }
            } else {
                for (row, &slot) in rows {
                    row.multiply(false, number.value(slot)?);
                }
            }
        }
        self.price_rows(operation)
    }

    fn price_rows(&mut self, operation: &Operation) -> Option<()> {
        let (total, runs) = self.figures.split_first_chunk_mut::<TOTAL>()?;
        let (low, runs) = runs.split_at_mut_checked(ROWS)?;
        let (expected, high) = runs.split_at_mut_checked(ROWS)?;
        // A block's amounts add up to far less than an i64 holds.
        let mut sum = [0_i64; 3];
        for (((row, low), expected), high) in self.rows.iter().zip(low).zip(expected).zip(high) {
            let price = operation.price(row.combination, operation.band(row.pixels)?, row.count)?;
            (*low, *expected, *high) = (price.low.to_number(), price.expected.to_number(), price.high.to_number());
            sum = price.added_to(sum);
        }
        self.sum = self.sum.zip(Range::from_millicredits(sum)).and_then(|(before, block)| before.plus(block));
        match self.sum {
            Some(sum) => {
                let [low, expected, high, _] = total;
                write(sum, [low, expected, high]);
            }
            None => total.fill(f64::NAN),
        }
        Some(())
    }
}
