//! Every limit, named, with its unit and reason. Checks and messages derive from these, so they cannot disagree.

/// Millicredits in a credit: an amount has at most three decimals.
pub const MILLICREDITS_PER_CREDIT: i64 = 1_000;

/// No amount exceeds this, in credits. Far below 2^53 millicredits, so that every amount is exact as a JavaScript number.
pub const AMOUNT_CREDITS: i64 = 1_000_000_000;

/// The same limit in millicredits.
pub const AMOUNT_MILLICREDITS: i64 = AMOUNT_CREDITS * MILLICREDITS_PER_CREDIT;

/// The dearest price of a rate, in credits.
pub const PRICE_CREDITS: i64 = 1_000_000;

/// The largest size surcharge, in percent.
pub const PERCENT: i64 = 10_000;

/// The largest count of outputs, so that a count is exact as a JavaScript number.
pub const OUTPUTS: u64 = (1 << 53) - 1;

/// Items in a plan.
pub const ITEMS: usize = 500;

/// The greatest quantity of an item.
pub const QUANTITY: u32 = 10_000;

/// Free units left in a pool, as an account may state them.
pub const FREE_UNITS: u32 = 1_000_000_000;

/// The greatest `max` of a count field.
pub const COUNT: u32 = 1_000_000_000;

/// The longest side of a size, in pixels; its square still fits [`PIXELS`].
pub const SIDE_PIXELS: u32 = 1_000_000;

/// The greatest area of a size band, in pixels.
pub const PIXELS: u64 = 1_000_000_000_000;

/// The highest rank of a rate.
pub const RANK: u32 = 10;

/// Faults that are listed of one document. A document of the greatest size could have a hundred thousand.
pub const FAULTS: usize = 5_000;

/// Unknown names for which what would be right is looked for, which costs far more than the fault.
pub const SUGGESTIONS: usize = 500;

/// The version of the card format that this crate reads.
pub const CARD_FORMAT: u32 = 1;

/// The length of a card's text, in bytes: 1 MiB.
pub const CARD_TEXT_BYTES: usize = 1 << 20;

/// Operations in a card.
pub const OPERATIONS: usize = 64;

/// Choices in an operation.
pub const CHOICES: usize = 16;

/// Options in a choice.
pub const OPTIONS: usize = 256;

/// Count fields in an operation.
pub const COUNTS: usize = 16;

/// Size bands in an operation.
pub const BANDS: usize = 64;

/// Rates in an operation.
pub const RATES: usize = 4_096;

/// Combinations of options in an operation: the rows of its compiled table.
pub const COMBINATIONS: usize = 100_000;

/// Tiers in a card: one bit each in a compiled cell.
pub const TIERS: usize = 32;

/// Features that a tier names.
pub const FEATURES: usize = 64;

/// The most requests a minute that a tier may name.
pub const REQUESTS_PER_MINUTE: u32 = 1_000_000_000;

/// Exclusions in a tier.
pub const EXCLUSIONS: usize = 1_024;

/// Pools of free units in a card.
pub const POOLS: usize = 64;

/// Templates in a card.
pub const TEMPLATES: usize = 256;

/// Characters in an id or a field's name.
pub const NAME_CHARACTERS: usize = 100;

/// Characters in a title, note or reason.
pub const TEXT_CHARACTERS: usize = 1_000;
