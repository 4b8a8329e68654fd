//! What the parser of arguments suggests, by the measure of every other face. Its own finds `settle` near to `scale`.

use clap::error::{ContextKind, ContextValue, Error};

/// The error with those of its suggestions that are near to what was given.
pub fn only(mut error: Error) -> Error {
    for (given, suggested) in [
        (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ] {
        let Some(ContextValue::String(given)) = error.get(given).cloned() else { continue };
        let is_near = |name: &String| pricetag::nearest(bare(&given), &[bare(name)]).is_some();
        let near = match error.remove(suggested) {
            Some(ContextValue::String(name)) if is_near(&name) => ContextValue::String(name),
            Some(ContextValue::Strings(names)) if names.iter().any(is_near) => {
                ContextValue::Strings(names.into_iter().filter(is_near).collect())
            }
            _ => continue,
        };
        error.insert(suggested, near);
    }
    // An empty list of other hints would leave an empty line.
    if matches!(error.get(ContextKind::Suggested), Some(ContextValue::StyledStrs(hints)) if hints.is_empty()) {
        error.remove(ContextKind::Suggested);
    }
    error
}

/// The name of an argument without its dashes and its value, which say nothing of how near it is.
fn bare(argument: &str) -> &str {
    let name = argument.trim_start_matches('-');
    name.split_once(['=', ' ']).map_or(name, |(name, _)| name)
}
