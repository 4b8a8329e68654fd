//! Cards: what is wrong with one is said all at once and by line, and the same card is the same everywhere.

use std::collections::BTreeSet;

use pricetag::{RateCard, Value as Document};
use serde_json::{Value, json};

const BUILTIN: &str = include_str!("../cards/image-studio.toml");

fn minimal() -> Value {
    json!({"id": "mine", "version": "1", "operations": [{
        "id": "paint",
        "choices": [{"name": "model", "default": "a", "options": [{"id": "a"}, {"id": "b"}]}],
        "rates": [{"when": {"model": "a"}, "price": 1}, {"when": {}, "price": {"low": 1, "expected": 2, "high": 3}}],
    }]})
}

fn faults(card: &Value) -> BTreeSet<(&'static str, String)> {
    match RateCard::from_json(&card.to_string()) {
        Ok(_) => BTreeSet::new(),
        Err(faults) => faults.errors.iter().map(|fault| (fault.code.as_str(), fault.path.to_string())).collect(),
    }
}

/// Sets what a JSON pointer names in the minimal card, and checks what is then wrong.
#[track_caller]
fn check(pointer: &str, value: Value, expected: &[(&'static str, &str)]) {
    let mut card = minimal();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match card.pointer_mut(parent).unwrap() {
        Value::Array(list) => list[name.parse::<usize>().unwrap()] = value,
        Value::Object(object) => drop(object.insert(name.into(), value)),
        other => panic!("{pointer} is in {other}"),
    }
    let expected = expected.iter().map(|(code, path)| (*code, (*path).to_owned())).collect();
    assert_eq!(faults(&card), expected, "{pointer}");
}

#[test]
fn the_minimal_card_is_valid() {
    assert_eq!(faults(&minimal()), BTreeSet::new());
}

#[test]
fn a_field_too_many_hides_no_fault_of_what_refers_to_its_operation() {
    let mut card = minimal();
    card["operations"][0]["colour"] = json!(1);
    card["templates"] = json!([{"id": "t", "items": [{"operation": "paint", "quantity": 0}, {"operation": "print"}]}]);
    let expected = [
        ("unknown-field", "operations[0].colour"),
        ("unpriceable-template", "templates[0].items[0].quantity"),
        ("unpriceable-template", "templates[0].items[1].operation"),
    ];
    assert_eq!(faults(&card), expected.map(|(code, path)| (code, path.to_owned())).into());
}

#[test]
fn every_combination_has_a_price_and_every_rate_can_win() {
    let rates = "/operations/0/rates";
    check(rates, json!([{"when": {"model": "a"}, "price": 1}]), &[("unpriced-combination", "operations[0].rates")]);
    check(rates, json!([]), &[("unpriced-combination", "operations[0].rates")]);
    check(
        rates,
        json!([{"when": {}, "price": 1}, {"when": {"model": "a"}, "price": 1}]),
        &[("unreachable-rate", "operations[0].rates[1]")],
    );
    check(
        rates,
        json!([{"when": {"model": ["a", "b"]}, "price": 1}, {"when": {}, "price": 1}]),
        &[("unreachable-rate", "operations[0].rates[1]")],
    );
}

#[test]
fn rates_name_only_what_exists() {
    let when = "/operations/0/rates/0/when";
    check(when, json!({"modle": "a"}), &[("unknown-choice", "operations[0].rates[0].when.modle")]);
    check(when, json!({"model": "c"}), &[("unknown-option", "operations[0].rates[0].when.model")]);
    check(when, json!({"model": ["a", "c"]}), &[("unknown-option", "operations[0].rates[0].when.model[1]")]);
    check(when, json!({"model": []}), &[("out-of-range", "operations[0].rates[0].when.model")]);
    check(when, json!({"model": 1}), &[("wrong-type", "operations[0].rates[0].when.model")]);
    check(when, json!(null), &[("wrong-type", "operations[0].rates[0].when")]);
}

#[test]
fn prices_are_amounts_in_order() {
    let price = "/operations/0/rates/0/price";
    let at = "operations[0].rates[0].price";
    for wrong in [json!(-1), json!(0.0001), json!(1_000_001), json!(1e300)] {
        check(price, wrong, &[("invalid-amount", at)]);
    }
    check(price, json!("1"), &[("wrong-type", at)]);
    check(price, json!({"low": 2, "expected": 1, "high": 3}), &[("range-out-of-order", at)]);
    check(price, json!({"low": 1, "expected": 3, "high": 2}), &[("range-out-of-order", at)]);
    check(price, json!({"low": 1, "high": 2}), &[("missing-field", "operations[0].rates[0].price.expected")]);
    check("/operations/0/rates/0/rank", json!(11), &[("out-of-range", "operations[0].rates[0].rank")]);
    check("/operations/0/rates/0/unavailable", json!("no"), &[("unknown-field", "operations[0].rates[0].unavailable")]);
    check(
        "/operations/0/rates/0",
        json!({"when": {"model": "a"}}),
        &[("missing-field", "operations[0].rates[0].price")],
    );
    check(
        "/operations/0/rates/0",
        json!({"when": {"model": "a"}, "unavailable": " "}),
        &[("out-of-range", "operations[0].rates[0].unavailable")],
    );
}

#[test]
fn fields_have_one_meaning_and_defaults_exist() {
    check("/operations/0/choices/0/default", json!("c"), &[("unknown-option", "operations[0].choices[0].default")]);
    check(
        "/operations/0/choices/0/name",
        json!("quantity"),
        &[("duplicate-id", "operations[0]"), ("unknown-choice", "operations[0].rates[0].when.model")],
    );
    check(
        "/operations/0/choices/0/options/1",
        json!({"id": "a"}),
        &[("duplicate-id", "operations[0].choices[0].options[1].id")],
    );
    let count =
        |count: Value, expected: &[(&'static str, &str)]| check("/operations/0/counts", json!([count]), expected);
    count(json!({"name": "n", "max": 5, "default": 6}), &[("out-of-range", "operations[0].counts[0].default")]);
    count(json!({"name": "n", "max": 5, "min": 6}), &[("range-out-of-order", "operations[0].counts[0]")]);
    count(json!({"name": "model", "max": 5}), &[("duplicate-id", "operations[0]")]);
    count(json!({"name": "n"}), &[("missing-field", "operations[0].counts[0].max")]);
    let mut twice = minimal();
    let operation = twice["operations"][0].clone();
    twice["operations"].as_array_mut().unwrap().push(operation);
    assert_eq!(faults(&twice), BTreeSet::from([("duplicate-id", "operations[1].id".into())]));
}

#[test]
fn sizes_ascend_and_their_default_fits() {
    let size = |size: Value, expected: &[(&'static str, &str)]| check("/operations/0/size", size, expected);
    let bands = json!([{"upToPixels": 100, "addPercent": 0}, {"upToPixels": 400, "addPercent": 2.5}]);
    let bounds = json!({"min": 1, "max": 100});
    size(json!({"default": {"width": 10, "height": 10}, "side": bounds, "bands": bands}), &[]);
    size(
        json!({"default": {"width": 21, "height": 20}, "side": bounds, "bands": bands}),
        &[("size-too-large", "operations[0].size.default")],
    );
    size(
        json!({"default": {"width": 101, "height": 1}, "side": bounds, "bands": bands}),
        &[("out-of-range", "operations[0].size.default.width")],
    );
    let backwards = json!([{"upToPixels": 400, "addPercent": 0}, {"upToPixels": 400, "addPercent": 1}]);
    size(
        json!({"default": {"width": 1, "height": 1}, "side": bounds, "bands": backwards}),
        &[("bands-out-of-order", "operations[0].size.bands[1].upToPixels")],
    );
    size(
        json!({"default": {"width": 1, "height": 1}, "side": bounds, "bands": []}),
        &[("out-of-range", "operations[0].size.bands")],
    );
    size(json!({"side": {"min": 9, "max": 1}, "bands": bands}), &[("range-out-of-order", "operations[0].size.side")]);
}

#[test]
fn tiers_pools_and_templates_name_only_what_exists() {
    check("/tiers", json!([{"id": "a", "monthlyCredits": "lots"}]), &[("wrong-type", "tiers[0].monthlyCredits")]);
    check(
        "/tiers",
        json!([{"id": "a", "monthlyCredits": 1, "excludes": [{"operation": "pant", "when": {}}]}]),
        &[("unknown-operation", "tiers[0].excludes[0].operation")],
    );
    check(
        "/tiers",
        json!([{"id": "a", "monthlyCredits": 1}, {"id": "a", "monthlyCredits": 1}]),
        &[("duplicate-id", "tiers[1].id")],
    );
    check(
        "/freeUnits",
        json!([{"id": "p", "operation": "paint", "when": {}, "monthly": {"free": 1}}]),
        &[("unknown-tier", "freeUnits[0].monthly.free")],
    );
    check(
        "/templates",
        json!([{"id": "t", "items": [{"operation": "paint", "model": "c"}]}]),
        &[("unpriceable-template", "templates[0].items[0].model")],
    );
    check("/templates", json!([{"id": "t", "items": []}]), &[("unpriceable-template", "templates[0].items")]);
    check("/templates", json!([{"id": "t"}]), &[("unpriceable-template", "templates[0].items")]);
    check("/format", json!(2), &[("unsupported-format", "format")]);
    check("/step", json!(0), &[("invalid-amount", "step")]);
    check(
        "/money",
        json!({"currency": "dollars", "perCredit": 0.000_000_1}),
        &[("out-of-range", "money.currency"), ("out-of-range", "money.perCredit")],
    );
}

#[test]
fn an_option_named_twice_and_counts_beyond_counting_are_faults() {
    check(
        "/operations/0/rates/0/when",
        json!({"model": ["a", "a"]}),
        &[("duplicate-id", "operations[0].rates[0].when.model[1]")],
    );
    let counts = json!([{"name": "n", "max": 1_000_000_000}, {"name": "m", "max": 1_000_000_000}]);
    check("/operations/0/counts", counts, &[("limit-exceeded", "operations[0].counts")]);
}

#[test]
fn one_fault_hides_no_other() {
    let at = "operations[0].rates";
    let unpriced = json!([{"when": {"model": "a"}, "price": 1, "rank": 11}]);
    check(
        "/operations/0/rates",
        unpriced,
        &[("out-of-range", "operations[0].rates[0].rank"), ("unpriced-combination", at)],
    );
    let mut card = minimal();
    card["operations"][0]["title"] = json!(3);
    card["operations"][0]["rates"] =
        json!([{"when": {}, "price": {"low": 2, "expected": 1, "high": 3}}, {"when": {}, "price": 1}]);
    card["operations"][0].as_object_mut().unwrap().remove("id");
    let expected = [
        ("missing-field", "operations[0].id"),
        ("wrong-type", "operations[0].title"),
        ("range-out-of-order", "operations[0].rates[0].price"),
        ("unreachable-rate", "operations[0].rates[1]"),
    ];
    assert_eq!(faults(&card), expected.map(|(code, path)| (code, path.to_owned())).into());
}

#[test]
fn a_fault_makes_no_other_up() {
    check(
        "/operations/0/choices/0",
        json!({"name": "model", "default": "a"}),
        &[("missing-field", "operations[0].choices[0].options")],
    );
    check(
        "/tiers",
        json!([{"monthlyCredits": 1}, {"monthlyCredits": 1}]),
        &[("missing-field", "tiers[0].id"), ("missing-field", "tiers[1].id")],
    );
}

#[test]
fn every_fault_is_reported_at_once_with_its_line() {
    let toml = BUILTIN
        .replace("version = \"2026-11-22\"", "versoin = \"2026-11-22\"")
        .replace("default = \"standard\"", "default = \"standrad\"")
        .replace("price = 6.5", "price = 6.5001")
        .replace("{ upToPixels = 4_194_304, addPercent = 10 }", "{ upToPixels = 4_194_304, addPercent = -10 }");
    let faults = RateCard::from_toml(&toml).unwrap_err().errors;
    let found: BTreeSet<_> = faults.iter().map(|fault| (fault.code.as_str(), fault.line.unwrap())).collect();
    let line_of = |text: &str| toml.lines().position(|line| line.contains(text)).unwrap() + 1;
    for (code, text) in [
        ("unknown-field", "versoin ="),
        ("unknown-option", "\"standrad\""),
        ("invalid-amount", "price = 6.5001"),
        ("invalid-amount", "addPercent = -10"),
    ] {
        assert!(found.contains(&(code, line_of(text))), "{code} at {text} in {found:?}");
    }
    assert!(found.contains(&("missing-field", 1)), "an absent version is told where the card begins");
}

#[test]
fn a_version_that_is_a_date_without_quotes_is_called_that() {
    let faults = RateCard::from_toml(&BUILTIN.replace("\"2026-11-22\"", "2026-11-22")).unwrap_err();
    assert_eq!(faults.errors[0].message, "a name is due here, not a date without quotes");
}

#[test]
fn text_that_is_no_document_says_where_it_breaks_off() {
    let rows = [
        RateCard::from_json("{\n\"id\": ").unwrap_err(),
        RateCard::from_json("{\"id\": 1,\n\"id\": 2}").unwrap_err(),
        RateCard::from_toml("id = \"a\"\nid = \"b\"\n").unwrap_err(),
    ];
    for faults in rows {
        let [fault] = faults.errors.as_slice() else { panic!("{faults}") };
        assert_eq!((fault.code.as_str(), fault.line), ("malformed-text", Some(2)), "{faults}");
    }
    let long = format!("{{\"id\": \"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(RateCard::from_json(&long).unwrap_err().errors[0].code.as_str(), "limit-exceeded");
}

#[test]
fn a_card_of_the_wrong_kind_is_a_fault_and_not_a_panic() {
    for document in
        [Document::Null, Document::Number(f64::NAN), Document::List(vec![]), Document::Foreign("a function")]
    {
        assert!(RateCard::from_value(document).is_err());
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_card() {
    let fingerprint = |card: Result<RateCard, pricetag::Faults>| card.unwrap().fingerprint().to_owned();
    let json = minimal().to_string();
    assert_eq!(fingerprint(RateCard::from_json(&format!("\u{feff}{json}"))), fingerprint(RateCard::from_json(&json)));
    let marked = format!("\u{feff}{BUILTIN}");
    assert_eq!(fingerprint(RateCard::from_toml(&marked)), fingerprint(RateCard::from_toml(BUILTIN)));
    let faulty = marked.replace("price = 8\n", "price = -8\n");
    let line = BUILTIN.lines().position(|line| line == "price = 8").map(|index| index + 1);
    assert_eq!(RateCard::from_toml(&faulty).err().and_then(|faults| faults.errors[0].line), line);
}

#[test]
fn toml_and_json_of_one_card_have_one_fingerprint_and_any_figure_changes_it() {
    let toml = RateCard::from_toml(BUILTIN).unwrap();
    let json = RateCard::from_json(&serde_json::to_string_pretty(toml.document()).unwrap()).unwrap();
    // SHA-256 over the canonical JSON that another program, in another language, made of the TOML.
    let known = "sha256:06dc8d41463674e88f9b5f901769359dc899e979d78ec6b2ba3b351820de4af6";
    assert_eq!([toml.fingerprint(), json.fingerprint(), RateCard::builtin().fingerprint()], [known; 3]);
    for (old, new) in [("price = 6.5", "price = 6.501"), ("requestsPerMinute = 10\n", "requestsPerMinute = 11\n")] {
        let changed = RateCard::from_toml(&BUILTIN.replacen(old, new, 1)).unwrap();
        assert_ne!(changed.fingerprint(), known, "{old}");
    }
}

#[test]
fn comparing_shows_each_changed_price_and_counts_the_rest() {
    let old = RateCard::builtin();
    let new = BUILTIN.replacen("price = 3\nrank = 3", "price = 3.5\nrank = 3", 1);
    let comparison = serde_json::to_value(old.compare(&RateCard::from_toml(&new).unwrap())).unwrap();
    assert_eq!(
        comparison["summary"],
        json!({"compared": 200, "dearer": 9, "cheaper": 0, "appeared": 0, "disappeared": 0})
    );
    assert_eq!(
        comparison["changes"][0],
        json!({
            "operation": "create", "choices": {"model": "stability-core", "quality": "draft"}, "band": 0,
            "old": {"low": 3, "expected": 3, "high": 3}, "new": {"low": 3.5, "expected": 3.5, "high": 3.5},
            "change": 0.5, "percent": 16.67,
        })
    );
}

#[test]
fn comparing_tells_what_appears_disappears_and_becomes_unavailable() {
    let card = |rates: Value, options: Value| {
        let mut card = minimal();
        card["operations"][0]["rates"] = rates;
        card["operations"][0]["choices"][0]["options"] = options;
        RateCard::from_json(&card.to_string()).unwrap()
    };
    let old = card(
        json!([{"when": {"model": "a"}, "price": 0}, {"when": {}, "price": 2}]),
        json!([{"id": "a"}, {"id": "b"}]),
    );
    let new = card(
        json!([{"when": {"model": "a"}, "price": 1}, {"when": {"model": "b"}, "unavailable": "gone"}, {"when": {}, "price": 3}]),
        json!([{"id": "a"}, {"id": "b"}, {"id": "c"}]),
    );
    let comparison = serde_json::to_value(old.compare(&new)).unwrap();
    assert_eq!(
        comparison["summary"],
        json!({"compared": 3, "dearer": 1, "cheaper": 0, "appeared": 1, "disappeared": 1})
    );
    assert_eq!(comparison["changes"][0]["percent"], Value::Null, "nothing has no percentage");
    assert_eq!(comparison["changes"][1]["new"], Value::Null);
    assert_eq!(comparison["changes"][2]["old"], Value::Null);
}
