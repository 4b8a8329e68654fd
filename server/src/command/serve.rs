//! `pricetag serve`: everything that can fail comes before anything is told; then it serves until it is told to stop.

use std::{error::Error, io::Write, net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, builder::TypedValueParser};
use tokio::net::TcpListener;
use tracing::level_filters::LevelFilter;

use super::{
    Ended, Ending,
    demo::{Demo, Shown},
    edge::Edge,
    follow::follow,
    holds::Holds,
    in_force,
    ledger::Ledger,
};
use crate::{
    faults::Faults,
    http::{
        App, At,
        listen::{self, GRACE},
        router,
    },
    store::{Place, Settings, Store, Writers},
    times,
};

/// How often what is no longer needed is dropped, and what was counted is told.
const TIDY_EVERY: Duration = Duration::from_secs(10);

/// Serve the page and the API.
///
/// The first start makes the database. `pricetag account new` then opens an account, and `pricetag key new` makes a key of
/// it; with --demo both are made at once, to try with.
#[derive(Args)]
pub struct Serve {
    /// The port; 0 takes a free one
    #[arg(long, env = "PRICETAG_PORT", default_value_t = 8787)]
    port: u16,
    /// The address to listen on, or its name
    #[arg(long, env = "PRICETAG_HOST", default_value = "127.0.0.1")]
    host: String,
    /// A port for operators' programs: /metrics and /openapi.json are then there alone, with /healthz and /readyz at both
    #[arg(long, value_name = "PORT", env = "PRICETAG_ADMIN_PORT")]
    admin_port: Option<u16>,
    #[command(flatten)]
    edge: Edge,
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
    /// Let a transaction change one account only, for a PostgreSQL that is spread over machines by account
    #[arg(long, env = "PRICETAG_ONE_ACCOUNT_A_TRANSACTION")]
    one_account_a_transaction: bool,
    #[command(flatten)]
    holds: Holds,
    /// Start although the last entry of the ledger is over a day ahead of the clock. An account with such entries stays at
    /// the time of its last one until the clock has passed it
    #[arg(long, env = "PRICETAG_ALLOW_CLOCK_BEHIND")]
    allow_clock_behind: bool,
    #[command(flatten)]
    demo: Demo,
    /// How much to log on standard error: off, error, warn, info, debug, trace
    #[arg(long, value_name = "LEVEL", env = "PRICETAG_LOG", default_value = "warn")]
    log: LevelFilter,
}

/// What a server has that is about to serve.
struct Opened {
    public: TcpListener,
    admin: Option<TcpListener>,
    place: Place,
    store: Store,
    writers: Writers,
}

impl Serve {
    pub fn run(&self) -> Ended {
        let ansi = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
        let faults = Faults::log(self.log, ansi);
        let runtime = tokio::runtime::Runtime::new()?;
        let ended = runtime.block_on(self.open()).map(|opened| {
            let Opened { public, admin, place, store, writers } = opened;
            (runtime.block_on(self.serve(public, admin, &place, store, &faults)), writers)
        });
        // Connections that outlived the grace time end here, and with them the last handles on the writers' queues.
        runtime.shutdown_timeout(GRACE);
        let (served, writers) = ended?;
        writers.finish();
        faults.finish();
        served.map(|()| Ending::Answered)
    }

    /// What can fail without a database fails before one is made.
    async fn open(&self) -> Result<Opened, Box<dyn Error>> {
        let card = super::card(self.card.as_deref())?;
        let public = self.listen(self.port, "--port").await?;
        let admin = match self.admin_port {
            Some(port) => Some(self.listen(port, "--admin-port").await?),
            None => None,
        };
        let place = self.ledger.place()?;
        if place.is_new() {
            self.demo.tier(&card)?;
        }
        let settings =
            Settings { batch: self.batch, writers: self.writers, one_account: self.one_account_a_transaction };
        let (store, writers) = Store::serve(&place, settings).await?;
        self.check_clock(&store).await?;
        Ok(Opened { public, admin, place, store, writers })
    }

    async fn serve(
        &self,
        public: TcpListener,
        admin: Option<TcpListener>,
        place: &Place,
        store: Store,
        faults: &Faults,
    ) -> Result<(), Box<dyn Error>> {
        let card = in_force::first(&store, self.card.as_deref()).await?;
        let shown = self.demo.first_start(&store, &card).await?;
        let stop = stop_signal()?;
        for tier in self.edge.requests_per_minute.tiers() {
            if let Err(fault) = super::tier(&card, "--requests-per-minute", tier) {
                tracing::warn!(tier, fault, "--requests-per-minute names a tier that the card does not have");
            }
        }
        let expiring = tokio::spawn(store.clone().expire_holds());
        let app = App::new(card, store, self.edge.access(), self.holds.limits());
        // Nothing fails from here on, so a key that is shown is a key that works.
        let following = follow(app.clone(), self.card.as_deref());
        greet(&public, admin.as_ref(), &app, place, &shown)?;
        tokio::select! {
            () = until(stop, public, admin, app, faults) => {}
            Err(error) = following => return Err(error.into()),
        }
        expiring.abort();
        Ok(())
    }

    /// Refuses a ledger that was written with a clock far ahead of this one: its accounts would stand still.
    async fn check_clock(&self, store: &Store) -> Result<(), Box<dyn Error>> {
        let Some((last_entry, clock)) = store.far_ahead().await? else { return Ok(()) };
        let (last_entry, clock) = (times::written(last_entry), times::written(clock));
        if self.allow_clock_behind {
            tracing::warn!(last_entry, clock, "the last entry is more than a day ahead of the clock");
            return Ok(());
        }
        Err(format!(
            "the last entry is of {last_entry}, more than a day after the clock ({clock}); set the clock, or pass \
             --allow-clock-behind if the entry's time is wrong"
        )
        .into())
    }

    /// A name may stand for several addresses: the first that can be listened on is taken.
    async fn listen(&self, port: u16, option: &str) -> Result<TcpListener, String> {
        let host = &self.host;
        let resolved = tokio::net::lookup_host((host.as_str(), port)).await;
        let addresses = resolved.map_err(|error| format!("cannot resolve `{host}`: {error}"))?;
        let mut refused = format!("`{host}` has no address");
        for address in addresses {
            match TcpListener::bind(address).await {
                Ok(listener) => return Ok(listener),
                Err(error) => refused = listening(address, option, &error),
            }
        }
        Err(refused)
    }
}

fn greet(
    public: &TcpListener,
    admin: Option<&TcpListener>,
    app: &App,
    place: &Place,
    shown: &Shown,
) -> std::io::Result<()> {
    let base = |listener: &TcpListener| listener.local_addr().map(|address| format!("http://{address}"));
    let (public, admin) = (base(public)?, admin.map(base).transpose()?);
    let admin = admin.map_or_else(String::new, |admin| format!("  admin     {admin}/metrics\n"));
    let card = app.card_name();
    let greeting = format!("Pricetag is at {public}/\n  card      {card}\n  database  {place}\n{admin}");
    // The server serves even if its standard output is closed.
    let mut output = anstream::stdout().lock();
    let _ = output.write_all((greeting + &shown.greeting(&public)).as_bytes()).and_then(|()| output.flush());
    Ok(())
}

fn counted(range: std::ops::RangeInclusive<u64>) -> impl TypedValueParser<Value = usize> {
    clap::value_parser!(u64).range(range).map(|count| usize::try_from(count).expect("a few thousand at most"))
}

/// Serves until the signal, and tidies up now and then.
async fn until(
    stop: impl Future<Output = ()>,
    public: TcpListener,
    admin: Option<TcpListener>,
    app: App,
    faults: &Faults,
) {
    let tidying = async {
        loop {
            tokio::time::sleep(TIDY_EVERY).await;
            app.tidy();
            faults.tell();
        }
    };
    let (stopping, stopped) = tokio::sync::watch::channel(());
    let signal = async {
        stop.await;
        drop(stopping);
    };
    let until_stopped = || {
        let mut stopped = stopped.clone();
        async move { drop(stopped.changed().await) }
    };
    let serving = async {
        let at = if admin.is_some() { At::Public } else { At::All };
        let public = listen::serve(public, router(app.clone(), at), until_stopped());
        let admin = async {
            if let Some(listener) = admin {
                listen::serve(listener, router(app.clone(), At::Admin), until_stopped()).await;
            }
        };
        tokio::join!(signal, public, admin);
    };
    tokio::select! {
        () = serving => {}
        () = tidying => {}
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

fn listening(address: SocketAddr, option: &str, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("port {} is taken on {}; choose another with {option}", address.port(), address.ip())
        }
        std::io::ErrorKind::AddrNotAvailable => format!("{} is not an address of this machine", address.ip()),
        std::io::ErrorKind::PermissionDenied => format!("port {} needs more rights than this user has", address.port()),
        _ => format!("cannot listen on {address}: {error}"),
    }
}
