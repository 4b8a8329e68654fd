//! Settling: what is charged after the work is done, and what goes back.

use alloc::vec::Vec;

use serde::Serialize;

use crate::{
    credits::{Credits, Range},
    error::{Code, Faults},
    estimate::{Estimate, Line},
    limits::{ITEMS, OUTPUTS},
    reading::{At, Reader},
    surely,
    text::Word,
    value::Value,
};

/// What was really delivered.
///
/// ```
/// use pricetag::Outcome;
///
/// assert_eq!(Outcome::whole(), Outcome { lines: vec![] });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The lines that there is something to say about; the others were delivered whole.
    pub lines: Vec<OutcomeLine>,
}

/// What was really delivered for one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutcomeLine {
    /// The item's index in the plan.
    pub item: usize,
    /// Outputs delivered, 0 to the line's count.
    pub delivered: u64,
    /// What one output really cost; `None` is the expected figure.
    pub unit: Option<Credits>,
}

/// What is charged.
///
/// ```
/// use pricetag::{Credits, FreeUnits, Outcome, OutcomeLine, RateCard};
///
/// let card = RateCard::builtin();
/// let plan = r#"{"items": [{"operation": "create", "quality": "standard", "quantity": 5}]}"#;
/// let estimate = card.plan(&serde_json::from_str(plan)?).unwrap().estimate(&FreeUnits::none());
/// let unit = Some(Credits::from_number(3.5).unwrap());
/// let outcome = Outcome { lines: vec![OutcomeLine { item: 0, delivered: 4, unit }] };
/// let settlement = estimate.settle(&outcome).unwrap();
/// assert_eq!((settlement.charge.to_number(), settlement.released.to_number()), (14.0, 11.0));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settlement {
    /// What is charged in all.
    pub charge: Credits,
    /// The estimate's high figure less the charge.
    pub released: Credits,
    /// A line for each of the estimate's.
    pub lines: Vec<SettledLine>,
}

/// What is charged for one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SettledLine {
    /// The item's index in the plan.
    pub item: usize,
    /// Outputs delivered.
    pub delivered: u64,
    /// Free units used: they come first.
    pub free: u64,
    /// What one output is charged at.
    pub unit: Credits,
    /// unit × (delivered − free)
    pub charge: Credits,
    /// Whether a dearer unit was reported, and charged at the high figure.
    pub capped: bool,
}

impl Outcome {
    /// Everything was delivered, at the expected price.
    ///
    /// ```
    /// assert!(pricetag::Outcome::whole().lines.is_empty());
    /// ```
    pub fn whole() -> Self {
        Self::default()
    }
}

/// What settling needs of an estimate's line, whether it was made here or read from a document.
#[derive(Clone, Copy)]
struct Terms {
    item: usize,
    unit: Range,
    count: u64,
    free: u64,
}

impl From<&Line> for Terms {
    fn from(line: &Line) -> Self {
        Self { item: line.item, unit: line.unit, count: line.count, free: line.free }
    }
}

impl Estimate {
    /// What is charged for an outcome: never more than the estimate's high figure, and nothing for what was not delivered.
    ///
    /// The faults are `outcome-exceeds-estimate`, `unknown-line` and `invalid-amount`.
    ///
    /// ```
    /// use pricetag::{Code, FreeUnits, Outcome, OutcomeLine, RateCard};
    ///
    /// let card = RateCard::builtin();
    /// let plan = card.plan(&serde_json::from_str(r#"{"items": [{"operation": "create"}]}"#)?).unwrap();
    /// let estimate = plan.estimate(&FreeUnits::none());
    /// assert_eq!(estimate.settle(&Outcome::whole()).unwrap().charge, estimate.total.expected);
    ///
    /// let twice = Outcome { lines: vec![OutcomeLine { item: 0, delivered: 2, unit: None }] };
    /// let faults = estimate.settle(&twice).unwrap_err();
    /// assert_eq!(faults.errors[0].code, Code::OutcomeExceedsEstimate);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn settle(&self, outcome: &Outcome) -> Result<Settlement, Faults> {
        let terms: Vec<Terms> = self.lines.iter().map(Terms::from).collect();
        let mut reader = Reader::default();
        let settlement = settle(&mut reader, self.total.high, &terms, outcome);
        reader.finish(settlement)
    }
}

/// Settles an estimate that comes as a document, such as a client keeps; `None` when it has a fault.
pub(crate) fn settle_documents(
    reader: &mut Reader,
    estimate: Option<&Value>,
    outcome: Option<&Value>,
) -> Option<Settlement> {
    let estimate = estimate.and_then(|estimate| read_estimate(reader, estimate, &At::Document.key("estimate")));
    let outcome = outcome.map(|outcome| read_outcome(reader, outcome, &At::Document.key("outcome")));
    let ((high, terms), outcome) = (estimate?, outcome?);
    Some(settle(reader, high, &terms, &outcome))
}

fn settle(reader: &mut Reader, high: Credits, terms: &[Terms], outcome: &Outcome) -> Settlement {
    check_outcome(reader, terms, outcome);
    let mut charge = Credits::ZERO;
    let mut lines = Vec::new();
    for terms in terms {
        let reported = outcome.lines.iter().find(|line| line.item == terms.item);
        let line = settle_line(*terms, reported);
        charge = surely(charge.sum(line.charge), "lines charge at most their high totals");
        lines.push(line);
    }
    Settlement { charge, released: high.difference(charge), lines }
}

fn check_outcome(reader: &mut Reader, terms: &[Terms], outcome: &Outcome) {
    let root = At::Document;
    let root = root.key("lines");
    for (index, line) in outcome.lines.iter().enumerate() {
        let at = root.index(index);
        match terms.iter().find(|terms| terms.item == line.item) {
            None => {
                let words = [Word::size(line.item)];
                reader.fault(Code::UnknownLine, &at.key("item"), "the estimate has no line #", &words);
            }
            Some(terms) if line.delivered > terms.count => {
                let words = [Word::Count(line.delivered), Word::Count(terms.count)];
                let message = "# delivered, of # estimated";
                reader.fault(Code::OutcomeExceedsEstimate, &at.key("delivered"), message, &words);
            }
            Some(_) => {}
        }
        if outcome.lines.iter().take(index).any(|earlier| earlier.item == line.item) {
            line_again(reader, Code::UnknownLine, &at, line.item);
        }
        if line.unit.is_some_and(|unit| unit < Credits::ZERO) {
            reader.fault(Code::InvalidAmount, &at.key("unit"), "the unit price is negative", &[]);
        }
    }
}

fn line_again(reader: &mut Reader, code: Code, at: &At, item: usize) {
    reader.fault(code, &at.key("item"), "line # stands here a second time", &[Word::size(item)]);
}

fn settle_line(terms: Terms, reported: Option<&OutcomeLine>) -> SettledLine {
    let delivered = reported.map_or(terms.count, |line| line.delivered.min(terms.count));
    let free = terms.free.min(delivered);
    let asked = reported.and_then(|line| line.unit).unwrap_or(terms.unit.expected);
    let unit = asked.min(terms.unit.high).max(Credits::ZERO);
    SettledLine {
        item: terms.item,
        delivered,
        free,
        unit,
        // At most the line's high total, which is within the limit of amounts.
        charge: surely(unit.times(delivered.saturating_sub(free)), "a line charges at most its high total"),
        capped: asked > terms.unit.high,
    }
}

/// The high total and the lines of an estimate, as far as settling needs them.
fn read_estimate(reader: &mut Reader, estimate: &Value, at: &At) -> Option<(Credits, Vec<Terms>)> {
    reader.object(estimate, at, "an estimate")?;
    let total = reader.required(estimate, at, "total", "the estimate's total");
    let total = total.and_then(|total| read_range(reader, total, &at.key("total")));
    let at_lines = at.key("lines");
    let lines = reader.required_list(estimate, at, "lines", "the estimate's lines", ITEMS)?;
    let mut terms: Vec<Terms> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let at = at_lines.index(index);
        let Some(line) = read_terms(reader, line, &at) else { continue };
        if terms.iter().any(|other| other.item == line.item) {
            line_again(reader, Code::DuplicateId, &at, line.item);
        }
        terms.push(line);
    }
    let high = total?.high;
    if terms.len() < lines.len() {
        return None;
    }
    let mut added = Some(Credits::ZERO);
    for line in &terms {
        let most = line.unit.high.times(line.count.saturating_sub(line.free));
        added = added.zip(most).and_then(|(added, most)| added.sum(most));
    }
    // A total that its lines do not add up to was not made by a card, and would release what nobody holds.
    if added != Some(high) {
        let message = "the lines do not add up to the high total, #";
        reader.fault(Code::OutOfRange, &at.key("total").key("high"), message, &[Word::amount(high)]);
        return None;
    }
    Some((high, terms))
}

fn read_terms(reader: &mut Reader, line: &Value, at: &At) -> Option<Terms> {
    reader.object(line, at, "a line")?;
    let unit = reader.required(line, at, "unit", "the unit price");
    let unit = unit.and_then(|unit| read_range(reader, unit, &at.key("unit")));
    let mut whole = |key, most| reader.required_whole(line, at, key, "a whole number", (0, most));
    let (item, count) = (whole("item", OUTPUTS), whole("count", OUTPUTS));
    let free = whole("free", count.unwrap_or(OUTPUTS));
    Some(Terms { item: usize::try_from(item?).ok()?, unit: unit?, count: count?, free: free? })
}

fn read_range(reader: &mut Reader, range: &Value, at: &At) -> Option<Range> {
    reader.object(range, at, "a range")?;
    let range = reader.figures(range, at, Credits::MAX)?;
    if range.low > range.expected || range.expected > range.high {
        reader.fault(Code::RangeOutOfOrder, at, "the figures do not ascend", &[]);
        return None;
    }
    Some(range)
}

/// The outcome's paths begin with `lines`, as in a request that has nothing else.
fn read_outcome(reader: &mut Reader, outcome: &Value, at: &At) -> Outcome {
    let mut read = Outcome::whole();
    if reader.object(outcome, at, "an outcome").is_none() {
        return read;
    }
    let root = At::Document;
    reader.fields(outcome, &root, "an outcome", &["lines"]);
    let at_lines = root.key("lines");
    let lines = reader.required_list(outcome, &root, "lines", "a list of lines", ITEMS);
    for (index, line) in lines.unwrap_or_default().iter().enumerate() {
        if let Some(line) = read_outcome_line(reader, line, &at_lines.index(index)) {
            read.lines.push(line);
        }
    }
    read
}

fn read_outcome_line(reader: &mut Reader, line: &Value, at: &At) -> Option<OutcomeLine> {
    let line = reader.fields(line, at, "a line", &["item", "delivered", "unit"])?;
    let mut whole = |key| reader.required_whole(line, at, key, "a whole number", (0, OUTPUTS));
    let (item, delivered) = (whole("item"), whole("delivered"));
    let unit = line.get("unit").map(|unit| reader.amount(unit, &at.key("unit"), Credits::MAX));
    let item = usize::try_from(item?).ok()?;
    Some(OutcomeLine { item, delivered: delivered?, unit: unit.flatten() })
}
