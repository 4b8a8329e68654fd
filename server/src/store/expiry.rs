//! Holds whose time is over are released, so that nobody's credits stay held by work that was never finished.

use std::time::Duration;

use super::{Operation, Store};
use crate::clock::Millis;

/// How often holds are looked at. A capture looks at the time by itself, so this only decides when credits come back.
const PERIOD: Duration = Duration::from_secs(1);
/// Holds that are expired together.
const PAGE: i64 = 256;
/// A hold can be committed this long after its time began, so each look begins this much before the last one's end.
const MARGIN_MS: Millis = 60_000;

impl Store {
    /// Expires holds until the task is dropped. Every server of a ledger may do so: a hold has one outcome.
    pub async fn expire_holds(self) {
        let mut since = 0;
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            period.tick().await;
            match self.expire_from(since).await {
                Ok(last) => since = since.max(last - MARGIN_MS),
                Err(fault) => tracing::warn!(%fault, "expired holds could not be released; they will be"),
            }
        }
    }

    /// Expires what is due, and answers up to which time.
    async fn expire_from(&self, since: Millis) -> Result<Millis, super::StoreFault> {
        let mut last = since;
        loop {
            let due = self.readers.expired(since, PAGE).await?;
            let Some((_, _, newest)) = due.last() else { return Ok(last) };
            last = *newest;
            let whole_page = i64::try_from(due.len()).is_ok_and(|count| count == PAGE);
            let mut expiring = tokio::task::JoinSet::new();
            for (account_id, hold_id, _) in due {
                let store = self.clone();
                expiring.spawn(async move { store.run(Operation::Expire { account_id, hold_id }).await });
            }
            while let Some(expired) = expiring.join_next().await {
                expired.map_err(|error| super::StoreFault::Unavailable(error.to_string()))??;
            }
            if !whole_page {
                return Ok(last);
            }
        }
    }
}
