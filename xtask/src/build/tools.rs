//! What npm installs for development, exactly as the lock files name it.

use std::process::Command;

use anyhow::{Context, Result};

use super::Work;
use crate::{freshness::is_fresh, prerequisites, process, workspace::Workspace};

/// The tools of the build.
pub fn install(workspace: &Workspace) -> Result<Work> {
    install_in(workspace, ".")
}

/// What the manifest in a folder asks for. What only tests or benches need has a folder of its own, because it is hundreds of
/// megabytes that nobody should wait for who wants to see the page.
pub fn install_in(workspace: &Workspace, folder: &str) -> Result<Work> {
    let folder = workspace.path(folder);
    // npm writes this list last, so it is not there after an installation that broke off.
    let results = [folder.join("node_modules/.package-lock.json")];
    let sources = ["package.json", "package-lock.json"].map(|name| folder.join(name));
    if is_fresh(&results, &sources) {
        return Ok(Work::UpToDate);
    }
    process::run(
        Command::new(prerequisites::npm())
            .args(["ci", "--no-fund", "--no-audit", "--loglevel=error"])
            .current_dir(&folder),
    )
    .with_context(|| format!("the tools in {} could not be installed", folder.display()))?;
    Ok(Work::Done)
}
