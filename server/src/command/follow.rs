//! A running server takes the card that is published, and reads its own file again on SIGHUP.

use std::{error::Error, path::Path, time::Duration};

use pricetag::RateCard;

use super::in_force;
use crate::http::App;

/// How soon a card that another process published is in force here.
const PERIOD: Duration = Duration::from_secs(1);

/// Keeps the card of a server the one that was published last. A card that cannot be in force is told in the log, and the
/// last good one stays.
pub async fn follow(app: App, file: Option<&Path>) -> std::io::Result<()> {
    let mut hangups = Hangups::new()?;
    let mut period = tokio::time::interval(PERIOD);
    period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = hangups.next() => match read_again(&app, file).await {
                Ok(()) => tracing::info!(card = app.card_name(), "the card was read again"),
                Err(error) => tracing::error!(%error, "the card was not read again; the last good one stays"),
            },
            _ = period.tick() => if let Err(error) = take_newest(&app).await {
                tracing::error!(%error, "the published card was not taken; the last good one stays");
            },
        }
    }
}

async fn read_again(app: &App, file: Option<&Path>) -> Result<(), Box<dyn Error>> {
    if file.is_none() {
        return Ok(()); // without a file there is nothing to read; what is published is taken anyway
    }
    let card = super::card(file)?;
    in_force::publish(app.store(), &card).await?;
    put(app, card);
    Ok(())
}

async fn take_newest(app: &App) -> Result<(), Box<dyn Error>> {
    let newest = app.store().newest_card().await?;
    if newest.is_none_or(|fingerprint| fingerprint == app.in_force().card.fingerprint()) {
        return Ok(());
    }
    if let Some(card) = in_force::newest(app.store()).await? {
        put(app, card);
        tracing::info!(card = app.card_name(), "another card is in force");
    }
    Ok(())
}

fn put(app: &App, card: RateCard) {
    if card.fingerprint() != app.in_force().card.fingerprint() {
        app.put_card(card);
    }
}

#[cfg(unix)]
struct Hangups(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Hangups {
    fn new() -> std::io::Result<Self> {
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}

#[cfg(not(unix))]
struct Hangups;

#[cfg(not(unix))]
impl Hangups {
    #[allow(clippy::unnecessary_wraps)]
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        std::future::pending::<()>().await;
    }
}
