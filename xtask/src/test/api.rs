//! The HTTP API against its own description: schemathesis makes requests from `/openapi.json`, single ones and chains of
//! them, and compares what comes back.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use super::counts::{self, Counts};
use crate::{build, prerequisites, process, workspace::Workspace};

/// Requests made for each operation in each phase; the seed makes them the same in every run.
const EXAMPLES_MAX: &str = "20";
const SEED: &str = "20261122";

pub fn run(workspace: &Workspace) -> Result<Counts> {
    let schemathesis = schemathesis(workspace)?;
    let folder = workspace.kept("api");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let server = Server::start(workspace, &folder.join("pricetag.db"))?;
    let key = server.key(workspace)?;
    let report = folder.join("report.xml");
    let settings = workspace.path("xtask/api");
    let mut command = Command::new(schemathesis);
    command
        .arg("--config-file")
        .arg(settings.join("schemathesis.toml"))
        .args(["run", &format!("{}/openapi.json", server.base)])
        .args(["--checks=all", "--phases=examples,coverage,fuzzing,stateful", "--continue-on-failure"])
        .args(["--max-examples", EXAMPLES_MAX, "--seed", SEED, "--generation-database=none"])
        .args(["--report=junit", "--report-junit-path"])
        .arg(&report)
        .env("PRICETAG_KEY", key)
        .env("SCHEMATHESIS_HOOKS", settings.join("hooks.py"))
        .env("NO_COLOR", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(&folder);
    let status = command.status().context("schemathesis could not be started")?;
    let counts = counts::of_junit(&fs::read_to_string(report).unwrap_or_default());
    Ok(counts.unless_hidden(status.success()))
}

/// The tool, in an environment of its own that is made anew when its list of packages changes.
fn schemathesis(workspace: &Workspace) -> Result<PathBuf> {
    let list = workspace.path("xtask/api/requirements.txt");
    let environment = workspace.kept("python");
    let program = environment.join(if cfg!(windows) { "Scripts/schemathesis.exe" } else { "bin/schemathesis" });
    let installed = environment.join("installed.txt");
    if program.is_file() && fs::read(&installed).ok() == fs::read(&list).ok() {
        return Ok(program);
    }
    let python = prerequisites::python()?;
    println!("installing schemathesis into {}", environment.display());
    process::run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&environment))?;
    let pip = program.with_file_name(if cfg!(windows) { "pip.exe" } else { "pip" });
    process::run(
        Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&list),
    )?;
    fs::copy(&list, installed)?;
    Ok(program)
}

/// A server on a fresh ledger, with an account that has no limit; it ends with this.
struct Server {
    base: String,
    database: PathBuf,
    process: Child,
}

impl Server {
    fn start(workspace: &Workspace, database: &Path) -> Result<Self> {
        let mut process = Command::new(build::program(workspace))
            .args([
                "serve",
                "--port",
                "0",
                "--demo",
                "--tier",
                "enterprise",
                "--requests-per-minute",
                "unlimited",
                "--database",
            ])
            .arg(database)
            .stdout(Stdio::piped())
            .spawn()
            .context("the server could not be started")?;
        let output = process.stdout.take().expect("standard output is piped");
        let mut server = Self { base: String::new(), database: database.into(), process };
        for line in BufReader::new(output).lines() {
            if let Some(address) = line?.strip_prefix("Pricetag is at ") {
                server.base = address.trim_end_matches('/').into();
                break;
            }
        }
        ensure!(!server.base.is_empty(), "the server ended before it served");
        Ok(server)
    }

    /// A key that may do everything.
    fn key(&self, workspace: &Workspace) -> Result<String> {
        let mut command = Command::new(build::program(workspace));
        command.args(["key", "new", "--scopes", "estimate,hold,settle,read,admin", "--database"]).arg(&self.database);
        Ok(process::read(&mut command)?.trim().into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
