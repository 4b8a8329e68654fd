//! What has happened on an account: its entries, its balance day by day, and what it was charged for.

use axum::{http::StatusCode, response::Response};
use pricetag::{Code, Credits};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    account,
    answer::json,
    dispatch::{Asked, off},
    openapi::Shape,
    problem::Problem,
    query::Query,
    routes::Parameter,
    usage,
};
use crate::{
    charge::{credits, lines_json},
    store::{Capture, CapturesFound, CapturesPage, DayEnd, Entry},
    times::{self, Day},
};

const ENTRIES_MAX: i64 = 1_000;
const ENTRIES_DEFAULT: i64 = 100;

pub const ENTRIES_QUERY: &[Parameter] = &[
    Parameter {
        name: "after",
        shape: Shape::After,
        about: "Entries after this `seq`, oldest first; without it from the first",
    },
    Parameter {
        name: "before",
        shape: Shape::Before,
        about: "Instead of `after`: entries before this `seq`, newest first",
    },
    Parameter { name: "limit", shape: Shape::Limit(ENTRIES_MAX), about: "At most so many; 100 without it" },
];

#[derive(Serialize)]
struct Entries<'a> {
    entries: Vec<EntryView<'a>>,
    /// The `after` of the next page, or its `before` where that was asked for.
    next: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryView<'a> {
    seq: i64,
    kind: &'a str,
    at: String,
    posted_before: Credits,
    posted_after: Credits,
    held_before: Credits,
    held_after: Credits,
    hold_id: Option<&'a str>,
    asset: Option<&'a str>,
    note: Option<&'a str>,
}

impl<'a> From<&'a Entry> for EntryView<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            seq: entry.seq,
            kind: &entry.kind,
            at: times::written(entry.at),
            posted_before: credits(entry.posted_before),
            posted_after: credits(entry.posted_after),
            held_before: credits(entry.held_before),
            held_after: credits(entry.held_after),
            hold_id: entry.hold_id.as_deref(),
            asset: entry.asset.as_deref(),
            note: entry.note.as_deref(),
        }
    }
}

/// The account's history, a page at a time.
pub async fn entries(asked: Asked) -> Result<Response, Problem> {
    let mut query = Query::of(&asked.uri, ENTRIES_QUERY);
    let (after, before) = (query.whole("after", -1..=i64::MAX), query.whole("before", 0..=i64::MAX));
    if query.text("after").is_some() && query.text("before").is_some() {
        query.fault(Code::UnknownField, "before", "a page is either `after` an entry or `before` one");
    }
    let limit = query.whole("limit", 1..=ENTRIES_MAX).unwrap_or(ENTRIES_DEFAULT);
    let limit = usize::try_from(query.finish(limit).map_err(|faults| Problem::faults(&faults))?).unwrap_or(1);
    // One more than asked for tells whether there is a next page.
    let mut entries = match before {
        Some(before) => asked.store().entries_before(asked.account_id(), before, limit + 1).await?,
        None => asked.store().entries(asked.account_id(), after.unwrap_or(-1), limit + 1).await?,
    };
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|entry| entry.seq);
    Ok(json(StatusCode::OK, &Entries { entries: entries.iter().map(EntryView::from).collect(), next }))
}

pub const BALANCES_QUERY: &[Parameter] = &[usage::FROM, usage::TO];

#[derive(Serialize)]
struct Balances {
    from: String,
    to: String,
    /// What the first day began with; `None` when the account was not there.
    opening: Option<Standing>,
    days: Vec<DayView>,
}

#[derive(Serialize)]
struct Standing {
    /// The last entry of the time.
    seq: i64,
    posted: Credits,
    held: Credits,
}

#[derive(Serialize)]
struct DayView {
    day: String,
    #[serde(flatten)]
    standing: Standing,
}

impl From<&DayEnd> for Standing {
    fn from(end: &DayEnd) -> Self {
        Self { seq: end.seq, posted: credits(end.posted), held: credits(end.held) }
    }
}

/// How the balance stood at the end of each day of a range, as far as the account was there.
pub async fn balances(asked: Asked) -> Result<Response, Problem> {
    let mut query = Query::of(&asked.uri, BALANCES_QUERY);
    let days = usage::days(&mut query, Day::of(asked.store().now()));
    let (from, to) = query.finish(days).map_err(|faults| Problem::faults(&faults))?;
    account::find(&asked).await?;
    let ends = asked.store().day_ends(asked.account_id(), from.start(), to.plus(1).start()).await?;
    let day = |end: &DayEnd| Day::of(end.until).plus(-1);
    let view = Balances {
        from: from.to_string(),
        to: to.to_string(),
        opening: ends.iter().find(|end| day(end) < from).map(Standing::from),
        days: ends
            .iter()
            .filter(|end| day(end) >= from)
            .map(|end| DayView { day: day(end).to_string(), standing: Standing::from(end) })
            .collect(),
    };
    Ok(json(StatusCode::OK, &view))
}

/// Fewer than entries, because each has a plan of up to 500 items.
const CAPTURES_MAX: i64 = 200;
const CAPTURES_DEFAULT: i64 = 100;
/// A page ends when its plans and estimates are this large, so that an answer's memory does not depend on what clients
/// stored.
const CAPTURES_BYTES_MAX: i64 = 1 << 20;

pub const CAPTURES_QUERY: &[Parameter] = &[
    usage::FROM,
    usage::TO,
    Parameter {
        name: "after",
        shape: Shape::HoldId,
        about: "Captures of holds after this one; without it from the first",
    },
    Parameter {
        name: "limit",
        shape: Shape::Limit(CAPTURES_MAX),
        about: "At most so many, and fewer where their plans are long; 100 without it",
    },
];

#[derive(Serialize)]
struct Captures<'a> {
    captures: Vec<CaptureView<'a>>,
    /// The `after` of the next page.
    next: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CaptureView<'a> {
    hold_id: &'a str,
    at: String,
    asset: Option<&'a str>,
    plan: &'a RawValue,
    estimated: &'a RawValue,
    charge: Credits,
    lines: Box<RawValue>,
}

/// What is shown of a stored estimate.
#[derive(Deserialize)]
struct Estimate<'a> {
    #[serde(borrow)]
    total: &'a RawValue,
}

impl<'a> CaptureView<'a> {
    fn of(capture: &'a Capture) -> Result<Self, serde_json::Error> {
        Ok(Self {
            hold_id: &capture.hold_id,
            at: times::written(capture.at),
            asset: capture.asset.as_deref(),
            plan: &capture.document.plan,
            estimated: serde_json::from_str::<Estimate<'a>>(capture.document.estimate.get())?.total,
            charge: credits(capture.captured),
            lines: RawValue::from_string(lines_json(&capture.lines))?,
        })
    }
}

/// As [`Shape::HoldId`] describes it.
fn is_hold_id(id: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    id.strip_prefix("hold_").is_some_and(|rest| rest.len() == 32 && rest.bytes().all(digit))
}

/// What was charged in a range of days, with the plans it was for, in the order in which they were placed.
pub async fn captures(asked: Asked) -> Result<Response, Problem> {
    let mut query = Query::of(&asked.uri, CAPTURES_QUERY);
    let days = usage::days(&mut query, Day::of(asked.store().now()));
    let after = query.text("after").map(str::to_owned);
    if after.as_deref().is_some_and(|after| !is_hold_id(after)) {
        query.fault(Code::WrongType, "after", "the id of a hold is due here");
    }
    let limit = query.whole("limit", 1..=CAPTURES_MAX).unwrap_or(CAPTURES_DEFAULT);
    let ((from, to), limit) = query.finish((days, limit)).map_err(|faults| Problem::faults(&faults))?;
    let page = CapturesPage {
        account_id: asked.account_id().into(),
        from: from.start(),
        until: to.plus(1).start(),
        after: after.unwrap_or_default(),
        limit,
        bytes_max: CAPTURES_BYTES_MAX,
    };
    let CapturesFound { captures, more } = asked.store().captures(page).await?;
    off(move || {
        let views = captures.iter().map(CaptureView::of).collect::<Result<Vec<_>, _>>().map_err(|error| {
            tracing::error!(%error, "a stored capture cannot be read");
            Problem::defect()
        })?;
        let next = captures.last().filter(|_| more).map(|capture| capture.hold_id.as_str());
        Ok(json(StatusCode::OK, &Captures { captures: views, next }))
    })
    .await?
}
