//! How fast money moves, on this machine, against what it is compared to: `cargo bench -p pricetag-server --bench ledger`.
//!
//! Every figure is the median of alternated rounds with the load generator's own work included. Shorter or longer:
//! `PRICETAG_BENCH_SECONDS` a round, `PRICETAG_BENCH_ROUNDS`, `PRICETAG_BENCH_ENTRIES` of history at the end.

mod estimates;
mod load;
mod machine;
mod postgres_charges;
mod sqlite;

// The fixtures of the tests, of which a bench needs only some.
#[allow(dead_code, unused_imports, unused_macros)]
#[path = "../../tests/server/engine.rs"]
mod engine;
#[allow(dead_code)]
#[path = "../../tests/server/postgres.rs"]
mod postgres;
#[allow(dead_code)]
#[path = "../../tests/server/running.rs"]
mod running;

use engine::Ledger;
use load::{Answered, Load};
use running::{Server, two_credits};

/// The server that is measured in this process has the program's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CLIENTS: usize = 64;

/// A line of the table: what was measured, and what is due.
pub struct Row {
    pub what: String,
    pub figure: String,
    pub due: String,
}

pub fn row(what: impl Into<String>, figure: impl Into<String>, due: impl Into<String>) -> Row {
    Row { what: what.into(), figure: figure.into(), due: due.into() }
}

fn main() {
    if load::was_made() || estimates::was_served() {
        return;
    }
    let settings = Settings::read();
    let mut rows = Vec::new();
    for (name, measure) in [
        ("sqlite", sqlite::charges as fn(&Settings) -> Vec<Row>),
        ("postgres", postgres_charges::charges),
        ("estimate", estimates::estimates),
        ("history", sqlite::history),
    ] {
        if settings.wants(name) {
            eprintln!("measuring: {name}");
            rows.extend(measure(&settings));
        }
    }
    println!("\n{}", machine::description());
    println!(
        "{CLIENTS} clients on connections that stay open, {} rounds of {} s each, medians\n",
        settings.rounds, settings.seconds
    );
    let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (what, figure) = (width(|row| &row.what), width(|row| &row.figure));
    for row in &rows {
        println!("{:<what$}  {:>figure$}  {}", row.what, row.figure, row.due);
    }
}

pub struct Settings {
    pub seconds: f64,
    pub rounds: usize,
    pub entries: u64,
    only: Vec<String>,
}

impl Settings {
    fn read() -> Self {
        fn number<T: std::str::FromStr>(name: &str, default: T) -> T {
            let value = std::env::var(name).ok();
            value.map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name} is `{value}`, not a number")))
        }
        // Cargo adds `--bench`; every other word names what to measure.
        let only = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
        Self {
            seconds: number("PRICETAG_BENCH_SECONDS", 5.0),
            rounds: number("PRICETAG_BENCH_ROUNDS", 5),
            entries: number("PRICETAG_BENCH_ENTRIES", 1_000_000),
            only,
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == name)
    }
}

/// The middle one by charges a second.
pub fn median(mut rounds: Vec<Answered>) -> Answered {
    rounds.sort_by(|one, other| one.per_second().total_cmp(&other.per_second()));
    rounds.swap_remove(rounds.len() / 2)
}

/// Durable charges of two credits by so many clients, each on an account of its own or all on one.
pub fn charges(ledger: &Ledger, server: &Server, accounts: usize, settings: &Settings) -> Load {
    let administrator = ledger.admin(server);
    let keys: Vec<String> =
        (0..accounts).map(|_| administrator.account("pro", 100_000_000_000, "estimate,hold,read").key).collect();
    let body = server.client(&keys[0]).accepted(&two_credits()).to_string();
    let seconds = settings.seconds;
    Load {
        base: server.base.clone(),
        path: "/v1/charges".into(),
        keys,
        body,
        clients: CLIENTS,
        seconds,
        requests_max: u64::MAX,
    }
}
