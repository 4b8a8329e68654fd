//! The card in force: the one that was published last, by a server's `--card` or by `pricetag card publish`.

use std::{error::Error, path::Path};

use pricetag::RateCard;

use crate::store::{Operation, Store};

/// The card that a server starts with: its file's, which is published by that; else the one that the ledger has in
/// force; and in a new ledger the built-in one.
pub async fn first(store: &Store, file: Option<&Path>) -> Result<RateCard, Box<dyn Error>> {
    let newest = if file.is_none() { newest(store).await? } else { None };
    if let Some(card) = newest {
        return Ok(card);
    }
    let card = super::card(file)?;
    publish(store, &card).await?;
    Ok(card)
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
