//! Holds whose time is over are released, so that nobody's credits stay held by work that was never finished.

use std::time::Duration;

use super::{Operation, Store, StoreFault, rows::Due};
use crate::{charge::HOLD_MS_MAX, clock::Millis};

/// How often holds are looked at. A capture looks at the time by itself, so this only decides when credits come back.
const PERIOD: Duration = Duration::from_secs(1);
/// Holds that are expired together.
const PAGE: i64 = 256;
/// A hold can be committed this long after its time began, so each look begins this much before the last one's end.
const MARGIN_MS: Millis = 60_000;
/// Every so many looks, one goes back as far as a hold can last: the database's clock may have been set back, or a commit
/// have taken very long.
const LOOKS_TO_FAR_LOOK: u32 = 300;

impl Store {
    /// Expires holds until the task is dropped. Every server of a ledger may do so: a hold has one outcome.
    pub async fn expire_holds(self) {
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // The first look is at everything.
        let mut seen = 0;
        for look in 1_u32.. {
            period.tick().await;
            let margin = if look % LOOKS_TO_FAR_LOOK == 0 { HOLD_MS_MAX } else { MARGIN_MS };
            match self.expire_since(seen - margin).await {
                Ok(until) => seen = until,
                Err(fault) => tracing::warn!(%fault, "expired holds could not be released; they will be"),
            }
        }
    }

    /// Expires what is due from a time on, and answers until when.
    async fn expire_since(&self, since: Millis) -> Result<Millis, StoreFault> {
        loop {
            let Due { holds, now } = self.readers.due(since, PAGE).await?;
            let whole_page = i64::try_from(holds.len()).is_ok_and(|count| count == PAGE);
            let mut expiring = tokio::task::JoinSet::new();
            for (account_id, hold_id) in holds {
                let store = self.clone();
                expiring.spawn(async move { store.run(Operation::Expire { account_id, hold_id }).await });
            }
            while let Some(expired) = expiring.join_next().await {
                expired.map_err(|error| StoreFault::Unavailable(error.to_string()))??;
            }
            if !whole_page {
                return Ok(now);
            }
        }
    }
}
