//! The WebAssembly module. Only numbers cross its boundary, so that the JavaScript which wasm-bindgen writes is not needed.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::{Work, order, paths};
use crate::{freshness::is_fresh, process, workspace::Workspace};

/// What Rust may use of WebAssembly by default, and vectors, where rows are rated. Every browser since 2023 has it.
/// wasm-opt refuses a module that uses more than it was told of.
const FEATURES: [&str; 5] = [
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-simd",
];

/// What would take from the module, and not from the download: what differs more compresses worse.
const SKIPPED: [&str; 6] = [
    // Inlining takes another 3 % off the module, but its copies differ so much that they cost 4 % with brotli.
    "--skip-pass=inlining",
    "--skip-pass=inlining-optimizing",
    // Zeros between the constants cost less than many segments, each with its place.
    "--skip-pass=memory-packing",
    "--skip-pass=simplify-locals",
    "--skip-pass=local-cse",
    "--skip-pass=precompute-propagate",
];

/// Opens the built-in card in the module.
const OPEN: &str = "xtask/js/open.mjs";

/// The optimised module.
pub fn wasm(workspace: &Workspace) -> PathBuf {
    workspace.kept("module/pricetag_bg.wasm")
}

/// The same with the built-in card open in it, for where nobody waits for a download.
pub fn opened(workspace: &Workspace) -> PathBuf {
    workspace.kept("module/node.wasm")
}

/// The types of what it exports.
pub fn types(workspace: &Workspace) -> PathBuf {
    workspace.kept("module/pricetag_bg.wasm.d.ts")
}

pub fn build(workspace: &Workspace) -> Result<Work> {
    process::run(
        Command::new("cargo")
            .args(["rustc", "--package", "pricetag", "--lib", "--features", "module", "--profile", "module"])
            // Only here, so that nobody who depends on the crate links a library for it.
            .args(["--crate-type", "cdylib", "--target", "wasm32-unknown-unknown"])
            .current_dir(workspace.root()),
    )?;
    let compiled = workspace.target("wasm32-unknown-unknown/module/pricetag.wasm");
    let mut sources = paths(workspace, &["xtask/src/build", OPEN, "Cargo.lock", "node_modules/.package-lock.json"]);
    sources.push(compiled.clone());
    if is_fresh(&[wasm(workspace)], &sources) {
        return Ok(Work::UpToDate);
    }
    bind(workspace, compiled)?;
    optimise(workspace)?;
    Ok(Work::Done)
}

fn bind(workspace: &Workspace, compiled: PathBuf) -> Result<()> {
    Bindgen::new()
        .input_path(compiled)
        .out_name("pricetag")
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(workspace.kept("bound"))
        .context("wasm-bindgen could not read the module")
}

fn optimise(workspace: &Workspace) -> Result<()> {
    let bound = workspace.kept("bound");
    let (text, optimised) = (bound.join("optimised.wat"), bound.join("optimised.wasm"));
    let wasm_opt = |input: PathBuf| {
        let mut command = Command::new("node");
        command.arg(workspace.tool("binaryen/bin/wasm-opt")).arg(input).args(FEATURES);
        command
    };
    process::run(
        wasm_opt(bound.join("pricetag_bg.wasm"))
            .args(["-O3", "--strip-debug"])
            // The stack's last 1024 bytes are the lowest, so that no constant that is added to a pointer makes it wrap.
            .arg("--low-memory-unused")
            .args(SKIPPED)
            // Once more, after all else: what is used most has the lowest index.
            .arg("--reorder-locals")
            .args(["--emit-text", "--output"])
            .arg(&text),
    )?;
    fs::write(&text, order::ordered(&without_glue(&fs::read_to_string(&text)?)))?;
    process::run(wasm_opt(text).arg("--remove-unused-names").arg("--output").arg(&optimised))?;
    fs::create_dir_all(workspace.kept("module"))?;
    fs::copy(bound.join("pricetag_bg.wasm.d.ts"), types(workspace))?;
    process::run(Command::new("node").arg(workspace.path(OPEN)).arg(&optimised).arg(opened(workspace)))?;
    // Last, because its age says whether this step is up to date.
    fs::copy(optimised, wasm(workspace))?;
    Ok(())
}

/// A module's text without what wasm-bindgen exports for the JavaScript that it writes, which is not needed here.
fn without_glue(module: &str) -> String {
    module.split_inclusive('\n').filter(|line| !line.starts_with(" (export \"__")).collect()
}
