//! One function behind every foreign face: the module, HTTP and the command line hand a request in and an answer out.

use alloc::vec::Vec;
use core::str::FromStr;

use serde::Serialize;

use crate::{
    account::FreeUnits,
    alternatives::Alternative,
    card::RateCard,
    credits::Credits,
    error::Faults,
    estimate::Estimate,
    fit::{Affordable, Fit},
    plan::Plan,
    preflight::Preflight,
    reading::{At, Reader},
    settle::{Settlement, settle_documents},
    value::Value,
};

/// What can be asked of a card.
///
/// ```
/// use pricetag::Call;
///
/// assert_eq!("estimate".parse(), Ok(Call::Estimate));
/// assert_eq!(Call::ALL.map(Call::as_str), ["estimate", "preflight", "alternatives", "fit", "affordable", "settle"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// `{plan, freeUnits?}` is rated.
    Estimate,
    /// `{plan, account}`: may it run?
    Preflight,
    /// `{plan, tier?}`: what would be cheaper?
    Alternatives,
    /// `{plan, budget, tier?}`: the best that is within the budget.
    Fit,
    /// `{item, balance}`: how many of it?
    Affordable,
    /// `{estimate, outcome}`: what is charged.
    Settle,
}

impl Call {
    /// Every call.
    pub const ALL: [Self; 6] =
        [Self::Estimate, Self::Preflight, Self::Alternatives, Self::Fit, Self::Affordable, Self::Settle];

    /// The call's name.
    ///
    /// ```
    /// assert_eq!(pricetag::Call::Fit.as_str(), "fit");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Estimate => "estimate",
            Self::Preflight => "preflight",
            Self::Alternatives => "alternatives",
            Self::Fit => "fit",
            Self::Affordable => "affordable",
            Self::Settle => "settle",
        }
    }

    /// The members of its request.
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Estimate => &["plan", "freeUnits"],
            Self::Preflight => &["plan", "account"],
            Self::Alternatives => &["plan", "tier"],
            Self::Fit => &["plan", "budget", "tier"],
            Self::Affordable => &["item", "balance"],
            Self::Settle => &["estimate", "outcome"],
        }
    }
}

impl FromStr for Call {
    type Err = UnknownCall;

    fn from_str(name: &str) -> Result<Self, UnknownCall> {
        Self::ALL.into_iter().find(|call| call.as_str() == name).ok_or(UnknownCall)
    }
}

/// There is no call of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCall;

impl core::fmt::Display for UnknownCall {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("a call is one of estimate, preflight, alternatives, fit, affordable and settle")
    }
}

impl core::error::Error for UnknownCall {}

/// The answer to a request; it serializes as what it holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "each holds the answer of the call of its name")]
pub enum Answer {
    Estimate(Estimate),
    Preflight(Preflight),
    Alternatives(Vec<Alternative>),
    Fit(Fit),
    Affordable(Affordable),
    Settle(Settlement),
}

impl RateCard {
    /// Answers a request as every face does. A plan alone, `{"items": [...]}`, is taken as `{"plan": {"items": [...]}}`,
    /// and so is the plan without anything, `{}`.
    ///
    /// Paths of a plan's faults start in the plan: `items[0].model`.
    ///
    /// ```
    /// use pricetag::{Call, RateCard};
    ///
    /// let card = RateCard::builtin();
    /// let request = r#"{"plan": {"items": [{"operation": "upscale", "mode": "fast"}]}, "budget": 1}"#;
    /// let answer = card.answer(Call::Fit, &serde_json::from_str(request)?).unwrap();
    /// assert_eq!(serde_json::to_string(&answer)?, r#"{"cheapest":2,"shortBy":1}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn answer(&self, call: Call, request: &Value) -> Result<Answer, Faults> {
        const NOTHING: &Value = &Value::Object(Vec::new());
        let takes_a_plan = call.fields().contains(&"plan");
        let nothing = matches!(request, Value::Object(members) if members.is_empty());
        let is_plan = request.get("plan").is_none() && (nothing || request.get("items").is_some());
        let (request, plan) =
            if takes_a_plan && is_plan { (NOTHING, Some(request)) } else { (request, request.get("plan")) };
        let mut reader = Reader::default();
        let answer = self.read_and_answer(&mut reader, call, request, plan);
        reader.finish_read(answer)
    }

    /// Reads all of a request before it answers, so that every fault is found; `None` when there is one.
    fn read_and_answer(
        &self,
        reader: &mut Reader,
        call: Call,
        request: &Value,
        plan: Option<&Value>,
    ) -> Option<Answer> {
        let at = At::Document;
        let request = reader.fields(request, &at, "a request", call.fields())?;
        match call {
            Call::Estimate => {
                let plan = self.requested_plan(reader, plan);
                let free =
                    request.get("freeUnits").map(|units| self.free_units_at(reader, units, &at.key("freeUnits")));
                Some(Answer::Estimate(plan?.estimate(&free.unwrap_or_else(FreeUnits::none))))
            }
            Call::Preflight => {
                let plan = self.requested_plan(reader, plan);
                let account = reader.required(request, &at, "account", "an account");
                let account = account.and_then(|account| self.account_at(reader, account, &at.key("account")));
                Some(Answer::Preflight(plan?.preflight(&account?)))
            }
            Call::Alternatives => {
                let plan = self.requested_plan(reader, plan);
                let tier = self.requested_tier(reader, request);
                Some(Answer::Alternatives(plan?.alternatives_in(tier)))
            }
            Call::Fit => {
                let plan = self.requested_plan(reader, plan);
                let budget = reader.required_amount(request, &at, "budget", "a number of credits", Credits::MAX);
                let tier = self.requested_tier(reader, request);
                let (plan, budget) = (plan?, budget?);
                plan.fit_in(reader, budget, tier).map(Answer::Fit)
            }
            Call::Affordable => {
                let item = reader.required(request, &at, "item", "an item");
                let item = item.and_then(|item| self.read_item(reader, item, &at.key("item")));
                let balance = Self::requested_balance(reader, request);
                Some(Answer::Affordable(self.affordable_item(&item?, balance)))
            }
            Call::Settle => {
                let estimate = reader.required(request, &at, "estimate", "an estimate");
                let outcome = reader.required(request, &at, "outcome", "an outcome");
                settle_documents(reader, estimate, outcome).map(Answer::Settle)
            }
        }
    }

    fn requested_plan(&self, reader: &mut Reader, plan: Option<&Value>) -> Option<Plan<'_>> {
        let at = At::Document.key("plan");
        let Some(plan) = plan else {
            reader.missing(&at, "a plan");
            return None;
        };
        reader.object(plan, &at, "a plan")?;
        let before = reader.faults.len();
        let items = self.read_plan(reader, plan);
        (reader.faults.len() == before).then_some(Plan { card: self, items })
    }

    /// `null` is no tier, as an absent one is: everything is allowed.
    fn requested_tier(&self, reader: &mut Reader, request: &Value) -> Option<usize> {
        let tier = request.get("tier").filter(|tier| !matches!(tier, Value::Null))?;
        self.tier_at(reader, tier, &At::Document.key("tier"))
    }

    /// `null` is an unlimited balance.
    fn requested_balance(reader: &mut Reader, request: &Value) -> Option<Credits> {
        match reader.required(request, &At::Document, "balance", "a number of credits, or null for unlimited,")? {
            Value::Null => None,
            balance => reader.amount(balance, &At::Document.key("balance"), Credits::MAX),
        }
    }
}
