//! The build, in order: npm's tools, the module, the package, the page, the server.

mod inline;
mod module;
mod package;
mod page;
mod server;
mod sizes;
mod tools;

use std::{path::PathBuf, time::Instant};

use anyhow::Result;

use crate::{prerequisites, workspace::Workspace};

pub use server::program;

/// Whether a step had anything to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Done,
    UpToDate,
}

type Step = fn(&Workspace) -> Result<Work>;

/// The steps, each needing those before it.
pub const STEPS: [(&str, Step); 5] = [
    ("development tools", tools::install),
    ("WebAssembly module", module::build),
    ("npm package", package::build),
    ("page", page::build),
    ("server", server::build),
];

/// Builds everything, then shows what it weighs.
pub fn everything(workspace: &Workspace) -> Result<()> {
    let start = Instant::now();
    prerequisites::for_building()?;
    for (number, (name, step)) in (1..).zip(STEPS) {
        println!("[{number}/{}] {name}", STEPS.len());
        let start = Instant::now();
        let work = step(workspace)?;
        println!("      {}", took(work, start));
    }
    sizes::check(workspace)?;
    println!("\nbuilt in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// The size check as a step of its own, for the tests.
pub fn check_sizes(workspace: &Workspace) -> Result<()> {
    sizes::check(workspace)
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
