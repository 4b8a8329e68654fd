//! The tier that allows a whole plan, on cards whose higher tiers do not have all that the lower ones have.

use pricetag::{Preflight, RateCard, Verdict};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};
use serde_json::json;

const MODELS: [&str; 4] = ["a", "b", "c", "d"];
const TIERS: [&str; 5] = ["t0", "t1", "t2", "t3", "t4"];

/// A card with a tier for each list of models, which the tier excludes.
fn card(excluded: &[Vec<&str>]) -> RateCard {
    let options: Vec<_> = MODELS.iter().map(|id| json!({ "id": id })).collect();
    let tiers = TIERS.iter().zip(excluded).map(|(id, models)| {
        let rules: Vec<_> =
            models.iter().map(|model| json!({"operation": "paint", "when": {"model": model}})).collect();
        json!({"id": id, "monthlyCredits": 10, "excludes": rules})
    });
    let card = json!({"id": "mine", "version": "1", "tiers": tiers.collect::<Vec<_>>(), "operations": [{
        "id": "paint", "choices": [{"name": "model", "options": options}], "rates": [{"when": {}, "price": 1}],
    }]});
    RateCard::from_json(&card.to_string()).unwrap()
}

fn preflight(card: &RateCard, tier: &str, models: &[&str]) -> Preflight {
    let items: Vec<_> = models.iter().map(|model| json!({"operation": "paint", "model": model})).collect();
    let plan = serde_json::from_value(json!({ "items": items })).unwrap();
    card.plan(&plan).unwrap().preflight(&card.account(tier, None, &[]).unwrap())
}

/// What each blocked item needs, and what the plan needs.
#[track_caller]
fn check(card: &RateCard, tier: &str, models: &[&str], each: &[Option<&str>], all: Option<&str>) {
    let answer = preflight(card, tier, models);
    let found: Vec<_> = answer.blocks.iter().map(|block| block.needs.as_deref()).collect();
    assert_eq!((found.as_slice(), answer.needs.as_deref()), (each, all), "{models:?} in {tier}");
}

#[test]
fn a_plan_needs_the_lowest_tier_that_allows_every_item() {
    let rising = card(&[vec!["a", "b"], vec!["b"], vec![]]);
    check(&rising, "t0", &["a", "b"], &[Some("t1"), Some("t2")], Some("t2"));
    check(&rising, "t0", &["b", "a", "c"], &[Some("t2"), Some("t1")], Some("t2"));
}

#[test]
fn a_tier_that_takes_something_away_again_is_not_what_a_plan_needs() {
    // The highest tier that an item needs is `t2`, which does not have `a`.
    let other = card(&[vec!["a", "b"], vec!["b"], vec!["a"], vec![]]);
    check(&other, "t0", &["a", "b"], &[Some("t1"), Some("t2")], Some("t3"));
    // Here it does not have `c`, which the account's own tier allows.
    let own = card(&[vec!["a"], vec!["c"], vec![]]);
    check(&own, "t0", &["a", "c"], &[Some("t1")], Some("t2"));
}

#[test]
fn a_plan_that_no_tier_allows_whole_needs_none_though_each_item_has_a_tier() {
    let apart = card(&[vec!["a", "b"], vec!["b"], vec!["a"]]);
    check(&apart, "t0", &["a", "b"], &[Some("t1"), Some("t2")], None);
    check(&apart, "t2", &["a"], &[None], None);
    let answer = serde_json::to_value(preflight(&apart, "t0", &["a", "b"])).unwrap();
    assert_eq!(answer.get("needs"), Some(&json!(null)));
}

#[test]
fn a_plan_that_is_allowed_needs_no_tier_and_the_answer_does_not_name_one() {
    let card = card(&[vec!["a"], vec![]]);
    let answer = serde_json::to_value(preflight(&card, "t1", &["a", "b"])).unwrap();
    assert_eq!((&answer["verdict"], answer.get("needs")), (&json!("covered"), None));
}

#[test]
fn what_a_plan_needs_is_found_by_asking_each_tier_above() {
    let excluded = prop::collection::vec(prop::sample::subsequence(MODELS.to_vec(), 0..=4), TIERS.len());
    let models = prop::collection::vec(prop::sample::select(MODELS.to_vec()), 1..5);
    let cases = (excluded, models, 0..TIERS.len());
    let config = Config { cases: 500, rng_seed: RngSeed::Fixed(29), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let checked = runner.run(&cases, |(excluded, models, own)| {
        let card = card(&excluded);
        let answer = preflight(&card, TIERS[own], &models);
        let allowed = |tier: &&&str| preflight(&card, tier, &models).blocks.is_empty();
        let lowest = TIERS.iter().skip(own + 1).find(allowed).map(|tier| (*tier).to_owned());
        let blocked = answer.verdict == Verdict::NotAllowed;
        prop_assert_eq!(blocked, !answer.blocks.is_empty());
        prop_assert_eq!(&answer.needs, &lowest.filter(|_| blocked));
        let written = serde_json::to_value(&answer).unwrap();
        prop_assert_eq!(written.get("needs").is_some(), blocked);
        Ok(())
    });
    checked.unwrap_or_else(|failure| panic!("{failure}"));
}
