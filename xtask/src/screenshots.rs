//! Takes the README's pictures of the page, and others to look at.

use std::process::Command;

use anyhow::Result;

use crate::{build, prerequisites, process, workspace::Workspace};

pub fn run(workspace: &Workspace) -> Result<()> {
    let chromium = prerequisites::CHROMIUM.program()?;
    build::everything(workspace)?;
    let others = workspace.kept("screenshots");
    process::run(
        Command::new("node")
            .arg(workspace.path("xtask/js/screenshots.mjs"))
            .args([&workspace.path("docs"), &others])
            .env("CHROMIUM", chromium)
            .env("PRICETAG_BIN", build::program(workspace))
            .current_dir(workspace.root()),
    )?;
    println!("\nthe README's pictures are in docs/, those at other widths in {}", others.display());
    Ok(())
}
