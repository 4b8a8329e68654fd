//! What would be right in place of a name that is not known.

use alloc::{string::String, vec, vec::Vec};

use crate::{
    error::{Code, Fault, Path},
    reading::{At, Reader},
    surely,
    text::{joined, push_digits, put},
    value::Value,
};

/// The names that are known somewhere, by their index. A function object, because a copy of the search for every kind of
/// list made the module 3 kB larger, and an iterator object brings all that iterators can do.
pub(crate) type Names<'i, 'n> = &'i dyn Fn(usize) -> Option<&'n str>;

/// Names that are listed where none is near.
const LISTED: usize = 5;

impl Fault {
    /// A name that is not among the known ones, in the words of every face. What would be right is the nearest of those
    /// that are, if one is near, else the first five.
    ///
    /// ```
    /// use pricetag::{Code, Fault, Path};
    ///
    /// let help = |tier| Fault::unknown(Code::UnknownTier, Path::default(), "tier", tier, &["free", "basic"]).help.unwrap();
    /// assert_eq!(help("basci"), "did you mean `basic`?");
    /// assert_eq!(help("gold"), "one of `free`, `basic`");
    /// ```
    pub fn unknown(code: Code, path: Path, what: &str, name: &str, known: &[&str]) -> Self {
        let mut reader = Reader::default();
        reader.unknown(code, &At::Document, what, name, &|index| known.get(index).copied());
        Self { path, ..surely(reader.faults.pop(), "a name that is not known is a fault") }
    }

    /// The members of a document that are not known, each a fault; of very many the first, as in every list of faults.
    ///
    /// ```
    /// use pricetag::{Fault, Value};
    ///
    /// let document: Value = serde_json::from_str(r#"{"amount": 5, "nota": "x"}"#)?;
    /// let faults = Fault::unknown_fields(&document, &["amount", "note"]);
    /// assert_eq!(faults[0].to_string(), "unknown-field at nota: there is no field `nota` (did you mean `note`?)");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn unknown_fields(document: &Value, known: &[&str]) -> Vec<Self> {
        let mut reader = Reader::default();
        if matches!(document, Value::Object(_)) {
            reader.fields(document, &At::Document, "an object", known);
        }
        reader.faults
    }
}

/// The nearest of the known names, if one is near: at most a third of the given one's characters must change. Two
/// neighbours that are swapped are one change; differences of case are none.
///
/// ```
/// use pricetag::nearest;
///
/// assert_eq!(nearest("Setle", &["serve", "settle"]), Some("settle"));
/// assert_eq!(nearest("scale", &["serve", "settle"]), None);
/// ```
pub fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    nearest_of(name, &|index| known.get(index).copied())
}

/// What would be right in place of a name that is not known.
pub(crate) fn instead(name: &str, known: Names) -> String {
    match nearest_of(name, known) {
        Some(nearest) => joined(&["did you mean `", nearest, "`?"]),
        None => one_of(known, LISTED),
    }
}

/// A list of the known names, of which at most so many are named.
pub(crate) fn one_of(known: Names, most: usize) -> String {
    let mut text = String::new();
    let mut separator = "one of `";
    let mut more = 0_u64;
    let mut index = 0_usize;
    while let Some(name) = known(index) {
        if index < most {
            for piece in [separator, name, "`"] {
                put(&mut text, piece);
            }
            separator = ", `";
        } else {
            more = more.saturating_add(1);
        }
        index = index.saturating_add(1);
    }
    if more > 0 {
        put(&mut text, " or ");
        push_digits(more, &mut text);
        put(&mut text, " more");
    }
    if index == 0 {
        put(&mut text, "leave it out: there is none");
    }
    text
}

/// [`nearest`], of names by their index.
fn nearest_of<'n>(name: &str, known: Names<'_, 'n>) -> Option<&'n str> {
    let length = name.chars().count();
    // The nearest has fewer edits than this, which at first is just more than a third of the length.
    let (mut nearest, mut fewer) = (None, length.checked_div(3).unwrap_or(0).saturating_add(1));
    let mut index = 0_usize;
    while let Some(candidate) = known(index) {
        // There are at least as many edits as the lengths differ by. So a text of any length is soon known to be near to none.
        let edits = candidate.chars().count().abs_diff(length);
        if edits < fewer
            && let Some(edits) = distance(name, candidate, fewer)
        {
            (fewer, nearest) = (edits, Some(candidate));
        }
        index = index.saturating_add(1);
    }
    nearest
}

/// How many edits make one name of the other, if fewer than so many: a character inserted, left out or replaced, or two
/// neighbours swapped.
///
/// The field's crate needs the standard library, which would be 3 kB of the module.
fn distance(name: &str, other: &str, fewer: usize) -> Option<usize> {
    // For each start of `other`, the distance to it from the part of `name` that was looked at, and from a character less.
    let mut row = vec![(0, 0)];
    for (length, _) in (1_usize..).zip(other.chars()) {
        row.push((length, length));
    }
    let equal = |one: char, two: Option<char>| two.is_some_and(|two| one.eq_ignore_ascii_case(&two));
    let mut before = None;
    for (length, character) in (1_usize..).zip(name.chars()) {
        let (mut shorter, mut replaced) = (length, length.saturating_sub(1));
        // The distance two characters before in both names, and what becomes that.
        let (mut swapped, mut next_swapped) = (usize::MAX, length.saturating_sub(2));
        let mut candidate_before = None;
        let mut least = length;
        for (slot, candidate) in row.iter_mut().skip(1).zip(other.chars()) {
            let replacing = if equal(character, Some(candidate)) { replaced } else { replaced.saturating_add(1) };
            shorter = replacing.min(slot.0.saturating_add(1)).min(shorter.saturating_add(1));
            if equal(character, candidate_before) && equal(candidate, before) {
                shorter = shorter.min(swapped.saturating_add(1));
            }
            (swapped, next_swapped) = (next_swapped, slot.1);
            replaced = slot.0;
            *slot = (shorter, replaced);
            candidate_before = Some(candidate);
            least = least.min(shorter);
        }
        // What follows takes no edit back.
        if least >= fewer {
            return None;
        }
        before = Some(character);
    }
    row.last().map(|(edits, _)| *edits).filter(|edits| *edits < fewer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        /// The distance is the one that the field's crate finds.
        #[test]
        fn the_distance_is_the_one_with_swaps(name in "[a-dA-Dé]{0,8}", other in "[a-dA-Dé]{1,8}") {
            let edits = strsim::osa_distance(&name.to_ascii_lowercase(), &other.to_ascii_lowercase());
            prop_assert_eq!(super::distance(&name, &other, edits.saturating_add(1)), Some(edits));
            prop_assert_eq!(super::distance(&name, &other, edits), None);
        }
    }
}
