//! The form of a card: what its objects are called, what members they have, and what may stand in them.
//!
//! What is left to check when an object has its form, whether ranges ascend and names mean something, stands where it is read.

use crate::{
    form::{
        Form,
        Kind::{Any, Area, Flag, List, Name, Percent, Positive, Price, Text, Whole, Word},
        Member, optional, required,
    },
    limits::{
        BANDS, CHOICES, COUNT, COUNTS, EXCLUSIONS, FEATURES, OPERATIONS, OPTIONS, POOLS, RANK, RATES,
        REQUESTS_PER_MINUTE, SIDE_PIXELS, TEMPLATES, TIERS,
    },
};

const fn name(key: &'static str) -> Member {
    required(key, "a name", Name)
}

pub(super) static CARD: Form = Form {
    what: "a rate card",
    members: &[
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
};

pub(super) static MONEY: Form = Form {
    what: "a currency and what a credit costs in it",
    members: &[required("currency", "a currency", Word), required("perCredit", "the price of a credit", Any)],
};

pub(super) static OPERATION: Form = Form {
    what: "an operation",
    members: &[
        name("id"),
        optional("title", Text),
        optional("output", Text),
        optional("accuracy", Any),
        optional("choices", List(CHOICES)),
        optional("counts", List(COUNTS)),
        optional("size", Any),
        required("rates", "a list of rates", List(RATES)),
    ],
};

pub(super) static CHOICE: Form = Form {
    what: "a choice",
    members: &[
        name("name"),
        optional("title", Text),
        optional("default", Any),
        optional("substitutable", Flag),
        required("options", "a list of options", List(OPTIONS)),
    ],
};

pub(super) static OPTION: Form =
    Form { what: "an option", members: &[name("id"), optional("title", Text), optional("provider", Text)] };

pub(super) static COUNT_FIELD: Form = Form {
    what: "a count",
    members: &[
        name("name"),
        optional("title", Text),
        optional("default", Any),
        optional("min", Positive(COUNT)),
        required("max", "the greatest count", Positive(COUNT)),
    ],
};

pub(super) static SIZE: Form = Form {
    what: "a size",
    members: &[
        optional("default", Any),
        required("side", "the bounds of a side", Any),
        required("bands", "a list of bands", List(BANDS)),
    ],
};

pub(super) static SIDE: Form = Form {
    what: "the bounds of a side",
    members: &[
        required("min", "a side in pixels", Positive(SIDE_PIXELS)),
        required("max", "a side in pixels", Positive(SIDE_PIXELS)),
    ],
};

pub(super) static DEFAULT_SIZE: Form = Form {
    what: "a size",
    members: &[required("width", "a side in pixels", Any), required("height", "a side in pixels", Any)],
};

pub(super) static BAND: Form = Form {
    what: "a band",
    members: &[required("upToPixels", "an area in pixels", Area), required("addPercent", "a percentage", Percent)],
};

pub(super) static RATE: Form = Form {
    what: "a rate",
    members: &[
        required("when", WHEN, Any),
        optional("price", Any),
        optional("unavailable", Any),
        optional("rank", Whole(RANK)),
        optional("accuracy", Any),
        optional("note", Text),
    ],
};

const WHEN: &str = "an object of choices (`{}` matches everything)";

pub(super) static PRICE: Form = Form { what: "a price", members: &[figure("low"), figure("expected"), figure("high")] };

const fn figure(key: &'static str) -> Member {
    required(key, "this figure of the range", Price)
}

pub(super) static TIER: Form = Form {
    what: "a tier",
    members: &[
        name("id"),
        optional("title", Text),
        required("monthlyCredits", "a number of credits or `\"unlimited\"`", Any),
        optional("requestsPerMinute", Positive(REQUESTS_PER_MINUTE)),
        optional("features", List(FEATURES)),
        optional("excludes", List(EXCLUSIONS)),
    ],
};

pub(super) static EXCLUSION: Form =
    Form { what: "an exclusion", members: &[required("operation", OPERATION_ID, Word), required("when", WHEN, Any)] };

const OPERATION_ID: &str = "the id of an operation";

pub(super) static POOL: Form = Form {
    what: "a pool of free units",
    members: &[
        name("id"),
        optional("title", Text),
        required("operation", OPERATION_ID, Word),
        required("when", WHEN, Any),
        required("monthly", MONTHLY, Any),
    ],
};

pub(super) const MONTHLY: &str = "an object of free outputs a month by tier";

pub(super) static TEMPLATE: Form =
    Form { what: "a template", members: &[name("id"), optional("title", Text), optional("items", Any)] };
