//! How long rating takes natively, and what it allocates: `cargo xtask bench native`.

use divan::{AllocProfiler, Bencher, black_box};
use pricetag::{Call, Credits, FreeUnits, RateCard, Value};
use serde_json::json;

/// Counts what each bench allocates. The counting itself takes a little of the time that is shown.
#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn document(items: usize) -> Value {
    let item =
        json!({"operation": "create", "model": "huggingface-flux", "width": 2048, "variations": 4, "quantity": 3});
    serde_json::from_value(json!({"items": vec![item; items]})).expect("a plan is a document")
}

#[divan::bench(args = [1, 100])]
fn reading_a_plan(bencher: Bencher, items: usize) {
    let (card, document) = (RateCard::builtin(), document(items));
    bencher.bench(|| card.plan(black_box(&document)).expect("the plan is valid"));
}

#[divan::bench(args = [1, 100])]
fn rating_a_plan(bencher: Bencher, items: usize) {
    let card = RateCard::builtin();
    let plan = card.plan(&document(items)).expect("the plan is valid");
    bencher.bench(|| black_box(&plan).estimate(&FreeUnits::none()));
}

/// What an item that was read costs, without saying why.
#[divan::bench]
fn totals_of_one_item(bencher: Bencher) {
    let card = RateCard::builtin();
    let plan = card.plan(&document(1)).expect("the plan is valid");
    bencher.bench(|| black_box(&plan).total());
}

#[divan::bench]
fn a_request_from_text_to_text(bencher: Bencher) {
    let card = RateCard::builtin();
    let text = serde_json::to_string(&json!({"plan": document(1)})).expect("a request is JSON");
    bencher.bench(|| {
        let request = serde_json::from_str(black_box(&text)).expect("it is JSON");
        let answer = card.answer(Call::Estimate, &request).expect("the plan is valid");
        serde_json::to_string(&answer).expect("an answer is JSON")
    });
}

#[divan::bench(args = [10, 500])]
fn cheaper_ways(bencher: Bencher, items: usize) {
    let card = RateCard::builtin();
    let plan = card.plan(&document(items)).expect("the plan is valid");
    bencher.bench(|| black_box(&plan).alternatives(None));
}

#[divan::bench(args = [10, 500])]
fn what_fits(bencher: Bencher, items: usize) {
    let card = RateCard::builtin();
    let plan = card.plan(&document(items)).expect("the plan is valid");
    let budget = Credits::from_number(30.0 * f64::from(u16::try_from(items).expect("few"))).expect("an amount");
    bencher.bench(|| black_box(&plan).fit(budget, None));
}

#[divan::bench]
fn reading_the_built_in_card() -> RateCard {
    RateCard::builtin()
}
