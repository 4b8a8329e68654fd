//! What is answered, as schemas.

use super::{
    Shape,
    schema::{
        Any, answer, any_of, anything, boolean, credits, date, list, map, named, one_of, or_null, pattern, text, time,
        whole,
    },
};

/// A count in an answer.
fn count() -> Any {
    whole(0, None)
}

pub fn schema(shape: Shape) -> Any {
    match shape {
        Shape::Estimate => named("Estimate"),
        Shape::Alternatives => list(named("Alternative")),
        Shape::Fit => any_of([
            answer([("rank", count()), ("expected", credits()), ("plan", named("Plan")), ("total", named("Range"))]),
            answer([("cheapest", credits()), ("shortBy", credits())]),
        ]),
        Shape::Affordable => answer([("quantity", count()), ("total", named("Range"))]),
        Shape::Preflight => answer([
            ("verdict", one_of(["covered", "may-exceed", "insufficient", "not-allowed"])),
            ("estimate", named("Estimate")),
            ("balance", or_null(credits())),
            ("after", or_null(named("Range"))),
            ("shortBy", credits()),
            ("blocks", list(block())),
            ("needs?", or_null(text())),
        ]),
        Shape::Hold | Shape::HoldRecord | Shape::Captured | Shape::Extended | Shape::Released | Shape::Charge => {
            of_hold(shape)
        }
        Shape::Account => answer([
            ("accountId", text()),
            ("tier", text()),
            ("balance", named("Balance")),
            ("freeUnits", map(count())),
        ]),
        Shape::Grant => answer([
            ("accountId", text()),
            ("seq", count()),
            ("amount", credits()),
            ("note", or_null(text())),
            ("balance", named("Balance")),
        ]),
        Shape::Key => answer([
            ("keyId", text()),
            ("key", text()),
            ("accountId", text()),
            ("scopes", list(text())),
            ("expiresAt", or_null(time())),
        ]),
        Shape::Entries => answer([("entries", list(named("Entry"))), ("next", or_null(count()))]),
        Shape::Balances => balances(),
        Shape::Captures => answer([("captures", list(named("Capture"))), ("next", or_null(text()))]),
        Shape::Usage => usage(),
        Shape::Status => answer([("status", text())]),
        _ => anything(),
    }
}

/// An item that the account's tier excludes.
fn block() -> Any {
    answer([("code", one_of(["not-in-tier"])), ("item", count()), ("needs", or_null(text())), ("message", text())])
}

/// What is said of a hold.
fn of_hold(shape: Shape) -> Any {
    match shape {
        Shape::Hold => answer([
            ("id", text()),
            ("status", one_of(["held"])),
            ("amount", credits()),
            ("createdAt", time()),
            ("expiresAt", time()),
            ("asset", or_null(text())),
            ("estimate", named("Estimate")),
            ("balance", named("Balance")),
        ]),
        Shape::Captured => answer([
            ("id", text()),
            ("status", one_of(["captured"])),
            ("late", boolean()),
            ("charge", credits()),
            ("released", credits()),
            ("lines", list(named("SettledLine"))),
            ("balance", named("Balance")),
        ]),
        Shape::Extended => {
            answer([("id", text()), ("status", one_of(["held"])), ("amount", credits()), ("expiresAt", time())])
        }
        Shape::Released => answer([
            ("id", text()),
            ("status", one_of(["released"])),
            ("released", credits()),
            ("balance", named("Balance")),
        ]),
        Shape::Charge => answer([
            ("id", text()),
            ("charge", credits()),
            ("released", credits()),
            ("estimate", named("Estimate")),
            ("balance", named("Balance")),
        ]),
        _ => hold_record(),
    }
}

fn hold_record() -> Any {
    let settlement = answer([("charge", credits()), ("released", credits()), ("lines", list(named("SettledLine")))]);
    answer([
        ("id", text()),
        ("status", one_of(["held", "captured", "released", "expired"])),
        ("amount", credits()),
        ("createdAt", time()),
        ("expiresAt", or_null(time())),
        ("resolvedAt", or_null(time())),
        ("late", boolean()),
        ("asset", or_null(text())),
        // Of the card in force when it was made, which the plans of today's need not be.
        ("plan", answer([("items", list(anything()))])),
        ("estimate", named("Estimate")),
        ("settlement", or_null(settlement)),
    ])
}

fn balances() -> Any {
    let standing = || [("seq", count()), ("posted", credits()), ("held", credits())];
    answer([
        ("from", date("2026-10-24")),
        ("to", date("2026-11-22")),
        ("opening", or_null(answer(standing()))),
        ("days", list(answer([("day", date("2026-11-22"))].into_iter().chain(standing())))),
    ])
}

fn usage() -> Any {
    let figures = || {
        [
            ("captures", count()),
            ("lines", count()),
            ("outputs", count()),
            ("estimated", credits()),
            ("charged", credits()),
            ("averagePerOutput", or_null(credits())),
        ]
    };
    answer([
        ("by", text()),
        ("from", date("2026-10-24")),
        ("to", date("2026-11-22")),
        ("total", answer(figures())),
        ("groups", list(answer([("key", or_null(text()))].into_iter().chain(figures())))),
        ("groupsLeftOut", count()),
        ("daysToExhaustion", or_null(count())),
    ])
}

/// What is answered when something is wrong. A code may have members of its own.
pub fn problem(codes: &[&str]) -> Any {
    answer([
        ("type", pattern("^urn:pricetag:problem:", "urn:pricetag:problem:price-changed")),
        ("title", text()),
        ("status", whole(400, Some(599))),
        ("detail", text()),
        ("code", one_of(codes.iter().copied())),
        ("requestId", text()),
        ("retry", one_of(["never", "same-key", "new-key"])),
        ("errors?", list(named("Fault"))),
    ])
}

pub fn fault<'c>(codes: impl IntoIterator<Item = &'c str>) -> Any {
    answer([("code", one_of(codes)), ("path", text()), ("message", text()), ("help?", text())])
}

pub fn components() -> [(&'static str, Any); 9] {
    let range = || named("Range");
    [
        ("Range", answer([("low", credits()), ("expected", credits()), ("high", credits())])),
        ("Balance", answer([("posted", credits()), ("held", credits()), ("available", or_null(credits()))])),
        (
            "Estimate",
            answer([
                ("card", answer([("id", text()), ("version", text()), ("fingerprint", text())])),
                ("unit", text()),
                ("total", range()),
                ("accuracy", accuracy()),
                ("lines", list(named("Line"))),
            ]),
        ),
        (
            "Line",
            answer([
                ("item", count()),
                ("operation", text()),
                ("title", text()),
                ("rate", count()),
                ("unit", range()),
                ("count", count()),
                ("free", count()),
                ("total", range()),
                ("accuracy", accuracy()),
                ("parts", list(named("Part"))),
            ]),
        ),
        ("Part", answer([("kind", one_of(["base", "size", "free"])), ("amount", range())])),
        (
            "Alternative",
            answer([
                ("item", count()),
                ("field", text()),
                ("option", text()),
                ("saves", credits()),
                ("rank", anything()),
                ("why", text()),
            ]),
        ),
        (
            "SettledLine",
            answer([
                ("item", count()),
                ("delivered", count()),
                ("free", count()),
                ("unit", credits()),
                ("charge", credits()),
                ("capped", boolean()),
            ]),
        ),
        (
            "Capture",
            answer([
                ("holdId", text()),
                ("at", time()),
                ("asset", or_null(text())),
                // Of the card in force when it was made, like a hold's.
                ("plan", answer([("items", list(anything()))])),
                ("estimated", range()),
                ("charge", credits()),
                ("lines", list(named("SettledLine"))),
            ]),
        ),
        (
            "Entry",
            answer([
                ("seq", count()),
                ("kind", text()),
                ("at", time()),
                ("postedBefore", credits()),
                ("postedAfter", credits()),
                ("heldBefore", credits()),
                ("heldAfter", credits()),
                ("holdId", or_null(text())),
                ("asset", or_null(text())),
                ("note", or_null(text())),
            ]),
        ),
    ]
}

fn accuracy() -> Any {
    one_of(["exact", "very-accurate", "accurate", "varies"])
}
