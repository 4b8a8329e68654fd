//! The ledger as a person would keep it on paper, to which every answer of the server is compared. Prices are the
//! card's; everything that happens to a balance is said here once more.

use pricetag::{Account, Credits, Estimate, Outcome, RateCard, Verdict};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Held,
    Captured,
    Released,
    Expired,
}

pub struct Hold {
    pub id: String,
    pub state: State,
    estimate: Estimate,
    pools: Vec<(String, u64)>,
    unlimited: bool,
}

/// One account on paper, in millicredits.
pub struct Paper {
    card: RateCard,
    pub tier: String,
    posted: i64,
    held: i64,
    used: Vec<(String, u64)>,
    pub holds: Vec<Hold>,
}

/// What is due: a status, and either a problem's code or the figures that the answer must have.
#[derive(Debug, PartialEq)]
pub struct Due {
    pub status: u16,
    pub code: &'static str,
    pub figures: Vec<(&'static str, i64)>,
}

impl Due {
    fn refusal(status: u16, code: &'static str) -> Self {
        Self { status, code, figures: Vec::new() }
    }
}

impl Paper {
    pub fn new(tier: &str, posted: i64) -> Self {
        Self { card: RateCard::builtin(), tier: tier.into(), posted, held: 0, used: Vec::new(), holds: Vec::new() }
    }

    fn unlimited(&self) -> bool {
        self.card.tiers().iter().any(|tier| tier.id == self.tier && tier.monthly_credits.is_none())
    }

    pub fn balance(&self) -> Value {
        let available = (!self.unlimited()).then(|| amount(self.posted - self.held));
        json!({"posted": amount(self.posted), "held": amount(self.held), "available": available})
    }

    fn left(&self) -> Vec<(&str, u64)> {
        let used = |pool: &str| self.used.iter().find(|(id, _)| id == pool).map_or(0, |(_, used)| *used);
        (self.card.pools().iter())
            .map(|pool| (pool.id.as_str(), pool.monthly(&self.tier).saturating_sub(used(&pool.id))))
            .collect()
    }

    pub fn free_units(&self) -> Value {
        self.left().into_iter().map(|(pool, left)| (pool.to_owned(), json!(left))).collect()
    }

    fn standing(&self) -> Account {
        let balance = (!self.unlimited()).then(|| amount(self.posted - self.held));
        self.card.account(&self.tier, balance, &self.left()).expect("an account of the card")
    }

    fn use_units(&mut self, pools: &[(String, u64)], sign: i64) {
        for (pool, units) in pools {
            let place = self.used.iter().position(|(id, _)| id == pool).unwrap_or_else(|| {
                self.used.push((pool.clone(), 0));
                self.used.len() - 1
            });
            let used = &mut self.used[place].1;
            *used =
                used.checked_add_signed(sign * i64::try_from(*units).expect("units")).expect("units that were used");
        }
    }

    /// What a person sees before the click.
    pub fn accepted(&self, plan: &Value) -> Value {
        let estimate = self.card.plan(&document(plan)).expect("a plan").preflight(&self.standing()).estimate;
        json!({"fingerprint": self.card.fingerprint(), "high": estimate.total.high})
    }

    pub fn grant(&mut self, millicredits: i64) -> Due {
        self.posted += millicredits;
        self.done(201, vec![])
    }

    pub fn hold(&mut self, plan: &Value) -> Due {
        let card = RateCard::builtin();
        let plan = card.plan(&document(plan)).expect("a plan");
        let preflight = plan.preflight(&self.standing());
        match preflight.verdict {
            Verdict::NotAllowed => return Due::refusal(403, "not-in-tier"),
            Verdict::Covered => {}
            _ => return Due::refusal(402, "insufficient-credits"),
        }
        let (unlimited, high) = (self.unlimited(), preflight.estimate.total.high.millicredits());
        let lines = preflight.estimate.lines.iter().filter(|line| line.free > 0);
        let pools: Vec<_> = lines.map(|line| (plan.pool_of(line.item).expect("a pool").into(), line.free)).collect();
        self.use_units(&pools, 1);
        self.posted += if unlimited { high } else { 0 };
        self.held += high;
        let hold = Hold { id: String::new(), state: State::Held, estimate: preflight.estimate, pools, unlimited };
        self.holds.push(hold);
        self.done(201, vec![("amount", high)])
    }

    /// A hold that is captured at once, whole.
    pub fn charge(&mut self, plan: &Value) -> Due {
        let held = self.hold(plan);
        if held.status != 201 {
            return held;
        }
        let due = self.capture(self.holds.len() - 1, None);
        self.holds.pop();
        Due { status: 201, ..due }
    }

    pub fn capture(&mut self, number: usize, delivered: Option<u64>) -> Due {
        if self.holds[number].state == State::Expired {
            return self.capture_late(number, delivered);
        }
        if let Some(refusal) = self.resolved(number) {
            return refusal;
        }
        let hold = &mut self.holds[number];
        let outcome = delivered.map_or_else(Outcome::whole, outcome);
        let Ok(settlement) = hold.estimate.settle(&outcome) else { return Due::refusal(422, "outcome-exceeds-hold") };
        hold.state = State::Captured;
        let (charge, released) = (settlement.charge.millicredits(), settlement.released.millicredits());
        self.posted -= if hold.unlimited { charge + released } else { charge };
        self.held -= charge + released;
        let reserved: u64 = hold.pools.iter().map(|(_, units)| units).sum();
        let unused = reserved - settlement.lines.iter().map(|line| line.free).sum::<u64>();
        let back: Vec<_> = hold.pools.iter().map(|(pool, _)| (pool.clone(), unused)).collect(); // plans here have one line
        self.use_units(&back, -1);
        self.done(200, vec![("charge", charge), ("released", released)])
    }

    /// The credits that the hold gave back must still be there, unless the tier has no limit. Free units are taken as far
    /// as they are left.
    fn capture_late(&mut self, number: usize, delivered: Option<u64>) -> Due {
        let outcome = delivered.map_or_else(Outcome::whole, outcome);
        let Ok(settlement) = self.holds[number].estimate.settle(&outcome) else {
            return Due::refusal(422, "outcome-exceeds-hold");
        };
        let free: u64 = settlement.lines.iter().map(|line| line.free).sum();
        let left = |pool: &str| self.left().iter().find(|(id, _)| *id == pool).map_or(0, |(_, left)| *left);
        // Plans here have one line.
        let used: Vec<_> =
            self.holds[number].pools.iter().map(|(pool, _)| (pool.clone(), free.min(left(pool)))).collect();
        let (charge, released) = (settlement.charge.millicredits(), settlement.released.millicredits());
        if !self.unlimited() && charge > self.posted - self.held {
            return Due::refusal(402, "insufficient-credits");
        }
        self.posted -= if self.unlimited() { 0 } else { charge };
        self.use_units(&used, 1);
        self.holds[number].state = State::Captured;
        self.done(200, vec![("charge", charge), ("released", released)])
    }

    pub fn release(&mut self, number: usize) -> Due {
        if let Some(refusal) = self.resolved(number) {
            return refusal;
        }
        let released = self.give_back(number, State::Released);
        self.done(200, vec![("released", released)])
    }

    pub fn expire(&mut self, number: usize) {
        self.give_back(number, State::Expired);
    }

    fn give_back(&mut self, number: usize, state: State) -> i64 {
        let hold = &mut self.holds[number];
        hold.state = state;
        let (high, pools) = (hold.estimate.total.high.millicredits(), hold.pools.clone());
        self.posted -= if hold.unlimited { high } else { 0 };
        self.held -= high;
        self.use_units(&pools, -1);
        high
    }

    fn resolved(&self, number: usize) -> Option<Due> {
        let code = match self.holds[number].state {
            State::Held => return None,
            State::Captured => "hold-already-captured",
            State::Released => "hold-already-released",
            State::Expired => "hold-expired",
        };
        Some(Due::refusal(409, code))
    }

    fn done(&self, status: u16, mut figures: Vec<(&'static str, i64)>) -> Due {
        figures.extend([("posted", self.posted), ("held", self.held)]);
        Due { status, code: "", figures }
    }
}

pub fn amount(millicredits: i64) -> Credits {
    Credits::from_millicredits(millicredits).expect("an amount of a test")
}

pub fn outcome(delivered: u64) -> Outcome {
    let mut outcome = Outcome::whole();
    outcome.lines.push(pricetag::OutcomeLine { item: 0, delivered, unit: None });
    outcome
}

fn document(plan: &Value) -> pricetag::Value {
    serde_json::from_value(plan.clone()).expect("a document")
}
