//! What must be on the machine. What can be added without asking is added; the rest is named with the command that installs it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail, ensure};

use crate::process;

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The oldest Node.js that the page's bundler runs on, as major and minor version.
const NODE_MIN: (u32, u32) = (20, 19);

/// Makes sure of what every command needs.
pub fn for_building() -> Result<()> {
    node()?;
    wasm_target()
}

/// Makes sure of what `test` needs beside that.
pub fn for_testing() -> Result<()> {
    for (component, arguments) in [("clippy", ["clippy", "--version"]), ("rustfmt", ["fmt", "--version"])] {
        ensure!(
            process::answers("cargo", &arguments),
            "cargo's {component} is missing; install it with `rustup component add {component}`"
        );
    }
    postgres()
}

fn node() -> Result<()> {
    let install = "install Node.js 20.19 or newer, with npm: `apt-get install -y nodejs npm` on Debian 13, \
                   Ubuntu 25.10 or newer, `brew install node` on macOS, or `nvm install 22` anywhere";
    ensure!(process::answers("node", &["--version"]), "Node.js is missing; {install}");
    let version = process::read(Command::new("node").arg("--version"))?;
    let version = version.trim();
    ensure!(new_enough(version), "Node.js {version} is too old; {install}");
    ensure!(process::answers(npm(), &["--version"]), "npm is missing; {install}");
    Ok(())
}

/// The name npm goes by: a program, except on Windows.
pub const fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// Whether `v20.19.3` or the like is at least the oldest that will do.
fn new_enough(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= NODE_MIN,
        _ => false,
    }
}

fn wasm_target() -> Result<()> {
    let sysroot = process::read(Command::new("rustc").args(["--print", "sysroot"]))?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET);
    if library.is_dir() {
        return Ok(());
    }
    ensure!(
        process::answers("rustup", &["--version"]),
        "Rust's target {WASM_TARGET} is missing, and there is no rustup to add it; \
         install Rust with rustup, then run `rustup target add {WASM_TARGET}`"
    );
    process::run(Command::new("rustup").args(["target", "add", WASM_TARGET]))
}

/// The browser that the tests drive: `CHROMIUM` if that is set, else the first that is found, else installed.
pub fn chromium() -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        let named = PathBuf::from(named);
        ensure!(named.is_file(), "CHROMIUM names {}, which is not there", named.display());
        return Ok(named);
    }
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    if install("Chromium", "chromium")?
        && let Some(found) = find_chromium()
    {
        return Ok(found);
    }
    bail!("Chromium is missing; install it with `sudo apt-get install -y chromium`, or set CHROMIUM to where it is")
}

/// Installs a package of Debian's where that takes no question: as root, with apt. Answers whether it could.
fn install(name: &str, package: &str) -> Result<bool> {
    let may_install = process::answers("apt-get", &["--version"])
        && process::read(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0");
    if may_install {
        println!("{name} is missing; installing Debian's");
        process::run(Command::new("apt-get").args(["update", "-qq"]))?;
        process::run(
            Command::new("apt-get")
                .args(["install", "-y", "-qq", "--no-install-recommends", package])
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
    }
    Ok(may_install)
}

/// The programs of a `PostgreSQL` server, of which the tests start their own clusters.
pub fn postgres() -> Result<()> {
    if find_postgres() || (install("PostgreSQL", "postgresql")? && find_postgres()) {
        return Ok(());
    }
    bail!("PostgreSQL's initdb and pg_ctl are missing; install them with `sudo apt-get install -y postgresql`")
}

/// Looks where the tests look: what `pg_config` says, Debian's folders, the search path.
fn find_postgres() -> bool {
    let named = process::read(Command::new("pg_config").arg("--bindir"));
    let named = named.ok().map(|folder| PathBuf::from(folder.trim()));
    let of_debian = fs::read_dir("/usr/lib/postgresql")
        .map_or_else(|_| Vec::new(), |versions| versions.flatten().map(|version| version.path().join("bin")).collect());
    let path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let complete = |folder: &PathBuf| ["initdb", "pg_ctl", "psql"].iter().all(|program| folder.join(program).is_file());
    named.into_iter().chain(of_debian).chain(path).any(|folder| complete(&folder))
}

/// A Python that can make environments of its own.
pub fn python() -> Result<PathBuf> {
    if let Some(found) = find_python() {
        return Ok(found);
    }
    if install("Python with venv", "python3-venv")?
        && let Some(found) = find_python()
    {
        return Ok(found);
    }
    bail!("Python 3.10 or newer with venv is missing; install it with `sudo apt-get install -y python3-venv`")
}

fn find_python() -> Option<PathBuf> {
    let works = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))";
    ["python3", "/usr/bin/python3"].into_iter().find(|python| process::answers(python, &["-c", works])).map(Into::into)
}

fn find_chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .chain([
            "/Applications/Chromium.app/Contents/MacOS/Chromium".into(),
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome".into(),
        ])
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_is_too_old_is_refused() {
        let rows = [
            ("v20.19.0", true),
            ("v20.20.2", true),
            ("v22.12.0", true),
            ("v100.0.0", true),
            ("v20.18.9", false),
            ("v18.20.4", false),
            ("v9.99.0", false),
            ("", false),
            ("v20", false),
            ("node", false),
        ];
        for (version, expected) in rows {
            assert_eq!(new_enough(version), expected, "{version:?}");
        }
    }
}
