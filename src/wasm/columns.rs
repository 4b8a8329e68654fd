//! Rows given as columns: the fast lane for a million items of one operation.
//!
//! Four rows at a time, in vectors. What is compared are whole numbers of 32 bits; what is multiplied are floats, all of them
//! whole and exact: an area is at most 10^12, a count below 2^53, an amount at most 10^12 millicredits, and so the sum of a
//! block's amounts below 2^53. A product beyond that is inexact, and is refused because it is more than any amount.

use core::arch::wasm32::{
    f64x2, f64x2_add, f64x2_convert_low_i32x4, f64x2_div, f64x2_eq, f64x2_extract_lane, f64x2_gt, f64x2_le, f64x2_mul,
    f64x2_pmax, f64x2_splat, i32x4, i32x4_add, i32x4_gt, i32x4_lt, i32x4_mul, i32x4_shuffle, i32x4_splat, i32x4_sub,
    i64x2_all_true, i64x2_shuffle, u32x4_extract_lane, u32x4_splat, v128, v128_and, v128_any_true, v128_or,
};

use zerocopy::transmute;

use super::lane::{Lane, ROWS, TOTAL, exact, write};
use crate::{
    card::{RateCard, operation::Operation},
    credits::{Credits, Range},
    value::rounded,
};

/// Rows of a group: as many as a vector has numbers.
const GROUP: usize = 4;

/// Groups of a block, and pairs of rows.
const GROUPS: usize = ROWS / GROUP;
const PAIRS: usize = ROWS / 2;

/// What one output costs, in millicredits: low and expected, then high twice.
pub(super) type Unit = [v128; 2];

impl Lane {
    /// Rates a block of at most [`ROWS`] rows. The slots are a run of [`ROWS`] for each of the operation's fields; what
    /// follows the last row is rated up to a whole group, and not counted. The figures begin with the total of all blocks
    /// since `first`, NaN beyond the largest amount; three runs follow, low, expected and high.
    ///
    /// Answers whether every row has a price.
    pub fn rate_rows(&mut self, card: &RateCard, operation: usize, rows: usize, first: bool) -> bool {
        let Some(operation) = card.operations.get(operation) else { return false };
        if first {
            self.begin(operation);
        }
        self.rate_block(operation, rows).is_some()
    }

    #[target_feature(enable = "simd128")]
    fn begin(&mut self, operation: &Operation) {
        self.sum = Some(Range::ZERO);
        self.units.clear();
        for rate in &operation.rates {
            // The last is for what is larger than every band. There, and where it is not to be had, the price is no number.
            for band in 0..=operation.bands.len() {
                let [low, expected, high] = rate.units.get(band).map_or([f64::NAN; 3], Range::millicredits);
                self.units.push([f64x2(low, expected), f64x2_splat(high)]);
            }
        }
    }

    #[target_feature(enable = "simd128")]
    fn rate_block(&mut self, operation: &Operation, rows: usize) -> Option<()> {
        let (columns, _) = self.slots.as_chunks::<GROUP>();
        let (total, runs) = self.figures.split_first_chunk_mut::<TOTAL>()?;
        let (runs, _) = runs.as_chunks_mut::<2>();
        let runs = runs.first_chunk_mut::<{ 3 * PAIRS }>()?;
        let units = self.units.as_slice();
        let one = f64x2_splat(1.0);
        let thousand = f64x2_splat(Credits::ONE.exact());
        let mut wrong = i32x4_splat(0);
        let [mut low_sum, mut expected_sum, mut high_sum, mut highest] = [f64x2_splat(0.0); 4];
        let mut left = rows;
        for group in 0..rows.div_ceil(GROUP).min(GROUPS) {
            let mut at = group;
            let mut combination = i32x4_splat(0);
            for choice in &operation.choices {
                let options: v128 = transmute!(*columns.get(at)?);
                at = at.wrapping_add(GROUPS);
                wrong = v128_or(wrong, outside(options, 0, whole(choice.options.len()).wrapping_sub(1)));
                combination = i32x4_add(combination, i32x4_mul(options, u32x4_splat(whole(choice.stride))));
            }
            let [mut area, mut next_area, mut count, mut next_count] = [one; 4];
            if left < GROUP {
                let counted = i32x4_gt(u32x4_splat(whole(left)), i32x4(0, 1, 2, 3));
                let counted = v128_and(counted, i32x4_splat(1));
                (count, next_count) = (f64x2_convert_low_i32x4(counted), f64x2_convert_high(counted));
            }
            left = left.wrapping_sub(GROUP);
            for (index, number) in operation.numbers.iter().enumerate() {
                let values: v128 = transmute!(*columns.get(at)?);
                at = at.wrapping_add(GROUPS);
                wrong = v128_or(wrong, outside(values, number.min, number.max));
                let (values, next_values) = (f64x2_convert_low_i32x4(values), f64x2_convert_high(values));
                if operation.is_side(index) {
                    (area, next_area) = (f64x2_mul(area, values), f64x2_mul(next_area, next_values));
                } else {
                    (count, next_count) = (f64x2_mul(count, values), f64x2_mul(next_count, next_values));
                }
            }
            let mut band = i32x4_splat(0);
            for limit in &operation.bands {
                let limit = f64x2_splat(exact(limit.up_to_pixels));
                let [passed, next_passed] = [f64x2_gt(area, limit), f64x2_gt(next_area, limit)];
                // What is true is -1.
                band = i32x4_sub(band, i32x4_shuffle::<0, 2, 4, 6>(passed, next_passed));
            }
            // Written out for both pairs of rows: a number is taken from a vector by a constant index.
            macro_rules! price {
                ($pair:expr, $first:literal, $second:literal, $count:expr) => {
                    let &[one, one_high] = unit(
                        operation,
                        units,
                        u32x4_extract_lane::<$first>(combination),
                        u32x4_extract_lane::<$first>(band),
                    )?;
                    let &[other, other_high] = unit(
                        operation,
                        units,
                        u32x4_extract_lane::<$second>(combination),
                        u32x4_extract_lane::<$second>(band),
                    )?;
                    let low = f64x2_mul(i64x2_shuffle::<0, 2>(one, other), $count);
                    let expected = f64x2_mul(i64x2_shuffle::<1, 3>(one, other), $count);
                    let high = f64x2_mul(i64x2_shuffle::<0, 2>(one_high, other_high), $count);
                    low_sum = f64x2_add(low_sum, low);
                    expected_sum = f64x2_add(expected_sum, expected);
                    high_sum = f64x2_add(high_sum, high);
                    highest = f64x2_pmax(highest, high);
                    let pair = group.wrapping_mul(2).wrapping_add($pair);
                    *runs.get_mut(pair)? = transmute!(f64x2_div(low, thousand));
                    *runs.get_mut(pair.wrapping_add(PAIRS))? = transmute!(f64x2_div(expected, thousand));
                    *runs.get_mut(pair.wrapping_add(2 * PAIRS))? = transmute!(f64x2_div(high, thousand));
                };
            }
            price!(0, 0, 1, count);
            price!(1, 2, 3, next_count);
        }
        // What is no number is never the highest; but a sum that it is in is none either.
        let amounts = f64x2_le(highest, f64x2_splat(Credits::MAX.exact()));
        if v128_any_true(wrong) || !i64x2_all_true(v128_and(amounts, f64x2_eq(high_sum, high_sum))) {
            return None;
        }
        let both = |sums: v128| rounded(f64x2_extract_lane::<0>(f64x2_add(sums, i64x2_shuffle::<1, 0>(sums, sums))));
        let block = Range::from_millicredits([both(low_sum), both(expected_sum), both(high_sum)]);
        self.sum = self.sum.zip(block).and_then(|(before, block)| before.plus_price(block));
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

/// Which of four numbers are below `min` or above `max`. What is 2^31 or more is negative here, and so below.
#[target_feature(enable = "simd128")]
fn outside(values: v128, min: u32, max: u32) -> v128 {
    v128_or(i32x4_lt(values, u32x4_splat(min)), i32x4_gt(values, u32x4_splat(max)))
}

/// The last two of four numbers as floats: there is an instruction for the first two only.
#[target_feature(enable = "simd128")]
fn f64x2_convert_high(values: v128) -> v128 {
    f64x2_convert_low_i32x4(i64x2_shuffle::<1, 1>(values, values))
}

/// What one output costs with these options and in this band.
#[inline(always)]
fn unit<'u>(operation: &Operation, units: &'u [Unit], combination: u32, band: u32) -> Option<&'u Unit> {
    let rate = operation.cells.get(usize::try_from(combination).ok()?)?.rate;
    let first = usize::from(rate).wrapping_mul(operation.bands.len().wrapping_add(1));
    units.get(first.wrapping_add(usize::try_from(band).ok()?))
}

/// A size in the module's memory, of 32 bits.
#[inline(always)]
fn whole(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
