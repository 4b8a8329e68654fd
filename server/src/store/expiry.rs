//! Holds whose time is over are released, so that no credits stay held by work that was never finished.

use std::time::Duration;

use super::{Operation, Store, StoreFault};

/// How often holds are looked at. A capture looks at the time by itself, so this only decides when credits come back.
const PERIOD: Duration = Duration::from_secs(1);
/// Holds that are expired together.
const PAGE: i64 = 256;

impl Store {
    /// Expires holds until the task is dropped. Every server of a ledger may do so, because a hold expires once.
    pub async fn expire_holds(self) {
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            period.tick().await;
            if let Err(fault) = self.expire_due().await {
                tracing::warn!(%fault, "expired holds could not be released; they will be");
            }
        }
    }

    /// Expires what is due.
    async fn expire_due(&self) -> Result<(), StoreFault> {
        loop {
            let holds = self.readers.due(PAGE).await?;
            let whole_page = i64::try_from(holds.len()) == Ok(PAGE);
            let mut expiring = tokio::task::JoinSet::new();
            for (account_id, hold_id) in holds {
                let store = self.clone();
                expiring.spawn(async move { store.run(Operation::Expire { account_id, hold_id }).await });
            }
            while let Some(expired) = expiring.join_next().await {
                expired.map_err(|error| StoreFault::Unavailable(error.to_string()))??;
            }
            if !whole_page {
                return Ok(());
            }
        }
    }
}
