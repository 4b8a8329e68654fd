//! What was spent, and what was estimated for it.

use axum::{http::StatusCode, response::Response};
use pricetag::{Code, RateCard};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    account, answer::json, dispatch::Asked, openapi::Shape, problem::Problem, query::Query, routes::Parameter,
};
use crate::{
    charge::is_unlimited,
    clock::Millis,
    store::{By, Sums},
    times::{DAY_MS, Day},
};

/// Days of a range without a beginning or an end.
const DAYS_DEFAULT: i64 = 30;
/// The longest range: ten years.
const DAYS_MAX: i64 = 3_660;
/// Groups in an answer, the dearest first. A range has fewer days, and a card fewer operations and options; assets are
/// named by clients.
const GROUPS_MAX: i64 = 4_000;
/// A pace needs this much of a history.
const HISTORY_MS_MIN: Millis = 3 * DAY_MS;

pub const QUERY: &[Parameter] = &[
    Parameter { name: "by", shape: Shape::UsageBy, about: "What lines are grouped by: `operation` without it" },
    FROM,
    TO,
];

pub const FROM: Parameter =
    Parameter { name: "from", shape: Shape::Date, about: "The first day, UTC; 30 days up to the last without it" };
pub const TO: Parameter = Parameter { name: "to", shape: Shape::Date, about: "The last day, UTC; today without it" };

/// The names of what usage is grouped by, beside the names of choices.
pub const BUILTIN: [(&str, By); 3] = [("operation", By::Operation), ("day", By::Day), ("asset", By::Asset)];

fn name(by: &By) -> &str {
    match by {
        By::Choice(name) => name,
        By::Operation => "operation",
        By::Day => "day",
        By::Asset => "asset",
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UsageView<'a> {
    by: &'a str,
    from: String,
    to: String,
    total: Figures,
    groups: Vec<GroupView>,
    /// Groups that were charged less than those that are listed.
    groups_left_out: u64,
    days_to_exhaustion: Option<i64>,
}

#[derive(Serialize)]
struct GroupView {
    key: Option<String>,
    #[serde(flatten)]
    figures: Figures,
}

/// What is said of a group.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    captures: u64,
    lines: u64,
    outputs: Box<RawValue>,
    estimated: Box<RawValue>,
    charged: Box<RawValue>,
    average_per_output: Option<Box<RawValue>>,
}

impl From<Sums> for Figures {
    fn from(sums: Sums) -> Self {
        let Sums { captures, lines, outputs, estimated, charged } = sums;
        let average_per_output = average(charged, outputs).map(number);
        let outputs = RawValue::from_string(outputs.to_string()).expect("digits are JSON");
        Self { captures, lines, outputs, estimated: number(estimated), charged: number(charged), average_per_output }
    }
}

/// What an output was charged at, rounded half up to a millicredit.
fn average(charged: i128, outputs: i128) -> Option<i128> {
    (2 * charged + outputs).checked_div(2 * outputs)
}

/// Millicredits as a JSON number of credits. No amount is negative here.
fn number(millicredits: i128) -> Box<RawValue> {
    let (whole, rest) = (millicredits / 1_000, millicredits % 1_000);
    let text = format!("{whole}.{rest:03}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    RawValue::from_string(text.into()).expect("digits are JSON")
}

/// What the account spent in a range of days, by group.
pub async fn usage(asked: Asked) -> Result<Response, Problem> {
    let now = asked.store().now();
    let (by, from, to) = read(&asked, Day::of(now)).map_err(|faults| Problem::faults(&faults))?;
    let account = account::find(&asked).await?;
    let range = from.start()..to.plus(1).start();
    let found = asked.store().usage(asked.account_id(), by.clone(), range.clone(), GROUPS_MAX).await?;
    let mut groups = found.groups;
    let listed = u64::try_from(groups.len()).expect("a count is a u64");
    groups.sort_by(|(one, one_sums), (other, other_sums)| match by {
        // Days are as many days after 1970.
        By::Day => one.as_ref().map(String::len).cmp(&other.as_ref().map(String::len)).then_with(|| one.cmp(other)),
        _ => other_sums.charged.cmp(&one_sums.charged).then_with(|| one.cmp(other)),
    });
    let key = |key: Option<String>| match by {
        By::Day => key.and_then(|day| day.parse().ok()).map(|day| Day::numbered(day).to_string()),
        _ => key,
    };
    let began = found.first_at.map(|first_at| first_at.max(range.start));
    let history = began.map_or(0, |began| range.end.min(now) - began);
    let unlimited = is_unlimited(&asked.in_force.card, &account);
    let view = UsageView {
        by: name(&by),
        from: from.to_string(),
        to: to.to_string(),
        groups_left_out: found.groups_count - listed,
        groups: groups.into_iter().map(|(of, sums)| GroupView { key: key(of), figures: sums.into() }).collect(),
        days_to_exhaustion: (!unlimited)
            .then(|| exhaustion(account.available(), found.total.charged, history))
            .flatten(),
        total: found.total.into(),
    };
    Ok(json(StatusCode::OK, &view))
}

/// Whole days, rounded down, until as much is spent as is available, at the pace of a history. A short one has no pace.
fn exhaustion(available: i64, charged: i128, history: Millis) -> Option<i64> {
    if history < HISTORY_MS_MIN {
        return None;
    }
    let days = (i128::from(available) * i128::from(history)).checked_div(charged * i128::from(DAY_MS))?;
    Some(i64::try_from(days).unwrap_or(i64::MAX))
}

fn read(asked: &Asked, today: Day) -> Result<(By, Day, Day), pricetag::Faults> {
    let mut query = Query::of(&asked.uri, QUERY);
    let by = by(&mut query, &asked.in_force.card);
    let (from, to) = days(&mut query, today);
    query.finish((by, from, to))
}

/// The first and the last day of a range, and what is wrong with them.
pub fn days(query: &mut Query, today: Day) -> (Day, Day) {
    let to = day(query, "to").unwrap_or(today);
    let from = day(query, "from").unwrap_or(to.plus(1 - DAYS_DEFAULT));
    if from > to {
        query.fault(Code::RangeOutOfOrder, "from", format!("`{from}` is after `{to}`"));
    } else if to.since(from) >= DAYS_MAX {
        query.fault(Code::LimitExceeded, "from", format!("a range has at most {DAYS_MAX} days"));
    }
    (from, to)
}

fn by(query: &mut Query, card: &RateCard) -> By {
    let Some(name) = query.text("by") else { return By::Operation };
    if let Some((_, by)) = BUILTIN.into_iter().find(|(builtin, _)| *builtin == name) {
        return by;
    }
    let choices = choices(card);
    if choices.contains(&name) {
        return By::Choice(name.into());
    }
    let known: Vec<&str> = BUILTIN.iter().map(|(name, _)| *name).chain(choices).collect();
    // The name is the query's own.
    let name = name.to_owned();
    query.unknown(Code::UnknownChoice, "by", "grouping", &name, &known);
    By::Operation
}

fn day(query: &mut Query, name: &str) -> Option<Day> {
    let day = Day::parse(query.text(name)?);
    if day.is_none() {
        query.fault(Code::WrongType, name, "a day such as `2026-11-22` is due here");
    }
    day
}

/// The names of the card's choices, each once.
pub fn choices(card: &RateCard) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for operation in list(card.document(), "operations") {
        for choice in list(operation, "choices") {
            match choice.get("name") {
                Some(pricetag::Value::String(name)) if !names.contains(&name.as_str()) => names.push(name),
                _ => {}
            }
        }
    }
    names
}

fn list<'v>(value: &'v pricetag::Value, key: &str) -> &'v [pricetag::Value] {
    match value.get(key) {
        Some(pricetag::Value::List(elements)) => elements,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, average, exhaustion, number};

    #[test]
    fn days_to_exhaustion_are_whole_and_none_without_charges_or_history() {
        let days = |days: i64| days * DAY_MS;
        for (available, charged, history, due) in [
            (10_000, 0, days(30), None),
            (10_000, 3_000, days(30), Some(100)),
            (10_000, 3_001, days(30), Some(99)),
            (0, 1, days(3), Some(0)),
            (i64::MAX, 1, days(3_660), Some(i64::MAX)),
            (10_000, 60, 20 * 60 * 1_000, None), // 20 minutes
            (10_000, 60, days(3) - 1, None),
        ] {
            assert_eq!(exhaustion(available, charged, history), due, "{available} at {charged} in {history} ms");
        }
    }

    #[test]
    fn an_average_rounds_half_up_and_nothing_has_none() {
        for (outputs, charged, due) in
            [(0, 0, None), (3, 0, Some(0)), (2, 1, Some(1)), (3, 1, Some(0)), (3, 2, Some(1)), (8, 12, Some(2))]
        {
            assert_eq!(average(charged, outputs), due, "{charged} by {outputs}");
        }
    }

    #[test]
    fn sums_are_written_exactly_beyond_the_largest_amount() {
        for (millicredits, due) in
            [(0, "0"), (1, "0.001"), (100, "0.1"), (29_000, "29"), (12_345_678_901_234_567, "12345678901234.567")]
        {
            assert_eq!(number(millicredits).get(), due);
        }
    }
}
