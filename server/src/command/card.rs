//! Rate cards at the command line: checked, compared, described.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anstyle::{AnsiColor, Style};
use clap::Subcommand;
use pricetag::{Comparison, Faults, RateCard};
use serde_json::Value;

use super::{Ended, Ending, in_force, ledger::Ledger};

#[derive(Subcommand)]
pub enum Card {
    /// List every fault of a card, with its line
    Check {
        /// TOML or JSON
        file: PathBuf,
    },
    /// Show what changes in price between two cards
    Compare {
        old: PathBuf,
        new: PathBuf,
        /// Print the comparison as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the TypeScript types of a card's plans
    Types { file: PathBuf },
    /// Put a card in force; running servers take it within a second
    Publish {
        #[command(flatten)]
        ledger: Ledger,
        /// TOML or JSON; without it the built-in card
        file: Option<PathBuf>,
    },
}

impl Card {
    pub fn run(&self) -> Ended {
        match self {
            Self::Check { file } => check(file),
            Self::Compare { old, new, json } => {
                let comparison = super::card(Some(old))?.compare(&super::card(Some(new))?);
                let mut output = anstream::stdout().lock();
                if *json {
                    serde_json::to_writer_pretty(&mut output, &comparison)?;
                    writeln!(output)?;
                } else {
                    table(&mut output, &comparison)?;
                }
                Ok(Ending::Answered)
            }
            Self::Publish { ledger, file } => {
                let card = match file {
                    None => RateCard::builtin(),
                    Some(file) => match super::read_card(file)? {
                        Ok(card) => card,
                        Err(faults) => return faulty(file, &faults),
                    },
                };
                ledger.beside(async |store| in_force::publish(&store, &card).await)?;
                let mut output = anstream::stdout().lock();
                writeln!(output, "{} {} is in force, {}", card.id(), card.version(), card.fingerprint())?;
                Ok(Ending::Answered)
            }
            Self::Types { file } => {
                write!(anstream::stdout().lock(), "{}", super::card(Some(file))?.typescript())?;
                Ok(Ending::Answered)
            }
        }
    }
}

fn check(file: &Path) -> Ended {
    match super::read_card(file)? {
        Ok(card) => {
            let mut output = anstream::stdout().lock();
            writeln!(output, "{}: {} {} is valid, {}", file.display(), card.id(), card.version(), card.fingerprint())?;
            Ok(Ending::Answered)
        }
        Err(faults) => faulty(file, &faults),
    }
}

fn faulty(file: &Path, faults: &Faults) -> Ended {
    let mut output = anstream::stdout().lock();
    writeln!(output, "{}", listed(file, faults))?;
    let count = faults.errors.len();
    writeln!(output, "{count} fault{}", if count == 1 { "" } else { "s" })?;
    Ok(Ending::WithFaults)
}

/// Faults one a line, `file:line: code at path: message`, as editors and terminals understand it.
pub fn listed(file: &Path, faults: &Faults) -> String {
    let one = |fault: &pricetag::Fault| {
        let place = match fault.line {
            Some(line) => format!("{}:{line}", file.display()),
            None => file.display().to_string(),
        };
        // The line stands before the fault here, not inside it.
        format!("{place}: {}", pricetag::Fault { line: None, ..fault.clone() })
    };
    faults.errors.iter().map(one).collect::<Vec<_>>().join("\n")
}

const COLUMNS: [&str; 7] = ["operation", "choices", "band", "old", "new", "change", "percent"];
/// Names stand left, figures right.
const LEFT: usize = 2;

/// A comparison as a table: dearer in red, cheaper in green, where the output is a terminal.
fn table(output: &mut impl Write, comparison: &Comparison) -> Result<(), Box<dyn std::error::Error>> {
    // The table shows the document that every face gives, so that it cannot tell another story.
    let comparison = serde_json::to_value(comparison)?;
    let changes = comparison["changes"].as_array().map_or(&[][..], Vec::as_slice);
    let rows: Vec<[String; 7]> = changes.iter().map(row).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([COLUMNS[column].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    if !rows.is_empty() {
        line(output, &widths, &COLUMNS.map(String::from), Style::new().bold())?;
    }
    for (row, change) in rows.iter().zip(changes) {
        line(output, &widths, row, style(change))?;
    }
    let summary: Vec<String> = ["compared", "dearer", "cheaper", "appeared", "disappeared"]
        .map(|name| format!("{} {name}", comparison["summary"][name]))
        .into();
    writeln!(output, "{}", summary.join(", "))?;
    Ok(())
}

fn line(output: &mut impl Write, widths: &[usize], cells: &[String; 7], style: Style) -> std::io::Result<()> {
    let padded: Vec<String> = (cells.iter().zip(widths).enumerate())
        .map(|(column, (cell, width))| if column < LEFT { format!("{cell:width$}") } else { format!("{cell:>width$}") })
        .collect();
    writeln!(output, "{style}{}{style:#}", padded.join("  ").trim_end())
}

fn row(change: &Value) -> [String; 7] {
    let choices = change["choices"].as_object();
    let choices = choices.into_iter().flatten().map(|(name, option)| format!("{name}={}", plain(option)));
    [
        plain(&change["operation"]),
        choices.collect::<Vec<_>>().join(" "),
        plain(&change["band"]),
        range(&change["old"]),
        range(&change["new"]),
        signed(&change["change"], ""),
        signed(&change["percent"], " %"),
    ]
}

fn style(change: &Value) -> Style {
    match change["change"].as_f64() {
        Some(change) if change > 0.0 => AnsiColor::Red.on_default(),
        Some(change) if change < 0.0 => AnsiColor::Green.on_default(),
        _ => Style::new(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), Into::into)
}

/// `3`, or `1-2-2` for low, expected and high; `-` where there is no price.
fn range(range: &Value) -> String {
    if range.is_null() {
        return "-".into();
    }
    let figures = ["low", "expected", "high"].map(|name| plain(&range[name]));
    if figures.iter().all(|figure| *figure == figures[0]) { figures[0].clone() } else { figures.join("-") }
}

fn signed(figure: &Value, unit: &str) -> String {
    match figure.as_f64() {
        None => "-".into(),
        Some(number) => format!("{}{figure}{unit}", if number > 0.0 { "+" } else { "" }),
    }
}
