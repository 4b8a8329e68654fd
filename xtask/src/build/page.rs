//! The pages, in `www/dist/`.

use std::process::Command;

use anyhow::Result;

use super::{Work, paths};
use crate::{freshness::is_fresh, process, workspace::Workspace};

pub fn build(workspace: &Workspace) -> Result<Work> {
    let results = paths(workspace, &["www/dist/index.html", "www/dist/gallery.html"]);
    let sources = paths(workspace, &["www", "pkg", "node_modules/.package-lock.json"]);
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
    Ok(Work::Done)
}
