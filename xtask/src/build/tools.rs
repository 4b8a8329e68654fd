//! The development tools, exactly as the lock file names them.

use std::process::Command;

use anyhow::{Context, Result};

use super::{Work, paths};
use crate::{freshness::is_fresh, prerequisites, process, workspace::Workspace};

pub fn install(workspace: &Workspace) -> Result<Work> {
    // npm writes this list last, so it is not there after an installation that broke off.
    let results = paths(workspace, &["node_modules/.package-lock.json"]);
    let sources = paths(workspace, &["package.json", "package-lock.json"]);
    if is_fresh(&results, &sources) {
        return Ok(Work::UpToDate);
    }
    process::run(
        Command::new(prerequisites::npm())
            .args(["ci", "--no-fund", "--no-audit", "--loglevel=error"])
            .current_dir(workspace.root()),
    )
    .context("the development tools could not be installed")?;
    Ok(Work::Done)
}
