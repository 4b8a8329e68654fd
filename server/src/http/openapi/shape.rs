//! What bodies and parameters look like, by name.

use pricetag::{Code, RateCard, limits};
use serde_json::{Value, json};

use super::{
    Subject, answers,
    card::{self, example_item, fingerprint, free_units, tier, tier_or_null},
    schema::{
        Any, amount, any_of, anything, date, either, line, list_of, named, one_of, or_null, pattern, request, set_of,
        text, whole,
    },
};
use crate::{
    charge::{ASSET_CHARACTERS, HOLD_SECONDS_MAX},
    http::{admin, usage},
    key::Scope,
};

/// The shape of a body or a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    Nothing,
    // What is asked.
    EstimateRequest,
    AlternativesRequest,
    FitRequest,
    AffordableRequest,
    PreflightRequest,
    HoldRequest,
    CaptureRequest,
    ExtendRequest,
    ReleaseRequest,
    ChargeRequest,
    AccountRequest,
    GrantRequest,
    TierRequest,
    KeyRequest,
    // Parameters.
    Fingerprint,
    HoldId,
    AccountId,
    KeyId,
    After,
    Before,
    Limit(i64),
    UsageBy,
    Date,
    // What is answered.
    Card,
    Estimate,
    Alternatives,
    Fit,
    Affordable,
    Preflight,
    Hold,
    HoldRecord,
    Captured,
    Extended,
    Released,
    Charge,
    Account,
    Entries,
    Balances,
    Captures,
    Usage,
    Grant,
    Key,
    Status,
    Metrics,
    OpenApi,
}

impl Shape {
    /// Its media type.
    pub const fn media_type(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Metrics => Some("text/plain"),
            _ => Some("application/json"),
        }
    }

    pub fn schema(self, subject: Subject<'_>) -> Any {
        let Subject { card, hold_seconds_min } = subject;
        match self {
            Self::EstimateRequest => plan_or([("freeUnits?", free_units(card))]),
            Self::AlternativesRequest => plan_or([("tier?", tier_or_null(card))]),
            Self::PreflightRequest => plan_or([]),
            Self::FitRequest => {
                request([("plan", named("Plan")), ("budget", amount(0.0)), ("tier?", tier_or_null(card))])
            }
            Self::AffordableRequest => request([("item", named("Item")), ("balance", or_null(amount(0.0)))]),
            Self::HoldRequest => request([
                ("plan", named("Plan")),
                ("accepted", named("Accepted")),
                ("asset?", line(*ASSET_CHARACTERS.end())),
                ("expiresInSeconds?", whole(hold_seconds_min.into(), Some(HOLD_SECONDS_MAX.into()))),
            ]),
            Self::ChargeRequest => request([
                ("plan", named("Plan")),
                ("accepted", named("Accepted")),
                ("asset?", line(*ASSET_CHARACTERS.end())),
            ]),
            Self::CaptureRequest => {
                let outputs = i64::try_from(limits::OUTPUTS).ok();
                let line =
                    request([("item", whole(0, outputs)), ("delivered", whole(0, outputs)), ("unit?", amount(0.0))]);
                request([("outcome?", request([("lines", list_of(line, 0, limits::ITEMS))]))])
            }
            Self::ExtendRequest => request([("seconds", whole(1, Some(HOLD_SECONDS_MAX.into())))]),
            Self::ReleaseRequest => request([]),
            Self::AccountRequest => {
                request([("accountId?", named("AccountId")), ("tier", tier(card)), ("grant?", amount(0.0))])
            }
            Self::GrantRequest => request([("amount", amount(0.001)), ("note?", line(admin::NOTE_CHARACTERS))]),
            Self::TierRequest => request([("tier", tier(card))]),
            Self::KeyRequest => request([
                ("accountId", named("AccountId")),
                ("scopes", set_of(one_of(Scope::ALL.map(Scope::as_str)))),
                ("expiresInDays?", whole(1, Some(admin::KEY_DAYS_MAX.into()))),
            ]),
            Self::Fingerprint => fingerprint(card),
            Self::HoldId => pattern("^hold_[0-9a-f]{32}$", "hold_0194a7d5a1c8f3b2c1d0e9f8a7b6c5d4"),
            Self::AccountId => named("AccountId"),
            Self::KeyId => pattern("^[0-9a-f]{16}$", "0123456789abcdef"),
            Self::After => whole(-1, Some(i64::MAX)),
            Self::Before => whole(0, Some(i64::MAX)),
            Self::Limit(most) => whole(1, Some(most)),
            Self::UsageBy => one_of(usage::BUILTIN.iter().map(|(name, _)| *name).chain(usage::choices(card))),
            Self::Date => date("2026-11-22"),
            Self::Nothing | Self::OpenApi | Self::Card => anything(),
            Self::Metrics => text(),
            answer => answers::schema(answer),
        }
    }

    /// An example of a request, made from the card, so that it is answered as it says.
    pub fn example(self, card: &RateCard) -> Option<Value> {
        let item = example_item(card);
        let plan = json!({"items": [item]});
        let accepted = || {
            let document = serde_json::from_value(plan.clone()).ok()?;
            let high = card.plan(&document).ok()?.estimate(&pricetag::FreeUnits::none()).total.high;
            Some(json!({"fingerprint": card.fingerprint(), "high": high}))
        };
        let tier = || card.tiers().first().map(|tier| tier.id.as_str());
        Some(match self {
            Self::EstimateRequest | Self::AlternativesRequest | Self::PreflightRequest => json!({"plan": plan}),
            Self::FitRequest => json!({"plan": plan, "budget": 10}),
            Self::AffordableRequest => json!({"item": item, "balance": 10}),
            Self::HoldRequest => {
                json!({"plan": plan, "accepted": accepted()?, "asset": "campaign-7", "expiresInSeconds": 900})
            }
            Self::ChargeRequest => json!({"plan": plan, "accepted": accepted()?}),
            Self::CaptureRequest => json!({"outcome": {"lines": [{"item": 0, "delivered": 1}]}}),
            Self::ExtendRequest => json!({"seconds": 900}),
            Self::ReleaseRequest => json!({}),
            Self::AccountRequest => json!({"tier": tier()?, "grant": 500}),
            Self::GrantRequest => json!({"amount": 100, "note": "a voucher"}),
            Self::TierRequest => json!({"tier": tier()?}),
            Self::KeyRequest => json!({"accountId": "acct_1", "scopes": ["estimate", "hold", "read"]}),
            _ => return None,
        })
    }
}

/// `{plan, …}`, or the plan alone.
fn plan_or<const N: usize>(members: [(&str, Any); N]) -> Any {
    either([request([("plan", named("Plan"))].into_iter().chain(members)), named("Plan")])
}

/// The schemas that others name.
pub fn components(card: &RateCard, codes: &[&str]) -> Vec<(&'static str, Any)> {
    let in_force = one_of([card.fingerprint()]);
    let mut components = vec![
        ("Item", card::item(card)),
        ("Plan", card::plan()),
        // The card in force, or one that was: so that what is generated is not always of another card.
        ("Accepted", request([("fingerprint?", any_of([in_force, text()])), ("high", amount(0.0))])),
        ("AccountId", pattern(admin::ACCOUNT_ID, "acct_1")),
        ("Problem", answers::problem(codes)),
        ("Fault", answers::fault(Code::ALL.iter().map(|code| code.as_str()))),
    ];
    components.extend(answers::components());
    components
}
