//! `pricetag serve`: everything that can fail comes before the first key is shown; then it serves until it is told to stop.

use std::{
    error::Error,
    io::Write,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::{Args, builder::TypedValueParser};
use pricetag::{Code, Fault, Path, RateCard, Step, Tier};
use tokio::net::TcpListener;
use tracing::level_filters::LevelFilter;

use super::{Ended, Ending, follow::follow, in_force, key::new_key, ledger::Ledger};
use crate::{
    charge::{HOLD_SECONDS_MAX, HoldLimits},
    http::{
        App, RequestsPerMinute,
        listen::{self, GRACE},
        router,
    },
    key::{Key, Scopes},
    store::{Answer, NewAccount, Operation, Place, Settings, Store, Writers},
    times,
};

/// The account to try with, the same for servers that start at once on one database.
const FIRST_ACCOUNT: &str = "acct_first";
/// How often what nobody needs any more is dropped.
const TIDY_EVERY: Duration = Duration::from_secs(10);

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
    #[command(flatten)]
    ledger: Ledger,
    /// The rate card to put in force, TOML or JSON, read again on SIGHUP; without it the ledger's, or at first the built-in one
    #[arg(long, value_name = "FILE", env = "PRICETAG_CARD")]
    card: Option<PathBuf>,
    /// Operations that are committed together at most
    #[arg(long, env = "PRICETAG_BATCH", default_value_t = Settings::default().batch, value_parser = counted(1..=4096))]
    batch: usize,
    /// Writers, each with a connection, on PostgreSQL
    #[arg(long, env = "PRICETAG_WRITERS", default_value_t = Settings::default().writers, value_parser = counted(1..=64))]
    writers: usize,
    /// Let a transaction concern one account only, for a PostgreSQL that is spread over machines by account
    #[arg(long, env = "PRICETAG_ONE_ACCOUNT_A_TRANSACTION")]
    one_account_a_transaction: bool,
    /// The tier of the first account; without it the card's second one, or its only one
    #[arg(long, env = "PRICETAG_TIER")]
    tier: Option<String>,
    /// Requests a minute of an account: `card` for what the card says of its tier, a number or `unlimited`; then `tier=N` for a
    /// tier. Calls without a key are counted by address, 600 with `card`
    #[arg(long, value_name = "LIST", env = "PRICETAG_REQUESTS_PER_MINUTE", default_value = "card")]
    requests_per_minute: RequestsPerMinute,
    /// Seconds that a hold lasts at least. A payer who could choose less could take the credits back before the work is done
    #[arg(long, value_name = "SECONDS", env = "PRICETAG_HOLD_MINIMUM", default_value_t = HoldLimits::default().seconds_min,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(HOLD_SECONDS_MAX)))]
    hold_minimum: u32,
    /// Bytes that the holds and charges of an account may store on a UTC day: a number or `unlimited`
    #[arg(long, value_name = "BYTES", env = "PRICETAG_STORED_BYTES_PER_DAY", default_value = "268435456", value_parser = bytes_a_day)]
    stored_bytes_per_day: BytesADay,
    /// Start although the last entry of the ledger is over a day ahead of the clock. An account with such entries stays at
    /// the time of its last one until the clock has passed it
    #[arg(long, env = "PRICETAG_ALLOW_CLOCK_BEHIND")]
    allow_clock_behind: bool,
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
        let runtime = tokio::runtime::Runtime::new()?;
        let served = runtime.block_on(self.serve());
        // Connections that outlived the grace time end here, and with them the last handles on the writers' queues.
        runtime.shutdown_timeout(GRACE);
        served?.finish();
        Ok(Ending::Answered)
    }

    async fn serve(&self) -> Result<Writers, Box<dyn Error>> {
        // A card that is not valid is told before a database is made for it.
        super::card(self.card.as_deref())?;
        let address = SocketAddr::new(self.host, self.port);
        let listener = TcpListener::bind(address).await.map_err(|error| listening(address, &error))?;
        let base = format!("http://{}", listener.local_addr()?);
        let place = self.ledger.place()?;
        let settings =
            Settings { batch: self.batch, writers: self.writers, one_account: self.one_account_a_transaction };
        let (store, writers) = Store::serve(&place, settings).await?;
        self.check_clock(&store).await?;
        let card = in_force::first(&store, self.card.as_deref()).await?;
        let first = self.first_start(&store, &card).await?;
        let stop = stop_signal()?;
        for tier in self.requests_per_minute.tiers().filter(|tier| card.tiers().iter().all(|known| known.id != *tier)) {
            let fault = unknown_tier(&card, "--requests-per-minute", tier);
            tracing::warn!(tier, %fault, "--requests-per-minute names a tier that the card does not have");
        }
        let hold_limits = HoldLimits { seconds_min: self.hold_minimum, bytes_a_day: self.stored_bytes_per_day.0 };
        let expiring = tokio::spawn(store.clone().expire_holds());
        let app = App::new(card, store, &self.requests_per_minute, hold_limits);
        // Nothing fails from here on, so a key that is shown is a key that works.
        let following = follow(app.clone(), self.card.as_deref());
        Self::greet(&base, &place, &app, first.as_ref());
        tokio::select! {
            () = until(stop, listener, app) => {}
            Err(error) = following => return Err(error.into()),
        }
        expiring.abort();
        Ok(writers)
    }

    /// Refuses a ledger that was written with a clock far ahead of this one: its accounts would stand still.
    async fn check_clock(&self, store: &Store) -> Result<(), Box<dyn Error>> {
        let Some(last_entry) = store.far_ahead().await? else { return Ok(()) };
        let (last_entry, clock) = (times::written(last_entry), times::written(store.now()));
        if self.allow_clock_behind {
            tracing::warn!(last_entry, clock, "the ledger is far ahead of the clock");
            return Ok(());
        }
        Err(format!(
            "the ledger's last entry is of {last_entry}, and the clock says {clock}: set the clock, or start with \
             --allow-clock-behind if the entries were written with a wrong one"
        )
        .into())
    }

    /// The first account and its key, when there is no account yet.
    async fn first_start(&self, store: &Store, card: &RateCard) -> Result<Option<FirstAccount>, Box<dyn Error>> {
        let Some(tier) = self.first_tier(card)? else { return Ok(None) };
        if !store.first_accounts().await?.is_empty() {
            return Ok(None);
        }
        let account_id = FIRST_ACCOUNT.to_owned();
        let key = Key::generate();
        let account = Operation::OpenAccount(NewAccount {
            account_id: account_id.clone(),
            tier: tier.id.clone(),
            grant_millicredits: tier.monthly_credits.map_or(0, pricetag::Credits::millicredits),
            reply: None,
        });
        if let Answer::AccountExists = store.run(account).await? {
            return Ok(None); // another server of this ledger was faster
        }
        store.run(new_key(&key, account_id.clone(), Scopes::browser(), None)).await?;
        let credits = tier.monthly_credits.map_or_else(|| "unlimited".into(), |credits| credits.to_string());
        Ok(Some(FirstAccount { account_id, tier: tier.id.clone(), credits, key }))
    }

    /// The tier of the first account: chosen by its place in the card, because no tier's name stands in code.
    fn first_tier<'c>(&self, card: &'c RateCard) -> Result<Option<&'c Tier>, String> {
        let tiers = card.tiers();
        match &self.tier {
            None => Ok(tiers.get(1).or_else(|| tiers.first())),
            Some(wanted) => {
                let found = tiers.iter().find(|tier| tier.id == *wanted);
                found.map(Some).ok_or_else(|| unknown_tier(card, "--tier", wanted).to_string())
            }
        }
    }

    fn greet(base: &str, place: &Place, app: &App, first: Option<&FirstAccount>) {
        let place = format!("Pricetag is at {base}/\n  card      {}\n  database  {place}\n", app.card_name());
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

fn counted(range: std::ops::RangeInclusive<u64>) -> impl TypedValueParser<Value = usize> {
    clap::value_parser!(u64).range(range).map(|count| usize::try_from(count).expect("a few thousand at most"))
}

/// Bytes an account may store on a day; `None` is unlimited.
#[derive(Clone, Copy)]
struct BytesADay(Option<u64>);

fn bytes_a_day(text: &str) -> Result<BytesADay, String> {
    if text == "unlimited" {
        return Ok(BytesADay(None));
    }
    let bytes = text.parse().map_err(|_| format!("expected a number of bytes or `unlimited`, found `{text}`"))?;
    Ok(BytesADay(Some(bytes)))
}

struct FirstAccount {
    account_id: String,
    tier: String,
    credits: String,
    key: Key,
}

/// Serves until the signal, and tidies up now and then.
async fn until(stop: impl Future<Output = ()>, listener: TcpListener, app: App) {
    let tidying = async {
        loop {
            tokio::time::sleep(TIDY_EVERY).await;
            app.tidy();
        }
    };
    tokio::select! {
        () = listen::serve(listener, router(app.clone()), stop) => {}
        () = tidying => {}
    }
}

fn unknown_tier(card: &RateCard, argument: &str, tier: &str) -> Fault {
    let known: Vec<&str> = card.tiers().iter().map(|tier| tier.id.as_str()).collect();
    Fault::unknown(Code::UnknownTier, Path(vec![Step::Key(argument.into())]), "tier", tier, &known)
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
