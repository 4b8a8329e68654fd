//! Reading a request for a hold or a charge, all faults at once. The plan in it is the card's to read.

use std::ops::RangeInclusive;

use pricetag::{Code, Credits, Fault, Path, Step, Value};

use super::Kind;

/// Characters of the name of what the work is for.
pub const ASSET_CHARACTERS: RangeInclusive<usize> = 1..=128;
/// The longest that a hold may last without an extension: a day.
pub const HOLD_SECONDS_MAX: u32 = 24 * 60 * 60;
/// How long a hold lasts when nothing is said, or the least that is allowed where that is more.
const HOLD_SECONDS_DEFAULT: u32 = 15 * 60;
const SECOND_MS: i64 = 1_000;

/// What was asked beside the plan.
pub struct Asked {
    /// The highest figure of the price that the person saw.
    pub accepted_high: Credits,
    pub asset: Option<String>,
    pub lasts_ms: i64,
}

/// Reads everything but the plan's inside; `None` when what was accepted cannot be read.
pub fn read(body: &Value, kind: Kind, faults: &mut Vec<Fault>) -> Option<Asked> {
    if !matches!(body, Value::Object(_)) {
        faults.push(fault(Code::WrongType, &[], "an object is due here", None));
        return None;
    }
    let known: &[&str] = match kind {
        Kind::Hold { .. } => &["plan", "accepted", "asset", "expiresInSeconds"],
        Kind::Charge => &["plan", "accepted", "asset"],
    };
    faults.extend(unknown_fields(body, known));
    match body.get("plan") {
        None => faults.push(fault(Code::MissingField, &["plan"], "a plan must be given", None)),
        Some(Value::Object(_)) => {}
        Some(_) => faults.push(fault(Code::WrongType, &["plan"], "a plan is due here", None)),
    }
    let asset = body.get("asset").and_then(|asset| {
        let read = read_asset(asset);
        read.map_err(|(code, message)| faults.push(fault(code, &["asset"], &message, None))).ok()
    });
    let seconds = match kind {
        Kind::Hold { seconds_min } => read_seconds(body.get("expiresInSeconds"), seconds_min),
        Kind::Charge => Ok(0),
    };
    let seconds = seconds.map_err(|(code, message)| faults.push(fault(code, &["expiresInSeconds"], &message, None)));
    let accepted_high = read_accepted(body.get("accepted"), faults)?;
    Some(Asked { accepted_high, asset, lasts_ms: i64::from(seconds.ok()?) * SECOND_MS })
}

/// A fault for each member that is not known. What belongs to the account is not given: it comes from the key.
pub fn unknown_fields(body: &Value, known: &[&str]) -> Vec<Fault> {
    const OF_THE_KEY: [&str; 5] = ["account", "accountId", "tier", "balance", "freeUnits"];
    let mut unknown = Fault::unknown_fields(body, known);
    for fault in &mut unknown {
        if matches!(fault.path.0.as_slice(), [Step::Key(key)] if OF_THE_KEY.contains(&key.as_str())) {
            fault.help = Some("the account and its tier come from the key".into());
        }
    }
    unknown
}

fn read_asset(asset: &Value) -> Result<String, (Code, String)> {
    let Value::String(asset) = asset else {
        return Err((Code::WrongType, "the name of what the work is for is due here, as a string".into()));
    };
    let well_formed = ASSET_CHARACTERS.contains(&asset.chars().count()) && !asset.chars().any(char::is_control);
    if well_formed {
        return Ok(asset.clone());
    }
    let (least, most) = (ASSET_CHARACTERS.start(), ASSET_CHARACTERS.end());
    Err((Code::OutOfRange, format!("a name has {least} to {most} characters, and no control characters")))
}

fn read_seconds(seconds: Option<&Value>, least: u32) -> Result<u32, (Code, String)> {
    let Some(seconds) = seconds else { return Ok(HOLD_SECONDS_DEFAULT.max(least)) };
    let Value::Number(number) = seconds else {
        return Err((Code::WrongType, "a whole number of seconds is due here".into()));
    };
    let most = HOLD_SECONDS_MAX;
    if number.fract() != 0.0 {
        return Err((Code::WrongType, format!("`{number}` is not a whole number of seconds")));
    }
    if !(f64::from(least)..=f64::from(most)).contains(number) {
        return Err((Code::OutOfRange, format!("`{number}` is outside {least} to {most} seconds")));
    }
    // Whole and within the range of a day.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Ok(*number as u32)
}

/// The high figure that was accepted. A fingerprint may stand beside it, and decides nothing.
fn read_accepted(value: Option<&Value>, faults: &mut Vec<Fault>) -> Option<Credits> {
    const HELP: &str = "`accepted` is {high, fingerprint?}: the estimate's `total.high` and `card.fingerprint`";
    let Some(value) = value else {
        faults.push(fault(Code::MissingField, &["accepted"], "what was accepted must be given", Some(HELP)));
        return None;
    };
    if !matches!(value, Value::Object(_)) {
        faults.push(fault(Code::WrongType, &["accepted"], "an object is due here", Some(HELP)));
        return None;
    }
    for mut unknown in Fault::unknown_fields(value, &["high", "fingerprint"]) {
        unknown.path.0.insert(0, Step::Key("accepted".into()));
        faults.push(unknown);
    }
    if value.get("fingerprint").is_some_and(|fingerprint| !matches!(fingerprint, Value::String(_))) {
        faults.push(fault(Code::WrongType, &["accepted", "fingerprint"], "a string is due here", Some(HELP)));
    }
    let high = match value.get("high") {
        Some(Value::Number(high)) => amount(*high).map_err(|message| (Code::InvalidAmount, message)),
        Some(_) => Err((Code::WrongType, "a number of credits is due here".into())),
        None => Err((Code::MissingField, "the highest price that was shown must be given".into())),
    };
    high.map_err(|(code, message)| faults.push(fault(code, &["accepted", "high"], &message, Some(HELP)))).ok()
}

fn amount(number: f64) -> Result<Credits, String> {
    match Credits::from_number(number) {
        Ok(amount) if amount < Credits::ZERO => Err(format!("`{number}` is negative")),
        Ok(amount) => Ok(amount),
        Err(error) => Err(format!("`{number}` is not an amount: {error}")),
    }
}

fn path(keys: &[&str]) -> Path {
    Path(keys.iter().map(|key| Step::Key((*key).into())).collect())
}

fn fault(code: Code, keys: &[&str], message: &str, help: Option<&str>) -> Fault {
    Fault { code, path: path(keys), message: message.into(), help: help.map(Into::into), line: None }
}
