//! Adding up captures, exactly, in millicredits.

use std::collections::HashMap;

use pricetag::Credits;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::value::RawValue;

use super::By;
use crate::{store::Capture, times::Day};

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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Sums, Tally, number};
    use crate::{http::usage::By, store::Capture};

    const DAY_MS: i64 = 86_400_000;

    /// A capture of two lines: 3 of 3 pictures at 2.5 credits, and 1 of 2 at 0.1.
    fn capture(day: i64, asset: Option<&str>) -> Capture {
        let line = |item: usize, operation: &str, expected: f64| {
            let total = json!({"low": 0, "expected": expected, "high": 9});
            json!({"item": item, "operation": operation, "total": total})
        };
        let settled = |item: usize, delivered: u64, charge: f64| json!({"item": item, "delivered": delivered, "free": 0, "charge": charge, "capped": false});
        Capture {
            hold_id: "hold_1".into(),
            at: day * DAY_MS,
            asset: asset.map(Into::into),
            plan: json!({"items": [{"operation": "create", "model": "a"}, {"operation": "edit"}]}).to_string(),
            estimate: json!({"lines": [line(0, "create", 7.5), line(1, "edit", 0.2)]}).to_string(),
            settlement: json!({"charge": 7.6, "lines": [settled(0, 3, 7.5), settled(1, 1, 0.1)]}).to_string(),
            captured: 7_600,
        }
    }

    /// The groups' keys with captures, lines, outputs, estimated, charged and average.
    fn groups(by: By, captures: &[Capture]) -> Vec<Value> {
        let mut tally = Tally::new(by);
        for capture in captures {
            tally.add(capture).unwrap();
        }
        let row = |(key, sums): (Option<String>, Sums)| {
            let figures = serde_json::to_value(sums.figures()).unwrap();
            let names = ["captures", "lines", "outputs", "estimated", "charged", "averagePerOutput"];
            json!([key, names.map(|name| figures[name].clone())])
        };
        tally.groups().into_iter().map(row).collect()
    }

    #[test]
    fn lines_are_grouped_and_added_up_exactly() {
        let captures = [capture(1, Some("x")), capture(1, None), capture(0, Some("x"))];
        assert_eq!(
            groups(By::Operation, &captures),
            [json!(["create", [3, 3, 9, 22.5, 22.5, 2.5]]), json!(["edit", [3, 3, 3, 0.6, 0.3, 0.1]])]
        );
        assert_eq!(
            groups(By::Day, &captures),
            [json!(["1970-01-01", [1, 2, 4, 7.7, 7.6, 1.9]]), json!(["1970-01-02", [2, 4, 8, 15.4, 15.2, 1.9]])]
        );
        assert_eq!(
            groups(By::Asset, &captures),
            [json!(["x", [2, 4, 8, 15.4, 15.2, 1.9]]), json!([null, [1, 2, 4, 7.7, 7.6, 1.9]])]
        );
        assert_eq!(
            groups(By::Choice("model".into()), &captures),
            [json!(["a", [3, 3, 9, 22.5, 22.5, 2.5]]), json!([null, [3, 3, 3, 0.6, 0.3, 0.1]])]
        );
    }

    #[test]
    fn an_average_rounds_half_up_and_nothing_has_none() {
        let sums = |outputs, charged| Sums { outputs, charged, ..Sums::default() };
        for (outputs, charged, due) in
            [(0, 0, None), (3, 0, Some(0)), (2, 1, Some(1)), (3, 1, Some(0)), (3, 2, Some(1)), (8, 12, Some(2))]
        {
            assert_eq!(sums(outputs, charged).average(), due, "{charged} by {outputs}");
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

    #[test]
    fn a_document_that_is_not_what_was_stored_is_an_error() {
        let broken = Capture { settlement: "{}".into(), ..capture(0, None) };
        assert!(Tally::new(By::Day).add(&broken).is_err());
        let charge = r#"{"lines": [{"item": 0, "delivered": 1, "charge": 0.0001}]}"#;
        let broken = Capture { settlement: charge.into(), ..capture(0, None) };
        assert!(Tally::new(By::Day).add(&broken).is_err());
    }
}
