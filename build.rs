//! Embeds the built-in card as JSON, so that the WebAssembly module needs no TOML parser.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let source = "cards/image-studio.toml";
    println!("cargo::rerun-if-changed={source}");
    let card: serde_json::Value = toml::from_str(&fs::read_to_string(source)?)?;
    let target = Path::new(&env::var("OUT_DIR")?).join("builtin.json");
    fs::write(target, serde_json::to_string(&card)?)?;
    Ok(())
}
