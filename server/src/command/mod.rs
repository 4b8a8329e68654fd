//! The command line: what it takes, and how it ends.
//!
//! It ends with 0 when it answered, with 1 when the answer is that something has faults, and with 2 when it could not run.

mod account;
mod answer;
mod card;
mod demo;
mod edge;
mod follow;
mod holds;
mod in_force;
mod key;
mod ledger;
mod near;
mod serve;

use std::{
    error::Error,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use pricetag::{Call, Code, Fault, Faults, RateCard, Step, Tier};

/// Exact prices for work done with credits: the same figure before the click and on the bill.
#[derive(Parser)]
#[command(name = "pricetag", version, propagate_version = true, max_term_width = 100)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the page and the API, with the ledger in a SQLite file or a PostgreSQL
    Serve(serve::Serve),
    /// Rate a plan: {"plan", "freeUnits"?}
    Estimate(Asked),
    /// Check a plan against an account: {"plan", "account": {"tier", "balance", "freeUnits"?}}
    Preflight(Asked),
    /// Find single changes that make a plan cheaper: {"plan", "tier"?}
    Alternatives(Asked),
    /// Find the best options within a budget: {"plan", "budget", "tier"?}
    Fit(Asked),
    /// Find how many of an item a balance covers: {"item", "balance"}
    Affordable(Asked),
    /// Settle an estimate against what happened: {"estimate", "outcome"}
    Settle(Asked),
    /// Check, compare and describe rate cards
    #[command(subcommand)]
    Card(card::Card),
    /// Open accounts
    #[command(subcommand)]
    Account(account::Accounts),
    /// Make API keys
    #[command(subcommand)]
    Key(key::Keys),
}

/// How requests come in and answers go out.
///
/// One JSON request on standard input gets one JSON answer on standard output. The exit status is 0 with an answer,
/// 1 with faults, and 2 when the command could not run.
#[derive(Args)]
struct Asked {
    /// The rate card, TOML or JSON; without it the built-in one
    #[arg(long, value_name = "FILE", env = "PRICETAG_CARD")]
    card: Option<PathBuf>,
    /// Take one request a line, and answer each on a line of its own
    #[arg(long)]
    lines: bool,
    /// Indent the answer
    #[arg(long, conflicts_with = "lines")]
    pretty: bool,
}

/// How a command ended that could run.
enum Ending {
    Answered,
    WithFaults,
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let command_line = CommandLine::try_parse().unwrap_or_else(|error| near::only(error).exit());
    let ended = match command_line.command {
        Command::Serve(serve) => serve.run(),
        Command::Estimate(asked) => asked.answer(Call::Estimate),
        Command::Preflight(asked) => asked.answer(Call::Preflight),
        Command::Alternatives(asked) => asked.answer(Call::Alternatives),
        Command::Fit(asked) => asked.answer(Call::Fit),
        Command::Affordable(asked) => asked.answer(Call::Affordable),
        Command::Settle(asked) => asked.answer(Call::Settle),
        Command::Card(card) => card.run(),
        Command::Account(accounts) => accounts.run(),
        Command::Key(keys) => keys.run(),
    };
    match ended {
        Ok(Ending::Answered) => ExitCode::SUCCESS,
        Ok(Ending::WithFaults) => ExitCode::from(1),
        // Whoever read our output has had enough of it, which is no fault of ours.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            let style = clap::builder::Styles::styled();
            let error_style = style.get_error();
            let _ = writeln!(anstream::stderr(), "{error_style}error:{error_style:#} {error}");
            ExitCode::from(2)
        }
    }
}

type Ended = Result<Ending, Box<dyn Error>>;

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    let io_error = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.downcast_ref::<io::Error>().is_some_and(io_error)
        || error
            .downcast_ref::<serde_json::Error>()
            .is_some_and(|error| error.io_error_kind() == Some(io::ErrorKind::BrokenPipe))
}

/// The card of a file, or the built-in one.
fn card(path: Option<&Path>) -> Result<RateCard, Box<dyn Error>> {
    let Some(path) = path else { return Ok(RateCard::builtin()) };
    read_card(path)?.map_err(|faults| {
        format!("the card `{}` is not valid:\n{}", path.display(), card::listed(path, &faults)).into()
    })
}

/// Reads a card: JSON when the file is named so, else TOML.
fn read_card(path: &Path) -> Result<Result<RateCard, Faults>, Box<dyn Error>> {
    let text =
        fs::read_to_string(path).map_err(|error| format!("cannot read the card `{}`: {error}", path.display()))?;
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    Ok(if is_json { RateCard::from_json(&text) } else { RateCard::from_toml(&text) })
}

/// A tier of a card, that an argument names.
fn tier<'c>(card: &'c RateCard, argument: &str, wanted: &str) -> Result<&'c Tier, String> {
    let tiers = card.tiers();
    tiers.iter().find(|tier| tier.id == wanted).ok_or_else(|| {
        let known: Vec<&str> = tiers.iter().map(|tier| tier.id.as_str()).collect();
        Fault::unknown(Code::UnknownTier, pricetag::Path(vec![Step::Key(argument.into())]), "tier", wanted, &known)
            .to_string()
    })
}
