//! The checks, each answering how many tests passed and failed in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, ensure};

use super::{
    api,
    counts::{self, Counts},
};
use crate::{build, prerequisites, process, workspace::Workspace};

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
    check("module in Chromium", true, in_chromium),
    check("page in Chromium", true, page),
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
    let mut clippy = cargo(workspace, &["clippy", "--package", "pricetag", "--lib"]);
    yes_or_no(clippy.args(["--target", "wasm32-unknown-unknown", "--", "--deny", "warnings"]))
}

/// Type-checks every TypeScript project that the build itself only translates.
fn types(workspace: &Workspace) -> Result<Counts> {
    let projects: Vec<PathBuf> = ["www/tsconfig.json", "tests/tsconfig.json", "benches/comparison/tsconfig.json"]
        .map(|project| workspace.path(project))
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
    let files = test_files(&workspace.path("tests"), |name| !for_browser(name))?;
    node_test(workspace, "node", &files)
}

/// The same corpus through the module in a browser.
fn in_chromium(workspace: &Workspace) -> Result<Counts> {
    let files = test_files(&workspace.path("tests"), for_browser)?;
    node_test(workspace, "chromium", &files)
}

fn page(workspace: &Workspace) -> Result<Counts> {
    let files = test_files(&workspace.path("www/tests"), |_| true)?;
    node_test(workspace, "page", &files)
}

/// `browser.test.mjs`, `elements.browser.test.mjs` and the like.
fn for_browser(name: &str) -> bool {
    name == "browser.test.mjs" || name.ends_with(".browser.test.mjs")
}

/// The test files of a folder for which something holds, in the order of their names.
fn test_files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".test.mjs") && wanted(&name) {
                files.push(entry.path());
            }
        }
    }
    ensure!(!files.is_empty(), "{} holds no such test", folder.display());
    files.sort();
    Ok(files)
}

/// Runs test files with Node's own runner. They find the browser in `CHROMIUM` and the server in `PRICETAG_BIN`.
fn node_test(workspace: &Workspace, name: &str, files: &[PathBuf]) -> Result<Counts> {
    let chromium = prerequisites::chromium()?;
    let report = workspace.kept(&format!("{name}.tap"));
    // What an earlier run left must not be read as this one's.
    fs::write(&report, "")?;
    let mut node = Command::new("node");
    node.args(["--test", "--test-timeout=300000"])
        .args(["--test-reporter=spec", "--test-reporter-destination=stdout"])
        .args(["--test-reporter=tap", "--test-reporter-destination"])
        .arg(&report)
        .args(files)
        .env("CHROMIUM", chromium)
        .env("PRICETAG_BIN", build::program(workspace))
        .current_dir(workspace.root());
    let status = node.status()?;
    let counts = counts::of_node(&fs::read_to_string(&report)?);
    Ok(counts.unless_hidden(status.success()))
}
