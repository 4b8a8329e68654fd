//! Adding up captures, exactly, in millicredits.

use std::collections::HashMap;

use pricetag::Credits;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::value::RawValue;

use super::By;
use crate::{http::times::Day, store::Capture};

/// An amount of a stored document, in millicredits.
struct Millicredits(i64);

impl<'de> Deserialize<'de> for Millicredits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Credits::from_number(number).map(|amount| Self(amount.millicredits())).map_err(D::Error::custom)
    }
}

/// What is read of an estimate.
#[derive(Deserialize)]
struct Estimate {
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    item: usize,
    operation: String,
    total: Total,
}

#[derive(Deserialize)]
struct Total {
    expected: Millicredits,
}

/// What is read of a settlement.
#[derive(Deserialize)]
struct Settlement {
    lines: Vec<SettledLine>,
}

#[derive(Deserialize)]
struct SettledLine {
    item: usize,
    delivered: u64,
    charge: Millicredits,
}

/// What is read of a plan: its items, whose members depend on their operations.
#[derive(Deserialize)]
struct Plan {
    items: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// Sums of a group. Captures of ten years may add up to more than an amount can be, so these are wider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    captures: u64,
    lines: u64,
    outputs: u64,
    estimated: i128,
    charged: i128,
    /// The capture that was counted last, so that its other lines don't count it again.
    last: Option<u64>,
}

/// What is said of a group.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    captures: u64,
    lines: u64,
    outputs: u64,
    estimated: Box<RawValue>,
    charged: Box<RawValue>,
    average_per_output: Option<Box<RawValue>>,
}

impl Sums {
    pub fn charged(&self) -> i128 {
        self.charged
    }

    pub fn figures(&self) -> Figures {
        Figures {
            captures: self.captures,
            lines: self.lines,
            outputs: self.outputs,
            estimated: number(self.estimated),
            charged: number(self.charged),
            average_per_output: self.average().map(number),
        }
    }

    /// What an output was charged at, rounded half up to a millicredit.
    fn average(&self) -> Option<i128> {
        let outputs = i128::from(self.outputs);
        (2 * self.charged + outputs).checked_div(2 * outputs)
    }

    fn add(&mut self, capture: u64, estimated: i64, settled: &SettledLine) {
        if self.last != Some(capture) {
            self.captures += 1;
            self.last = Some(capture);
        }
        self.lines += 1;
        self.outputs += settled.delivered;
        self.estimated += i128::from(estimated);
        self.charged += i128::from(settled.charge.0);
    }
}

/// Millicredits as a JSON number of credits. No amount is negative here.
fn number(millicredits: i128) -> Box<RawValue> {
    let (whole, rest) = (millicredits / 1_000, millicredits % 1_000);
    let text = format!("{whole}.{rest:03}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    RawValue::from_string(text.into()).expect("digits are JSON")
}

/// The sums so far.
pub struct Tally {
    by: By,
    pub total: Sums,
    groups: HashMap<Option<String>, Sums>,
    captures: u64,
}

impl Tally {
    pub fn new(by: By) -> Self {
        Self { by, total: Sums::default(), groups: HashMap::new(), captures: 0 }
    }

    pub fn add(&mut self, capture: &Capture) -> Result<(), serde_json::Error> {
        let estimate: Estimate = serde_json::from_str(&capture.estimate)?;
        let settlement: Settlement = serde_json::from_str(&capture.settlement)?;
        let plan: Option<Plan> = match self.by {
            By::Choice(_) => Some(serde_json::from_str(&capture.plan)?),
            _ => None,
        };
        self.captures += 1;
        for settled in &settlement.lines {
            // Lines stand in the order of their items, in both documents.
            let line = estimate.lines.get(settled.item).filter(|line| line.item == settled.item);
            let line = line.or_else(|| estimate.lines.iter().find(|line| line.item == settled.item));
            let line = line.ok_or_else(|| serde_json::Error::custom("a settled line has no estimate"))?;
            let key = self.key(capture, line, plan.as_ref());
            self.total.add(self.captures, line.total.expected.0, settled);
            self.groups.entry(key).or_default().add(self.captures, line.total.expected.0, settled);
        }
        Ok(())
    }

    fn key(&self, capture: &Capture, line: &Line, plan: Option<&Plan>) -> Option<String> {
        match &self.by {
            By::Operation => Some(line.operation.clone()),
            By::Day => Some(Day::of(capture.at).to_string()),
            By::Asset => capture.asset.clone(),
            By::Choice(name) => plan?.items.get(line.item)?.get(name)?.as_str().map(Into::into),
        }
    }

    /// The groups: days in their order, all else by what was charged, the dearest first.
    pub fn groups(self) -> Vec<(Option<String>, Sums)> {
        let mut groups: Vec<_> = self.groups.into_iter().collect();
        groups.sort_by(|(one, one_sums), (other, other_sums)| {
            let by_charge = other_sums.charged.cmp(&one_sums.charged);
            if self.by == By::Day { one.cmp(other) } else { by_charge.then_with(|| one.cmp(other)) }
        });
        groups
    }
}
