//! The description and the table agree, and what it shows as an example is taken.

use std::collections::BTreeSet;

use pricetag::RateCard;
use serde_json::Value;

use super::{
    super::{
        problem::CODES,
        routes::{ROUTES, Takes},
    },
    Subject, document, refusals,
};

fn described() -> Value {
    serde_json::from_slice(&document(Subject { card: &RateCard::builtin(), hold_seconds_min: 60 })).expect("JSON")
}

/// Every `$ref` and every operation id of a link, wherever it stands.
fn mentioned(value: &Value, key: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == key
                    && let Value::String(text) = member
                {
                    found.insert(text.clone());
                }
                mentioned(member, key, found);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| mentioned(element, key, found)),
        _ => {}
    }
}

#[test]
fn every_route_of_the_table_is_described_and_nothing_else() {
    let described = described();
    assert_eq!(described["openapi"], "3.1.0");
    let operations = |path: &Value| path.as_object().map_or(0, serde_json::Map::len);
    let count: usize = described["paths"].as_object().unwrap().values().map(operations).sum();
    assert_eq!(count, ROUTES.len());
    for route in ROUTES {
        let operation = &described["paths"][route.path][route.method.as_str().to_lowercase()];
        assert_eq!(operation["operationId"], route.name, "{}", route.path);
        assert_eq!(operation["security"].is_array(), route.scope.is_some(), "{}", route.name);
        assert_eq!(operation["requestBody"].is_object(), route.takes != Takes::Nothing, "{}", route.name);
        for status in refusals(route) {
            let problem = &operation["responses"][status.to_string()]["content"]["application/problem+json"];
            assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem", "{} {status}", route.name);
            assert!(CODES.iter().any(|(of, _)| *of == status), "no code has the status {status} of {}", route.name);
        }
        let in_path: Vec<&str> = route.path.split(['{', '}']).skip(1).step_by(2).collect();
        assert_eq!(in_path, route.in_path.map(|(name, _)| name).into_iter().collect::<Vec<_>>(), "{}", route.path);
    }
}

#[test]
fn names_and_paths_stand_once_and_whatever_is_named_is_there() {
    let names: BTreeSet<&str> = ROUTES.iter().map(|route| route.name).collect();
    assert_eq!(names.len(), ROUTES.len());
    let addresses: BTreeSet<_> = ROUTES.iter().map(|route| (route.path, route.method.as_str())).collect();
    assert_eq!(addresses.len(), ROUTES.len());
    let described = described();
    let (mut schemas, mut operations) = (BTreeSet::new(), BTreeSet::new());
    mentioned(&described["paths"], "operationId", &mut operations);
    let links = |route: &str| ROUTES.iter().find(|other| other.name == route).unwrap().links.len();
    assert_eq!([links("placeHold"), links("captureHold"), links("releaseHold")], [3, 2, 2]);
    assert!(operations.iter().all(|operation| names.contains(operation.as_str())), "{operations:?}");
    mentioned(&described, "$ref", &mut schemas);
    for schema in &schemas {
        assert!(described.pointer(&schema[1..]).is_some(), "{schema}");
    }
    // And the other way round: every named schema is used.
    for name in described["components"]["schemas"].as_object().unwrap().keys() {
        assert!(schemas.contains(&format!("#/components/schemas/{name}")), "{name}");
    }
}

#[test]
fn examples_are_plans_that_the_card_rates() {
    let card = RateCard::builtin();
    for route in ROUTES {
        let (Takes::Optional(shape) | Takes::Document(shape)) = route.takes else { continue };
        let example = shape.example(&card).unwrap_or_else(|| panic!("{} has no example", route.name));
        if let Some(plan) = example.get("plan") {
            let plan = serde_json::from_value(plan.clone()).unwrap();
            assert!(card.plan(&plan).is_ok(), "{}", route.name);
        }
    }
}

#[test]
fn an_items_fields_are_those_of_its_operation() {
    let described = described();
    let items = &described["components"]["schemas"]["Item"]["oneOf"];
    let create = items.as_array().unwrap().iter().find(|item| item["properties"]["operation"]["enum"][0] == "create");
    let create = create.unwrap();
    assert_eq!(create["additionalProperties"], false);
    assert_eq!(create["required"], serde_json::json!(["operation"]));
    let fields: Vec<&String> = create["properties"].as_object().unwrap().keys().collect();
    assert_eq!(fields.len(), 7, "{fields:?}");
    assert_eq!(create["properties"]["quality"]["enum"], serde_json::json!(["draft", "standard", "premium"]));
    let width = &create["properties"]["width"];
    assert_eq!((&width["minimum"], &width["maximum"]), (&64.into(), &16_384.into()));
    assert_eq!(create["properties"]["variations"]["maximum"], 10);
}
