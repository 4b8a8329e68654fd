//! The build, in order: npm's tools, the module, the package, the page, the server.

mod inline;
mod module;
mod order;
mod package;
mod page;
mod server;
mod sizes;
mod tools;

use std::{path::PathBuf, time::Instant};

use anyhow::{Context, Result};

use crate::{prerequisites, workspace::Workspace};

pub use server::program;
pub use tools::install_in;

/// Whether a step had anything to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Done,
    UpToDate,
}

type Step = fn(&Workspace) -> Result<Work>;

/// The steps, each needing those before it.
pub const STEPS: [(&str, Step); 5] = [
    ("tools", tools::install),
    ("module", module::build),
    ("package", package::build),
    ("page", page::build),
    ("server", server::build),
];

/// Builds everything, then shows what it weighs.
pub fn everything(workspace: &Workspace) -> Result<()> {
    part(workspace, None)
}

/// Builds up to a step, or everything, then shows what the package and the page weigh if they were built.
pub fn part(workspace: &Workspace, last: Option<&str>) -> Result<()> {
    let start = Instant::now();
    let steps = match last {
        None => &STEPS[..],
        Some(last) => {
            let found = STEPS.iter().position(|(name, _)| *name == last);
            let names = || STEPS.map(|(name, _)| name).join(", ");
            &STEPS[..=found.with_context(|| format!("there is no part `{last}` to build, only {}", names()))?]
        }
    };
    prerequisites::for_building()?;
    for (number, (name, step)) in (1..).zip(steps) {
        println!("[{number}/{}] {name}", steps.len());
        let start = Instant::now();
        let work = step(workspace)?;
        println!("      {}", took(work, start));
    }
    if steps.iter().any(|(name, _)| *name == "package") {
        sizes::check(workspace)?;
    }
    if steps.iter().any(|(name, _)| *name == "page") {
        page::weigh(workspace)?;
    }
    println!("\nbuilt in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// The size checks as a step of their own, for the tests.
pub fn check_sizes(workspace: &Workspace) -> Result<()> {
    sizes::check(workspace)?;
    page::weigh(workspace)
}

/// What a step did and how long that took.
pub fn took(work: Work, start: Instant) -> String {
    match work {
        Work::Done => format!("done in {:.1} s", start.elapsed().as_secs_f64()),
        Work::UpToDate => "up to date".to_owned(),
    }
}

/// Several files or folders of the repository.
fn paths(workspace: &Workspace, names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| workspace.path(name)).collect()
}
