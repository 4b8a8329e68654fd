//! What is said to be right in place of a name that is not known: the nearest name where one is near, else the first five.

use pricetag::{Call, Code, Fault, Path, RateCard, nearest};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};
use serde_json::{Value, json};

/// What the faults of a request say would be right, by the fault's code and path.
fn helps(call: Call, request: Value) -> Vec<(Code, String, String)> {
    let answer = RateCard::builtin().answer(call, &serde_json::from_value(request).unwrap());
    listed(answer.unwrap_err())
}

fn listed(faults: pricetag::Faults) -> Vec<(Code, String, String)> {
    let errors = faults.errors.into_iter();
    errors.map(|fault| (fault.code, fault.path.to_string(), fault.help.unwrap_or_default())).collect()
}

/// What would be right in place of a name.
fn suggestion(name: &str, known: &[&str]) -> String {
    Fault::unknown(Code::UnknownOption, Path::default(), "option", name, known).help.unwrap()
}

#[track_caller]
fn check(found: &[(Code, String, String)], code: Code, path: &str, help: &str) {
    assert_eq!(found, [(code, path.into(), help.into())]);
}

#[track_caller]
fn check_item(item: &Value, code: Code, path: &str, help: &str) {
    check(&helps(Call::Estimate, json!({"plan": {"items": [item]}})), code, path, help);
}

#[test]
fn no_option_is_suggested_where_none_is_near() {
    let options =
        "one of `auto`, `stability-ultra`, `stability-core`, `stability-sd3.5`, `stability-sd3.5-large` or 7 more";
    check_item(&json!({"operation": "create", "model": "dalle"}), Code::UnknownOption, "items[0].model", options);
    check_item(&json!({"operation": "create", "model": ""}), Code::UnknownOption, "items[0].model", options);
    let three = "one of `draft`, `standard`, `premium`";
    check_item(&json!({"operation": "create", "quality": "4k"}), Code::UnknownOption, "items[0].quality", three);
}

#[test]
fn no_name_of_a_plan_is_suggested_where_none_is_near() {
    let operations = "one of `create`, `edit`, `upscale`, `social`, `library`";
    check_item(&json!({"operation": "paint"}), Code::UnknownOperation, "items[0].operation", operations);
    let fields = "one of `operation`, `model`, `quality`, `quantity`, `width` or 2 more";
    check_item(&json!({"operation": "create", "colour": "red"}), Code::UnknownField, "items[0].colour", fields);
    let plan = json!({"items": [{"operation": "library"}], "note": "x"});
    check(&helps(Call::Estimate, json!({ "plan": plan })), Code::UnknownField, "note", "one of `items`");
}

#[test]
fn no_name_of_a_request_is_suggested_where_none_is_near() {
    let plan = json!({"items": [{"operation": "library"}]});
    let tiers = "one of `free`, `basic`, `pro`, `enterprise`";
    let pools = "one of `huggingface-flux`, `gemini-imagen`";
    let account = json!({"tier": "gold", "balance": 1, "freeUnits": {"flux": 1}, "note": 1});
    assert_eq!(
        helps(Call::Preflight, json!({"plan": plan, "account": account})),
        [
            (Code::UnknownField, "account.note".into(), "one of `tier`, `balance`, `freeUnits`".into()),
            (Code::UnknownTier, "account.tier".into(), tiers.into()),
            (Code::UnknownPool, "account.freeUnits.flux".into(), pools.into()),
        ]
    );
    check(&helps(Call::Alternatives, json!({"plan": plan, "tier": "gold"})), Code::UnknownTier, "tier", tiers);
    let unknown = json!({"plan": plan, "budget": 1, "note": 1});
    check(&helps(Call::Fit, unknown), Code::UnknownField, "note", "one of `plan`, `budget`, `tier`");
    let near = json!({"plan": plan, "account": {"tier": "basci", "balance": 1}});
    check(&helps(Call::Preflight, near), Code::UnknownTier, "account.tier", "did you mean `basic`?");
}

#[test]
fn no_name_of_a_card_is_suggested_where_none_is_near() {
    let card = json!({"id": "mine", "version": "1", "colour": "red",
        "operations": [{
            "id": "paint",
            "accuracy": "guessed",
            "choices": [
                {"name": "model", "default": "zebra", "options": [{"id": "a"}, {"id": "b"}]},
            ],
            "rates": [{"when": {"size": "a"}, "price": 1}, {"when": {"model": "zebra"}, "price": 1}],
        }],
        "tiers": [{"id": "free", "monthlyCredits": 1, "excludes": [{"operation": "bind", "when": {}}]}],
        "freeUnits": [{"id": "pool", "operation": "paint", "when": {}, "monthly": {"gold": 1}}],
    });
    let found = listed(RateCard::from_json(&card.to_string()).unwrap_err());
    let expected = [
        (Code::UnknownField, "colour", "one of `format`, `id`, `version`, `title`, `unit` or 6 more"),
        (Code::UnknownOption, "operations[0].accuracy", "one of `very-accurate`, `accurate`, `varies`"),
        (Code::UnknownOption, "operations[0].choices[0].default", "one of `a`, `b`"),
        (Code::UnknownChoice, "operations[0].rates[0].when.size", "one of `model`"),
        (Code::UnknownOption, "operations[0].rates[1].when.model", "one of `a`, `b`"),
        (Code::UnknownOperation, "tiers[0].excludes[0].operation", "one of `paint`"),
        (Code::UnknownTier, "freeUnits[0].monthly.gold", "one of `free`"),
    ];
    for (code, path, help) in expected {
        assert!(found.contains(&(code, path.into(), help.into())), "{path} in {found:?}");
    }
}

#[test]
fn where_there_is_no_name_at_all_none_is_listed() {
    let card =
        json!({"id": "mine", "version": "1", "operations": [{"id": "paint", "rates": [{"when": {}, "price": 1}]}]});
    let card = RateCard::from_json(&card.to_string()).unwrap();
    let faults = listed(card.account("pro", None, &[("pool", 1)]).unwrap_err());
    let nothing = "leave it out: there is none";
    assert_eq!(
        faults,
        [
            (Code::UnknownTier, "account.tier".into(), nothing.into()),
            (Code::UnknownPool, "account.freeUnits.pool".into(), nothing.into()),
        ]
    );
}

#[test]
fn a_name_is_near_up_to_a_third_of_what_was_given() {
    let rows = [
        ("abc", "abd", true),
        ("ab", "ac", false),
        ("abcdef", "abcdgh", true),
        ("abcde", "abcgh", false),
        // Two characters in the wrong order are one edit, and differences of case are none.
        ("modle", "model", true),
        ("MODEL", "model", true),
        ("X", "x", true),
        // A third of what was given, not of the name.
        ("abcd", "abcdef", false),
        ("abcdef", "abcd", true),
    ];
    for (given, name, near) in rows {
        let expected = if near { format!("did you mean `{name}`?") } else { format!("one of `{name}`") };
        assert_eq!(suggestion(given, &[name]), expected, "{given}");
    }
    // A name may have 100 characters, and its end counts like its start.
    let long = |end: &str| format!("{}{end}", "a".repeat(90));
    let names = [long("bbbbbbbbbb"), long("cccccccccc")];
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(suggestion(&long("cccccccccd"), &known), format!("did you mean `{}`?", names[1]));
}

#[test]
fn the_suggestion_follows_the_rule_for_any_names() {
    let name = "[a-cA-Cé]{0,9}";
    let cases = (name, prop::collection::vec("[a-cA-Cé]{1,9}", 0..8));
    let config = Config { cases: 2_000, rng_seed: RngSeed::Fixed(29), failure_persistence: None, ..Config::default() };
    let checked = TestRunner::new(config).run(&cases, |(given, known)| {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let distance = |name: &&&str| strsim::osa_distance(&given.to_ascii_lowercase(), &name.to_ascii_lowercase());
        // The first of those that are equally near.
        let closest = known.iter().min_by_key(distance);
        let near = closest.filter(|name| 3 * distance(name) <= given.chars().count());
        let quoted: Vec<String> = known.iter().take(5).map(|name| format!("`{name}`")).collect();
        let expected = match (near, known.len()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, 0) => "leave it out: there is none".into(),
            (None, ..=5) => format!("one of {}", quoted.join(", ")),
            (None, all) => format!("one of {} or {} more", quoted.join(", "), all - 5),
        };
        prop_assert_eq!(nearest(&given, &known), near.copied());
        prop_assert_eq!(suggestion(&given, &known), expected);
        Ok(())
    });
    checked.unwrap_or_else(|failure| panic!("{failure}"));
}
