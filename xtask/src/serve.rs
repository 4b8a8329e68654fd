//! Builds everything and starts the server.

use std::{
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::{Context, Result};

use crate::{build, workspace::Workspace};

/// Serves until it is stopped with Ctrl-C. The server itself prints where to look, and with which key.
pub fn run(workspace: &Workspace, port: u16) -> Result<ExitCode> {
    let start = Instant::now();
    build::everything(workspace)?;
    let database = workspace.target("pricetag.db");
    println!(
        "ready after {:.0} s; open http://127.0.0.1:{port}/ (Ctrl-C stops; everything charged is kept in {})\n",
        start.elapsed().as_secs_f64(),
        database.display()
    );
    let mut server = Command::new(build::program(workspace));
    server.args(["serve", "--demo", "--port", &port.to_string(), "--database"]).arg(database);
    become_server(&mut server)
}

/// The server takes this process's place, so that signals reach it and its exit status is ours.
#[cfg(unix)]
fn become_server(server: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(server.exec()).context("the server could not be started")
}

#[cfg(not(unix))]
fn become_server(server: &mut Command) -> Result<ExitCode> {
    let status = server.status().context("the server could not be started")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
