//! The form of a card: what its objects are called, what members they have, and what may stand in them.
//!
//! What is left to check when an object has its form, whether ranges ascend and names mean something, stands where it is read.

use crate::{
    form::{
        Form,
        Kind::{Any, Area, Flag, List, Name, Percent, Positive, Price, Text, Whole, Word},
        Member, form, optional, required,
    },
    limits::{
        BANDS, CHOICES, COUNT, COUNTS, EXCLUSIONS, FEATURES, OPERATIONS, OPTIONS, POOLS, RANK, RATES,
        REQUESTS_PER_MINUTE, SIDE_PIXELS, TEMPLATES, TIERS,
    },
};

const fn name(key: &'static str) -> Member {
    required(key, "a name", Name)
}

pub(super) static CARD: Form = form(
    "a rate card",
    &[
        optional("format", Any),
        name("id"),
        name("version"),
        optional("title", Text),
        optional("unit", Text),
        optional("money", Any),
        optional("step", Price),
        required("operations", "a list of operations", List(OPERATIONS)),
        optional("tiers", List(TIERS)),
        optional("freeUnits", List(POOLS)),
        optional("templates", List(TEMPLATES)),
    ],
);

pub(super) static MONEY: Form = form(
    "a currency and what a credit costs in it",
    &[required("currency", "a currency", Word), required("perCredit", "the price of a credit", Any)],
);

pub(super) static OPERATION: Form = form(
    "an operation",
    &[
        name("id"),
        optional("title", Text),
        optional("output", Text),
        optional("accuracy", Any),
        optional("choices", List(CHOICES)),
        optional("counts", List(COUNTS)),
        optional("size", Any),
        required("rates", "a list of rates", List(RATES)),
    ],
);

pub(super) static CHOICE: Form = form(
    "a choice",
    &[
        name("name"),
        optional("title", Text),
        optional("default", Any),
        optional("substitutable", Flag),
        required("options", "a list of options", List(OPTIONS)),
    ],
);

pub(super) static OPTION: Form = form("an option", &[name("id"), optional("title", Text), optional("provider", Text)]);

pub(super) static COUNT_FIELD: Form = form(
    "a count",
    &[
        name("name"),
        optional("title", Text),
        optional("default", Any),
        optional("min", Positive(COUNT)),
        required("max", "the greatest count", Positive(COUNT)),
    ],
);

pub(super) static SIZE: Form = form(
    "a size",
    &[
        optional("default", Any),
        required("side", "the bounds of a side", Any),
        required("bands", "a list of bands", List(BANDS)),
    ],
);

pub(super) static SIDE: Form = form(
    "the bounds of a side",
    &[
        required("min", "a side in pixels", Positive(SIDE_PIXELS)),
        required("max", "a side in pixels", Positive(SIDE_PIXELS)),
    ],
);

pub(super) static DEFAULT_SIZE: Form =
    form("a size", &[required("width", "a side in pixels", Any), required("height", "a side in pixels", Any)]);

pub(super) static BAND: Form = form(
    "a band",
    &[required("upToPixels", "an area in pixels", Area), required("addPercent", "a percentage", Percent)],
);

pub(super) static RATE: Form = form(
    "a rate",
    &[
        required("when", WHEN, Any),
        optional("price", Any),
        optional("unavailable", Any),
        optional("rank", Whole(RANK)),
        optional("accuracy", Any),
        optional("note", Text),
    ],
);

const WHEN: &str = "an object of choices (`{}` matches everything)";

pub(super) static PRICE: Form = form("a price", &[figure("low"), figure("expected"), figure("high")]);

const fn figure(key: &'static str) -> Member {
    required(key, "this figure of the range", Price)
}

pub(super) static TIER: Form = form(
    "a tier",
    &[
        name("id"),
        optional("title", Text),
        required("monthlyCredits", "a number of credits or `\"unlimited\"`", Any),
        optional("requestsPerMinute", Positive(REQUESTS_PER_MINUTE)),
        optional("features", List(FEATURES)),
        optional("excludes", List(EXCLUSIONS)),
    ],
);

pub(super) static EXCLUSION: Form =
    form("an exclusion", &[required("operation", OPERATION_ID, Word), required("when", WHEN, Any)]);

const OPERATION_ID: &str = "the id of an operation";

pub(super) static POOL: Form = form(
    "a pool of free units",
    &[
        name("id"),
        optional("title", Text),
        required("operation", OPERATION_ID, Word),
        required("when", WHEN, Any),
        required("monthly", MONTHLY, Any),
    ],
);

pub(super) const MONTHLY: &str = "an object of free outputs a month by tier";

pub(super) static TEMPLATE: Form = form("a template", &[name("id"), optional("title", Text), optional("items", Any)]);
