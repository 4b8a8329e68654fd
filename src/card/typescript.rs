//! The literal TypeScript types of a card, so that an unknown model is a compile error in an editor.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt::Write;

use super::{RateCard, operation::Operation};

impl RateCard {
    /// A TypeScript module with the literal types of this card, for `RateCard<Types>` of the npm package.
    ///
    /// The exported name is the card's id in Pascal case: `image-studio` becomes `ImageStudio`.
    ///
    /// ```
    /// let types = pricetag::RateCard::builtin().typescript();
    /// assert!(types.contains("export interface ImageStudio {"));
    /// assert!(types.contains(r#"quality?: "draft" | "standard" | "premium" | undefined;"#));
    /// ```
    pub fn typescript(&self) -> String {
        let name = pascal_case(self.id());
        let mut text = format!(
            "/** The literal types of the rate card `{}`, version {}. */\n",
            comment(self.id()),
            comment(self.version())
        );
        let operations: Vec<&str> = self.operations.iter().map(|operation| operation.id.as_str()).collect();
        let tiers: Vec<&str> = self.tiers.iter().map(|tier| tier.id.as_str()).collect();
        let pools: Vec<&str> = self.pools.iter().map(|pool| pool.id.as_str()).collect();
        let members = [
            ("item", format!("{name}Item")),
            ("operation", union(&operations)),
            ("tier", union(&tiers)),
            ("pool", union(&pools)),
        ];
        text.push_str(&format!("export interface {name} {{\n"));
        for (member, kind) in members {
            text.push_str(&format!("  {member}: {kind};\n"));
        }
        text.push_str("}\n\n");
        text.push_str(&format!(
            "/** An item of a plan: one of the card's operations with its fields. */\nexport type {name}Item ="
        ));
        for operation in &self.operations {
            text.push_str("\n  | {\n");
            item_type(operation, &mut text);
            text.push_str("    }");
        }
        text.push_str(";\n");
        text
    }
}

fn item_type(operation: &Operation, text: &mut String) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "      operation: {};", quoted(&operation.id));
    for choice in &operation.choices {
        let options: Vec<&str> = choice.options.iter().map(|option| option.id.as_str()).collect();
        member(text, &choice.title, &choice.name, &union(&options), choice.default.is_some());
    }
    for number in operation.numbers.iter().skip(1).chain(operation.numbers.first()) {
        let bounds = format!("A whole number, {} to {}", number.min, number.max);
        member(text, &bounds, &number.name, "number", number.default.is_some());
    }
}

fn member(text: &mut String, comment_text: &str, name: &str, kind: &str, optional: bool) {
    let _ = writeln!(text, "      /** {} */", comment(comment_text));
    let (mark, undefined) = if optional { ("?", " | undefined") } else { ("", "") };
    let _ = writeln!(text, "      {}{mark}: {kind}{undefined};", property(name));
}

fn union(names: &[&str]) -> String {
    if names.is_empty() {
        return "never".into();
    }
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(" | ")
}

/// A string literal: JSON's escapes are TypeScript's.
fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

fn property(name: &str) -> String {
    let plain =
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain { name.into() } else { quoted(name) }
}

/// Text that cannot end a comment.
fn comment(text: &str) -> String {
    text.replace("*/", "* /").replace(['\n', '\r'], " ")
}

fn pascal_case(id: &str) -> String {
    let words = id.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
        })
        .collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) { format!("Card{name}") } else { name }
}
