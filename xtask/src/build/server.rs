//! The server and command line, one program with the page inside.

use std::{
    env::consts::EXE_SUFFIX,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::Result;

use super::Work;
use crate::{process, workspace::Workspace};

/// Where the built program is.
pub fn program(workspace: &Workspace) -> PathBuf {
    workspace.target(&format!("release/pricetag{EXE_SUFFIX}"))
}

pub fn build(workspace: &Workspace) -> Result<Work> {
    let program = program(workspace);
    let before = changed(&program);
    process::run(
        Command::new("cargo")
            .args(["build", "--release", "--package", "pricetag-server"])
            .current_dir(workspace.root()),
    )?;
    let same = before.is_some() && before == changed(&program);
    Ok(if same { Work::UpToDate } else { Work::Done })
}

fn changed(program: &Path) -> Option<SystemTime> {
    fs::metadata(program).and_then(|found| found.modified()).ok()
}
