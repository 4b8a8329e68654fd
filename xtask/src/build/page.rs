//! The pages, in `www/dist/`.

use std::process::Command;

use anyhow::{Context, Result};

use super::{Work, paths};
use crate::{freshness::is_fresh, process, workspace::Workspace};

/// Makes of the built pages what the server serves.
const FINISH: &str = "xtask/js/finish-page.mjs";

pub fn build(workspace: &Workspace) -> Result<Work> {
    let results = paths(
        workspace,
        &["www/dist/index.html", "www/dist/gallery.html", "www/dist/prerendered.js", "www/dist/sw.js"],
    );
    let sources = paths(workspace, &["www", "pkg", FINISH, "node_modules/.package-lock.json"]);
    if is_fresh(&results, &sources) {
        return Ok(Work::UpToDate);
    }
    // The studio's build empties the folder, so it comes first.
    for mode in ["production", "gallery"] {
        process::run(
            Command::new("node")
                .arg(workspace.tool("vite/bin/vite.js"))
                .args(["build", "www", "--logLevel", "warn", "--mode", mode])
                .current_dir(workspace.root()),
        )?;
    }
    finish(workspace, &[])?;
    Ok(Work::Done)
}

/// Shows what a visitor downloads before the first price, and fails if it is too much.
pub fn weigh(workspace: &Workspace) -> Result<()> {
    finish(workspace, &["--weigh"]).context("the page must stay within its size")
}

fn finish(workspace: &Workspace, options: &[&str]) -> Result<()> {
    let script = workspace.path(FINISH);
    process::run(Command::new("node").arg(script).arg(workspace.path("www/dist")).args(options))
}
