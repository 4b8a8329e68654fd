//! The card in force: the one that was published last, by a server's `--card` or by `pricetag card publish`.

use std::{error::Error, path::Path};

use pricetag::RateCard;

use crate::store::{Operation, Store};

/// The card that a server starts with: its file's, which is published by that, unless it was before; then the one in force
/// stays, so that a server that starts again, or one more, does not take back what was published since. In a new ledger
/// without a file it is the built-in one.
pub async fn first(store: &Store, file: Option<&Path>) -> Result<RateCard, Box<dyn Error>> {
    let card = super::card(file)?;
    let known = store.card(card.fingerprint()).await?.is_some();
    let newest = if known || file.is_none() { newest(store).await? } else { None };
    let Some(newest) = newest else {
        publish(store, &card).await?;
        return Ok(card);
    };
    if file.is_some() && newest.fingerprint() != card.fingerprint() {
        tracing::warn!(
            in_force = format!("{} {}", newest.id(), newest.version()),
            "the card of --card was replaced by a later one; SIGHUP or `pricetag card publish` puts it in force again"
        );
    }
    Ok(newest)
}

/// The card that was published last.
pub async fn newest(store: &Store) -> Result<Option<RateCard>, Box<dyn Error>> {
    let Some(fingerprint) = store.newest_card().await? else { return Ok(None) };
    let body = store.card(&fingerprint).await?.ok_or("the card in force is not there")?;
    let card = RateCard::from_json(&body).map_err(|faults| format!("the card in force is not valid: {faults}"))?;
    Ok(Some(card))
}

/// Puts a card in force, if it has every tier that an account has.
pub async fn publish(store: &Store, card: &RateCard) -> Result<(), Box<dyn Error>> {
    let tiers = store.tiers_in_use().await?;
    if let Some(missing) = tiers.iter().find(|tier| !card.tiers().iter().any(|known| known.id == **tier)) {
        return Err(format!("accounts have the tier `{missing}`, which the card {} has not", card.id()).into());
    }
    let body = serde_json::to_string(card.document())?;
    store.run(Operation::PublishCard { fingerprint: card.fingerprint().into(), body }).await?;
    Ok(())
}
