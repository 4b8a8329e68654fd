//! What a request may not be: a row for every fault of the model's table, with its code and its path.

#![allow(clippy::needless_pass_by_value, reason = "rows are written where they are checked")]

use pricetag::{Call, Code, RateCard};
use serde_json::{Value, json};

/// The codes and paths that a request is answered with, in order.
fn faults(call: Call, request: &Value) -> Vec<(&'static str, String)> {
    let request = serde_json::from_value(request.clone()).unwrap();
    match RateCard::builtin().answer(call, &request) {
        Ok(answer) => panic!("{request:?} was answered with {answer:?}"),
        Err(faults) => faults.errors.iter().map(|fault| (fault.code.as_str(), fault.path.to_string())).collect(),
    }
}

#[track_caller]
fn check(call: Call, request: Value, expected: &[(&'static str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(code, path)| (*code, (*path).to_owned())).collect();
    assert_eq!(faults(call, &request), expected, "{request}");
}

#[track_caller]
fn check_item(item: Value, expected: &[(&'static str, &str)]) {
    check(Call::Estimate, json!({"plan": {"items": [item]}}), expected);
}

#[test]
fn a_plan_must_be_a_list_of_one_to_five_hundred_items() {
    let plan =
        |plan: Value, expected: &[(&'static str, &str)]| check(Call::Estimate, json!({ "plan": plan }), expected);
    plan(json!({}), &[("missing-field", "items")]);
    plan(json!({"items": null}), &[("wrong-type", "items")]);
    plan(json!({"items": {}}), &[("wrong-type", "items")]);
    plan(json!({"items": []}), &[("empty-plan", "items")]);
    plan(json!({"items": vec![json!({"operation": "nothing"}); 501]}), &[("too-many-items", "items")]);
    plan(json!({"items": [{"operation": "nothing"}], "note": ""}), &[("unknown-field", "note")]);
    plan(json!({"note": "", "items": []}), &[("unknown-field", "note"), ("empty-plan", "items")]);
    plan(json!(3), &[("wrong-type", "plan")]);
    plan(json!(null), &[("wrong-type", "plan")]);
}

#[test]
fn a_request_has_its_members_and_no_others() {
    check(Call::Estimate, json!({}), &[("missing-field", "items")]);
    check(Call::Estimate, json!({"freeUnits": {}}), &[("missing-field", "plan")]);
    check(Call::Estimate, json!([]), &[("wrong-type", "")]);
    check(
        Call::Estimate,
        json!({"plan": {"items": [{"operation": "library"}]}, "tier": "pro"}),
        &[("unknown-field", "tier")],
    );
    check(Call::Estimate, json!({"items": []}), &[("empty-plan", "items")]);
    check(Call::Fit, json!({"items": [{"operation": "library"}]}), &[("missing-field", "budget")]);
    check(
        Call::Affordable,
        json!({"items": []}),
        &[("unknown-field", "items"), ("missing-field", "item"), ("missing-field", "balance")],
    );
}

#[test]
fn an_item_must_be_an_object_with_a_known_operation() {
    check_item(json!(null), &[("wrong-type", "items[0]")]);
    check_item(json!("create"), &[("wrong-type", "items[0]")]);
    check_item(json!({}), &[("missing-field", "items[0].operation")]);
    check_item(json!({"operation": 3, "modle": 1}), &[("wrong-type", "items[0].operation")]);
    check_item(json!({"operation": "Create", "modle": 1}), &[("unknown-operation", "items[0].operation")]);
}

#[test]
fn an_option_must_be_the_exact_name_of_one() {
    let model =
        |model: Value, code| check_item(json!({"operation": "create", "model": model}), &[(code, "items[0].model")]);
    model(json!("stability-core "), "unknown-option");
    model(json!("Stability-Core"), "unknown-option");
    model(json!(""), "unknown-option");
    model(json!(0), "wrong-type");
    model(json!(["stability-core"]), "wrong-type");
    model(json!(null), "wrong-type");
    check_item(json!({"operation": "edit"}), &[("missing-field", "items[0].edit")]);
    check_item(json!({"operation": "upscale"}), &[("missing-field", "items[0].mode")]);
}

#[test]
fn a_number_must_be_whole_and_within_its_bounds() {
    let quantity = |quantity: Value, code| {
        check_item(json!({"operation": "create", "quantity": quantity}), &[(code, "items[0].quantity")]);
    };
    for wrong in [json!(1.5), json!("3"), json!(null), json!(true), json!([1]), json!(-0.5)] {
        quantity(wrong, "wrong-type");
    }
    for outside in
        [json!(0), json!(-0.0), json!(-1), json!(10_001), json!(1e300), json!(9_007_199_254_740_993_u64), json!(-1e300)]
    {
        quantity(outside, "out-of-range");
    }
    check_item(json!({"operation": "create", "variations": 11}), &[("out-of-range", "items[0].variations")]);
    check_item(json!({"operation": "social", "platforms": 8}), &[("out-of-range", "items[0].platforms")]);
}

#[test]
fn a_size_has_allowed_sides_and_an_allowed_area() {
    let size = |width: Value, height: Value, expected: &[(&'static str, &str)]| {
        check_item(json!({"operation": "create", "width": width, "height": height}), expected);
    };
    size(json!(63), json!(16_385), &[("out-of-range", "items[0].width"), ("out-of-range", "items[0].height")]);
    size(json!(16_384), json!(16_384), &[("size-too-large", "items[0]")]);
    size(json!(16_384), json!("16384"), &[("wrong-type", "items[0].height")]);
    check_item(json!({"operation": "create", "width": 16_385}), &[("out-of-range", "items[0].width")]);
    // 4096 × 4096 is the last band's area exactly.
    size(json!(4097), json!(4096), &[("size-too-large", "items[0]")]);
}

#[test]
fn what_is_unavailable_says_why_and_only_when_nothing_else_is_wrong() {
    let item = json!({"operation": "edit", "edit": "replace-background-relight", "provider": "wavespeed"});
    check_item(item.clone(), &[("unavailable", "items[0]")]);
    let mut misspelt = item.clone();
    misspelt["colour"] = json!(1);
    check_item(misspelt, &[("unknown-field", "items[0].colour")]);
    let request = serde_json::from_value(json!({ "items": [item] })).unwrap();
    let faults = RateCard::builtin().plan(&request).unwrap_err();
    assert_eq!(faults.errors[0].message, "WaveSpeed cannot replace a background and relight in one edit.");
}

#[test]
fn an_account_is_checked_as_strictly_as_a_plan() {
    let account = |account: Value, expected: &[(&'static str, &str)]| {
        check(Call::Preflight, json!({"plan": {"items": [{"operation": "library"}]}, "account": account}), expected);
    };
    account(json!(null), &[("wrong-type", "account")]);
    account(json!({}), &[("missing-field", "account.tier"), ("missing-field", "account.balance")]);
    account(json!({"tier": "gold", "balance": 1}), &[("unknown-tier", "account.tier")]);
    account(json!({"tier": null, "balance": 1}), &[("wrong-type", "account.tier")]);
    for balance in [json!(-1), json!(0.0005), json!(1_000_000_001), json!(1e300), json!(-1e300)] {
        account(json!({"tier": "pro", "balance": balance}), &[("invalid-amount", "account.balance")]);
    }
    account(json!({"tier": "pro", "balance": "1"}), &[("wrong-type", "account.balance")]);
    account(json!({"tier": "pro", "balance": 1, "owner": "me"}), &[("unknown-field", "account.owner")]);
    account(json!({"tier": "pro", "balance": 1, "freeUnits": 3}), &[("wrong-type", "account.freeUnits")]);
    account(json!({"tier": "pro", "balance": 1, "freeUnits": {"x": 1}}), &[("unknown-pool", "account.freeUnits.x")]);
    let pool = |left: Value, code| {
        let free = json!({"tier": "pro", "balance": 1, "freeUnits": {"gemini-imagen": left}});
        account(free, &[(code, "account.freeUnits.gemini-imagen")]);
    };
    pool(json!(-1), "out-of-range");
    pool(json!(1.5), "wrong-type");
}

#[test]
fn a_plan_and_an_account_report_their_faults_together() {
    check(
        Call::Preflight,
        json!({"plan": {"items": [{}]}, "account": {"tier": "gold", "balance": -1}}),
        &[
            ("missing-field", "items[0].operation"),
            ("unknown-tier", "account.tier"),
            ("invalid-amount", "account.balance"),
        ],
    );
}

#[test]
fn tiers_and_budgets_are_checked() {
    let plan = json!({"items": [{"operation": "edit", "edit": "inpaint"}]});
    check(Call::Alternatives, json!({"plan": plan, "tier": "gold"}), &[("unknown-tier", "tier")]);
    check(Call::Fit, json!({"plan": plan}), &[("missing-field", "budget")]);
    check(Call::Fit, json!({"plan": plan, "budget": -1}), &[("invalid-amount", "budget")]);
    check(Call::Fit, json!({"plan": plan, "budget": "5"}), &[("wrong-type", "budget")]);
    check(Call::Fit, json!({"plan": plan, "budget": 5, "tier": "free"}), &[("not-in-tier", "items[0]")]);
}

#[test]
fn an_outcome_must_agree_with_its_estimate() {
    let card = RateCard::builtin();
    let estimate =
        card.plan(&serde_json::from_value(json!({"items": [{"operation": "create", "variations": 5}]})).unwrap());
    let estimate = serde_json::to_value(estimate.unwrap().estimate(&pricetag::FreeUnits::none())).unwrap();
    let outcome = |lines: Value, expected: &[(&'static str, &str)]| {
        check(Call::Settle, json!({"estimate": estimate, "outcome": {"lines": lines}}), expected);
    };
    outcome(json!([{"item": 0, "delivered": 6}]), &[("outcome-exceeds-estimate", "lines[0].delivered")]);
    outcome(json!([{"item": 1, "delivered": 1}]), &[("unknown-line", "lines[0].item")]);
    outcome(json!([{"item": 0, "delivered": 1}, {"item": 0, "delivered": 1}]), &[("unknown-line", "lines[1].item")]);
    outcome(json!([{"item": 0, "delivered": 1, "unit": -1}]), &[("invalid-amount", "lines[0].unit")]);
    outcome(json!([{"item": 0, "delivered": 1, "unit": 0.0001}]), &[("invalid-amount", "lines[0].unit")]);
    outcome(json!([{"item": 0}]), &[("missing-field", "lines[0].delivered")]);
    outcome(json!([{"item": 0, "delivered": 1.5}]), &[("wrong-type", "lines[0].delivered")]);
    outcome(json!([{"item": 0, "delivered": 1, "price": 0}]), &[("unknown-field", "lines[0].price")]);
    check(
        Call::Settle,
        json!({"estimate": {}, "outcome": {"lines": []}}),
        &[("missing-field", "estimate.total"), ("missing-field", "estimate.lines")],
    );
    let mut tampered = estimate.clone();
    tampered["total"]["high"] = json!(1_000);
    check(
        Call::Settle,
        json!({"estimate": tampered, "outcome": {"lines": []}}),
        &[("out-of-range", "estimate.total.high")],
    );
}

#[test]
fn a_price_beyond_the_limit_is_a_fault_of_its_item_or_of_the_plan() {
    let card = |price: u32| {
        let json = json!({"id": "dear", "version": "1", "operations": [
            {"id": "paint", "counts": [
                {"name": "n", "default": 1, "max": 1_000_000_000},
            ], "rates": [{"when": {}, "price": price}]}
        ]});
        RateCard::from_json(&json.to_string()).unwrap()
    };
    let faults = |price, items: Value| {
        let plan = serde_json::from_value(json!({ "items": items })).unwrap();
        let faults = card(price).plan(&plan).unwrap_err().errors;
        faults.into_iter().map(|fault| (fault.code, fault.path.to_string())).collect::<Vec<_>>()
    };
    let most = json!({"operation": "paint", "n": 1_000});
    assert!(card(1_000_000).plan(&serde_json::from_value(json!({ "items": [most] })).unwrap()).is_ok());
    assert_eq!(faults(1_000_000, json!([most, most])), [(Code::AmountOverflow, "items".into())]);
    assert_eq!(
        faults(1_000_000, json!([{"operation": "paint", "n": 1_001}, most])),
        [(Code::AmountOverflow, "items[0]".into())]
    );
    // What costs nothing costs nothing however often.
    let free = json!([{"operation": "paint", "n": 1_000_000_000, "quantity": 10_000}]);
    assert!(card(0).plan(&serde_json::from_value(json!({ "items": free })).unwrap()).is_ok());
}

#[test]
fn help_names_what_would_be_right() {
    let rows = [
        (json!({"operation": "creat"}), "did you mean `create`?"),
        (json!({"operation": "create", "modle": "auto"}), "did you mean `model`?"),
        (json!({"operation": "create", "model": "stability-cor"}), "did you mean `stability-core`?"),
        (json!({"operation": "create", "model": "STABILITY-ULTRA"}), "did you mean `stability-ultra`?"),
        (json!({"operation": "upscale"}), "one of `fast`, `conservative`, `creative`"),
        (json!({"operation": "upscale", "mode": "fast", "width": 16_384, "height": 577}), "at most 9437184 pixels"),
    ];
    for (item, help) in rows {
        let plan = serde_json::from_value(json!({ "items": [item] })).unwrap();
        let faults = RateCard::builtin().plan(&plan).unwrap_err();
        assert_eq!(faults.errors[0].help.as_deref(), Some(help), "{item}");
    }
}

#[test]
fn settling_reports_every_fault_at_once() {
    let estimate = json!({"total": {"low": 0, "expected": 0, "high": 1}, "lines": [
        {"item": 0, "count": 1, "free": 0, "unit": {"low": 0, "expected": 0, "high": 1}},
        {"item": 0, "count": 1, "free": 2, "unit": {"low": 0, "expected": 0, "high": -1}},
    ]});
    check(
        Call::Settle,
        json!({ "estimate": estimate }),
        &[
            ("missing-field", "outcome"),
            ("invalid-amount", "estimate.lines[1].unit.high"),
            ("out-of-range", "estimate.lines[1].free"),
        ],
    );
    let mut twice = estimate.clone();
    twice["lines"][1] = estimate["lines"][0].clone();
    check(
        Call::Settle,
        json!({"estimate": twice, "outcome": {"lines": []}}),
        &[("duplicate-id", "estimate.lines[1].item"), ("out-of-range", "estimate.total.high")],
    );
    let lines = json!([{"item": 0, "delivered": 2, "unit": -1}, {"item": 5, "delivered": 0}]);
    let mut one = estimate.clone();
    one["lines"] = json!([estimate["lines"][0]]);
    check(
        Call::Settle,
        json!({"estimate": one, "outcome": {"lines": lines}}),
        &[
            ("invalid-amount", "lines[0].unit"),
            ("outcome-exceeds-estimate", "lines[0].delivered"),
            ("unknown-line", "lines[1].item"),
        ],
    );
}

#[test]
fn an_amount_must_be_written_exactly() {
    let request = r#"{"item": {"operation": "social"}, "balance": 18.301000000000002}"#;
    let faults = RateCard::builtin().answer(Call::Affordable, &serde_json::from_str(request).unwrap()).unwrap_err();
    assert_eq!(faults.errors[0].code, Code::InvalidAmount);
    let request = r#"{"item": {"operation": "social"}, "balance": 5204101.647000000000000000000}"#;
    assert!(RateCard::builtin().answer(Call::Affordable, &serde_json::from_str(request).unwrap()).is_ok());
}

#[test]
fn fit_never_answers_a_figure_beyond_the_limit() {
    let json = json!({"id": "a", "version": "1",
        "operations": [{
            "id": "p",
            "choices": [{"name": "c", "default": "a", "substitutable": true, "options": [{"id": "a"}, {"id": "b"}]}],
            "rates": [{"when": {"c": "a"}, "price": 1}, {"when": {}, "price": 1_000_000}],
        }],
        "tiers": [{"id": "t", "monthlyCredits": 1, "excludes": [{"operation": "p", "when": {"c": "a"}}]}],
    });
    let card = RateCard::from_json(&json.to_string()).unwrap();
    let fit = |items: Value| {
        let plan = card.plan(&serde_json::from_value(json!({ "items": items })).unwrap()).unwrap();
        let faults = plan.fit(pricetag::Credits::ONE, Some("t")).unwrap_err().errors;
        (faults[0].code, faults[0].path.to_string())
    };
    let item = |quantity: u32| json!({"operation": "p", "quantity": quantity});
    assert_eq!(fit(json!([item(1_000), item(1_000)])), (Code::AmountOverflow, "items".into()));
    assert_eq!(fit(json!([item(2_000)])), (Code::AmountOverflow, "items[0]".into()));
}

#[test]
fn a_document_with_very_many_faults_lists_the_first_ones_and_says_so() {
    let mut item: serde_json::Map<_, _> = (0..20_000).map(|n| (format!("x{n}"), json!(0))).collect();
    item.insert("operation".into(), json!("create"));
    let found = faults(Call::Estimate, &json!({"plan": {"items": [item]}}));
    assert_eq!(found.len(), pricetag::limits::FAULTS + 1);
    assert_eq!(found.last(), Some(&("limit-exceeded", String::new())));
}
