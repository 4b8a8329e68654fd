//! A capture after the hold expired: the credits that went back to the account must still be there.

use pricetag::RateCard;

use super::{Account, Settled, free_units_left_in, is_unlimited};
use crate::clock::Millis;

/// How long after its expiry a hold may still be captured: a day.
pub const LATE_MS: Millis = 24 * 60 * 60 * 1_000;

/// What a late capture takes beside its credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// Whether the account's tier has no limit.
    pub unlimited: bool,
    /// Free units by pool: at most what is left in the month of the hold. Units that went back may have been used since,
    /// and a month never has more than its units.
    pub free_units: Vec<(String, u64)>,
}

/// The credits that a late capture lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short {
    /// Millicredits.
    pub by: i64,
    /// The account as it stood.
    pub account: Account,
}

/// Whether an account covers a late capture of a hold that was placed in a month.
pub fn cover_late(card: &RateCard, settled: &Settled, account: &Account, month: &str) -> Result<Late, Box<Short>> {
    let unlimited = is_unlimited(card, account);
    if !unlimited && settled.charge > account.available() {
        let by = settled.charge - account.available();
        return Err(Box::new(Short { by, account: account.clone() }));
    }
    let left = free_units_left_in(card, account, month);
    let take = |(pool, units): &(String, u64)| {
        let left = left.iter().find(|(id, _)| id == pool).map_or(0, |(_, left)| *left);
        (pool.clone(), left.min(*units))
    };
    Ok(Late { unlimited, free_units: settled.free_units.iter().map(take).collect() })
}
