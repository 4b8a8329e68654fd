//! The npm package, in `pkg/`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use pricetag::RateCard;

use super::{Work, inline, module, paths};
use crate::{freshness::is_fresh, process, workspace::Workspace};

/// What stands in `pkg.json` where the version of the crate belongs.
const VERSION: &str = "\"version\": \"0.0.0\"";

/// What people get beside the code, if it is in the repository.
const DOCUMENTS: [&str; 4] = ["npm/README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// What an import of the module itself gives.
const WASM_TYPES: &str = "pricetag_bg.d.wasm.ts";

pub fn build(workspace: &Workspace) -> Result<Work> {
    let mut sources = paths(
        workspace,
        &["npm", "xtask/src/build", "xtask/js", "pkg.json", "Cargo.toml", "node_modules/.package-lock.json"],
    );
    sources.extend(documents(workspace));
    sources.push(module::wasm(workspace));
    sources.push(module::opened(workspace));
    sources.push(module::types(workspace));
    let manifest = workspace.path("pkg/package.json");
    let fresh = is_fresh(std::slice::from_ref(&manifest), &sources);
    if !fresh {
        generate(workspace)?;
        compile(workspace)?;
        complete(workspace)?;
        // Last, because its age says whether this step is up to date.
        fs::write(manifest, stamped_manifest(workspace)?)?;
    }
    link(workspace)?;
    Ok(if fresh { Work::UpToDate } else { Work::Done })
}

/// Writes the modules that are not written by people: `npm/generated/`.
fn generate(workspace: &Workspace) -> Result<()> {
    let folder = workspace.path("npm/generated");
    fs::create_dir_all(&folder)?;
    let types = module::types(workspace);
    fs::copy(&types, folder.join(types.file_name().expect("it is a file")))?;
    let wasm = fs::read(module::wasm(workspace))?;
    fs::write(folder.join("inline.ts"), inline::typescript(&wasm))?;
    fs::write(folder.join("image-studio.ts"), RateCard::builtin().typescript())?;
    Ok(())
}

/// Type-checks `npm/`, writes its declarations to `pkg/`, and its JavaScript made small.
fn compile(workspace: &Workspace) -> Result<()> {
    let (scratch, package) = (workspace.kept("npm"), workspace.path("pkg"));
    for folder in [&scratch, &package] {
        empty(folder)?;
    }
    process::run(
        Command::new("node")
            .arg(workspace.tool("typescript/bin/tsc"))
            .arg("--project")
            .arg(workspace.path("npm/tsconfig.json"))
            .arg("--outDir")
            .arg(&scratch),
    )?;
    // The compiler reads declarations that people wrote, and writes none from them.
    fs::copy(workspace.path("npm").join(WASM_TYPES), scratch.join(WASM_TYPES))?;
    process::run(
        Command::new("node")
            .arg(workspace.path("xtask/js/pack.mjs"))
            .arg(workspace.path("pkg.json"))
            .args([&scratch, &package]),
    )
}

/// Adds what is copied as it is.
fn complete(workspace: &Workspace) -> Result<()> {
    let package = workspace.path("pkg");
    fs::copy(module::wasm(workspace), package.join("pricetag_bg.wasm"))?;
    fs::copy(module::opened(workspace), package.join("node.wasm"))?;
    for document in documents(workspace) {
        fs::copy(&document, package.join(document.file_name().expect("it is a file")))?;
    }
    Ok(())
}

fn documents(workspace: &Workspace) -> impl Iterator<Item = PathBuf> {
    DOCUMENTS.map(|name| workspace.path(name)).into_iter().filter(|document| document.is_file())
}

/// The package's manifest with the crate's version in it.
fn stamped_manifest(workspace: &Workspace) -> Result<String> {
    let manifest = fs::read_to_string(workspace.path("pkg.json"))?;
    ensure!(
        manifest.matches(VERSION).count() == 1,
        "pkg.json must contain {VERSION} once, where the crate's version goes"
    );
    // Both crates take their version from the workspace.
    Ok(manifest.replace(VERSION, concat!("\"version\": \"", env!("CARGO_PKG_VERSION"), "\"")))
}

/// Lets the page and the tests import "pricetag" as any user would.
fn link(workspace: &Workspace) -> Result<()> {
    let link = workspace.path("node_modules/pricetag");
    if fs::read_link(&link).is_ok_and(|target| target == Path::new("../pkg")) {
        return Ok(());
    }
    #[cfg(unix)]
    let made = std::os::unix::fs::symlink("../pkg", &link);
    #[cfg(windows)]
    let made = std::os::windows::fs::symlink_dir("../pkg", &link);
    made.with_context(|| format!("{} could not be linked to the package", link.display()))
}

fn empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::create_dir_all(folder),
    }
}
