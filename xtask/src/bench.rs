//! Runs the benches: the crate's, the server's, the package's comparison in Node.js and Chromium, and the page's.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{build, prerequisites, process, workspace::Workspace};

type Part = fn(&Workspace) -> Result<()>;

/// The benches by their names, in the order in which all of them run.
const PARTS: [(&str, Part); 4] = [("native", native), ("server", server), ("package", package), ("page", page)];

/// Runs one part, or all.
pub fn run(workspace: &Workspace, only: Option<&str>) -> Result<()> {
    let chosen = match only {
        None => &PARTS[..],
        Some(only) => {
            let found = PARTS.iter().position(|(name, _)| *name == only);
            let names = || PARTS.map(|(name, _)| name).join(", ");
            let found = found.with_context(|| format!("there is no part `{only}` to bench, only {}", names()))?;
            &PARTS[found..=found]
        }
    };
    for (name, part) in chosen {
        println!("\n== {name}");
        part(workspace)?;
    }
    Ok(())
}

/// Cargo builds what its benches need by itself.
fn cargo_bench(workspace: &Workspace, package: &str, bench: &str) -> Result<()> {
    let arguments = ["bench", "--package", package, "--bench", bench];
    process::run(Command::new("cargo").args(arguments).current_dir(workspace.root()))
}

fn native(workspace: &Workspace) -> Result<()> {
    cargo_bench(workspace, "pricetag", "rating")
}

fn server(workspace: &Workspace) -> Result<()> {
    prerequisites::postgres()?;
    // The server's program serves the page, so that is built first.
    build::everything(workspace)?;
    cargo_bench(workspace, "pricetag-server", "ledger")
}

fn package(workspace: &Workspace) -> Result<()> {
    let chromium = prerequisites::CHROMIUM.program()?;
    build::part(workspace, Some("package"))?;
    build::install_in(workspace, "benches/comparison")?;
    let run = workspace.path("benches/comparison/run.mjs");
    process::run(Command::new("node").arg(run).env("CHROMIUM", chromium).current_dir(workspace.root()))
}

fn page(workspace: &Workspace) -> Result<()> {
    let chromium = prerequisites::CHROMIUM.program()?;
    build::everything(workspace)?;
    build::install_in(workspace, "benches/page")?;
    process::run(
        Command::new("node")
            .arg(workspace.path("benches/page/run.mjs"))
            .env("CHROMIUM", chromium)
            .env("PRICETAG_BIN", build::program(workspace))
            .current_dir(workspace.root()),
    )
}
