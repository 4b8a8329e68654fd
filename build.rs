//! Embeds the built-in card: as JSON, and for the WebAssembly module, which has no parser, as the bytes of a document.

use std::{env, error::Error, fs, path::Path};

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let source = "cards/image-studio.toml";
    println!("cargo::rerun-if-changed={source}");
    let card: Value = toml::from_str(&fs::read_to_string(source)?)?;
    let target = env::var("OUT_DIR")?;
    fs::write(Path::new(&target).join("builtin.json"), serde_json::to_string(&card)?)?;
    let mut bytes = Vec::new();
    write(&card, &mut bytes)?;
    fs::write(Path::new(&target).join("builtin.bytes"), bytes)?;
    Ok(())
}

/// Ends a text, a list and an object.
const END: u8 = 255;

/// A document in the form that src/wasm/bytes.rs reads.
fn write(document: &Value, bytes: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    match document {
        Value::Null => bytes.push(0),
        Value::Bool(value) => bytes.push(1 + u8::from(*value)),
        Value::Number(value) => {
            bytes.push(3);
            bytes.extend(value.as_f64().ok_or("a number that is no float")?.to_le_bytes());
        }
        Value::String(text) => write_text(text, bytes),
        Value::Array(elements) => {
            bytes.push(5);
            for element in elements {
                write(element, bytes)?;
            }
            bytes.push(END);
        }
        Value::Object(members) => {
            bytes.push(6);
            for (key, member) in members {
                write_text(key, bytes);
                write(member, bytes)?;
            }
            bytes.push(END);
        }
    }
    Ok(())
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    bytes.push(4);
    bytes.extend(text.as_bytes());
    bytes.push(END);
}
