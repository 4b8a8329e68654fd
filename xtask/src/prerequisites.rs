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

/// A browser that the tests drive.
pub struct Browser {
    name: &'static str,
    /// Names the program if it is set; the tests find it there too.
    pub variable: &'static str,
    /// Debian's.
    package: &'static str,
    programs: &'static [&'static str],
    /// Where it is on macOS.
    applications: &'static [&'static str],
}

pub const CHROMIUM: Browser = Browser {
    name: "Chromium",
    variable: "CHROMIUM",
    package: "chromium",
    programs: &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
    applications: &[
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
};

pub const FIREFOX: Browser = Browser {
    name: "Firefox",
    variable: "FIREFOX",
    package: "firefox-esr",
    programs: &["firefox-esr", "firefox"],
    applications: &["/Applications/Firefox.app/Contents/MacOS/firefox"],
};

impl Browser {
    /// Its program: what the variable names, else the first that is found, else installed.
    pub fn program(&self) -> Result<PathBuf> {
        let Browser { name, variable, package, .. } = self;
        if let Some(named) = env::var_os(variable) {
            let named = PathBuf::from(named);
            ensure!(named.is_file(), "{variable} names {}, which is not there", named.display());
            return Ok(named);
        }
        if let Some(found) = self.find() {
            return Ok(found);
        }
        if install(name, package)?
            && let Some(found) = self.find()
        {
            return Ok(found);
        }
        bail!(
            "{name} is missing; install it with `sudo apt-get install -y {package}`, or set {variable} to where it is"
        )
    }

    fn find(&self) -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        self.find_in(&env::split_paths(&path).collect::<Vec<_>>())
    }

    /// The first of the programs' names counts, in whatever folder it is.
    fn find_in(&self, folders: &[PathBuf]) -> Option<PathBuf> {
        self.programs
            .iter()
            .flat_map(|program| folders.iter().map(move |folder| folder.join(program)))
            .chain(self.applications.iter().map(PathBuf::from))
            .find(|path| path.is_file())
    }
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

    #[test]
    fn a_browser_is_found_by_the_first_of_its_names() {
        let folder = env::temp_dir().join(format!("pricetag-browsers-{}", std::process::id()));
        let folders = ["one", "other"].map(|name| folder.join(name));
        for folder in &folders {
            fs::create_dir_all(folder).unwrap();
        }
        let browser = Browser { applications: &[], ..FIREFOX };
        assert_eq!(browser.find_in(&folders), None);
        for (added, expected) in [("other/firefox", "other/firefox"), ("one/firefox", "one/firefox")] {
            fs::write(folder.join(added), "").unwrap();
            assert_eq!(browser.find_in(&folders), Some(folder.join(expected)));
        }
        fs::write(folder.join("other/firefox-esr"), "").unwrap();
        assert_eq!(browser.find_in(&folders), Some(folder.join("other/firefox-esr")));
        fs::remove_dir_all(&folder).unwrap();
    }
}
