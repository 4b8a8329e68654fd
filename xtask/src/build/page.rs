//! The page, in `www/dist/`.

use std::process::Command;

use anyhow::Result;

use super::{Work, paths};
use crate::{freshness::is_fresh, process, workspace::Workspace};

pub fn build(workspace: &Workspace) -> Result<Work> {
    let results = paths(workspace, &["www/dist/index.html"]);
    let sources = paths(workspace, &["www", "pkg", "node_modules/.package-lock.json"]);
    if is_fresh(&results, &sources) {
        return Ok(Work::UpToDate);
    }
    process::run(
        Command::new("node")
            .arg(workspace.tool("vite/bin/vite.js"))
            .args(["build", "www", "--logLevel", "warn"])
            .current_dir(workspace.root()),
    )?;
    Ok(Work::Done)
}
