//! `pricetag serve`: everything that can fail comes before the first key is shown; then it serves until it is told to stop.

use std::{
    error::Error,
    io::Write,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::Args;
use pricetag::{RateCard, Tier};
use tokio::net::TcpListener;
use tracing::level_filters::LevelFilter;

use super::{Ended, Ending, key::new_key};
use crate::{
    http::{App, router},
    key::{Key, Scopes, random_hex},
    store::{Database, NewAccount, Operation, Store, Writer},
};

/// How long connections may take to end after a signal. What the writer was given is carried out in any case.
const GRACE: Duration = Duration::from_secs(10);

/// Serve the page and the API.
///
/// The first start makes the database, an account to try with, and a key, and says how to use them.
#[derive(Args)]
pub struct Serve {
    /// The port; 0 takes a free one
    #[arg(long, env = "PRICETAG_PORT", default_value_t = 8787)]
    port: u16,
    /// The address to listen on
    #[arg(long, env = "PRICETAG_HOST", default_value = "127.0.0.1")]
    host: IpAddr,
    /// The ledger's file
    #[arg(long, value_name = "FILE", env = "PRICETAG_DATABASE", default_value = "pricetag.db")]
    database: PathBuf,
    /// The rate card, TOML or JSON; without it the built-in one
    #[arg(long, value_name = "FILE", env = "PRICETAG_CARD")]
    card: Option<PathBuf>,
    /// The tier of the first account; without it the card's second one, or its only one
    #[arg(long, env = "PRICETAG_TIER")]
    tier: Option<String>,
    /// How much to log on standard error: off, error, warn, info, debug, trace
    #[arg(long, value_name = "LEVEL", env = "PRICETAG_LOG", default_value = "warn")]
    log: LevelFilter,
}

impl Serve {
    pub fn run(&self) -> Ended {
        tracing_subscriber::fmt()
            .with_max_level(self.log)
            .with_writer(std::io::stderr)
            .with_ansi(anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never)
            .init();
        let card = super::card(self.card.as_deref())?;
        let runtime = tokio::runtime::Runtime::new()?;
        let served = runtime.block_on(self.serve(card));
        // Connections that outlived the grace time end here, and with them the last handles on the writer's queue.
        runtime.shutdown_timeout(GRACE);
        served?.finish();
        Ok(Ending::Answered)
    }

    async fn serve(&self, card: RateCard) -> Result<Writer, Box<dyn Error>> {
        let address = SocketAddr::new(self.host, self.port);
        let listener = TcpListener::bind(address).await.map_err(|error| listening(address, &error))?;
        let base = format!("http://{}", listener.local_addr()?);
        let mut database = Database::open_to_serve(&self.database)?;
        publish(&mut database, &card)?;
        let first = self.first_start(&mut database, &card)?;
        let stop = stop_signal()?;
        let (store, writer) = Store::start(database)?;
        let app = App::new(card, store);
        // Nothing fails from here on, so a key that is shown is a key that works.
        self.greet(&base, &app, first.as_ref());
        until(stop, listener, app).await;
        Ok(writer)
    }

    /// The first account and its key, when there is no account yet.
    fn first_start(&self, database: &mut Database, card: &RateCard) -> Result<Option<FirstAccount>, Box<dyn Error>> {
        let accounts = database.accounts()?;
        let unknown = accounts.iter().find(|(_, tier)| !card.tiers().iter().any(|known| known.id == *tier));
        if let Some((account, tier)) = unknown {
            return Err(format!("the account {account} has the tier `{tier}`, which this card has not").into());
        }
        let Some(tier) = self.first_tier(card)? else { return Ok(None) };
        if !accounts.is_empty() {
            return Ok(None);
        }
        let account_id = format!("acct_{}", random_hex::<8>());
        let key = Key::generate();
        let account = Operation::OpenAccount(NewAccount {
            account_id: account_id.clone(),
            tier: tier.id.clone(),
            grant_millicredits: tier.monthly_credits.map_or(0, pricetag::Credits::millicredits),
        });
        let key_operation = new_key(&key, account_id.clone(), Scopes::browser(), None);
        carry_out(database, &[account, key_operation])?;
        let credits = tier.monthly_credits.map_or_else(|| "unlimited".into(), |credits| credits.to_string());
        Ok(Some(FirstAccount { account_id, tier: tier.id.clone(), credits, key }))
    }

    /// The tier of the first account: chosen by its place in the card, because no tier's name stands in code.
    fn first_tier<'c>(&self, card: &'c RateCard) -> Result<Option<&'c Tier>, String> {
        let tiers = card.tiers();
        match &self.tier {
            None => Ok(tiers.get(1).or_else(|| tiers.first())),
            Some(wanted) => tiers.iter().find(|tier| tier.id == *wanted).map(Some).ok_or_else(|| {
                let known: Vec<&str> = tiers.iter().map(|tier| tier.id.as_str()).collect();
                format!("the card has no tier `{wanted}`; it has {}", known.join(", "))
            }),
        }
    }

    fn greet(&self, base: &str, app: &App, first: Option<&FirstAccount>) {
        let place = format!(
            "Pricetag is at {base}/\n  card      {}\n  database  {}\n",
            app.card_name(),
            self.database.display()
        );
        let access = if let Some(FirstAccount { account_id, tier, credits, key }) = first {
            format!(
                "\nAn account to try with: {account_id}, tier {tier}, {credits} credits.\n  \
                 page      {base}/#key={key}\n  \
                 curl      curl -H 'Authorization: Bearer {key}' {base}/v1/account\n\
                 This key is shown only now; `pricetag key new` makes another.\n",
                key = key.reveal(),
            )
        } else {
            "  a key     `pricetag key new` makes one\n".into()
        };
        // The server serves even if nobody reads this.
        let mut output = anstream::stdout().lock();
        let _ = output.write_all((place + &access).as_bytes()).and_then(|()| output.flush());
    }
}

struct FirstAccount {
    account_id: String,
    tier: String,
    credits: String,
    key: Key,
}

fn publish(database: &mut Database, card: &RateCard) -> Result<(), Box<dyn Error>> {
    let body = serde_json::to_string(card.document())?;
    carry_out(database, &[Operation::PublishCard { fingerprint: card.fingerprint().into(), body }])
}

fn carry_out(database: &mut Database, operations: &[Operation]) -> Result<(), Box<dyn Error>> {
    for answer in database.commit(operations) {
        answer?;
    }
    Ok(())
}

/// Serves until the signal, and then until the connections have ended or the grace time has.
async fn until(stop: impl Future<Output = ()> + Send + 'static, listener: TcpListener, app: App) {
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let signal = async move {
        stop.await;
        tracing::info!("stopping");
        let _ = stopping.send(());
    };
    let serving = axum::serve(listener, router(app)).with_graceful_shutdown(signal);
    let grace = async move {
        let _ = stopped.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        _ = serving => {}
        () = grace => tracing::warn!("connections were still open after {} seconds", GRACE.as_secs()),
    }
}

#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn listening(address: SocketAddr, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("port {} is taken on {}; choose another with --port", address.port(), address.ip())
        }
        std::io::ErrorKind::AddrNotAvailable => format!("{} is not an address of this machine", address.ip()),
        std::io::ErrorKind::PermissionDenied => format!("port {} needs more rights than this user has", address.port()),
        _ => format!("cannot listen on {address}: {error}"),
    }
}
