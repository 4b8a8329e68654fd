//! A capture after the hold expired: what went back to the account must still be there.

use pricetag::RateCard;

use super::{Account, Settled, free_units_left_in, is_unlimited};
use crate::clock::Millis;

/// How long after its expiry a hold may still be captured: a day.
pub const LATE_MS: Millis = 24 * 60 * 60 * 1_000;

/// What a late capture lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// Millicredits.
    pub short_by: i64,
    /// Free units by pool.
    pub free_units_short: Vec<(String, u64)>,
    /// The account as it stood.
    pub account: Account,
}

/// Whether an account covers a late capture of a hold that was placed in a month: the credits, and the free units of that
/// month. Answers whether its tier has no limit.
pub fn cover_late(card: &RateCard, settled: &Settled, account: &Account, month: &str) -> Result<bool, Box<Late>> {
    let unlimited = is_unlimited(card, account);
    let short_by = if unlimited { 0 } else { (settled.charge - account.available()).max(0) };
    let left = free_units_left_in(card, account, month);
    let missing = |(pool, units): &(String, u64)| {
        let left = left.iter().find(|(id, _)| id == pool).map_or(0, |(_, left)| *left);
        (*units > left).then(|| (pool.clone(), units - left))
    };
    let free_units_short: Vec<_> = settled.free_units.iter().filter_map(missing).collect();
    if short_by == 0 && free_units_short.is_empty() {
        return Ok(unlimited);
    }
    Err(Box::new(Late { short_by, free_units_short, account: account.clone() }))
}
