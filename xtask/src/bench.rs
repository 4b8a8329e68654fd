//! Runs the benches: those of `cargo bench` for the crate and the server, then the package's in Node.js.

use std::{fs, process::Command};

use anyhow::{Result, ensure};

use crate::{build, prerequisites, process, workspace::Workspace};

pub fn run(workspace: &Workspace) -> Result<()> {
    let native = in_benches(workspace, "rs")?;
    let scripts = in_benches(workspace, "mjs")?;
    ensure!(
        !native.is_empty() || !scripts.is_empty(),
        "there is nothing to run: benches/ holds no .rs and no .mjs file"
    );
    prerequisites::postgres()?;
    build::everything(workspace)?;
    if !native.is_empty() {
        println!("\n== native");
        process::run(
            Command::new("cargo")
                .args(["bench", "--package", "pricetag", "--bench", "*"])
                .current_dir(workspace.root()),
        )?;
    }
    println!("\n== server");
    process::run(
        Command::new("cargo")
            .args(["bench", "--package", "pricetag-server", "--bench", "ledger"])
            .current_dir(workspace.root()),
    )?;
    for script in scripts {
        println!("\n== {script}");
        process::run(Command::new("node").arg(&script).current_dir(workspace.root()))?;
    }
    Ok(())
}

/// The files of one kind in `benches/`, in the order of their names.
fn in_benches(workspace: &Workspace, extension: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let folder = workspace.path("benches");
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() && path.extension().is_some_and(|is| is == extension) {
                found.push(path.display().to_string());
            }
        }
    }
    found.sort();
    Ok(found)
}
