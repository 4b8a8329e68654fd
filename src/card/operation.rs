//! One operation, compiled: dense tables, so that rating is a look-up and integer arithmetic.

use alloc::{string::String, vec::Vec};

use crate::{
    credits::{Credits, Percent, Range},
    estimate::Accuracy,
    limits::{COMBINATIONS, QUANTITY},
    text::put,
};

/// No pool of free units.
pub(crate) const NO_POOL: u16 = u16::MAX;

/// What can be done, and what it costs in every combination of its options.
pub(crate) struct Operation {
    pub id: String,
    pub title: String,
    pub choices: Vec<Choice>,
    /// The whole-number fields: the quantity, then width and height if it has a size, then its counts.
    pub numbers: Vec<Number>,
    /// Empty when it has no size.
    pub bands: Vec<Band>,
    pub accuracy: Accuracy,
    pub rates: Vec<Rate>,
    /// A row for every combination of options; the last choice varies fastest.
    pub cells: Vec<Cell>,
    /// Whether it was read without a fault, so that plans can be checked against it.
    pub sound: bool,
}

/// A field with named options.
pub(crate) struct Choice {
    pub name: String,
    pub title: String,
    pub options: Vec<ChoiceOption>,
    pub default: Option<u32>,
    pub substitutable: bool,
    /// How far apart two neighbouring options are in the cells.
    pub stride: usize,
}

pub(crate) struct ChoiceOption {
    pub id: String,
    pub title: String,
}

/// A field with a whole number.
pub(crate) struct Number {
    pub name: String,
    pub default: Option<u32>,
    pub min: u32,
    pub max: u32,
}

#[cfg(all(target_family = "wasm", feature = "module"))]
impl Choice {
    /// An option by its index, if there is one.
    #[inline(always)]
    pub fn option(&self, index: i32) -> Option<u32> {
        // What is negative is no index, and becomes a greater number than there are options.
        let index = index.cast_unsigned();
        usize::try_from(index).is_ok_and(|index| index < self.options.len()).then_some(index)
    }
}

/// What an item asks for: the combination of its options, the area of one output, and how many outputs.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub combination: usize,
    pub pixels: u64,
    pub count: u64,
}

impl Asked {
    /// The first combination, and one output of one pixel: options and numbers are still to come.
    pub const NOTHING: Self = Self { combination: 0, pixels: 1, count: 1 };

    #[inline(always)]
    pub fn choose(&mut self, choice: &Choice, option: u32) {
        // An option is one of its choice's, so that this is a row of the table, of which there are few.
        let offset = choice.stride.wrapping_mul(usize::try_from(option).unwrap_or(usize::MAX));
        self.combination = self.combination.wrapping_add(offset);
    }

    /// Takes a number: a side says how large an output is, the others say how many there are.
    ///
    /// A card whose greatest numbers would ask for more than an exact count was refused, and two sides of 32 bits have
    /// an area of 64, so neither can wrap.
    #[inline(always)]
    pub fn multiply(&mut self, is_side: bool, value: u32) {
        let product = if is_side { &mut self.pixels } else { &mut self.count };
        *product = product.wrapping_mul(value.into());
    }
}

impl Number {
    /// How many times an item is done; every operation has it.
    pub fn quantity() -> Self {
        Self { name: "quantity".into(), default: Some(1), min: 1, max: QUANTITY }
    }

    /// A value within bounds.
    #[cfg(all(target_family = "wasm", feature = "module"))]
    #[inline(always)]
    pub fn value(&self, value: i32) -> Option<u32> {
        // What is negative, or below the least, becomes greater than any bound.
        let value = value.cast_unsigned();
        (value.wrapping_sub(self.min) <= self.max.wrapping_sub(self.min)).then_some(value)
    }
}

pub(crate) struct Band {
    pub up_to_pixels: u64,
    pub percent: Percent,
}

pub(crate) struct Rate {
    /// Its price, or the reason why there is none.
    pub price: Result<Range, String>,
    /// The price and its size surcharge, in each band; one element when the operation has no size.
    pub units: Vec<Range>,
    pub rank: u32,
    pub accuracy: Option<Accuracy>,
    pub note: Option<String>,
}

/// What is known of one combination of options.
#[derive(Clone, Copy)]
pub(crate) struct Cell {
    /// The index of the winning rate.
    pub rate: u16,
    /// The index of the first matching pool of free units, or [`NO_POOL`].
    pub pool: u16,
    /// A bit for each tier that may not use it.
    pub excluded: u32,
}

/// The options that a `when` allows in each choice; `None` allows any.
pub(crate) struct When(pub Vec<Option<Vec<u32>>>);

impl Operation {
    /// How many combinations of options there are, or `None` beyond the limit.
    pub fn combinations(choices: &[Choice]) -> Option<usize> {
        choices.iter().try_fold(1_usize, |product, choice| {
            product.checked_mul(choice.options.len()).filter(|&product| product <= COMBINATIONS)
        })
    }

    #[inline(always)]
    pub fn has_size(&self) -> bool {
        !self.bands.is_empty()
    }

    /// Whether a number is a side of the size.
    #[inline(always)]
    pub fn is_side(&self, number: usize) -> bool {
        self.has_size() && (1..3).contains(&number)
    }

    /// What these options, one for each choice, and these numbers ask for.
    pub fn asked(&self, options: &[u32], numbers: &[u32]) -> Asked {
        let mut asked = Asked::NOTHING;
        for (choice, &option) in self.choices.iter().zip(options) {
            asked.choose(choice, option);
        }
        for (index, &value) in numbers.iter().enumerate() {
            asked.multiply(self.is_side(index), value);
        }
        asked
    }

    /// The option of a choice in a combination.
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub fn option_in(&self, combination: usize, choice: usize) -> u32 {
        let Some(choice) = self.choices.get(choice) else { return 0 };
        let position = combination.checked_div(choice.stride).and_then(|index| index.checked_rem(choice.options.len()));
        position.and_then(|position| u32::try_from(position).ok()).unwrap_or(0)
    }

    /// The option of a choice in a combination, itself.
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub fn chosen(&self, combination: usize, choice: usize) -> Option<&ChoiceOption> {
        let option = usize::try_from(self.option_in(combination, choice)).ok()?;
        self.choices.get(choice)?.options.get(option)
    }

    /// The combination that differs from this one in one choice.
    pub fn combination_with(&self, combination: usize, choice: usize, option: u32) -> usize {
        let Some(stride) = self.choices.get(choice).map(|choice| choice.stride) else { return combination };
        let offset = |option: u32| stride.saturating_mul(usize::try_from(option).unwrap_or(usize::MAX));
        combination.saturating_sub(offset(self.option_in(combination, choice))).saturating_add(offset(option))
    }

    /// The band of an area; `None` past the last, and the first without a size.
    #[inline(always)]
    pub fn band(&self, pixels: u64) -> Option<usize> {
        // Counting has no branch for a processor to guess wrong; an iterator's count would be a call in the module.
        let mut passed = 0_usize;
        for band in &self.bands {
            passed = passed.wrapping_add(usize::from(pixels > band.up_to_pixels));
        }
        (passed < self.bands.len() || !self.has_size()).then_some(passed)
    }

    #[inline(always)]
    pub fn cell(&self, combination: usize) -> Option<(Cell, &Rate)> {
        let cell = *self.cells.get(combination)?;
        self.rates.get(usize::from(cell.rate)).map(|rate| (cell, rate))
    }

    /// What one output costs there; `None` where it is unavailable.
    #[inline(always)]
    pub fn unit(&self, combination: usize, band: usize) -> Option<Range> {
        self.cell(combination)?.1.units.get(band).copied()
    }

    /// What `count` outputs cost there; `None` where that is unavailable, or beyond the limit of amounts.
    #[inline(always)]
    pub fn price(&self, combination: usize, band: usize, count: u64) -> Option<Range> {
        self.unit(combination, band)?.price_times(count)
    }

    /// The title of an item: the operation's, then each chosen option's.
    pub fn item_title(&self, combination: usize) -> String {
        let mut title = String::new();
        put(&mut title, &self.title);
        for index in 0..self.choices.len() {
            if let Some(option) = self.chosen(combination, index) {
                put(&mut title, " · ");
                put(&mut title, &option.title);
            }
        }
        title
    }

    /// Calls `visit` with every combination that a `when` matches, in the card's order.
    pub fn for_each_match(&self, when: &When, visit: &mut dyn FnMut(usize)) {
        self.matches_from(when, 0, 0, visit);
    }

    fn matches_from(&self, when: &When, depth: usize, combination: usize, visit: &mut dyn FnMut(usize)) {
        let Some(choice) = self.choices.get(depth) else { return visit(combination) };
        let mut with = |option: u32| {
            let offset = choice.stride.saturating_mul(usize::try_from(option).unwrap_or(usize::MAX));
            self.matches_from(when, depth.saturating_add(1), combination.saturating_add(offset), visit);
        };
        if let Some(Some(options)) = when.0.get(depth) {
            for &option in options {
                with(option);
            }
        } else {
            for option in 0..u32::try_from(choice.options.len()).unwrap_or(0) {
                with(option);
            }
        }
    }
}

impl Rate {
    /// The unit price in each band: the price, and its surcharge rounded up to the step.
    pub fn compile(&mut self, bands: &[Band], step: Credits) {
        let Ok(price) = self.price else { return };
        let none = [Band { up_to_pixels: u64::MAX, percent: Percent::default() }];
        let bands = if bands.is_empty() { &none } else { bands };
        // A price and a surcharge at their limits are a tenth of the largest amount, so neither step can fail.
        for band in bands {
            let unit = price.surcharge(band.percent, step).and_then(|extra| price.plus_price(extra));
            self.units.push(unit.unwrap_or(Range::exact(Credits::MAX)));
        }
    }
}
