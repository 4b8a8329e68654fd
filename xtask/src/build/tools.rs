//! What npm installs, exactly as the lock files name it.

use std::{path::Path, process::Command};

use anyhow::{Context, Result};

use super::Work;
use crate::{freshness::is_fresh, prerequisites, process, workspace::Workspace};

/// The development tools.
pub fn install(workspace: &Workspace) -> Result<Work> {
    install_in(workspace.root()).context("the development tools could not be installed")
}

/// What the manifest in a folder asks for.
pub fn install_in(folder: &Path) -> Result<Work> {
    // npm writes this list last, so it is not there after an installation that broke off.
    let results = [folder.join("node_modules/.package-lock.json")];
    let sources = ["package.json", "package-lock.json"].map(|name| folder.join(name));
    if is_fresh(&results, &sources) {
        return Ok(Work::UpToDate);
    }
    process::run(
        Command::new(prerequisites::npm())
            .args(["ci", "--no-fund", "--no-audit", "--loglevel=error"])
            .current_dir(folder),
    )?;
    Ok(Work::Done)
}
