//! What a visitor downloads, and that it is not too much.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, workspace::Workspace};

pub fn check(workspace: &Workspace) -> Result<()> {
    process::run(Command::new("node").arg(workspace.path("xtask/js/weigh.mjs")).arg(workspace.path("pkg")))
        .context("the package must stay within its size")
}
