//! The golden corpus: one file of cases and one check, which every face is held to.
//!
//! A face is a function from a call and its request to the answer, both as JSON; faults come as `{"errors": [...]}`.

#![allow(clippy::float_cmp, reason = "a figure must be the same number, not one near to it")]

use std::collections::BTreeSet;

use pricetag::Call;
use serde_json::{Value, json};

const GOLDEN: &str = include_str!("../golden.json");

/// Puts every golden case to a face, and answers how many there were. A case that fails names itself.
pub fn check(mut face: impl FnMut(Call, &Value) -> Value) -> usize {
    let golden: Value = serde_json::from_str(GOLDEN).expect("golden.json is JSON");
    let mut cases = 0;
    for (section, check_case) in SECTIONS {
        for case in golden[section].as_array().expect("a section is a list") {
            let name = format!("{section}: {} {}", case["name"], case["tier"]);
            check_case(case, &name, &mut face);
            cases += 1;
        }
    }
    cases
}

type Face<'f> = &'f mut dyn FnMut(Call, &Value) -> Value;
type Check = fn(&Value, &str, Face);

const SECTIONS: [(&str, Check); 4] =
    [("estimates", estimate), ("preflights", preflight), ("alternatives", alternatives), ("fits", fit)];

fn estimate(case: &Value, name: &str, face: Face) {
    let mut request = json!({ "plan": case["plan"] });
    if let Some(free) = case.get("freeUnits") {
        request["freeUnits"] = free.clone();
    }
    let answer = face(Call::Estimate, &request);
    match case.get("errors") {
        Some(errors) => assert_eq!(codes_and_paths(&answer["errors"]), codes_and_paths(errors), "{name}: {answer}"),
        None => check_estimate(&answer, &case["estimate"], name),
    }
}

/// A golden line's `base` and `size` are the amounts of its parts of those kinds; a size of zeros is no such part.
fn check_estimate(answer: &Value, golden: &Value, name: &str) {
    assert_eq!(numbers(&answer["total"]), numbers(&golden["total"]), "{name}: total in {answer}");
    assert_eq!(answer["accuracy"], golden["accuracy"], "{name}: accuracy");
    assert_eq!(answer["unit"], "credit", "{name}: unit");
    let (lines, golden_lines) = (list(&answer["lines"]), list(&golden["lines"]));
    assert_eq!(lines.len(), golden_lines.len(), "{name}: lines");
    for (line, golden_line) in lines.iter().zip(golden_lines) {
        for (member, expected) in golden_line.as_object().expect("a line is an object") {
            match member.as_str() {
                "base" => assert_eq!(part(line, "base"), Some(numbers(expected)), "{name}: base"),
                "size" => {
                    let expected = Some(numbers(expected)).filter(|figures| *figures != [0.0; 3]);
                    assert_eq!(part(line, "size"), expected, "{name}: size");
                }
                _ => assert_eq!(normal(&line[member]), normal(expected), "{name}: {member}"),
            }
        }
        let sums = list(&line["parts"]).iter().fold([0.0; 3], |sum, part| {
            let figures = numbers(&part["amount"]);
            [sum[0] + figures[0], sum[1] + figures[1], sum[2] + figures[2]]
        });
        let close = sums.iter().zip(numbers(&line["total"])).all(|(sum, total)| (sum - total).abs() < 0.000_5);
        assert!(close, "{name}: the parts add up to {sums:?}, not to the total");
    }
}

fn part(line: &Value, kind: &str) -> Option<[f64; 3]> {
    list(&line["parts"]).iter().find(|part| part["kind"] == kind).map(|part| numbers(&part["amount"]))
}

fn preflight(case: &Value, name: &str, face: Face) {
    let answer = face(Call::Preflight, &json!({ "plan": case["plan"], "account": case["account"] }));
    let golden = &case["preflight"];
    assert_eq!(numbers(&answer["estimate"]["total"]), numbers(&golden["total"]), "{name}: total in {answer}");
    for member in ["verdict", "after", "shortBy"] {
        assert_eq!(normal(&answer[member]), normal(&golden[member]), "{name}: {member}");
    }
    assert_eq!(normal(&answer["balance"]), normal(&case["account"]["balance"]), "{name}: balance");
    assert_eq!(answer.get("needs"), golden.get("needs"), "{name}: needs");
    includes(&answer["blocks"], &golden["blocks"], name);
}

fn alternatives(case: &Value, name: &str, face: Face) {
    let answer = face(Call::Alternatives, &json!({ "plan": case["plan"], "tier": case["tier"] }));
    includes(&answer, &case["alternatives"], name);
}

fn fit(case: &Value, name: &str, face: Face) {
    let answer = face(Call::Fit, &json!({ "plan": case["plan"], "budget": case["budget"] }));
    includes(&json!([answer]), &json!([case["fit"]]), name);
    if answer["plan"].is_object() {
        let again = face(Call::Estimate, &json!({ "plan": answer["plan"] }));
        assert_eq!(again["total"], answer["total"], "{name}: the fitted plan costs what fit says");
    }
}

/// As many elements as the golden list has, each with at least its members.
fn includes(answers: &Value, golden: &Value, name: &str) {
    let (found, expected) = (list(answers), list(golden));
    assert_eq!(found.len(), expected.len(), "{name}: {answers}");
    for (found, expected) in found.iter().zip(expected) {
        for (member, value) in expected.as_object().expect("an object") {
            assert_eq!(normal(&found[member]), normal(value), "{name}: {member} in {found}");
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("a list is due, not {value}"))
}

fn numbers(range: &Value) -> [f64; 3] {
    ["low", "expected", "high"].map(|figure| range[figure].as_f64().unwrap_or_else(|| panic!("no {figure} in {range}")))
}

fn codes_and_paths(errors: &Value) -> BTreeSet<(String, String)> {
    let text = |error: &Value, member: &str| error[member].as_str().expect("a text").to_owned();
    list(errors).iter().map(|error| (text(error, "code"), text(error, "path"))).collect()
}

/// The same value with every number as a float: `29` and `29.0` are one number.
fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(elements) => elements.iter().map(normal).collect(),
        Value::Object(members) => members.iter().map(|(key, member)| (key.clone(), normal(member))).collect(),
        other => other.clone(),
    }
}
