//! What is charged for an outcome, line by line.

use pricetag::{Answer, Call, Credits, Estimate, Faults, RateCard, Settlement, Value};
use serde::{Deserialize, Serialize};

use super::{FreeUse, document::ReadDocument};

/// What is charged for an outcome. Amounts in millicredits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub charge: i64,
    pub lines: Vec<SettledLine>,
    /// The free units really used, by pool.
    pub free_units: Vec<(String, u64)>,
}

/// A line of a settlement, as it is stored and shown. Amounts in millicredits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledLine {
    pub item: u64,
    pub operation: String,
    /// The item's options by choice, as a JSON object.
    pub choices: String,
    pub delivered: u64,
    pub free: u64,
    pub unit: i64,
    pub charge: i64,
    pub capped: bool,
    /// The expected figure of the estimate's line.
    pub estimated: i64,
}

/// A line as it is shown.
#[derive(Serialize)]
struct Shown {
    item: u64,
    delivered: u64,
    free: u64,
    unit: Credits,
    charge: Credits,
    capped: bool,
}

/// What an estimate says of a line.
struct Estimated {
    operation: String,
    expected: i64,
}

impl Settled {
    pub fn new(settlement: &Settlement, estimate: &Estimate, plan: &Value, taken: &[FreeUse]) -> Self {
        let estimated = estimate
            .lines
            .iter()
            .map(|line| Estimated { operation: line.operation.clone(), expected: line.total.expected.millicredits() });
        Self::of(settlement, estimated, plan, taken)
    }

    /// A settlement has a line for each of the estimate's, in their order, and so has an estimate for its plan's items.
    fn of(
        settlement: &Settlement,
        estimated: impl Iterator<Item = Estimated>,
        plan: &Value,
        taken: &[FreeUse],
    ) -> Self {
        let Some(Value::List(items)) = plan.get("items") else { unreachable!("a plan that was read has items") };
        let lines = settlement.lines.iter().zip(estimated).zip(items).map(|((line, estimated), item)| SettledLine {
            item: u64::try_from(line.item).expect("an index is a u64"),
            operation: estimated.operation,
            choices: choices(item),
            delivered: line.delivered,
            free: line.free,
            unit: line.unit.millicredits(),
            charge: line.charge.millicredits(),
            capped: line.capped,
            estimated: estimated.expected,
        });
        let lines: Vec<SettledLine> = lines.collect();
        Self { charge: settlement.charge.millicredits(), free_units: by_pool(&lines, taken), lines }
    }
}

/// The free units that lines really used, by the pool that each was promised.
fn by_pool(lines: &[SettledLine], taken: &[FreeUse]) -> Vec<(String, u64)> {
    let mut used: Vec<(String, u64)> = Vec::new();
    for line in lines.iter().filter(|line| line.free > 0) {
        let promised = taken.iter().find(|taken| u64::try_from(taken.item) == Ok(line.item));
        let pool = &promised.expect("a line has free units only from a pool").pool;
        match used.iter_mut().find(|(id, _)| id == pool) {
            Some((_, units)) => *units += line.free,
            None => used.push((pool.clone(), line.free)),
        }
    }
    used
}

/// The options of an item by choice: its texts, but for the operation.
fn choices(item: &Value) -> String {
    let Value::Object(members) = item else { unreachable!("an item that was read is an object") };
    let options = members.iter().filter(|(name, value)| name != "operation" && matches!(value, Value::String(_)));
    let options = Value::Object(options.cloned().collect());
    serde_json::to_string(&options).expect("texts are JSON")
}

/// Settled lines as an answer shows them.
pub fn lines_json(lines: &[SettledLine]) -> String {
    let credits = |millicredits| Credits::from_millicredits(millicredits).expect("a stored amount");
    let shown = lines.iter().map(|line| Shown {
        item: line.item,
        delivered: line.delivered,
        free: line.free,
        unit: credits(line.unit),
        charge: credits(line.charge),
        capped: line.capped,
    });
    serde_json::to_string(&shown.collect::<Vec<_>>()).expect("lines are JSON")
}

/// What is read of a stored estimate.
#[derive(Deserialize)]
struct StoredEstimate {
    lines: Vec<StoredLine>,
}

#[derive(Deserialize)]
struct StoredLine {
    operation: String,
    total: StoredTotal,
}

#[derive(Deserialize)]
struct StoredTotal {
    expected: f64,
}

impl From<StoredLine> for Estimated {
    fn from(line: StoredLine) -> Self {
        let expected = Credits::from_number(line.total.expected).expect("a stored amount");
        Self { operation: line.operation, expected: expected.millicredits() }
    }
}

/// Settles a hold's estimate, as it was stored, against what was delivered; without an outcome, everything was.
pub fn settle(
    card: &RateCard,
    document: &ReadDocument,
    taken: &[FreeUse],
    outcome: Option<&Value>,
) -> Result<Settled, Faults> {
    const STORED: &str = "a document is what was stored";
    let estimate = serde_json::from_str(document.estimate.get()).expect(STORED);
    let outcome = outcome.cloned().unwrap_or_else(|| Value::Object(vec![("lines".into(), Value::List(Vec::new()))]));
    let request = Value::Object(vec![("estimate".into(), estimate), ("outcome".into(), outcome)]);
    let Answer::Settle(settlement) = card.answer(Call::Settle, &request)? else {
        unreachable!("a call is answered by its own kind")
    };
    let estimated: StoredEstimate = serde_json::from_str(document.estimate.get()).expect(STORED);
    let plan: Value = serde_json::from_str(document.plan.get()).expect(STORED);
    Ok(Settled::of(&settlement, estimated.lines.into_iter().map(Into::into), &plan, taken))
}
