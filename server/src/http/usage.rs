//! What was spent, and what was estimated for it.

mod tally;

use axum::{http::StatusCode, response::Response};
use pricetag::{Code, RateCard};
use serde::Serialize;

use self::tally::{Figures, Tally};
use super::{
    account,
    answer::json,
    dispatch::{Asked, off},
    openapi::Shape,
    problem::Problem,
    query::Query,
    routes::Parameter,
};
use crate::{charge::is_unlimited, times::Day};

/// Days of a range without a beginning or an end.
const DAYS_DEFAULT: i64 = 30;
/// The longest range: ten years.
const DAYS_MAX: i64 = 3_660;
/// Days whose captures are in memory at a time.
const DAYS_AT_ONCE: i64 = 7;

pub const QUERY: &[Parameter] = &[
    Parameter { name: "by", shape: Shape::UsageBy, about: "What lines are grouped by: `operation` without it" },
    FROM,
    TO,
];

pub const FROM: Parameter =
    Parameter { name: "from", shape: Shape::Date, about: "The first day, UTC; 30 days up to the last without it" };
pub const TO: Parameter = Parameter { name: "to", shape: Shape::Date, about: "The last day, UTC; today without it" };

/// What lines are grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    Operation,
    Day,
    Asset,
    /// The option of a choice of this name.
    Choice(String),
}

impl By {
    pub const BUILTIN: [(&'static str, Self); 3] =
        [("operation", Self::Operation), ("day", Self::Day), ("asset", Self::Asset)];

    fn as_str(&self) -> &str {
        match self {
            Self::Choice(name) => name,
            builtin => Self::BUILTIN.iter().find(|(_, by)| by == builtin).map_or("", |(name, _)| name),
        }
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
    days_to_exhaustion: Option<i64>,
}

#[derive(Serialize)]
struct GroupView {
    key: Option<String>,
    #[serde(flatten)]
    figures: Figures,
}

/// What the account spent in a range of days, by group.
pub async fn usage(asked: Asked) -> Result<Response, Problem> {
    let today = Day::of(asked.store().now());
    let (by, from, to) = read(&asked, today).map_err(|faults| Problem::faults(&faults))?;
    let account = account::find(&asked).await?;
    let mut tally = Tally::new(by.clone());
    let mut start = from;
    while start <= to {
        let end = start.plus(DAYS_AT_ONCE).min(to.plus(1));
        let captures = asked.store().captures(asked.account_id(), start.start(), end.start()).await?;
        tally = off(move || captures.iter().try_for_each(|capture| tally.add(capture)).map(|()| tally))
            .await?
            .map_err(|error| {
                tracing::error!(%error, "a stored capture cannot be read");
                Problem::defect()
            })?;
        start = end;
    }
    let (charged, available) = (tally.total.charged(), account.available());
    let unlimited = is_unlimited(&asked.in_force.card, &account);
    let view = UsageView {
        by: by.as_str(),
        from: from.to_string(),
        to: to.to_string(),
        total: tally.total.figures(),
        groups: tally.groups().into_iter().map(|(key, group)| GroupView { key, figures: group.figures() }).collect(),
        days_to_exhaustion: (!unlimited).then(|| exhaustion(available, charged, to.plus(1).since(from))).flatten(),
    };
    Ok(json(StatusCode::OK, &view))
}

/// Whole days, rounded down, until as much is spent as is available, at the pace of the range.
fn exhaustion(available: i64, charged: i128, days: i64) -> Option<i64> {
    let days = (i128::from(available) * i128::from(days)).checked_div(charged)?;
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
    if let Some((_, by)) = By::BUILTIN.into_iter().find(|(builtin, _)| *builtin == name) {
        return by;
    }
    let choices = choices(card);
    if choices.contains(&name) {
        return By::Choice(name.into());
    }
    let known: Vec<&str> = By::BUILTIN.iter().map(|(name, _)| *name).chain(choices).collect();
    let message = format!("usage is by one of {}", known.join(", "));
    query.fault(Code::UnknownChoice, "by", message);
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
    use super::exhaustion;

    #[test]
    fn days_to_exhaustion_are_whole_and_none_without_charges() {
        for (available, charged, days, due) in [
            (10_000, 0, 30, None),
            (10_000, 3_000, 30, Some(100)),
            (10_000, 3_001, 30, Some(99)),
            (0, 1, 1, Some(0)),
            (i64::MAX, 1, 3_660, Some(i64::MAX)),
        ] {
            assert_eq!(exhaustion(available, charged, days), due, "{available} at {charged} in {days}");
        }
    }
}
