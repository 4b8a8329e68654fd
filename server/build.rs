//! Builds again when the page appears or changes: `rust-embed` cannot tell by itself that a file was added.

use std::path::Path;

fn main() {
    let page = "../www/dist";
    // Cargo takes a path that is not there for one that changed; the folder above it is there all the time.
    let watched = if Path::new(page).is_dir() { page } else { "../www" };
    println!("cargo::rerun-if-changed={watched}");
}
