//! The checks, each answering how many tests passed and failed in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{
    api,
    counts::{self, Counts},
};
use crate::{
    build,
    prerequisites::{Browser, CHROMIUM, FIREFOX},
    process,
    workspace::Workspace,
};

/// One check: its name, whether it needs what the build made, and what it does.
pub struct Check {
    pub name: &'static str,
    pub needs_build: bool,
    pub run: fn(&Workspace) -> Result<Counts>,
}

const fn check(name: &'static str, needs_build: bool, run: fn(&Workspace) -> Result<Counts>) -> Check {
    Check { name, needs_build, run }
}

/// Formatting comes first, because it needs nothing and is soon known.
pub const FORMATTING: Check = check("formatting", false, formatting);

/// What follows the build.
pub const CHECKS: [Check; 9] = [
    check("sizes", true, sizes),
    check("clippy, native", false, clippy_native),
    check("clippy, WebAssembly", false, clippy_wasm),
    check("types", true, types),
    check("native tests: crate, server, command line", false, native),
    check("HTTP API against its description", true, api::run),
    check("module and package in Node.js", true, in_node),
    check("package everywhere: runtimes, bundlers, browsers", true, everywhere),
    check("page in Chromium and Firefox", true, page),
];

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(arguments).current_dir(workspace.root());
    cargo
}

/// A tool that only says yes or no counts as one test.
fn yes_or_no(command: &mut Command) -> Result<Counts> {
    process::run(command).map(|()| Counts::ONE_PASSED)
}

fn formatting(workspace: &Workspace) -> Result<Counts> {
    yes_or_no(&mut cargo(workspace, &["fmt", "--all", "--check"]))
}

fn sizes(workspace: &Workspace) -> Result<Counts> {
    build::check_sizes(workspace).map(|()| Counts::ONE_PASSED)
}

fn clippy_native(workspace: &Workspace) -> Result<Counts> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    yes_or_no(&mut cargo(workspace, &arguments))
}

fn clippy_wasm(workspace: &Workspace) -> Result<Counts> {
    // The rules for anybody's WebAssembly, and the module.
    let parts: [&[&str]; 2] = [&[], &["--features", "module"]];
    let counts = parts.map(|features| {
        let mut clippy = cargo(workspace, &["clippy", "--package", "pricetag", "--lib"]);
        clippy.args(["--target", "wasm32-unknown-unknown"]).args(features).args(["--", "--deny", "warnings"]);
        yes_or_no(&mut clippy)
    });
    counts.into_iter().sum()
}

/// Type-checks every TypeScript project that the build itself only translates.
fn types(workspace: &Workspace) -> Result<Counts> {
    let folders = ["www", "www/offline", "tests", "benches/comparison"];
    let projects: Vec<PathBuf> = folders
        .map(|folder| format!("{folder}/tsconfig.json"))
        .map(|project| workspace.path(&project))
        .into_iter()
        .filter(|project| project.is_file())
        .collect();
    ensure!(!projects.is_empty(), "neither www/, tests/ nor benches/ has a tsconfig.json");
    let mut all = Vec::new();
    for project in projects {
        let mut tsc = Command::new("node");
        tsc.arg(workspace.tool("typescript/bin/tsc")).args(["--noEmit", "--project"]).arg(project);
        all.push(yes_or_no(&mut tsc).unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Counts::ONE_FAILED
        }));
    }
    Ok(all.into_iter().sum())
}

fn native(workspace: &Workspace) -> Result<Counts> {
    let arguments = ["test", "--workspace", "--no-fail-fast"];
    let (status, output) = process::follow(&mut cargo(workspace, &arguments))?;
    Ok(counts::of_cargo(&output).unless_hidden(status.success()))
}

/// The shared corpus through the module and the package as built, and the package's own tests.
fn in_node(workspace: &Workspace) -> Result<Counts> {
    node_test(workspace, "node", "tests", &[CHROMIUM])
}

/// The same corpus through the package as it is packed, in whatever runs it, and that every tool takes it as it is.
fn everywhere(workspace: &Workspace) -> Result<Counts> {
    build::install_in(workspace, "tests/everywhere")?;
    node_test(workspace, "everywhere", "tests/everywhere", &[CHROMIUM, FIREFOX])
}

fn page(workspace: &Workspace) -> Result<Counts> {
    node_test(workspace, "page", "www/tests", &[CHROMIUM, FIREFOX])
}

/// The test files of a folder, in the order of their names.
fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} could not be read", folder.display()))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    ensure!(!files.is_empty(), "{} holds no test", folder.display());
    files.sort();
    Ok(files)
}

/// Runs a folder's tests with Node's own runner. They find a browser in `CHROMIUM` or `FIREFOX`, the server in `PRICETAG_BIN`.
fn node_test(workspace: &Workspace, name: &str, folder: &str, browsers: &[Browser]) -> Result<Counts> {
    let report = workspace.kept(&format!("{name}.tap"));
    // What an earlier run left must not be read as this one's.
    fs::write(&report, "")?;
    let mut node = Command::new("node");
    for browser in browsers {
        node.env(browser.variable, browser.program()?);
    }
    node.args(["--test", "--test-timeout=300000"])
        .args(["--test-reporter=spec", "--test-reporter-destination=stdout"])
        .args(["--test-reporter=tap", "--test-reporter-destination"])
        .arg(&report)
        .args(test_files(&workspace.path(folder))?)
        .env("PRICETAG_BIN", build::program(workspace))
        .current_dir(workspace.root());
    let status = node.status()?;
    let counts = counts::of_node(&fs::read_to_string(&report)?);
    Ok(counts.unless_hidden(status.success()))
}
